"""Pace and faults: what is validated, and what a connection is told to do, on every transport."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.errors import ScriptError
from mockserver.script import FAULTS, faults
from mockserver.script.actions import Action, Drop, End, Frame, Head, Stall, Wait, Write, encode
from mockserver.script.conditions import Transport
from mockserver.script.delivery import Delivery, Pace, plan, to_delivery
from mockserver.script.faults.base import to_fault
from mockserver.script.faults.before import ResetFault
from mockserver.script.faults.midstream import DropFault, StallFault
from named import named

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "status": "in_progress",
    "output": [],
    "usage": None,
}
EVENTS: list[dict[str, Any]] = [
    {"type": "response.created", "response": RESPONSE},
    {"type": "response.in_progress", "response": RESPONSE},
    {"type": "response.output_item.added", "item": {"id": "msg_1"}},
    {"type": "response.output_text.delta", "delta": "Un"},
    {"type": "response.output_text.delta", "delta": " café"},
    {"type": "response.output_text.delta", "delta": " noir"},
    {"type": "response.output_item.done", "item": {"id": "msg_1"}},
    {"type": "response.completed", "response": {**RESPONSE, "status": "completed"}},
]
STREAM = [{**event, "sequence_number": number} for number, event in enumerate(EVENTS)]
BODY = {
    **RESPONSE,
    "status": "completed",
    "output": [{"type": "message"}],
    "usage": {"total_tokens": 3},
}
TRANSPORTS: tuple[Transport, ...] = get_args(Transport)


def frames(transport: Transport) -> list[Frame]:
    return [
        Frame(event, encode(event, transport))
        for event in ([BODY] if transport == "http" else STREAM)
    ]


def actions(stream: dict[str, Any], transport: Transport = "sse", seed: int = 0) -> list[Action]:
    return list(plan(frames(transport), to_delivery(stream), seed=seed, transport=transport))


def written(found: list[Action]) -> list[bytes]:
    return [action.data for action in found if isinstance(action, Write)]


def sent(found: list[Action]) -> list[dict[str, Any]]:
    """The events of a plan whose frames are all whole."""
    return [json.loads(data.decode().partition("data: ")[2] or data) for data in written(found)]


def numbers(found: list[Action]) -> list[int]:
    return [event["sequence_number"] for event in sent(found)]


def whole(transport: Transport) -> list[Action]:
    return [Head(), *(Write(frame.data) for frame in frames(transport)), End()]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_without_pace_and_fault_all_is_written_at_once(transport: Transport) -> None:
    assert actions({}, transport) == whole(transport)


# Pace.


def test_time_to_first_token_and_between_tokens() -> None:
    found = actions(faults.pace(ttft_ms=200, itl_ms=20))
    waits = [(index, action.ms) for index, action in enumerate(found) if isinstance(action, Wait)]
    # Head, created, in_progress, then the first that shows output; one gap before each further
    # delta.
    assert waits == [(3, 200), (6, 20), (8, 20)]
    assert [action for action in found if not isinstance(action, Wait)] == whole("sse")


def test_a_json_body_waits_for_its_first_token() -> None:
    assert actions(faults.pace(ttft_ms=200, itl_ms=20), "http") == [
        Head(),
        Wait(200),
        *whole("http")[1:],
    ]


@given(st.integers(0, 1000), st.floats(0, 50), st.floats(0, 100))
def test_jitter_stays_within_its_bounds_and_is_the_seeds(
    seed: int, itl: float, jitter: float
) -> None:
    stream = {"ttft_ms": 10, "itl_ms": itl, "jitter_ms": jitter}
    found = actions(stream, seed=seed)
    waits = [action.ms for action in found if isinstance(action, Wait)]
    assert all(0 < wait <= max(itl, 10) + jitter for wait in waits)
    assert found == actions(stream, seed=seed)


@pytest.mark.parametrize("transport", ["sse", "websocket"])
def test_long_waits_are_filled_with_keepalives(transport: Transport) -> None:
    found = actions(faults.pace(ttft_ms=25, keepalive_ms=10), transport)
    assert [action.ms for action in found if isinstance(action, Wait)] == [10, 10, 5]
    events = sent(found)
    assert [event["type"] for event in events].count("keepalive") == 2
    assert [event["sequence_number"] for event in events] == list(range(len(STREAM) + 2))
    rest = [event["type"] for event in events if event["type"] != "keepalive"]
    assert rest == [event["type"] for event in STREAM]


def test_short_waits_and_bodies_have_no_keepalives() -> None:
    with_keepalives = faults.pace(ttft_ms=25, keepalive_ms=25)
    assert actions(with_keepalives) == actions(faults.pace(ttft_ms=25))
    body = faults.pace(ttft_ms=25, keepalive_ms=10)
    assert actions(body, "http") == actions(faults.pace(ttft_ms=25), "http")


def test_jitter_differs_from_seed_to_seed() -> None:
    stream = faults.pace(itl_ms=20, jitter_ms=10)
    assert len({str(actions(stream, seed=seed)) for seed in range(20)}) == 20


# Faults before the response.


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_faults_before_the_response_write_nothing_of_it(transport: Transport) -> None:
    assert actions(faults.hang(), transport) == [Stall()]
    assert actions(faults.reset(), transport) == [Drop(reset=True)]
    assert actions(faults.empty_reply(), transport) == [Drop()]
    assert actions(faults.empty_reply(close_code=1012), transport) == [Drop(code=1012)]
    assert actions(faults.delay(250), transport) == [Wait(250), *whole(transport)]


@pytest.mark.parametrize("transport", ["http", "sse"])
def test_any_status_with_any_headers(transport: Transport) -> None:
    stream = faults.status(502, headers={"Content-Type": "text/html"}, body="<h1>é</h1>")
    found = actions(stream, transport)
    assert found == [Head(502, {"content-type": "text/html"}), Write("<h1>é</h1>".encode()), End()]
    assert actions(faults.status(204), transport) == [Head(204, {}), End()]


def test_a_status_over_websocket_is_an_error_event() -> None:
    (event,) = sent(actions(faults.status(503, body="busy"), "websocket"))
    assert (event["type"], event["status"], event["error"]["message"]) == ("error", 503, "busy")


# Faults in mid-stream.


@pytest.mark.parametrize("transport", ["sse", "websocket"])
@pytest.mark.parametrize("after", range(len(STREAM) + 1))
def test_drop_and_stall_act_after_exactly_so_many_events(transport: Transport, after: int) -> None:
    before = whole(transport)[: after + 1]
    assert actions(faults.drop(after_events=after), transport) == [*before, Drop()]
    assert actions(faults.stall(after_events=after), transport) == [*before, Stall()]
    pause = actions(faults.stall(after_events=after, stall_ms=5), transport)
    assert pause == [*before, Wait(5), *whole(transport)[after + 1 :]]


@given(st.integers(0, 2000))
def test_a_drop_after_bytes_is_exact(after: int) -> None:
    full = b"".join(written(whole("sse")))
    found = actions(faults.drop(after_bytes=after))
    assert b"".join(written(found)) == full[:after]
    assert found[-1] == Drop()


@given(st.integers(0, 300))
def test_a_json_body_is_dropped_after_bytes_as_well(after: int) -> None:
    full = b"".join(written(whole("http")))
    found = actions(faults.drop(after_bytes=after), "http")
    assert b"".join(written(found)) == full[:after]


def test_in_a_json_body_events_mean_its_middle() -> None:
    (half,) = written(actions(faults.drop(after_events=5), "http"))
    assert 0 < len(half) < len(frames("http")[0].data)
    assert actions(faults.drop(after_events=0), "http") == [Head(), Drop()]


def test_without_a_place_a_fault_acts_before_the_terminal_event() -> None:
    assert actions(faults.drop()) == [*whole("sse")[:-2], Drop()]
    assert actions(faults.drop(close_code=1011), "websocket") == [
        *whole("websocket")[:-2],
        Drop(code=1011),
    ]


def test_a_place_behind_the_end_is_the_end() -> None:
    assert actions(faults.drop(after_events=99)) == [*whole("sse")[:-1], Drop()]
    assert actions(faults.drop(after_bytes=99_999)) == [*whole("sse")[:-1], Drop()]
    assert numbers(actions(faults.duplicate_event(after_events=99))) == [0, 1, 2, 3, 4, 5, 6, 7, 7]
    assert sent(actions(faults.unknown_event(after_events=99)))[-1]["type"] == "response.unheard_of"


def test_noise_that_is_legal() -> None:
    found = sent(actions(faults.keepalive(after_events=3)))
    assert found[3] == {"type": "keepalive", "sequence_number": 3}
    assert [event["sequence_number"] for event in found] == list(range(9))
    said = written(actions(faults.comment(after_events=1, text="a\nb")))
    assert said[1] == b": a\n: b\n\n"
    assert [*said[:1], *said[2:]] == written(whole("sse"))
    assert actions(faults.comment(after_events=1), "websocket") == whole("websocket")


def test_one_event_unknown_twice_missing_or_misnumbered() -> None:
    found = sent(actions(faults.unknown_event(after_events=2, event="response.new")))
    assert [event["type"] for event in found][1:4] == [
        "response.in_progress",
        "response.new",
        EVENTS[2]["type"],
    ]
    assert [event["sequence_number"] for event in found] == list(range(9))
    assert numbers(actions(faults.duplicate_event(after_events=2))) == [0, 1, 2, 2, 3, 4, 5, 6, 7]
    assert numbers(actions(faults.missing_event(after_events=2))) == [0, 1, 3, 4, 5, 6, 7]
    assert numbers(actions(faults.wrong_sequence(after_events=2))) == [0, 1, 102, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_garbled_json_is_a_whole_frame_of_broken_json(transport: Transport) -> None:
    found = written(actions(faults.garbled_json(after_events=0), transport))
    assert len(found) == len(frames(transport))
    data = found[0].decode()
    if transport == "sse":
        assert data.endswith("\n\n")
        data = data.partition("data: ")[2]
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|Invalid"):
        json.loads(data)


def test_a_cut_inside_a_character_breaks_utf_8() -> None:
    found = actions(faults.cut_character())
    assert found[-1] == Drop()
    received = b"".join(written(found))
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        received.decode()
    assert received.decode(errors="ignore").endswith("caf")
    assert len(written(found)) == 5


def test_a_cut_inside_a_character_finds_one_anyhow() -> None:
    for found in (
        actions(faults.cut_character(after_events=6)),
        actions(faults.cut_character(), "http"),
    ):
        with pytest.raises(UnicodeDecodeError):
            b"".join(written(found)).decode()


def test_over_websocket_every_message_stays_text() -> None:
    for stream in (
        faults.cut_character(),
        faults.cut_frame(after_events=4),
        faults.drop(after_bytes=777),
    ):
        for data in written(actions(stream, "websocket")):
            data.decode()


@pytest.mark.parametrize("transport", ["sse", "http"])
@pytest.mark.parametrize("cut", [faults.cut_character, faults.cut_frame])
def test_a_cut_may_be_followed_by_the_rest(transport: Transport, cut: Any) -> None:
    found = actions(cut(then="continue"), transport)
    assert b"".join(written(found)) == b"".join(written(whole(transport)))
    assert found[-1] == End()
    if (transport, cut) != ("http", faults.cut_character):  # a JSON body is ASCII
        assert len(written(found)) == len(frames(transport)) + 1
    assert actions(cut(then="stall"), transport)[-1] == Stall()


def test_a_frame_is_cut_in_its_middle() -> None:
    found = written(actions(faults.cut_frame(after_events=3)))
    assert len(found) == 4
    full = frames("sse")[3].data
    assert full.startswith(found[3])
    assert 0 < len(found[3]) < len(full)


@pytest.mark.parametrize("transport", ["sse", "websocket"])
def test_failure_in_mid_stream(transport: Transport) -> None:
    found = sent(actions(faults.error_then_failed(after_events=4, message="Oh."), transport))
    assert [event["type"] for event in found[4:]] == ["error", "response.failed"]
    assert [event["sequence_number"] for event in found] == list(range(6))
    assert found[4]["error"] == {
        "type": "server_error",
        "code": "server_error",
        "message": "Oh.",
        "param": None,
    }
    assert found[5]["response"] == {
        **RESPONSE,
        "status": "failed",
        "error": {"code": "server_error", "message": "Oh."},
    }
    alone = sent(actions(faults.failed_only(after_events=4, code="rate_limit_exceeded"), transport))
    assert alone[4]["type"] == "response.failed"
    assert alone[4]["response"]["error"]["code"] == "rate_limit_exceeded"
    assert actions(faults.failed_only(after_events=4), transport)[-1] == End()


def test_failure_comes_after_the_response_was_created_and_in_place_of_its_end() -> None:
    early = sent(actions(faults.error_then_failed(after_events=0)))
    assert [event["type"] for event in early] == ["response.created", "error", "response.failed"]
    late = sent(actions(faults.failed_only()))
    assert [event["type"] for event in late[-2:]] == [
        "response.output_item.done",
        "response.failed",
    ]


def test_a_json_body_fails_as_a_whole() -> None:
    (body,) = sent(actions(faults.error_then_failed(), "http"))
    assert (body["status"], body["output"], body["usage"]) == ("failed", [], None)
    assert body["error"]["code"] == "server_error"
    assert list(body)[: len(BODY)] == list(BODY)


def test_a_missing_terminal_event_and_a_done_marker() -> None:
    assert actions(faults.missing_terminal()) == [*whole("sse")[:-2], End()]
    assert actions(faults.done_marker()) == [*whole("sse")[:-1], Write(b"data: [DONE]\n\n"), End()]
    assert written(actions(faults.done_marker(after_events=1), "websocket"))[1] == b"[DONE]"


@pytest.mark.parametrize(
    "kind",
    [
        "unknown_event",
        "keepalive",
        "comment",
        "duplicate_event",
        "missing_event",
        "wrong_sequence",
        "missing_terminal",
        "done_marker",
    ],
)
def test_what_befalls_events_leaves_a_json_body_alone(kind: str) -> None:
    assert actions({"fault": kind}, "http") == whole("http")


def test_frames_after_the_terminal_one_and_without_events_pass() -> None:
    done = Frame({}, b"data: [DONE]\n\n")
    for stream in (
        faults.unknown_event(after_events=2),
        faults.missing_terminal(),
        faults.duplicate_event(),
    ):
        found = list(plan([*frames("sse"), done], to_delivery(stream), seed=0, transport="sse"))
        assert found[-2:] == [Write(done.data), End()]


def test_added_events_stay_in_their_lane() -> None:
    laned = [
        Frame({**event, "stream_id": "a"}, encode({**event, "stream_id": "a"}, "websocket"))
        for event in STREAM
    ]
    for stream in (faults.unknown_event(after_events=2), faults.error_then_failed(after_events=3)):
        found = list(plan(laned, to_delivery(stream), seed=0, transport="websocket"))
        assert {event.get("stream_id") for event in sent(found)} == {"a"}


# Laws for all faults.


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", FAULTS)
@settings(max_examples=25)
@given(after=st.none() | st.integers(0, 12), seed=st.integers(0, 5), by_bytes=st.booleans())
def test_every_plan_ends_once_and_writes_only_under_a_head(
    transport: Transport, kind: str, after: int | None, seed: int, by_bytes: bool
) -> None:
    fault: dict[str, Any] = {"kind": kind} | ({"delay_ms": 1} if kind == "delay" else {})
    if after is not None and "after_events" in FAULTS[kind].checks():
        fault |= {"after_bytes": after * 70} if by_bytes else {"after_events": after}
    found = actions({"fault": fault}, transport, seed)
    assert [isinstance(action, End | Drop | Stall) for action in found].index(True) == len(
        found
    ) - 1
    heads = [index for index, action in enumerate(found) if isinstance(action, Head)]
    writes = [index for index, action in enumerate(found) if isinstance(action, Write)]
    assert len(heads) <= 1
    assert not writes or heads[0] < writes[0]
    assert found == actions({"fault": fault}, transport, seed)
    silent = kind in ("delay", "stall") or (kind, transport) == ("comment", "websocket")
    if not silent and transport != "http":
        assert found != whole(transport)


def test_a_plan_is_lazy() -> None:
    asked: list[int] = []

    def slowly() -> Iterator[Frame]:
        for index, frame in enumerate(frames("sse")):
            asked.append(index)
            yield frame

    steps = plan(slowly(), to_delivery(faults.drop(after_events=2)), seed=0, transport="sse")
    for step, known in zip(steps, [0, 1, 2, 3], strict=True):
        assert len(asked) == known, step


@pytest.mark.parametrize("kind", ["reset", "drop"])
def test_chaos_is_seeded(kind: str) -> None:
    stream = {"fault": {"kind": kind, "probability": 0.3}}
    struck = [actions(stream, seed=seed) != whole("sse") for seed in range(400)]
    assert 80 < sum(struck) < 160
    assert struck == [actions(stream, seed=seed) != whole("sse") for seed in range(400)]
    assert actions({"fault": {"kind": kind, "probability": 0}}) == whole("sse")


# What is validated.


def test_a_delivery_from_its_mapping() -> None:
    stream = {"ttft_ms": 200, "itl_ms": 20, "fault": {"kind": "drop", "after_events": 5}}
    assert to_delivery(stream) == Delivery(Pace(200, 20), DropFault(after_events=5))
    assert to_delivery({"fault": "reset"}).fault == ResetFault()
    assert to_delivery(faults.pace(ttft_ms=1) | faults.stall()) == Delivery(Pace(1), StallFault())
    assert not to_delivery({})
    assert to_delivery({"fault": "reset"}).replaces_response
    assert not to_delivery({"fault": {"kind": "reset", "probability": 0.5}}).replaces_response
    assert not to_delivery(faults.delay(5)).replaces_response
    delivery = to_delivery(stream)
    assert to_delivery(delivery) is delivery
    assert delivery.fault is not None
    assert to_fault(delivery.fault) is delivery.fault


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        ({"ttft": 5}, "did you mean 'ttft_ms'?"),
        ({"ttft_ms": -1}, "'ttft_ms' must be a number from 0 to 1,000,000,000, not -1"),
        ({"itl_ms": "5"}, "'itl_ms' must be a number from 0 to 1,000,000,000, not \"5\""),
        ({"itl_ms": 2e9}, "'itl_ms' must be a number from 0 to 1,000,000,000, not 2000000000.0"),
        ({"fault": "dorp"}, "unknown kind of fault 'dorp'; did you mean 'drop'?"),
        ({"fault": {"after_events": 5}}, "the fault has no 'kind'"),
        ({"fault": {"kind": "drop", "after": 5}}, "unknown key 'after' in the fault 'drop'"),
        (
            {"fault": {"kind": "hang", "after_events": 5}},
            "unknown key 'after_events' in the fault 'hang'",
        ),
        ({"fault": {"kind": "drop", "after_events": -1}}, "'after_events' must be a whole number"),
        ({"fault": {"kind": "drop", "after_events": 1.5}}, "'after_events' must be a whole number"),
        (
            {"fault": {"kind": "drop", "after_events": True}},
            "'after_events' must be a whole number",
        ),
        ({"fault": {"kind": "drop", "after_events": 1, "after_bytes": 1}}, "not both"),
        (
            {"fault": {"kind": "drop", "probability": 2}},
            "'probability' must be a number from 0 to 1",
        ),
        ({"fault": {"kind": "drop", "close_code": 7}}, "'close_code' must be a close code"),
        ({"fault": {"kind": "delay"}}, "needs 'delay_ms'"),
        ({"fault": {"kind": "status", "status": 99}}, "'status' must be a status from 200 to 599"),
        ({"fault": {"kind": "status", "headers": {"x": [1]}}}, "the header 'x' must be a string"),
        (
            {"fault": {"kind": "status", "headers": {"x": "a\r\nb: c"}}},
            "the header 'x' cannot be sent",
        ),
        (
            {"fault": {"kind": "cut_frame", "then": "retry"}},
            "'then' must be drop, stall or continue",
        ),
        ({"fault": {"kind": "unknown_event", "event": 3}}, "'event' must be a string"),
        ({"fault": 3}, "'fault' must be a mapping, not 3"),
        ("drop", "'stream' must be a mapping"),
    ],
    ids=named,
)
def test_what_a_delivery_cannot_be(stream: Any, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        to_delivery(stream, "t.py:3")
    assert str(caught.value).startswith("t.py:3: ")
    assert said in str(caught.value)


def test_every_fault_has_a_public_function() -> None:
    assert faults.__all__ == sorted([*FAULTS, "pace"]), (
        "import each in mockserver/script/faults/__init__.py, and name it in __all__ there"
    )
    assert dir(faults) == faults.__all__


@pytest.mark.parametrize("kind", FAULTS)
def test_a_builder_takes_the_keys_of_its_kind(kind: str) -> None:
    import inspect

    builder = getattr(faults, kind)
    assert builder.__name__ == kind
    assert inspect.getdoc(builder) == inspect.getdoc(FAULTS[kind])
    assert set(inspect.signature(builder).parameters) == set(FAULTS[kind].checks())
    needed = {"delay": {"delay_ms": 5}, "status": {"status": 503}}.get(kind, {})
    assert builder(**needed) == {"fault": {"kind": kind, **needed}}
    assert to_delivery(builder(**needed)).fault == FAULTS[kind](**needed)


def test_arguments_of_faults_are_checked_where_they_are_given() -> None:
    assert (
        faults.delay(5) == faults.delay(delay_ms=5) == {"fault": {"kind": "delay", "delay_ms": 5}}
    )
    assert faults.status(502, body="x") == {"fault": {"kind": "status", "status": 502, "body": "x"}}
    with pytest.raises(TypeError, match=r"^delay\(\): missing a required argument: 'delay_ms'$"):
        faults.delay()  # type: ignore[call-arg]


def test_sequence_numbers_of_the_samples_are_right() -> None:
    assert all(
        one["sequence_number"] + 1 == other["sequence_number"] for one, other in pairwise(STREAM)
    )
