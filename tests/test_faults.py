"""Every fault, over every transport, as the `openai` client sees it: what it raises, how often it
asks, what it got.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from conftest import Serve, Served
from mockserver.script import FAULTS
from patience import SECONDS, SHORT, Naps, growing
from sockets import Socket, text_of

T = TypeVar("T")

REPLY = "one two naïve three four five"
ORDER = [
    *("created", "in_progress", "output_item.added", "content_part.added"),
    *["output_text.delta"] * 6,
    *("output_text.done", "content_part.done", "output_item.done", "completed"),
]
"""The events of the reply, undisturbed."""
AT = 4
"""The faults of mid-stream act after so many events."""
OPTIONS: dict[str, dict[str, Any]] = {
    "delay": {"delay_ms": 1},
    "status": {"status": 503, "body": "Bad gateway"},
}


@dataclass
class Seen:
    """What a client made of a reply. attempts: how many requests it sent."""

    raised: type[BaseException] | None = None
    attempts: int = 0
    events: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    result: Any = None
    error: Any = None


def fault_of(kind: str, **options: Any) -> dict[str, Any]:
    at = (
        {"after_events": AT}
        if "after_events" in FAULTS[kind].checks() and "after_bytes" not in options
        else {}
    )
    return {"kind": kind, **at, **OPTIONS.get(kind, {}), **options}


def scripted(served: Served, fault: dict[str, Any] | None, times: Any = "always") -> Served:
    stream = {"fault": fault} if fault else {}
    served.script({"reply": REPLY, "stream": stream, "times": times})
    return served


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the client before its retries, which are not waited for."""
    taken: list[float] = []
    monkeypatch.setattr("openai._base_client.time.sleep", taken.append)
    return taken


@pytest.fixture(scope="module")
def sdk() -> Iterator[tuple[OpenAI, list[httpx2.Request]]]:
    sent: list[httpx2.Request] = []
    hooks = {"request": [sent.append]}
    with (
        openai.DefaultHttpxClient(event_hooks=hooks) as http,
        OpenAI(
            api_key="any",
            base_url="http://127.0.0.1:1/v1",
            max_retries=1,
            timeout=SECONDS,
            http_client=http,
        ) as client,
    ):
        yield client, sent


@pytest.fixture
def ask(sdk: tuple[OpenAI, list[httpx2.Request]], waits: list[float]) -> Any:
    """Asks a server as the real client does, and tells what came of it."""
    client, sent = sdk
    assert waits == []

    def ask(served: Served, *, stream: bool = False, **options: Any) -> Seen:
        seen = Seen()
        sent.clear()
        asking = client.with_options(base_url=served.url, **options)
        try:
            if stream:
                for event in asking.responses.create(model="gpt-5", input="x", stream=True):
                    seen.events.append(event.type.removeprefix("response."))
                    seen.numbers.append(event.sequence_number)
                    seen.result = getattr(event, "response", seen.result)
            else:
                seen.result = asking.responses.create(model="gpt-5", input="x")
        except Exception as error:
            seen.raised, seen.error = type(error), error
        seen.attempts = len(sent)
        return seen

    return ask


def timeout_of(kind: str) -> float:
    """The patience with which all of a fault is seen: that with one that ends in a time-out is
    short, and must not decide what came before it.
    """
    return 0.1 if kind in ("hang", "stall", "missing_terminal") else SECONDS


def patiently(
    serve: Serve, ask: Any, kind: str, script: Callable[[Served], Any], enough: Any, **options: Any
) -> Seen:
    """Asks a server, of its own each time, with growing patience until it has seen enough."""

    def attempt(seconds: float) -> Seen:
        served = serve(watched=False)
        script(served)
        timeout = seconds if timeout_of(kind) < SECONDS else SECONDS
        seen: Seen = ask(served, timeout=timeout, **options)
        return seen

    seen: Seen = growing(attempt, enough)
    return seen


# -------------------------------------------------------------------------------------------------------------
# JSON

WHOLE = (None, 1, "completed")
JSON_OUTCOMES: dict[str, tuple[type[BaseException] | None, int, str | None]] = {
    "delay": WHOLE,
    "hang": (openai.APITimeoutError, 2, None),
    "reset": (openai.APIConnectionError, 2, None),
    "empty_reply": (openai.APIConnectionError, 2, None),
    "status": (openai.InternalServerError, 2, None),
    "drop": (openai.APIConnectionError, 2, None),
    "stall": (openai.APITimeoutError, 2, None),
    "garbled_json": (json.JSONDecodeError, 1, None),
    "cut_character": (openai.APIConnectionError, 2, None),
    "cut_frame": (openai.APIConnectionError, 2, None),
    "error_then_failed": (None, 1, "failed"),
    "failed_only": (None, 1, "failed"),
    # A body has no events that could come twice, or not at all.
    "unknown_event": WHOLE,
    "keepalive": WHOLE,
    "comment": WHOLE,
    "duplicate_event": WHOLE,
    "missing_event": WHOLE,
    "wrong_sequence": WHOLE,
    "missing_terminal": WHOLE,
    "done_marker": WHOLE,
}
"""By kind: the exception, the requests sent with one retry allowed, the status of the Response."""


def outcome_of(kind: str, outcomes: Mapping[str, T]) -> T:
    """What a client makes of a fault."""
    assert kind in outcomes, f"say what clients make of {kind} in the three tables of outcomes here"
    return outcomes[kind]


@pytest.mark.parametrize("kind", FAULTS)
def test_json(serve: Serve, ask: Any, kind: str) -> None:
    served = scripted(serve(watched=False), fault_of(kind))
    raised, attempts, status = outcome_of(kind, JSON_OUTCOMES)
    seen = ask(served, timeout=timeout_of(kind))
    assert (seen.raised, seen.attempts) == (raised, attempts)
    assert (seen.result and seen.result.status) == status
    if status == "completed":
        assert seen.result.output_text == REPLY
    if status == "failed":
        assert seen.result.error.code == "server_error"
        assert seen.result.output == []


@pytest.mark.parametrize(
    "kind", ["hang", "reset", "empty_reply", "status", "drop", "stall", "cut_frame"]
)
def test_json_recovers_where_the_client_retries(
    serve: Serve, ask: Any, kind: str, waits: list[float]
) -> None:
    def script(served: Served) -> None:
        waits.clear()
        scripted(served, fault_of(kind), times=1).script("Recovered.")

    seen = patiently(serve, ask, kind, script, lambda seen: seen.raised is None)
    assert seen.raised is None
    assert (seen.result.output_text, seen.attempts, len(waits)) == ("Recovered.", 2, 1)


# ---------------------------------------------------------------------------------------------------------------
# SSE

BEFORE = ORDER[:AT]
SSE_OUTCOMES: dict[str, tuple[type[BaseException] | None, int, list[str]]] = {
    "delay": (None, 1, ORDER),
    "hang": (openai.APITimeoutError, 2, []),
    "reset": (openai.APIConnectionError, 2, []),
    "empty_reply": (openai.APIConnectionError, 2, []),
    "status": (openai.InternalServerError, 2, []),
    "drop": (openai.APIConnectionError, 1, BEFORE),
    "stall": (openai.APITimeoutError, 1, BEFORE),
    "garbled_json": (json.JSONDecodeError, 1, BEFORE),
    "unknown_event": (None, 1, [*BEFORE, "unheard_of", *ORDER[AT:]]),
    "keepalive": (None, 1, [*BEFORE, "keepalive", *ORDER[AT:]]),
    "comment": (None, 1, ORDER),
    "duplicate_event": (None, 1, [*ORDER[: AT + 1], *ORDER[AT:]]),
    "missing_event": (None, 1, [*BEFORE, *ORDER[AT + 1 :]]),
    "wrong_sequence": (None, 1, ORDER),
    "cut_character": (openai.APIConnectionError, 1, BEFORE),
    "cut_frame": (openai.APIConnectionError, 1, BEFORE),
    "error_then_failed": (openai.APIError, 1, BEFORE),
    "failed_only": (None, 1, [*BEFORE, "failed"]),
    "missing_terminal": (None, 1, ORDER[:-1]),
    "done_marker": (None, 1, BEFORE),  # The client takes it for the end.
}
"""By kind: the exception, the requests sent with one retry allowed, the events that came."""


@pytest.mark.parametrize("kind", FAULTS)
def test_sse(serve: Serve, ask: Any, kind: str) -> None:
    raised, attempts, events = outcome_of(kind, SSE_OUTCOMES)
    seen = patiently(
        serve,
        ask,
        kind,
        lambda served: scripted(served, fault_of(kind)),
        lambda seen: seen.events == events,
        stream=True,
    )
    assert seen.raised is raised
    assert (seen.attempts, seen.events) == (attempts, events)


NUMBERS = {
    "unknown_event": list(range(len(ORDER) + 1)),
    "keepalive": list(range(len(ORDER) + 1)),
    "comment": list(range(len(ORDER))),
    "duplicate_event": [*range(AT + 1), *range(AT, len(ORDER))],
    "missing_event": [*range(AT), *range(AT + 1, len(ORDER))],
    "wrong_sequence": [*range(AT), AT + 100, *range(AT + 1, len(ORDER))],
    "failed_only": list(range(AT + 1)),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_the_numbers_tell_what_is_wrong(serve: Serve, ask: Any, kind: str) -> None:
    seen = ask(scripted(serve(watched=False), fault_of(kind)), stream=True)
    assert seen.numbers == NUMBERS[kind]


def test_an_error_in_mid_stream_has_the_code_and_the_message(serve: Serve, ask: Any) -> None:
    fault = fault_of("error_then_failed", code="rate_limit_exceeded", message="Slow down.")
    seen = ask(scripted(serve(watched=False), fault), stream=True)
    assert (seen.error.code, seen.error.message) == ("rate_limit_exceeded", "Slow down.")


@pytest.mark.parametrize("kind", ["hang", "reset", "empty_reply", "status"])
def test_sse_recovers_where_the_client_retries(serve: Serve, ask: Any, kind: str) -> None:
    seen = patiently(
        serve,
        ask,
        kind,
        lambda served: scripted(served, fault_of(kind), times=1).script(REPLY),
        lambda seen: seen.raised is None,
        stream=True,
    )
    assert (seen.raised, seen.attempts, seen.events) == (None, 2, ORDER)


@pytest.mark.parametrize("number", range(len(ORDER) + 2))
def test_what_was_sent_before_a_drop_has_arrived(serve: Serve, ask: Any, number: int) -> None:
    served = scripted(serve(watched=False), {"kind": "drop", "after_events": number})
    seen = ask(served, stream=True)
    assert seen.raised is openai.APIConnectionError
    assert seen.events == ORDER[:number]


def until_dropped(http: httpx2.Client, url: str, body: dict[str, Any]) -> bytes:
    """What comes of a body that is dropped before its end."""
    got = bytearray()
    with (
        contextlib.suppress(httpx2.RemoteProtocolError),
        http.stream("POST", f"{url}/responses", json=body) as reply,
    ):
        for chunk in reply.iter_raw():
            got += chunk
        pytest.fail("the body came to its end")
    return bytes(got)


@pytest.mark.parametrize("stream", [False, True])
def test_every_byte_before_a_drop_has_arrived(serve: Serve, stream: bool) -> None:
    served = serve(watched=False, seed=5)
    body = {"model": "gpt-5", "input": "x", "stream": stream}
    whole = httpx2.post(f"{scripted(served, None, 1).url}/responses", json=body).content
    with httpx2.Client() as http:
        for count in (0, 1, 2, 500, 1000, len(whole) - 1, len(whole), len(whole) + 5):
            served = scripted(
                serve(watched=False, seed=5), {"kind": "drop", "after_bytes": count}, 1
            )
            assert until_dropped(http, served.url, body) == whole[:count]


@pytest.mark.parametrize("kind", ["cut_character", "cut_frame"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_cut_may_be_nothing_but_a_chunk_boundary(
    serve: Serve, ask: Any, kind: str, stream: bool
) -> None:
    served = scripted(serve(), fault_of(kind, then="continue"))
    seen = ask(served, stream=stream)
    assert (seen.raised, seen.result.output_text) == (None, REPLY)


def test_a_character_is_cut_in_two(serve: Serve) -> None:
    served = scripted(serve(watched=False), {"kind": "cut_character"})
    with httpx2.Client() as http:
        got = until_dropped(http, served.url, {"model": "gpt-5", "input": "x", "stream": True})
    assert got.endswith("naï".encode()[:-1])
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        got.decode()


def test_a_stall_may_end(serve: Serve, ask: Any) -> None:
    served = scripted(serve(), fault_of("stall", stall_ms=5))
    assert ask(served, stream=True).events == ORDER


def test_without_a_place_a_fault_acts_before_the_terminal_event(serve: Serve, ask: Any) -> None:
    served = scripted(serve(watched=False), {"kind": "drop"})
    seen = ask(served, stream=True)
    assert (seen.raised, seen.events) == (openai.APIConnectionError, ORDER[:-1])


def test_the_end_marker_at_the_end_does_no_harm(serve: Serve, ask: Any) -> None:
    seen = ask(scripted(serve(watched=False), {"kind": "done_marker"}), stream=True)
    assert (seen.raised, seen.events) == (None, ORDER)


def test_the_stream_helper_finds_no_final_response(serve: Serve, sdk: Any) -> None:
    for kind in ("failed_only", "missing_terminal", "done_marker"):
        served = scripted(serve(watched=False), fault_of(kind))
        client = sdk[0].with_options(base_url=served.url)
        with (
            client.responses.stream(model="gpt-5", input="x") as stream,
            pytest.raises(RuntimeError, match=r"Didn't receive a `response\.completed` event"),
        ):
            stream.get_final_response()


ASYNC: dict[str, type[BaseException]] = {
    "hang": openai.APITimeoutError,
    "reset": openai.APIConnectionError,
    "empty_reply": openai.APIConnectionError,
    "status": openai.InternalServerError,
    "drop": openai.APIConnectionError,
    "stall": openai.APITimeoutError,
    "garbled_json": json.JSONDecodeError,
    "cut_frame": openai.APIConnectionError,
    "error_then_failed": openai.APIError,
}


async def collect(client: AsyncOpenAI, events: list[str]) -> None:
    async for event in await client.responses.create(model="gpt-5", input="x", stream=True):
        events.append(event.type.removeprefix("response."))


@pytest.mark.asyncio
async def test_the_asynchronous_client_sees_the_same(serve: Serve) -> None:
    async with AsyncOpenAI(
        api_key="any", base_url="http://127.0.0.1:1/v1", max_retries=0
    ) as client:
        for kind, expected in ASYNC.items():
            for seconds in SHORT if timeout_of(kind) < SECONDS else [SECONDS]:
                served = scripted(serve(watched=False), fault_of(kind))
                asking = client.with_options(base_url=served.url, timeout=seconds)
                events: list[str] = []
                with pytest.raises(expected) as raised:
                    await collect(asking, events)
                assert type(raised.value) is expected
                if events == SSE_OUTCOMES[kind][2]:
                    break
            assert events == SSE_OUTCOMES[kind][2], kind


# ---------------------------------------------------------------------------------------------------------
# WebSocket

WEBSOCKET_OUTCOMES: dict[str, tuple[type[BaseException] | None, list[str]]] = {
    "delay": (None, ORDER),
    "hang": (TimeoutError, []),
    "reset": (ConnectionClosedError, []),
    "empty_reply": (ConnectionClosedError, []),
    "status": (None, ["error"]),
    "drop": (ConnectionClosedError, BEFORE),
    "stall": (TimeoutError, BEFORE),
    "garbled_json": (json.JSONDecodeError, BEFORE),
    "unknown_event": (None, [*BEFORE, "unheard_of", *ORDER[AT:]]),
    "keepalive": (None, [*BEFORE, "keepalive", *ORDER[AT:]]),
    "comment": (None, ORDER),
    "duplicate_event": (None, [*ORDER[: AT + 1], *ORDER[AT:]]),
    "missing_event": (None, [*BEFORE, *ORDER[AT + 1 :]]),
    "wrong_sequence": (None, ORDER),
    # A message is valid UTF-8 and whole, or none at all: what is cut is the JSON in it.
    "cut_character": (json.JSONDecodeError, BEFORE),
    "cut_frame": (json.JSONDecodeError, BEFORE),
    "error_then_failed": (None, [*BEFORE, "error", "failed"]),
    "failed_only": (None, [*BEFORE, "failed"]),
    "missing_terminal": (TimeoutError, ORDER[:-1]),
    "done_marker": (json.JSONDecodeError, BEFORE),
}
"""By kind: the exception and the events that came; the client does not ask again by itself."""


@pytest.mark.parametrize("kind", FAULTS)
def test_websocket(serve: Serve, sdk: Any, kind: str) -> None:
    served = scripted(serve(watched=False), fault_of(kind))
    raised, expected = outcome_of(kind, WEBSOCKET_OUTCOMES)
    events: list[str] = []
    caught: type[BaseException] | None = None
    with sdk[0].with_options(base_url=served.url).responses.connect() as connection:
        connection.response.create(model="gpt-5", input="x")
        try:
            while len(events) < len(expected) or raised is not None:
                timeout = timeout_of(kind) if len(events) == len(expected) else SECONDS
                message = connection._connection.recv(timeout=timeout)
                events.append(connection.parse_event(message).type.removeprefix("response."))
        except Exception as error:
            caught = type(error)
    assert (caught, events) == (raised, expected)


@pytest.mark.parametrize("kind", ["empty_reply", "drop"])
def test_a_websocket_closes_with_the_code_that_is_asked_for(serve: Serve, kind: str) -> None:
    served = scripted(serve(watched=False), fault_of(kind, close_code=1012))
    with Socket(served.url) as socket:
        socket.create()
        with pytest.raises(ConnectionClosed) as closed:
            socket.until("none")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


@pytest.mark.parametrize(
    "kind", ["status", "unknown_event", "garbled_json", "failed_only", "missing_event"]
)
def test_a_websocket_outlives_faults_of_one_turn(serve: Serve, kind: str) -> None:
    served = scripted(serve(watched=False), fault_of(kind), times=1)
    served.script("Next.")
    with Socket(served.url) as socket:
        socket.create()
        socket.create()
        while True:
            message = socket.ws.recv(timeout=SECONDS)
            if isinstance(message, str) and "Next." in message and "response.completed" in message:
                break
        assert text_of(json.loads(message)["response"]) == "Next."


# --------------------------------------------------------------------------------------------
# errors, retries, chaos


@pytest.mark.parametrize(
    ("error", "expected", "attempts"),
    [
        ({"status": 400}, openai.BadRequestError, 1),
        ({"status": 401}, openai.AuthenticationError, 1),
        ({"status": 403}, openai.PermissionDeniedError, 1),
        ({"status": 404}, openai.NotFoundError, 1),
        ({"status": 405}, openai.APIStatusError, 1),
        ({"status": 408}, openai.APIStatusError, 2),
        ({"status": 409}, openai.ConflictError, 2),
        ({"status": 418}, openai.APIStatusError, 1),
        ({"status": 422}, openai.UnprocessableEntityError, 1),
        ("rate_limit", openai.RateLimitError, 2),
        ("insufficient_quota", openai.RateLimitError, 2),
        ({"status": 500}, openai.InternalServerError, 2),
        ("overloaded", openai.InternalServerError, 2),
        ({"status": 503, "headers": {"x-should-retry": "false"}}, openai.InternalServerError, 1),
        (
            {"status": 400, "headers": {"x-should-retry": "true", "retry-after-ms": "1"}},
            openai.BadRequestError,
            2,
        ),
        (
            {"status": 429, "retry_after": 121},
            openai.RateLimitError,
            1,
        ),  # Longer than the client has patience.
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True])
def test_statuses(
    serve: Serve, ask: Any, error: Any, expected: type[Exception], attempts: int, stream: bool
) -> None:
    served = serve()
    served.script({"error": error, "times": "always"})
    seen = ask(served, stream=stream)
    assert (seen.raised, seen.attempts) == (expected, attempts)
    assert seen.error.request_id.startswith("req_")


@pytest.mark.parametrize("seconds", [0.001, 0.02, 0.25, 3])
def test_the_client_waits_as_long_as_it_is_told(
    serve: Serve, ask: Any, waits: list[float], seconds: float
) -> None:
    served = serve()
    served.script(
        {"error": {"status": 429, "code": "rate_limit_exceeded", "retry_after": seconds}}, "Fine."
    )
    assert ask(served).result.output_text == "Fine."
    assert waits == [pytest.approx(seconds)]


def test_an_injected_error_costs_no_patience(serve: Serve, ask: Any, waits: list[float]) -> None:
    served = serve()
    served.script({"error": {"status": 500}}, {"error": "overloaded"}, "Fine.")
    assert ask(served, max_retries=2).result.output_text == "Fine."
    assert max(waits) <= 0.001


def test_any_status_with_any_headers_and_body(serve: Serve) -> None:
    served = serve(watched=False)
    fault = {
        "kind": "status",
        "status": 502,
        "headers": {"x-proxy": "7", "content-type": "text/html"},
        "body": "<b>",
    }
    scripted(served, fault)
    reply = httpx2.post(f"{served.url}/responses", json={"model": "gpt-5", "input": "x"})
    assert (reply.status_code, reply.text, reply.headers["x-proxy"]) == (502, "<b>", "7")
    assert reply.headers["content-type"] == "text/html"
    assert "retry-after" not in reply.headers


def test_a_connection_serves_on_after_a_fault_that_ends_the_body(serve: Serve) -> None:
    served = serve(watched=False)
    with httpx2.Client() as http:
        for kind in ("status", "garbled_json", "failed_only"):
            served.script({"reply": REPLY, "stream": {"fault": fault_of(kind)}}, "Next.")
            http.post(f"{served.url}/responses", json={"model": "gpt-5", "input": "x"})
            reply = http.post(f"{served.url}/responses", json={"model": "gpt-5", "input": "x"})
            assert text_of(reply.json()) == "Next."


def struck(serve: Serve, seed: int, order: list[int], stream: bool) -> dict[int, str]:
    """Which of many requests a fault of probability one half befell."""
    served = scripted(
        serve(watched=False, seed=seed), fault_of("drop", probability=0.5, after_events=2)
    )
    outcome: dict[int, str] = {}
    with httpx2.Client() as http:
        for number in order:
            body = {"model": "gpt-5", "input": f"request {number}", "stream": stream}
            outcome[number] = "dropped"
            with contextlib.suppress(httpx2.RemoteProtocolError):
                outcome[number] = http.post(f"{served.url}/responses", json=body).text
    return outcome


@pytest.mark.parametrize("stream", [False, True])
def test_chaos_is_drawn_from_the_seed(serve: Serve, stream: bool) -> None:
    forwards, backwards = list(range(24)), list(range(23, -1, -1))
    first = struck(serve, 1, forwards, stream)
    assert struck(serve, 1, backwards, stream) == first
    dropped = {number for number, text in first.items() if text == "dropped"}
    assert 4 <= len(dropped) <= 20
    other = struck(serve, 2, forwards, stream)
    assert {number for number, text in other.items() if text == "dropped"} != dropped


def test_chaos_of_no_probability_never_strikes(serve: Serve, ask: Any) -> None:
    served = scripted(serve(), fault_of("reset", probability=0))
    assert ask(served).result.output_text == REPLY


def test_a_pace_takes_its_time(serve: Serve, ask: Any, naps: Naps) -> None:
    """The fault: the waits of a plan are passed over, or taken in another unit or number."""
    served = serve()
    pace = {"ttft_ms": 30_000, "itl_ms": 4000, "jitter_ms": 1000}
    served.script({"reply": REPLY, "stream": pace})
    assert ask(served, stream=True).events == ORDER
    first, *others = naps
    assert 29 <= first <= 31
    assert len(others) == 5
    assert all(3 <= wait <= 5 for wait in others)
    assert len(set(others)) > 1


@pytest.mark.parametrize(
    "stream",
    [
        {"keepalive_ms": 5, "itl_ms": 12},
        {"fault": "keepalive"},
        {"fault": {"kind": "unknown_event", "after_events": 2}},
        {"fault": "comment"},
        {"fault": "wrong_sequence"},
        {"fault": "duplicate_event"},
        {"fault": {"kind": "cut_frame", "then": "continue"}},
    ],
    ids=str,
)
def test_an_answer_that_arrived_whole_is_stored(serve: Serve, stream: dict[str, Any]) -> None:
    """The fault: events that are numbered anew are not those that were to be the last."""
    server = serve(watched=False)
    server.script({"reply": {"id": "resp_whole", "output": ["One two three."]}, "stream": stream})
    body = {"model": "gpt-5", "input": "x", "stream": True}
    assert "response.completed" in httpx2.post(f"{server.url}/responses", json=body).text
    assert httpx2.get(f"{server.url}/responses/resp_whole").status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_did_not_arrive_whole_is_not_stored(serve: Serve, stream: bool) -> None:
    server = serve(watched=False)
    server.script(
        {"reply": {"id": "resp_cut", "output": ["One two three."]}, "stream": {"fault": "drop"}}
    )
    with contextlib.suppress(httpx2.HTTPError):
        httpx2.post(
            f"{server.url}/responses", json={"model": "gpt-5", "input": "x", "stream": stream}
        )
    assert httpx2.get(f"{server.url}/responses/resp_cut").status_code == 404
