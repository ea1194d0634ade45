"""Streams of server-sent events: split without a change, read as clients read them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.cassettes import RecordedResponse, payload, pieces
from mockserver.sse import ServerSentEvent, events, frames

ENDS = ["\n", "\r\n", "\r"]


@given(
    st.lists(
        st.sampled_from([b"\n", b"\r", b"\r\n", b"data: x", b"\xef\xbb\xbf", b": c", b"\xff", b"a"])
    )
)
def test_frames_joined_are_the_body(parts: list[bytes]) -> None:
    body = b"".join(parts)
    assert b"".join(frames(body)) == body
    assert all(frames(body))


@given(
    st.lists(st.tuples(st.text("ab.", min_size=1), st.text('{"é 😀:}')), max_size=5),
    st.sampled_from(ENDS),
    st.booleans(),
)
def test_each_event_is_one_frame(sent: list[tuple[str, str]], end: str, bom: bool) -> None:
    body = "".join(f"event: {name}{end}data: {data}{end}{end}" for name, data in sent)
    raw = ("\ufeff" * bom + body).encode()
    assert [(event.name, event.data) for event in events(raw)] == sent
    assert len(frames(raw)) == len(sent) + (bom and not sent)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", []),
        (b": only a comment\n\n", []),
        (b'data: {"a":1}\n\n', [ServerSentEvent("", '{"a":1}')]),
        (b"data:tight\n\n", [ServerSentEvent("", "tight")]),
        (b"data: a\ndata: b\n\n", [ServerSentEvent("", "a\nb")]),
        (
            b"id: 7\nevent: x\ndata: a\n\ndata: b\n\n",
            [ServerSentEvent("x", "a", "7"), ServerSentEvent("", "b", "7")],
        ),
        (b"event: x\n\ndata: y\n\n", [ServerSentEvent("", "y")]),
        (b"data: [DONE]\n\n", [ServerSentEvent("", "[DONE]")]),
        (b"data: a\n\ndata: b", [ServerSentEvent("", "a"), ServerSentEvent("", "b", whole=False)]),
        (
            b"data: a\n\nevent: y\n",
            [ServerSentEvent("", "a"), ServerSentEvent("y", "", whole=False)],
        ),
        (b"data\n\n", [ServerSentEvent("", "")]),
        (
            b"retry: 5\n: c\ndata: a\n\n\n\ndata: b\n\n",
            [ServerSentEvent("", "a"), ServerSentEvent("", "b")],
        ),
        (b"data: a\r\n\r\ndata: b\r\r", [ServerSentEvent("", "a"), ServerSentEvent("", "b")]),
    ],
)
def test_events(body: bytes, expected: list[ServerSentEvent]) -> None:
    assert list(events(body)) == expected


def test_payload_is_what_was_recorded() -> None:
    assert payload(RecordedResponse(200, body=b"\xff")) == b"\xff"
    assert payload(RecordedResponse(200, value={"a": 1.0})) == b'{\n  "a": 1.0\n}'
    assert payload(RecordedResponse(204)) == b""


def test_pieces_by_speed() -> None:
    body = b"data: a\n\ndata: b\n\n"
    response = RecordedResponse(200, body=body, chunks=((10.0, 3), (30.0, len(body) - 3)))
    assert pieces(response) == [(0.0, b"data: a\n\n"), (0.0, b"data: b\n\n")]
    assert pieces(response, 1.0) == [(10.0, body[:3]), (30.0, body[3:])]
    assert [at for at, _ in pieces(response, 2.0)] == [5.0, 15.0]
    assert pieces(replace(response, chunks=None), 1.0) == pieces(response)
