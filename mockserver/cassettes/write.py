"""Cassettes written so that no moment finds half of one.

Every write makes a whole new file beside the old one and renames it over: a crash leaves the old
cassette or the new one. Adding to a cassette copies its bytes without parsing them, so its cost is
that of copying the file, and whoever adds to one cassette from several threads or processes waits
for the others and loses nothing.
"""

import mmap
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from mockserver.cassettes.errors import CassetteError
from mockserver.cassettes.interaction import Interaction
from mockserver.cassettes.lock import exclusive
from mockserver.cassettes.read import load
from mockserver.cassettes.render import EMPTY, HEAD, render

_SUFFIXES = frozenset({".yaml", ".yml"})
_BLOCK = 1 << 20
# A line that stands at the margin and is no item of a list, no comment: a key of the document.
_AT_MARGIN = re.compile(rb"\n(?=[^ \n#\-]|-[^ \n])")
_KEY = re.compile(rb"[A-Za-z_]\w*:[ \n]")
_LIST = b"interactions:\n- "


def append(path: str | Path, interactions: Sequence[Interaction]) -> None:
    """Add interactions at the end of a cassette, which is made when it is missing, readable by its
    owner alone.

    Raises CassetteError when the file is no cassette or cannot be written; it is then as it was.
    """
    target = writable(path)
    if not interactions:
        return
    added = [render(interaction).encode() for interaction in interactions]
    with _errors(target), exclusive(target):
        if not target.exists() or target.stat().st_size == 0:
            _write(target, [HEAD.encode(), *added])
        else:
            _extend(target, added)


def replace(path: str | Path, interactions: Iterable[Interaction]) -> None:
    """Put these interactions in the place of whatever the cassette held.

    Raises CassetteError when it cannot be written; it is then as it was.
    """
    target = writable(path)
    items = [render(interaction).encode() for interaction in interactions]
    with _errors(target), exclusive(target):
        _write(target, [HEAD.encode(), *items] if items else [EMPTY.encode()])


def writable(path: str | Path) -> Path:
    """Where the cassette's file really lies; its folder is made.

    Raises CassetteError when the name asks for a form that is not written.
    """
    target = Path(os.path.realpath(path))
    if target.suffix.lower() not in _SUFFIXES:
        raise CassetteError(
            path, "recordings are written as YAML", next_step="Choose a name that ends in `.yaml`."
        )
    with _errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _extend(target: Path, added: list[bytes]) -> None:
    with (
        target.open("rb") as file,
        closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as old,
    ):
        end = _end_of_list(old)
        if end is not None:
            _write(target, [_pieces(old, 0, end), *added, _pieces(old, end, len(old))])
            return
    kept = [render(interaction).encode() for interaction in load(target)]
    _write(target, [HEAD.encode(), *kept, *added])


def _end_of_list(old: mmap.mmap) -> int | None:
    """Where the list of interactions ends, when the file is laid out as we and vcrpy do: a list at
    the margin.
    """
    if old[-1:] != b"\n" or b"\r" in old[:_BLOCK] or old[:3] == b"\xef\xbb\xbf":
        return None
    keys = [0, *(found.end() for found in _AT_MARGIN.finditer(old))]
    if not all(_KEY.match(old, key) for key in keys):
        return None
    for key, following in zip(keys, [*keys[1:], len(old)], strict=True):
        if old[key : key + len(_LIST)] == _LIST:
            return following
    return None


def _pieces(old: mmap.mmap, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _BLOCK):
        yield old[at : min(at + _BLOCK, end)]


def _write(target: Path, pieces: Iterable[bytes | Iterator[bytes]]) -> None:
    """The whole file at once. The temporary name is fixed: under the lock, one that is there is a
    crash's leftover.
    """
    temporary = target.with_name(f".{target.name}.tmp")
    with suppress(FileNotFoundError):
        temporary.unlink()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                file.writelines([piece] if isinstance(piece, bytes) else piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename last through a power failure, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


class _errors:  # noqa: N801
    """Says of which cassette the system complains."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise CassetteError(
                self._path,
                f"it cannot be written: {error.strerror or error}",
                next_step=(
                    "The file is as it was. Make room or change its permissions, then record again."
                ),
            ) from error
