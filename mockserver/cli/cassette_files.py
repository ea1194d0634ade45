"""Cassettes named on the command line: files, folders, `PATH#3`; loading shows its progress
when it takes long.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mockserver.cassettes import CassetteError, Interaction

if TYPE_CHECKING:
    from mockserver.session import CassetteContents

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds of loading after which progress is shown."""

_BETWEEN = 0.2
"""Seconds between two words about progress."""

_ENDINGS = (
    *(".yaml", ".yml", ".json", ".har", ".sse", ".chunks.txt"),
    *(".yaml.gz", ".yml.gz", ".json.gz", ".har.gz", ".sse.gz"),
)


class Progress:
    """Tells a terminal on standard error how far loading has come, once it has taken longer than
    `PATIENCE`.
    """

    def __init__(self, files: int = 1) -> None:
        self._files = files
        self._done = 0
        self._started_at = time.monotonic()
        self._told_at = self._started_at
        self._has_told = False
        self._is_seen = sys.stderr.isatty()

    def __call__(self, read: int, size: int) -> None:
        now = time.monotonic()
        if not self._is_seen:
            return
        if now - self._started_at <= PATIENCE or now - self._told_at <= _BETWEEN:
            return
        self._told_at = now
        self._has_told = True
        share = (self._done + read / max(size, 1)) / self._files
        which = f" ({self._done + 1} of {self._files} files)" if self._files > 1 else ""
        print(f"\rloading cassettes: {share:4.0%}{which}", end="", file=sys.stderr, flush=True)

    def file_done(self) -> None:
        """Go on to the next file."""
        self._done += 1
        self(0, 1)
        if self._done == self._files and self._has_told:
            print(file=sys.stderr)


def recordings(paths: Iterable[Path]) -> Iterator[tuple[Path, list[Interaction] | ValueError]]:
    """Each recorded cassette with its interactions, or with what is wrong with it."""
    from mockserver.cassettes import iterate

    return _each(paths, lambda path, progress: list(iterate(path, progress=progress)))


def cassettes(paths: Iterable[Path]) -> "Iterator[tuple[Path, CassetteContents | ValueError]]":
    """Each cassette, scripted or recorded, with what it holds, or with what is wrong with it."""
    from mockserver.session import load_cassettes

    return _each(paths, lambda path, progress: load_cassettes([str(path)], progress))


def _each(
    paths: Iterable[Path], load: Callable[[Path, Progress], T]
) -> Iterator[tuple[Path, T | ValueError]]:
    files = list(paths)
    progress = Progress(len(files))
    for path in files:
        result: T | ValueError
        try:
            result = load(path, progress)
        except ValueError as error:
            result = error
        progress.file_done()
        yield path, result


def interactions_of(name: str) -> list[Interaction]:
    """What `PATH` or `PATH#3` names: of a recorded cassette, or of all in a folder. Raises
    ValueError.
    """
    path, number = numbered(name)
    found: list[Interaction] = []
    for file, result in recordings(files_of([str(path)])):
        if isinstance(result, ValueError):
            raise result
        found += result if number is None else [pick(result, file, number)]
    return found


def files_of(names: Iterable[str]) -> list[Path]:
    """The files named, and for a folder every file in it that may be a cassette, sorted."""
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = (each for each in path.rglob("*") if each.name.endswith(_ENDINGS))
            found += sorted(each for each in inside if each.is_file())
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
