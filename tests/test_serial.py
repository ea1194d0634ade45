"""What a state stores, written as JSON and read again, is the same to whoever asks for it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import legal_items
from mockserver.api import OPENAI, CreateRequest
from mockserver.compose import Answer
from mockserver.neighbours import (
    Attachment,
    Container,
    FileBatch,
    StoredFile,
    Upload,
    VectorStore,
    made_file,
)
from mockserver.script import Arrival, to_step
from mockserver.session import Inquiry, MemoryState, Outcome, Session, open_session
from mockserver.session.background import Follower
from mockserver.session.conversations import StoredConversation
from mockserver.session.serial import (
    response_from_json,
    response_to_json,
    thing_from_json,
    thing_to_json,
)
from mockserver.session.shared.wire import change_from_json, change_to_json
from mockserver.session.state import Change, StoredResponse, View
from mockserver.settings import Settings

T = TypeVar("T")

LONG = "It is long enough to be cached. " * 400


def through_text(value: T, write: Callable[[T], Any], read: Callable[[Any], T]) -> T:
    """A value, written and read again, which is written the same once more."""
    text = json.dumps(write(value))
    again = read(json.loads(text))
    assert json.dumps(write(again)) == text
    return again


def written(stored: StoredResponse) -> StoredResponse:
    return through_text(stored, response_to_json, response_from_json)


class JsonState(MemoryState):
    """A state that stores nothing but text."""

    async def commit(self, change: Change, view: View | None = None) -> bool:
        def write(some: Change) -> Any:
            return change_to_json(some, self)

        def read(value: Any) -> Change:
            return change_from_json(value, self)

        return await super().commit(through_text(change, write, read), view)


def session_on(state: MemoryState, *steps: Any) -> Session:
    session = open_session(Settings(on_miss="echo"), state=state)
    session.script(map(to_step, steps))
    return session


def answered(session: Session, **fields: Any) -> Outcome:
    request = CreateRequest({"model": "gpt-5", **fields})
    inquiry = Inquiry("POST", "/v1/responses", Arrival(), OPENAI, request=request)
    found = asyncio.run(session.answer(inquiry))
    assert isinstance(found, Outcome)
    return found


def looks(stored: StoredResponse, started: float = 0.0) -> str:
    """All that anybody sees of a stored response, in the order on the wire; of a run, at some times
    after it started.
    """
    answer = stored.answer
    seen: list[Any] = [
        answer.id,
        answer.body(),
        [*answer.events()],
        stored.input_items,
        [*stored.items],
    ]
    if stored.run is not None:
        for seconds in (0.0, 0.15, 0.25, 5.0):
            now = started + seconds
            events = [*Follower(stored.run.timeline).news(stored.run, now)]
            seen.append([stored.run.status(now), stored.run.body(now), events])
    return json.dumps([*seen, stored.new_items, stored.ended_at])


def test_the_events_of_a_run_are_made_once_for_its_times_and_the_first_who_follows() -> None:
    stream = {"itl_ms": 100}
    session = session_on(MemoryState(), {"reply": "One two three four.", "stream": stream})
    run = answered(session, background=True, stream=True).run
    assert run is not None
    made: list[str] = []
    events = Answer.events

    def counted(answer: Answer) -> Iterator[Any]:
        for event in events(answer):
            made.append(event["type"])
            yield event

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Answer, "events", counted)
        follower = Follower(run.timeline)
        seen = [
            event["type"]
            for now in (0, 0.1, 0.2, 60)
            for event in follower.news(run, run.started + now)
        ]
        assert seen == made
        again = [event["type"] for event in Follower(run.timeline, 3).news(run, run.started + 60)]
    assert again == seen[4:]
    assert seen[-1] == "response.completed"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(legal_items.outputs, st.booleans())
def test_a_response_with_any_output_is_the_same(output: list[Any], stream: bool) -> None:
    session = session_on(MemoryState(), {"reply": {"output": output}})
    outcome = answered(session, input="Hi", stream=stream, metadata={"a": "b"})
    assert outcome.answer is not None
    stored = StoredResponse(outcome.answer)
    assert looks(written(stored)) == looks(stored)


def test_what_was_injected_is_still_history() -> None:
    output = {"type": "function_call_output", "call_id": "call_1", "output": "18 °C"}
    reply = [{"type": "function_call", "name": "f", "call_id": "call_1", "arguments": "{}"}]
    outcome = answered(session_on(MemoryState(), {"reply": reply}), input="Hi")
    assert outcome.answer is not None
    outcome.answer.injected.append(output)
    stored = StoredResponse(outcome.answer)
    assert stored.items[-1].items() >= output.items()
    assert looks(written(stored)) == looks(stored)


def test_a_run_in_the_background_is_as_far() -> None:
    paced = {"reply": "one two three", "stream": {"ttft_ms": 100, "itl_ms": 100}}
    for step, stream in ((paced, True), (paced, False), ("at once", True), ("at once", False)):
        state = MemoryState()
        answer = answered(session_on(state, step), input="Hi", background=True, stream=stream)
        assert answer.answer is not None
        stored = state.response(answer.answer.id)
        assert stored is not None
        assert stored.run is not None
        runs = [stored.run, stored.run.polled()]
        if stored.run.is_running(stored.run.started):
            runs.append(stored.run.cancelled(stored.run.started + 0.15))
        for run in runs:
            moved = StoredResponse(stored.answer, run)
            assert looks(written(moved), run.started) == looks(moved, run.started)


def test_a_session_goes_on_the_same_on_a_state_of_text() -> None:
    def play(state: MemoryState) -> list[Any]:
        session = session_on(state)
        conversation = StoredConversation("conv_" + "0" * 48, 0, {"a": "b"})
        asyncio.run(state.commit(Change(conversation=conversation)))
        bodies = []
        for text in ("one", "two"):
            outcome = answered(session, input=text, conversation=conversation.id)
            bodies.append(outcome)
        for text in (LONG, LONG):
            bodies.append(answered(session, input=text))
        previous = bodies[-1].answer
        assert previous is not None
        item = {"type": "item_reference", "id": previous.response["output"][0]["id"]}
        following = answered(session, input="next", previous_response_id=previous.id)
        assert following.answer is not None
        bodies.append(following)
        bodies.append(answered(session, input="end", previous_response_id=following.answer.id))
        bodies.append(answered(session, input=[item]))
        stored = state.conversation(conversation.id)
        assert stored is not None
        assert len(stored.items) == 4
        shown = [each.answer.body() for each in bodies if each.answer is not None]
        assert shown[3]["usage"]["input_tokens_details"]["cached_tokens"] > 0
        return [*shown, stored.body(), stored.items]

    assert json.dumps(play(JsonState())) == json.dumps(play(MemoryState()))


FILE = StoredFile("file-1", "a.txt", "batch", b"\x00\xffhello", 7, 9)
STORE = VectorStore("vs_1", "x", 7, {"a": "b"}, {"anchor": "last_active_at", "days": 2}).including(
    Attachment.of(
        StoredFile("file-2", "b.txt", "assistants", b"hello there", 7),
        "vs_1",
        created_at=7,
        attributes={"lang": "en", "n": 1.5, "b": True, "content": "aGk="},
    ),
    Attachment.of(FILE, "vs_1", created_at=7),
    batch=FileBatch("vsfb_1", ["file-1", "file-2"], 7),
)
CONTAINER = Container("cntr_1", "x", 7).including(made_file("cntr_1", "cfile_1", "a", b"\xfe"))
UPLOAD = Upload("upload_1", "a.txt", "batch", 3, 7).with_part("part_1", b"\xff\xfe\xfd")


@pytest.mark.parametrize("thing", [FILE, STORE, CONTAINER, UPLOAD], ids=lambda thing: thing.id)
def test_a_file_or_the_like_is_the_same(thing: Any) -> None:
    again: Any = through_text(thing, thing_to_json, thing_from_json)
    assert type(again) is type(thing)
    assert (again.body(), again.size) == (thing.body(), thing.size)
    if isinstance(thing, VectorStore):
        found = again.search(["hello"], most=5)
        assert [each.text for each in found] == ["hello there"]
        assert again.attachments["file-1"].file == FILE
    if isinstance(thing, Container):
        assert again.files == thing.files
    if isinstance(thing, Upload):
        assert again.completed("file-3", ["part_1"], None)[1].content == b"\xff\xfe\xfd"
