"""The file of a cassette, as plain values: one interaction at a time, by a stream that can build
nothing but data.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import yaml

from mockserver.cassettes.formats import dump_response, foreign_interactions, is_dump
from mockserver.data_files import DataError, YamlStream, open_yaml
from mockserver.errors import CassetteError, reading_cassette
from mockserver.names import nearest

ProgressCallback: TypeAlias = Callable[[int, int], None]
"""Called now and then while a file loads: (bytes read so far, bytes in the file)."""

MAX_FILE = 512 * 1024 * 1024
SCRIPTED_KEYS = frozenset({"when", "reply", "error", "generated", "stream"})
"""Keys that tell a scripted interaction."""

_LISTS = ("interactions", "http_interactions", "requests", "responses")


@dataclass(frozen=True, slots=True)
class BareAnswer:
    """An answer that makes up a whole file, in the form of VCR v1: a Response, an error envelope,
    or what curl printed.
    """

    response: dict[str, Any]


def raw_interactions(path: str | Path, progress: ProgressCallback | None = None) -> Iterator[Any]:
    """The interactions of a cassette in order, undigested: whatever value stands for each.

    A file that is one recorded answer yields a BareAnswer. Memory holds one interaction at a time,
    except for JSON, which is parsed whole.

    Raises CassetteError when the file is no cassette, cannot be parsed, or asks for anything but
    data.
    """
    requests: list[Any] = []
    responses: list[Any] = []
    others: list[str] = []
    found = False
    for key, value in _entries(Path(path), progress):
        if value is _BEGIN:
            found = True
        elif value is _PASSED_OVER:
            others.append(str(key))
        elif key == "requests":
            requests.append(value)
        elif key == "responses":
            responses.append(value)
        else:
            yield value
    if len(requests) != len(responses):
        raise CassetteError(
            path,
            f"it lists {len(requests)} requests but {len(responses)} responses",
            next_step="Both lists must be equally long; record it again.",
        )
    for request, response in zip(requests, responses, strict=True):
        yield {"request": request, "response": response}
    if not found:
        raise _no_list(path, others)


def _no_list(path: str | Path, keys: list[str]) -> CassetteError:
    """The error for a mapping with these keys, none of which is that of a cassette's list."""
    misspelt = next((key for key in keys if nearest(key, _LISTS)), None)
    next_step = "A cassette is a mapping with such a list; check that this file is one."
    if misspelt is not None:
        next_step = f"Write it in place of `{misspelt}`."
    return CassetteError(path, "it has no list `interactions`", next_step=next_step)


_BEGIN = object()
_PASSED_OVER = object()
_PROMPTS = "prompts"
"""A cassette may hold stored prompts and nothing else."""


def _entries(path: Path, progress: ProgressCallback | None) -> Iterator[tuple[str, Any]]:
    with reading_cassette(path):
        size = path.stat().st_size
        if size > MAX_FILE:
            raise _too_large(path)
        with path.open("rb") as file:
            head = file.peek(2)[:2]
            source = _Source(path, gzip.GzipFile(fileobj=file) if head == b"\x1f\x8b" else file)
            if source.looks_like_dump():
                yield "interactions", _BEGIN
                yield "interactions", BareAnswer(dump_response(path, source.rest()))
                return
            report = None if progress is None else lambda: progress(file.tell(), size)
            document = _json(source)
            if document is not None:
                yield from _json_entries(path, document)
            else:
                yield from _yaml_entries(path, source, report)


def _json(source: "_Source") -> Any:
    """The document when the file is JSON; otherwise None, and the source is as it was."""
    if source.looks_like_json():
        text = source.rest()
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return None


def _json_entries(path: Path, document: Any) -> Iterator[tuple[str, Any]]:
    foreign = foreign_interactions(path, document)
    if foreign is not None:
        yield "interactions", _BEGIN
        for exchange in foreign:
            yield "interactions", exchange
        return
    if not isinstance(document, dict):
        raise _not_a_mapping(path, document)
    if document.get("object") == "response" or document.keys() == {"error"}:
        yield "interactions", _BEGIN
        yield "interactions", BareAnswer(_json_answer(document))
        return
    if _PROMPTS in document:
        yield _PROMPTS, _BEGIN
    for key in document:
        if key not in _LISTS:
            yield key, _PASSED_OVER
    for key in _LISTS:
        if key in document:
            yield key, _BEGIN
            if not isinstance(document[key], list):
                raise CassetteError(
                    path, f"`{key}` is not a list", next_step="Check that this file is a cassette."
                )
            for item in document[key]:
                yield key, item


def _json_answer(document: dict[str, Any]) -> dict[str, Any]:
    is_error = "error" in document and "object" not in document
    return {
        "status": {"code": 400, "message": "Bad Request"}
        if is_error
        else {"code": 200, "message": "OK"},
        "headers": {"content-type": "application/json"},
        "parsed_body": document,
    }


def _yaml_entries(
    path: Path, source: "_Source", report: Callable[[], None] | None
) -> Iterator[tuple[str, Any]]:
    try:
        stream = open_yaml(source)
        with stream.reading():
            yield from _top_level(path, stream, report)
    except DataError as error:
        raise _unreadable(path, error) from error.__cause__


def _top_level(
    path: Path, stream: YamlStream, report: Callable[[], None] | None
) -> Iterator[tuple[str, Any]]:
    stream.get_event()
    if stream.check_event(yaml.StreamEndEvent):
        raise CassetteError(path, "the file is empty", next_step="Record it again, or delete it.")
    stream.get_event()
    if not stream.check_event(yaml.MappingStartEvent):
        raise _not_a_mapping(path, stream.value())
    stream.get_event()
    while not stream.check_event(yaml.MappingEndEvent):
        key = stream.value()
        if key not in _LISTS:
            if key == _PROMPTS:
                yield key, _BEGIN
            stream.value()
            yield key, _PASSED_OVER
            continue
        yield key, _BEGIN
        if not stream.check_event(yaml.SequenceStartEvent):
            where = f"line {stream.line_ahead()}"
            raise CassetteError(
                path, f"`{key}` is not a list", where=where, next_step="Write it as a list."
            )
        stream.get_event()
        while not stream.check_event(yaml.SequenceEndEvent):
            yield key, stream.value()
            if report is not None:
                report()
        stream.get_event()
    stream.get_event()
    stream.get_event()
    if not stream.check_event(yaml.StreamEndEvent):
        raise CassetteError(
            path, "it holds more than one YAML document", next_step="Split it at the line `---`."
        )


class _Source:
    """A readable stream that stops at `MAX_FILE` bytes, however small the file that they come
    from.
    """

    def __init__(self, path: Path, stream: IO[bytes] | gzip.GzipFile) -> None:
        self._path = path
        self._stream = stream
        self._left = MAX_FILE
        self._kept = self.read(1 << 16)

    def looks_like_json(self) -> bool:
        return self._kept.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")

    def looks_like_dump(self) -> bool:
        return is_dump(self._kept)

    def rest(self) -> bytes:
        """Everything that is left; it can be read once more afterwards."""
        more = self._stream.read(self._left + 1)
        self._left -= len(more)
        self._kept += more
        if self._left < 0:
            raise _too_large(self._path)
        return self._kept.removeprefix(b"\xef\xbb\xbf")

    def read(self, size: int = -1) -> bytes:
        kept, self._kept = getattr(self, "_kept", b""), b""
        if kept:
            taken, self._kept = (kept, b"") if size < 0 else (kept[:size], kept[size:])
            return taken
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._path)
        return data


def _unreadable(path: Path, error: DataError) -> CassetteError:
    where = f"line {error.line}" if error.line is not None else ""
    match error.reason:
        case "tag":
            what = f"the tag {error.tag} asks for more than plain data; such a file can run code"
            what += " when it is loaded"
            next_step = "Remove the tag if you trust the file, or record it again."
        case "syntax":
            what = f"it is not valid YAML: {error.problem}"
            next_step = "Was it cut? Restore it or record it again."
        case "text":
            what = f"it is not readable text: {error.problem}"
            next_step = "A cassette is YAML or JSON in UTF-8."
        case "depth":
            what = "it is nested too deeply"
            next_step = "Check that this file is a cassette."
        case "value":
            what = error.problem
            next_step = ""
    return CassetteError(path, what, where=where, next_step=next_step)


def _not_a_mapping(path: Path, document: Any) -> CassetteError:
    if not isinstance(document, list):
        next_step = "A cassette is a mapping with a list `interactions`."
        return CassetteError(path, "the document is not a mapping", next_step=next_step)
    if any(isinstance(each, dict) and SCRIPTED_KEYS & each.keys() for each in document):
        what = "the document is a list of scripted interactions, not a mapping"
        return CassetteError(path, what, next_step="Put it below a line `interactions:`.")
    return CassetteError(
        path,
        "the document is not a mapping; a list is the form from before vcrpy 1.0",
        next_step=(
            f"Convert it with `python -m vcr.migration {path}` if you trust it, or record it again."
        ),
    )


def _too_large(path: Path) -> CassetteError:
    return CassetteError(
        path,
        f"it is larger than {MAX_FILE // 1024 // 1024} MiB unpacked",
        next_step="Split it into several cassettes.",
    )
