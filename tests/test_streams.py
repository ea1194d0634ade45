"""Streams are composed as they are sent, and end when their client has gone."""

import asyncio
import gc
import json
import logging
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest

from conftest import Serve, Served
from mockserver.api import Json
from mockserver.compose import Answer
from mockserver.http import create_app
from mockserver.script import to_step
from mockserver.session import Received, Sessions
from mockserver.settings import Settings
from patience import until
from sockets import Socket

WORDS = 200
FIRST_DELTA = 5
"""How many events a stream has up to its first delta, that included."""
AHEAD = 2
"""How many events more are composed: the one that is waited for, and the one behind it."""


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of all events that any answer has composed so far."""
    types: list[str] = []
    original = Answer.events

    def events(self: Answer) -> Iterator[Json]:
        for event in original(self):
            types.append(event["type"])
            yield event

    monkeypatch.setattr(Answer, "events", events)
    return types


@contextmanager
def opened(served: Served, text: str = "Hi", **body: Any) -> Iterator[None]:
    """A stream that has come as far as its first delta; its client leaves with the block."""
    content = {"model": "gpt-5", "input": text, "stream": True, **body}
    with httpx2.stream("POST", f"{served.url}/responses", json=content) as reply:
        lines = reply.iter_lines()
        until_delta(lines)
        yield
        del lines


def until_delta(lines: Iterator[str]) -> None:
    """Read on up to a delta; the connection is closed when nobody has the lines any more."""
    while "output_text.delta" not in next(lines):
        pass


def slow_server(serve: Serve, words: int = WORDS, **stream: Any) -> tuple[Served, list[Received]]:
    """A server whose streams stop at their first delta, and the requests that are over there."""
    served = serve()
    reply = " ".join(["word"] * words)
    served.script({"reply": reply, "stream": {"itl_ms": 86_400_000, **stream}, "times": "always"})
    over: list[Received] = []

    def note(received: Received, *, is_over: bool) -> None:
        if is_over:
            over.append(received)

    served.session.journal.watch(note)
    return served, over


def test_events_are_composed_as_they_are_sent(serve: Serve, composed: list[str]) -> None:
    served, _ = slow_server(serve)
    with opened(served):
        assert len(composed) <= FIRST_DELTA + AHEAD


def test_messages_are_composed_as_they_are_sent(serve: Serve, composed: list[str]) -> None:
    served, _ = slow_server(serve)
    with Socket(served.url) as connection:
        connection.create()
        connection.until("response.output_text.delta")
        assert len(composed) <= FIRST_DELTA + AHEAD


@pytest.mark.parametrize("after", [None, 1])
def test_a_run_is_composed_as_it_is_followed(
    serve: Serve, composed: list[str], after: int | None
) -> None:
    """Twice: what is out by now is looked at on its own."""
    served, over = slow_server(serve)
    with opened(served, background=True):
        pass
    until(lambda: len(over) == 1)
    if after is not None:
        answer = over[0].answer
        assert answer is not None
        composed.clear()
        url = f"{served.url}/responses/{answer.id}"
        query = {"stream": "true", "starting_after": str(after)}
        with httpx2.stream("GET", url, params=query) as reply:
            until_delta(reply.iter_lines())
        until(lambda: len(over) == 2)
    assert 0 < len(composed) <= 2 * (FIRST_DELTA + 1 + AHEAD)


@pytest.mark.parametrize("fault", [None, {"kind": "drop", "after_events": 50}])
def test_a_stream_ends_when_its_client_has_gone(
    serve: Serve, composed: list[str], caplog: pytest.LogCaptureFixture, fault: Json | None
) -> None:
    """Nothing more is composed, nothing is kept, and its conversation is free."""
    served, over = slow_server(serve, fault=fault)
    conversation = httpx2.post(f"{served.url}/conversations", json={}).json()["id"]
    with caplog.at_level(logging.WARNING), opened(served, conversation=conversation):
        pass
    until(lambda: len(over) == 2)
    assert len(composed) <= FIRST_DELTA + AHEAD
    assert len(served.state.responses) == 0
    assert served.state.conversations[conversation].holder is None
    assert caplog.records == []


def test_a_turn_ends_when_its_client_has_gone(
    serve: Serve, composed: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    served, over = slow_server(serve)
    with caplog.at_level(logging.WARNING), Socket(served.url) as connection:
        connection.create()
        connection.until("response.output_text.delta")
    until(lambda: len(over) == 1)
    assert len(composed) <= FIRST_DELTA + AHEAD
    assert caplog.records == []


def test_a_stream_without_a_pace_leaves_before_it_is_whole(composed: list[str]) -> None:
    """The application sends its first batch when it has composed the next, and no more."""
    sessions = Sessions(Settings())
    sessions.default.script([to_step(" ".join(["word"] * 1000))])
    body = json.dumps({"model": "gpt-5", "input": "Hi", "stream": True}).encode()
    counts: list[int] = []

    async def receive() -> Json:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            counts.append(len(composed))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/responses",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"host", b"localhost")],
    }
    asyncio.run(create_app(sessions)(scope, receive, send))
    assert len(composed) > 1000
    assert counts[0] < 300


def test_an_open_stream_takes_no_more_memory_for_a_longer_text(serve: Serve) -> None:
    """The fault: the events, the frames or the pieces of a text are made before they leave."""
    short, long = memory(serve, words=200), memory(serve, words=4_000)
    assert long < 2 * short


def memory(serve: Serve, words: int, streams: int = 20) -> float:
    """The bytes that an open stream takes."""
    served, _ = slow_server(serve, words)
    with ExitStack() as stack:
        stack.enter_context(opened(served, "What is computed once"))
        gc.collect()
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        for number in range(streams):
            stack.enter_context(opened(served, f"Question {number}"))
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    return taken / streams
