"""Requests as transactions: what is taken is taken once, also where the state is far away."""

import asyncio
import json
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from mockserver.api import OPENAI, ApiError, CreateRequest
from mockserver.cassettes import Interaction, RecordedRequest, RecordedResponse
from mockserver.compose import Answer
from mockserver.script import Arrival, to_step
from mockserver.session.conversations import StoredConversation
from mockserver.session.inquiry import Inquiry
from mockserver.session.memory import MemoryState
from mockserver.session.opening import CassetteContents, open_session
from mockserver.session.outcome import Outcome
from mockserver.session.session import Session
from mockserver.session.sources import RecordedAnswer
from mockserver.session.state import Change, State, View
from mockserver.settings import Settings
from patience import SECONDS


class FarState(MemoryState):
    """A state that each call travels to, while other requests go on, as in another process."""

    def __init__(self) -> None:
        super().__init__()
        self.trips = 0
        self.refused = 0

    async def begin(
        self,
        request: CreateRequest | None = None,
        *,
        keys: Sequence[bytes] = (),
        ids: Sequence[str] = (),
    ) -> View:
        self.trips += 1
        await asyncio.sleep(0)
        return await super().begin(request, keys=keys, ids=ids)

    async def commit(self, change: Change, view: View | None = None) -> bool:
        self.trips += 1
        await asyncio.sleep(0)
        is_current = all(self.occurrence(key) == before for key, before in change.occurrences)
        if change.used is not None:
            is_current = is_current and self.uses(change.used[0]) == change.used[1]
        for replay, recorded, live in change.renamed:
            known = self.recorded_id(replay, live), self.live_id(replay, recorded)
            is_current = is_current and known == (None, None)
        if change.locked is not None:
            is_current = is_current and self.conversations[change.locked[0]].holder is None
        if not is_current:
            self.refused += 1
            return False
        return await super().commit(change, view)


def session_with(state: MemoryState, *steps: Any) -> Session:
    session = open_session(Settings(on_miss="fail"), state=state)
    session.script(map(to_step, steps))
    return session


def inquiry(text: str = "Hi", transport: Any = "http", **fields: Any) -> Inquiry:
    request = CreateRequest({"model": "gpt-4o", "input": text, **fields})
    arrival = Arrival(transport=transport)
    return Inquiry("POST", "/v1/responses", arrival, OPENAI, request=request)


async def outcomes(session: Session, inquiries: list[Inquiry]) -> list[Outcome]:
    found = await asyncio.gather(*map(session.answer, inquiries))
    assert all(isinstance(each, Outcome) for each in found)
    return [each for each in found if isinstance(each, Outcome)]


def texts_of(found: list[Outcome]) -> list[str]:
    assert all(each.answer is not None for each in found)
    return sorted(
        each.answer.response["output"][0]["content"][0]["text"]
        for each in found
        if each.answer is not None
    )


def ids_of(found: list[Outcome]) -> set[str]:
    return {each.answer.id for each in found if each.answer is not None}


def test_each_step_and_each_number_is_taken_once_however_many_ask() -> None:
    steps = [f"step {number:02}" for number in range(20)]
    near = session_with(MemoryState(), *steps)
    far_state = FarState()
    far = session_with(far_state, *steps)
    in_memory = asyncio.run(outcomes(near, [inquiry() for _ in steps]))
    far_away = asyncio.run(outcomes(far, [inquiry() for _ in steps]))
    assert texts_of(far_away) == texts_of(in_memory) == steps
    assert ids_of(far_away) == ids_of(in_memory)
    assert len(ids_of(far_away)) == len(steps)
    assert far_state.refused > 0


def test_a_request_makes_two_trips_and_a_stream_one_more() -> None:
    state = FarState()
    session = session_with(state, "one", "two")

    async def ask() -> None:
        await session.answer(inquiry())
        assert state.trips == 2
        streamed = await session.answer(inquiry(transport="sse", stream=True))
        assert state.trips == 4
        assert isinstance(streamed, Outcome)
        async with session.ending(streamed) as ending:
            await ending.keep()
        assert state.trips == 5

    asyncio.run(ask())


def test_a_conversation_is_locked_once_and_released_at_the_end() -> None:
    state = FarState()
    session = session_with(state, "one", "two", "three")

    async def ask() -> None:
        conversation = StoredConversation("conv_" + "0" * 48, 0, {})
        await state.commit(Change(conversation=conversation))
        both = [
            inquiry(text, transport="sse", stream=True, conversation=conversation.id)
            for text in ("first", "second")
        ]
        found = await asyncio.gather(*map(session.answer, both), return_exceptions=True)
        refused = [each for each in found if isinstance(each, ApiError)]
        held = [each for each in found if isinstance(each, Outcome)]
        assert [error.code for error in refused] == ["conversation_locked"]
        async with session.ending(held[0]):
            assert conversation.holder is not None
        assert conversation.holder is None
        assert conversation.items == {}
        again = await session.answer(inquiry(conversation=conversation.id))
        assert isinstance(again, Outcome)
        assert [item["role"] for item in conversation.items.values()] == ["user", "assistant"]

    asyncio.run(ask())


def test_a_stream_in_a_conversation_ends_with_one_trip_whether_it_is_kept_or_not() -> None:
    state = FarState()
    session = session_with(state, "one", "two")
    conversation = StoredConversation("conv_" + "0" * 48, 0, {})

    async def stream(text: str, *, is_kept: bool) -> list[Any]:
        """The items of the conversation afterwards, which is free again."""
        asked = inquiry(text, transport="sse", stream=True, conversation=conversation.id)
        [outcome] = await outcomes(session, [asked])
        trips = state.trips
        async with session.ending(outcome) as ending:
            if is_kept:
                await ending.keep()
                await ending.keep()
        assert state.trips == trips + 1
        assert conversation.holder is None
        return list(conversation.items.values())

    async def ask() -> None:
        await state.commit(Change(conversation=conversation))
        assert await stream("dropped", is_kept=False) == []
        kept = await stream("kept", is_kept=True)
        assert [item["content"][0]["text"] for item in kept] == ["kept", "two"]

    asyncio.run(ask())


def recorded_turn(number: int, body: dict[str, Any]) -> Interaction:
    reply = {"id": f"resp_{number}", "number": number}
    return Interaction(
        RecordedRequest("POST", "/v1/responses", (), json.dumps(body).encode()),
        RecordedResponse(200, "OK", (), json.dumps(reply).encode()),
    )


def replay_of(state: State, *turns: Interaction) -> Session:
    cassettes = CassetteContents(recorded=list(turns))
    return open_session(Settings(), cassettes, state=state)


async def replayed(session: Session, *bodies: dict[str, Any]) -> list[int]:
    """The numbers of the turns that answer, in the order of the requests, which come at once."""
    asked = [
        Inquiry("POST", "/v1/responses", Arrival(), OPENAI, json.dumps(body).encode())
        for body in bodies
    ]
    found = await asyncio.gather(*map(session.answer, asked))
    return [
        json.loads(each.interaction.response.body or b"")["number"]
        for each in found
        if isinstance(each, RecordedAnswer)
    ]


class RefusingState(MemoryState):
    """A state that refuses the first change, as if another request had been faster."""

    has_refused = False

    async def commit(self, change: Change, view: View | None = None) -> bool:
        if self.has_refused:
            return await super().commit(change, view)
        self.has_refused = True
        return False


def test_a_recorded_turn_is_taken_when_it_is_committed() -> None:
    body = {"input": "Hi"}
    session = replay_of(RefusingState(), recorded_turn(1, body), recorded_turn(2, body))
    assert asyncio.run(replayed(session, body)) == [1]
    assert len(session.sources.cassettes.players[0].unplayed(session.view)) == 1
    assert asyncio.run(replayed(session, body)) == [2]


def test_each_recorded_turn_is_taken_once_however_many_ask() -> None:
    state = FarState()
    body = {"input": "Hi"}
    session = replay_of(state, *(recorded_turn(number, body) for number in range(10)))
    assert sorted(asyncio.run(replayed(session, *[body] * 10))) == list(range(10))
    assert state.refused > 0


def test_a_recorded_id_goes_by_one_name_however_many_ask() -> None:
    def after(response_id: str) -> dict[str, Any]:
        return {"input": "go on", "previous_response_id": response_id}

    state = FarState()
    session = replay_of(
        state,
        recorded_turn(1, {"input": "one"}),
        recorded_turn(2, {"input": "two"}),
        recorded_turn(3, after("resp_1")),
        recorded_turn(4, after("resp_2")),
    )
    asked = after("resp_a"), after("resp_b")
    assert sorted(asyncio.run(replayed(session, *asked))) == [3, 4]
    names = {state.live_id("recorded", "resp_1"), state.live_id("recorded", "resp_2")}
    assert names == {"resp_a", "resp_b"}
    assert state.refused > 0


def test_another_process_goes_on_where_a_replay_stands() -> None:
    state = MemoryState()
    turns = [recorded_turn(number, {"input": "Hi"}) for number in (1, 2, 3)]
    here = replay_of(state, *turns)
    there = replay_of(state, *turns)
    taken = [asyncio.run(replayed(each, {"input": "Hi"})) for each in (here, there, here)]
    assert taken == [[1], [2], [3]]


def test_what_fails_takes_nothing_but_its_number() -> None:
    state = MemoryState()
    session = session_with(state, "only")
    with pytest.raises(ApiError, match="not found"):
        asyncio.run(session.answer(inquiry(previous_response_id="resp_unknown")))
    [outcome] = asyncio.run(outcomes(session, [inquiry()]))
    assert texts_of([outcome]) == ["only"]


def test_of_many_different_requests_none_is_forgotten() -> None:
    async def run() -> list[int]:
        state = MemoryState()
        keys = [number.to_bytes(16, "big") for number in range(150_000)]
        for key in (*keys, keys[0], keys[1], keys[0]):
            await state.commit(Change(occurrences=[(key, state.occurrence(key))]))
        return [state.occurrence(key) for key in (*keys, b"another")]

    assert asyncio.run(run()) == [3, 2, *[1] * 149_998, 0]


def test_a_request_that_is_counted_takes_a_few_bytes() -> None:
    async def run() -> int:
        state = MemoryState()
        tracemalloc.start()
        for number in range(50_000):
            await state.commit(Change(occurrences=[(number.to_bytes(16, "big"), 0)]))
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return taken

    assert asyncio.run(run()) < 50_000 * 16


def test_an_item_is_found_as_long_as_a_response_holds_it() -> None:
    state = MemoryState(limit=2)
    session = session_with(state, "one", "two", "three", "four")

    async def ask(text: str, **fields: Any) -> Answer:
        outcome = await session.answer(inquiry(text, **fields))
        assert isinstance(outcome, Outcome)
        assert outcome.answer is not None
        return outcome.answer

    def item_of(answer: Answer) -> str:
        item_id: str = answer.response["output"][0]["id"]
        return item_id

    async def turns() -> None:
        first = await ask("first")
        second = await ask("second", previous_response_id=first.id)
        shared = item_of(first)
        assert state.item(shared) is not None
        third = await ask("third", store=False)
        assert state.response(third.id) is None
        await ask("fourth")
        assert state.response(first.id) is None
        assert state.item(shared) is not None
        await state.commit(Change(deleted=second.id))
        assert state.response(second.id) is None
        assert state.item(shared) is None

    asyncio.run(turns())


def test_who_waits_for_a_run_hears_that_it_was_cancelled() -> None:
    state = MemoryState()
    session = session_with(state, "one")

    async def follow() -> None:
        outcome = await session.answer(inquiry(background=True))
        assert isinstance(outcome, Outcome)
        assert outcome.answer is not None
        stored = state.response(outcome.answer.id)
        assert stored is not None
        assert stored.run is not None
        followers = [
            asyncio.create_task(state.wait(outcome.answer.id, seconds=3600)) for _ in range(2)
        ]
        await state.wait("resp_other", seconds=0)
        await state.commit(Change(stored=stored))
        assert not any(follower.done() for follower in followers)
        cancelled = replace(stored, run=stored.run.cancelled(state.now))
        await state.commit(Change(stored=cancelled))
        await asyncio.gather(*followers)

    asyncio.run(asyncio.wait_for(follow(), SECONDS))


def test_only_the_response_that_holds_a_conversation_releases_it() -> None:
    state = MemoryState()
    conversation = StoredConversation("conv_" + "0" * 48, 0, {})
    holder = (conversation.id, "resp_1")

    async def change() -> None:
        await state.commit(Change(conversation=conversation))
        await state.commit(Change(locked=holder))
        await state.commit(Change(released=(conversation.id, "resp_2")))
        with pytest.raises(ApiError, match="Another process"):
            conversation.check_free()
        await state.commit(Change(released=("conv_unknown", "resp_1")))
        await state.commit(Change(released=holder))
        conversation.check_free()

    asyncio.run(change())


def test_a_conversation_goes_on_where_its_last_run_ended() -> None:
    state = MemoryState()
    conversation = StoredConversation("conv_" + "0" * 48, 100, {})
    items = [{"id": "msg_1", "type": "message"}, {"id": "msg_1", "type": "other"}]

    async def change() -> None:
        await state.commit(Change(conversation=conversation))
        assert conversation.clock == 100
        await state.commit(Change(appended=(conversation.id, items), ended_at=150))
        await state.commit(Change(appended=(conversation.id, []), ended_at=120))
        await state.commit(Change(appended=("conv_gone", items), ended_at=200))
        assert conversation.clock == 150
        assert conversation.items == {"msg_1": items[0]}
        await state.commit(Change(deleted_item=(conversation.id, "msg_1")))
        assert conversation.items == {}

    asyncio.run(change())
