"""Cassettes named on the command line: files, folders, `PATH#3`; loaded with progress when that
takes long.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mockserver.cassettes.errors import CassetteError
from mockserver.cassettes.interaction import Interaction
from mockserver.cassettes.read import iterate

if TYPE_CHECKING:
    from mockserver.session.opening import Cassettes

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds of loading after which progress is shown."""

_ENDINGS = (".yaml", ".yml", ".json", ".chunks.txt", ".yaml.gz", ".yml.gz", ".json.gz")


class Progress:
    """Tells standard error how far loading has come, once it has taken longer than `PATIENCE`."""

    def __init__(self, files: int = 1) -> None:
        self._files = files
        self._done = 0
        self._start = self._told = time.monotonic()
        self._shown = False

    def __call__(self, read: int, size: int) -> None:
        now = time.monotonic()
        if now - self._start > PATIENCE and now - self._told > 0.2:
            self._told = now
            share = (self._done + read / max(size, 1)) / self._files
            which = f" ({self._done + 1} of {self._files} files)" if self._files > 1 else ""
            print(f"\rloading cassettes: {share:4.0%}{which}", end="", file=sys.stderr, flush=True)
            self._shown = True

    def file_done(self) -> None:
        self._done += 1
        self(0, 1)
        if self._done == self._files and self._shown:
            print(file=sys.stderr)


def load_all(paths: Iterable[Path]) -> Iterator[tuple[Path, list[Interaction] | CassetteError]]:
    """Each recorded cassette with its interactions, or with what is wrong with it."""
    files = list(paths)
    progress = Progress(len(files))
    for path in files:
        try:
            result: list[Interaction] | CassetteError = list(iterate(path, progress=progress))
        except CassetteError as error:
            result = error
        progress.file_done()
        yield path, result


def load_either(paths: Iterable[Path]) -> "Iterator[tuple[Path, Cassettes | ValueError]]":
    """Each cassette, scripted or recorded, with what it holds, or with what is wrong with it."""
    from mockserver.session.opening import load_cassettes

    files = list(paths)
    progress = Progress(len(files))
    for path in files:
        try:
            result: Cassettes | ValueError = load_cassettes([str(path)], progress)
        except ValueError as error:
            result = error
        progress.file_done()
        yield path, result


def load_one(path: Path) -> list[Interaction]:
    """The interactions of one recorded cassette. Raises CassetteError."""
    _, result = next(load_all([path]))
    if isinstance(result, CassetteError):
        raise result
    return result


def cassette_files(names: Iterable[str]) -> list[Path]:
    """The files named, and for a folder every file in it that may be a cassette, sorted."""
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.name.endswith(_ENDINGS) and p.is_file())
        else:
            found.append(path)
    return found


def numbered(name: str) -> tuple[Path, int | None]:
    """`PATH#3` as the path and 3; the number is None when only a path is given."""
    path, mark, number = name.rpartition("#")
    if mark and number.isdigit() and not Path(name).exists():
        return Path(path), int(number)
    return Path(name), None


def pick(interactions: Sequence[T], path: Path, number: int) -> T:
    """The interaction of that number, counted from 1. Raises CassetteError."""
    if not 1 <= number <= len(interactions):
        raise CassetteError(
            path,
            f"it has no interaction {number}",
            next_step=f"It has {len(interactions)}, counted from 1.",
        )
    return interactions[number - 1]
