"""Cassettes written so that no moment finds half of one.

Every write makes a whole new file beside the old one and renames it over: a crash leaves the old
cassette or the new one. Adding to a cassette copies its bytes without parsing them, so its cost is
that of copying the file, and whoever adds to one cassette from several threads or processes waits
for the others and loses nothing.

The text is that of VCR v1: readable, in a stable order, byte for byte. vcrpy drops what it does not
know beside `request` and `response`, but keeps what it does not know inside `response`. So what we
add stands there, under `mockserver`.
"""

import base64
import mmap
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import yaml

from mockserver.cassettes.interaction import (
    HeaderFields,
    Interaction,
    RecordedResponse,
    SocketMessage,
    payload,
)
from mockserver.cassettes.read import load
from mockserver.errors import CassetteError

if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def exclusive(path: Path) -> Iterator[None]:
        """Hold the right to replace `path`; waits for whoever holds it now. Its folder must
        exist.
        """
        with path.with_name(f".{path.name}.lock").open("a+b") as file:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    @contextmanager
    def exclusive(path: Path) -> Iterator[None]:
        """Hold the right to replace `path`; waits for whoever holds it now. Its folder must exist.

        The folder is what is locked: the file itself is replaced, so that a lock on it would guard
        a file that is gone, and a lock file of its own would have to be ignored, cleaned up and
        explained.
        """
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


CASSETTE_HEAD = "version: 1\ninteractions:\n"
EMPTY_CASSETTE = "version: 1\ninteractions: []\n"

BLOCK_CHARACTER = (
    "[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What a YAML block holds as it is: printable, and no line break but the line feed."""
_BLOCK_TEXT = re.compile(f"{BLOCK_CHARACTER}*")
_PLAIN = re.compile(
    r"[A-Za-z/](?:[\w./+*()~%&=;?@\[\]$!^-]|:(?=\S)|,(?=\S)|[ ](?=[^\s#]))*", re.ASCII
)
_RESERVED = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null)")
_CHUNKS_PER_LINE = 8


def render_interaction(interaction: Interaction) -> str:
    """One item of the list `interactions`, with a line end."""
    request, response = interaction.request, interaction.response
    lines = [
        f"- request:\n    method: {yaml_scalar(request.method)}\n",
        f"    uri: {yaml_scalar(request.uri)}\n",
        _headers(request.headers, "    "),
        _entry("body", request.body, "    "),
        "  response:\n    status:\n",
        f"      code: {response.status}\n      message: {yaml_scalar(response.reason)}\n",
        _headers(response.headers, "    "),
        "    body:\n",
        _entry("string", payload(response), "      "),
        *_additions(response, interaction.recorded_at),
    ]
    return "".join(lines)


def yaml_scalar(text: str) -> str:
    """Text on one line: bare where YAML cannot mistake it, else quoted."""
    if _PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return yaml_quoted(text)


def yaml_quoted(text: str) -> str:
    """Text on one line in double quotes."""
    dumped: str = yaml.dump(
        text, Dumper=_Dumper, default_style='"', width=1 << 30, allow_unicode=True
    )
    return dumped.rstrip("\n")


_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _headers(headers: HeaderFields, indent: str) -> str:
    if not headers:
        return f"{indent}headers: {{}}\n"
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name, []).append(value)
    lines = [f"{indent}headers:\n"]
    for name in sorted(named):
        lines.append(f"{indent}  {yaml_scalar(name)}:\n")
        lines += [f"{indent}  - {yaml_scalar(value)}\n" for value in named[name]]
    return "".join(lines)


def _entry(key: str, body: bytes, indent: str) -> str:
    try:
        return f"{indent}{key}: {_text(body.decode(), indent + '  ')}\n"
    except UnicodeDecodeError:
        packed = base64.encodebytes(body).decode("ascii").rstrip("\n")
        return f"{indent}{key}: !!binary |\n{_indented(packed, indent + '  ')}\n"


def _text(text: str, indent: str) -> str:
    """Text as a literal block, or quoted where a block would lose something. Without the last line
    end.
    """
    if not text.strip("\n") or not _BLOCK_TEXT.fullmatch(text):
        return yaml_quoted(text)
    # The block's indentation would be guessed from a first line that is empty or begins with white
    # space.
    depth = "2" if text[0] in " \t\n" else ""
    content = text.rstrip("\n")
    ends = len(text) - len(content)
    keep = "-" if ends == 0 else "" if ends == 1 else "+"
    return f"|{depth}{keep}\n{_indented(content, indent)}" + "\n" * max(0, ends - 1)


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else "" for line in text.split("\n"))


def _additions(response: RecordedResponse, recorded_at: str | None) -> Iterator[str]:
    entries: list[str] = []
    if recorded_at is not None:
        entries.append(f"      recorded_at: {yaml_quoted(recorded_at)}\n")
    if response.cut:
        entries.append("      cut: true\n")
    if response.chunks is not None:
        entries.append(f"      chunks: [{_chunks(response.chunks)}]\n")
    if response.messages is not None:
        entries.append(f"      websocket:{_messages(response.messages)}\n")
    if entries:
        yield "    mockserver:\n"
        yield from entries


def _chunks(chunks: tuple[tuple[float, int], ...]) -> str:
    pairs = [f"[{_number(offset)}, {length}]" for offset, length in chunks]
    rows = [pairs[i : i + _CHUNKS_PER_LINE] for i in range(0, len(pairs), _CHUNKS_PER_LINE)]
    return (",\n" + " " * 8).join(", ".join(row) for row in rows)


def _messages(messages: Iterable[SocketMessage]) -> str:
    items = [
        f"\n      - from: {message.sender}\n        offset_ms: {_number(message.offset_ms)}\n"
        f"        data: {_text(message.data, ' ' * 10)}"
        for message in messages
    ]
    return "".join(items) or " []"


def _number(value: float) -> str:
    return f"{round(value, 1):.1f}".removesuffix(".0")


_SUFFIXES = frozenset({".yaml", ".yml"})
_COPIED_AT_ONCE = 1 << 20
# A line that stands at the margin and is no item of a list, no comment: a key of the document.
_AT_MARGIN = re.compile(rb"\n(?=[^ \n#\-]|-[^ \n])")
_KEY = re.compile(rb"[A-Za-z_]\w*:[ \n]")
_LIST = b"interactions:\n- "


def append_interactions(path: str | Path, interactions: Sequence[Interaction]) -> None:
    """Add interactions at the end of a cassette, which is made when it is missing, readable by its
    owner alone.

    Raises CassetteError when the file is no cassette or cannot be written; it is then as it was.
    """
    target = writable(path)
    if not interactions:
        return
    added = [render_interaction(interaction).encode() for interaction in interactions]
    with _errors(target), exclusive(target):
        if not target.exists() or target.stat().st_size == 0:
            _write(target, [CASSETTE_HEAD.encode(), *added])
        else:
            _extend(target, added)


def replace_interactions(path: str | Path, interactions: Iterable[Interaction]) -> None:
    """Put these interactions in the place of whatever the cassette held.

    Raises CassetteError when it cannot be written; it is then as it was.
    """
    target = writable(path)
    items = [render_interaction(interaction).encode() for interaction in interactions]
    with _errors(target), exclusive(target):
        _write(target, [CASSETTE_HEAD.encode(), *items] if items else [EMPTY_CASSETTE.encode()])


def writable(path: str | Path) -> Path:
    """Where the cassette's file really lies; its folder is made.

    Raises CassetteError when the name asks for a form that is not written.
    """
    target = Path(os.path.realpath(path))
    if target.suffix.lower() not in _SUFFIXES:
        raise CassetteError(
            path,
            "recordings are written as YAML",
            next_step="Choose a name that ends in `.yaml`; `mockserver convert` turns a file of "
            "another format into one.",
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
    kept = [render_interaction(interaction).encode() for interaction in load(target)]
    _write(target, [CASSETTE_HEAD.encode(), *kept, *added])


def _end_of_list(old: mmap.mmap) -> int | None:
    """Where the list of interactions ends, when the file is laid out as we and vcrpy do: a list at
    the margin.
    """
    if old[-1:] != b"\n" or b"\r" in old[:_COPIED_AT_ONCE] or old[:3] == b"\xef\xbb\xbf":
        return None
    keys = [0, *(found.end() for found in _AT_MARGIN.finditer(old))]
    if not all(_KEY.match(old, key) for key in keys):
        return None
    for key, following in zip(keys, [*keys[1:], len(old)], strict=True):
        if old[key : key + len(_LIST)] == _LIST:
            return following
    return None


def _pieces(old: mmap.mmap, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _COPIED_AT_ONCE):
        yield old[at : min(at + _COPIED_AT_ONCE, end)]


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
