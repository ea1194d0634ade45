"""Cassettes of every dialect, read into interactions.

Known dialects: VCR v1 as vcrpy 1.x to 9.x writes it (YAML and JSON, bodies as text or binary, plain
or compressed), its older httpx form (`status_code`, `content`), pydantic-ai's `parsed_body`,
LangChain's gzipped parallel lists, Betamax and Ruby VCR (`http_interactions`, `base64_string`),
go-vcr, the AI SDK's `*.chunks.txt`, one Response or error body in a JSON file, and our own. Files
of other shapes are read by `formats`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from mockserver.api.json import parse
from mockserver.cassettes.document import (
    MAX_FILE,
    SCRIPTED_KEYS,
    BareAnswer,
    ProgressCallback,
    raw_interactions,
)
from mockserver.cassettes.formats.masked import unmasked
from mockserver.cassettes.interaction import Interaction, RecordedRequest, RecordedResponse
from mockserver.cassettes.vcr import Malformed, request_of, response_of
from mockserver.errors import CassetteError, reading_cassette
from mockserver.sse import render_event

_EVENT_TYPE = re.compile(r'"type"\s*:\s*"([^"]+)"')


def load(path: str | Path, *, progress: ProgressCallback | None = None) -> list[Interaction]:
    """All interactions of a recorded cassette, in recorded order.

    `progress` is called now and then with (bytes read, bytes in all).

    Raises CassetteError, which says where and what, for a file that cannot be read or cannot be
    read safely: tags that build objects, the list form of vcrpy before 1.0, absurd sizes,
    decompression bombs.
    """
    return list(iterate(path, progress=progress))


def iterate(path: str | Path, *, progress: ProgressCallback | None = None) -> Iterator[Interaction]:
    """Like `load`, one interaction at a time."""
    if str(path).endswith(".chunks.txt"):
        yield _event_list(Path(path))
        return
    for number, raw in enumerate(raw_interactions(path, progress), 1):
        yield read_interaction(path, number, raw)


def load_if_recorded(
    path: str | Path, *, progress: ProgressCallback | None = None
) -> list[Interaction] | None:
    """Like `load`; None for a cassette that is scripted, judged by its first interaction."""
    if str(path).endswith(".chunks.txt"):
        return [_event_list(Path(path))]
    found: list[Interaction] = []
    for number, raw in enumerate(raw_interactions(path, progress), 1):
        if number == 1 and _is_scripted(path, raw):
            return None
        found.append(read_interaction(path, number, raw))
    return found or None


def cassette_kind(path: str | Path) -> Literal["scripted", "recorded"]:
    """Which of the two a cassette is, judged by the keys of its first interaction; one without any
    is scripted.

    Raises CassetteError when it cannot be read so far.
    """
    if str(path).endswith(".chunks.txt"):
        return "recorded"
    for raw in raw_interactions(path):
        return "scripted" if _is_scripted(path, raw) else "recorded"
    return "scripted"


def _is_scripted(path: str | Path, first: Any) -> bool:
    """Whether the first interaction is no recording. What a scripted one may hold, its own reader
    knows.
    """
    if isinstance(first, BareAnswer):
        return False
    if not isinstance(first, dict):
        raise _not_an_interaction(path, 1, first)
    return not first.keys() & {"request", "response"}


def read_interaction(path: str | Path, number: int, raw: Any) -> Interaction:
    """One interaction of a file, counted from 1, from the plain value that stands for it.

    Raises CassetteError when it is no recording, or not such a one as any recorder writes.
    """
    source = f"{path}#{number}"
    is_bare = isinstance(raw, BareAnswer)
    if not is_bare and (not isinstance(raw, dict) or not raw.keys() >= {"request", "response"}):
        raise _not_an_interaction(path, number, raw)
    where = f"interaction {number}"
    with reading_cassette(path, where):
        try:
            if is_bare:
                return _reply_only(response_of(raw.response), source)
            return unmasked(_exchange(raw, source))
        except Malformed as error:
            next_step = error.next_step or "Record it again."
            raise CassetteError(path, str(error), where=where, next_step=next_step) from error


def _exchange(raw: dict[str, Any], source: str) -> Interaction:
    response = raw["response"]
    additions = response.get("mockserver") if isinstance(response, dict) else None
    kept = additions.get("recorded_at") if isinstance(additions, dict) else None
    recorded_at = kept or raw.get("recorded_at")
    return Interaction(
        request_of(raw["request"]),
        response_of(response),
        source,
        None if recorded_at is None else str(recorded_at),
    )


def _scripted_here(path: str | Path, number: int) -> CassetteError:
    if number == 1:
        next_step = "`mockserver serve`, `show` and `check` take scripted ones as well."
        return CassetteError(
            path, "it is scripted, where only recordings are read", next_step=next_step
        )
    what = "it is scripted, in a cassette that begins with a recording"
    return CassetteError(
        path, what, where=f"interaction {number}", next_step="Put it into a file of its own."
    )


def _reply_only(response: RecordedResponse, source: str) -> Interaction:
    return Interaction(RecordedRequest("POST", "/v1/responses"), response, source, reply_only=True)


def _event_list(path: Path) -> Interaction:
    """A `*.chunks.txt`: one event's JSON per line, sometimes broken as recorded. Its frames are
    built anew.
    """
    with reading_cassette(path):
        if path.stat().st_size > MAX_FILE:
            raise CassetteError(
                path, "it is absurdly large", next_step="Split it into several files."
            )
        text = path.read_text("utf-8")
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise CassetteError(path, "the file is empty", next_step="Record it again, or delete it.")
    body = b"".join(_frame(line.rstrip("\r")) for line in lines)
    response = RecordedResponse(
        200,
        "OK",
        (("content-type", "text/event-stream; charset=utf-8"),),
        body,
    )
    return _reply_only(response, f"{path}#1")


def _frame(line: str) -> bytes:
    try:
        value = parse(line.encode())
        name = value.get("type") if isinstance(value, dict) else None
    except ValueError:
        found = _EVENT_TYPE.search(line)
        name = found[1] if found else None
    return render_event(name or "", line.encode("utf-8", "surrogatepass"))


def _not_an_interaction(path: str | Path, number: int, raw: Any) -> CassetteError:
    if isinstance(raw, dict) and raw.keys() & SCRIPTED_KEYS:
        return _scripted_here(path, number)
    keys = (
        f"it has the keys {', '.join(map(str, raw))}"
        if isinstance(raw, dict) and raw
        else "it is no mapping"
    )
    return CassetteError(
        path,
        f"this is no recorded interaction: {keys}",
        where=f"interaction {number}",
        next_step=(
            "A recorded one has `request` and `response`; a scripted one has `reply` or `error`."
        ),
    )
