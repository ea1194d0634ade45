"""Recordings of Mastra's llm-recorder and its kin: `{meta, recordings: [{request, response}]}`, in
older releases the list alone.

A stream is kept as `chunks` of text with `chunkTimings`, the milliseconds since the chunk before;
any other answer as its parsed JSON in `body`.
"""

from itertools import accumulate
from typing import Any

from mockserver.cassettes.vcr import Malformed


def entries(document: Any) -> list[Any] | None:
    """The recordings of a document; None where it is of another format."""
    found = document.get("recordings") if isinstance(document, dict) else document
    if not isinstance(found, list) or (isinstance(document, list) and not _is_recording(found)):
        return None
    return found


def _is_recording(members: list[Any]) -> bool:
    """Whether a list that stands alone is one of recordings: each knows its hash."""
    keys = {"hash", "request", "response"}
    return bool(members) and isinstance(members[0], dict) and members[0].keys() >= keys


def exchange(entry: Any) -> dict[str, Any] | None:
    """One recording as VCR v1 has it. Raises Malformed."""
    request, response = _part(entry, "request"), _part(entry, "response")
    answer: dict[str, Any] = {
        "status": {"code": response.get("status"), "message": response.get("statusText") or ""},
        "headers": response.get("headers"),
    }
    if response.get("chunks") is not None:
        answer |= _stream(response["chunks"], response.get("chunkTimings"))
    else:
        answer |= _body(response.get("body"))
    asked = {
        "method": request.get("method"),
        "uri": request.get("url"),
        "headers": request.get("headers") or {"content-type": "application/json"},
    }
    return {"request": asked | _body(request.get("body")), "response": answer}


def _part(entry: Any, name: str) -> dict[str, Any]:
    part = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(part, dict):
        raise Malformed(f"it has no `{name}`")
    return part


def _body(value: Any) -> dict[str, Any]:
    if value is None or isinstance(value, str):
        return {"body": {"string": value or ""}}
    return {"parsed_body": value}


def _stream(chunks: Any, timings: Any) -> dict[str, Any]:
    if not isinstance(chunks, list) or not all(isinstance(chunk, str) for chunk in chunks):
        raise Malformed("the response's `chunks` are not a list of texts")
    pieces = [chunk.encode("utf-8", "surrogatepass") for chunk in chunks]
    found: dict[str, Any] = {"body": {"string": b"".join(pieces)}}
    if timings is None or not chunks:
        return found
    is_numbers = isinstance(timings, list) and all(
        isinstance(wait, int | float) and wait >= 0 for wait in timings
    )
    if not is_numbers or len(timings) != len(chunks):
        raise Malformed(
            "the response's `chunkTimings` are not one number of milliseconds for each chunk",
            "Delete `chunkTimings`; the stream is then replayed event by event.",
        )
    lengths = map(len, pieces)
    timed = [list(pair) for pair in zip(accumulate(timings), lengths, strict=True)]
    return found | {"mockserver": {"chunks": timed}}
