"""The openai package's own WebSocket client, sync and async, and its lanes."""

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.lib.responses_websocket import (
    AsyncResponsesWebSocketSession,
    ResponsesWebSocketError,
    ResponsesWebSocketLimits,
    ResponsesWebSocketSession,
)
from openai.types.websocket_reconnection import ReconnectingEvent
from websockets.exceptions import InvalidStatus

from conftest import Serve
from mockserver.settings import Settings
from patience import SECONDS

LIMITS = ResponsesWebSocketLimits(
    max_lanes=8,
    max_events_per_lane=1000,
    max_events=4000,
    max_bytes_per_lane=1 << 24,
    max_bytes=1 << 25,
)
MODEL = "gpt-4o-mini"


def test_a_sync_connection(serve: Serve) -> None:
    served = serve()
    served.script("Hello.", "And again.")
    client = OpenAI(base_url=served.url, api_key="any")
    with client.responses.connect() as connection:
        response_id: str | None = None
        for text in ("Hello.", "And again."):
            connection.response.create(
                model=MODEL, input="Hi", store=False, previous_response_id=response_id
            )
            for event in connection:
                if event.type == "response.completed":
                    response_id = event.response.id
                    assert event.response.output_text == text
                    break
        connection.response.create(model=MODEL, input="Hi", temperature=9)
        error = connection.recv()
        assert error.type == "error"
        assert error.status == 400
        assert error.error.code == "decimal_above_max_value"
    client.close()


def test_a_steered_sync_connection(serve: Serve) -> None:
    served = serve()
    served.script({"reply": "word " * 100, "stream": {"itl_ms": 10}}, "Short.")
    client = OpenAI(base_url=served.url, api_key="any")
    kinds: list[str] = []
    with client.responses.connect() as connection:
        connection.response.create(model=MODEL, input="Hi")
        for event in connection:
            kinds.append(event.type)
            if event.type == "response.created" and len(kinds) == 1:
                connection.response.steer(previous_response_id=event.response.id, input="Shorter.")
            if event.type == "response.completed":
                assert event.response.output_text == "Short."
                break
    client.close()
    assert "response.steer.accepted" in kinds
    assert "response.incomplete" in kinds
    assert kinds.count("response.created") == 2


def test_an_async_connection_dispatches(serve: Serve) -> None:
    served = serve()
    served.script("Hello.")
    texts: list[str] = []

    async def talk() -> None:
        async with (
            AsyncOpenAI(base_url=served.url, api_key="any") as client,
            client.responses.connect() as connection,
        ):

            async def done(event: Any) -> None:
                texts.append(event.response.output_text)
                await connection.close()

            connection.on("response.completed", done)
            await connection.response.create(model=MODEL, input="Hi")
            await connection.dispatch_events()

    asyncio.run(talk())
    assert texts == ["Hello."]


def test_a_wrong_key(serve: Serve) -> None:
    served = serve(settings=Settings(api_keys=("right",)))
    client = OpenAI(base_url=served.url, api_key="wrong")
    with pytest.raises(InvalidStatus) as refused:
        client.responses.connect().enter()
    assert refused.value.response.status_code == 401
    client.close()


def test_a_connection_is_made_anew_after_a_drop(serve: Serve) -> None:
    served = serve(watched=False)
    served.script(
        {"reply": "lost", "stream": {"fault": {"kind": "drop", "after_events": 3}}}, "Found."
    )
    client = OpenAI(base_url=served.url, api_key="any")
    lost: list[int] = []

    def ask_again(event: ReconnectingEvent) -> None:
        lost.append(event.close_code)
        connection.response.create(model=MODEL, input="Hi")

    with client.responses.connect(on_reconnecting=ask_again, initial_delay=0.001) as connection:
        connection.response.create(model=MODEL, input="Hi")
        final = next(event.response for event in connection if event.type == "response.completed")
    client.close()
    assert final.output_text == "Found."
    assert lost == [1006]


def test_lanes_of_a_sync_session(serve: Serve) -> None:
    served = serve()
    client = OpenAI(base_url=served.url, api_key="any")
    with (
        client.responses.connect(websocket_connection_options={"max_size": None}) as connection,
        ResponsesWebSocketSession(connection, limits=LIMITS) as session,
    ):
        lanes = [session.lane(name) for name in ("a", "b", "c")]
        for lane in (*lanes, session.default):
            lane.send({"type": "response.create", "model": MODEL, "input": "Hi", "store": False})
        responses = [lane.get_final_response(timeout=SECONDS) for lane in (*lanes, session.default)]
        assert {response.status for response in responses} == {"completed"}
        assert len({response.id for response in responses}) == 4
        lanes[0].send(
            {
                "type": "response.create",
                "model": MODEL,
                "input": "On",
                "previous_response_id": responses[0].id,
            }
        )
        assert lanes[0].get_final_response(timeout=SECONDS).previous_response_id == responses[0].id
        lanes[1].send({"type": "response.create", "model": MODEL, "input": "Hi", "temperature": 9})
        with pytest.raises(ResponsesWebSocketError):
            lanes[1].get_final_response(timeout=SECONDS)
    client.close()


def test_lanes_of_an_async_session(serve: Serve) -> None:
    served = serve()

    async def talk() -> list[str]:
        async with (
            AsyncOpenAI(base_url=served.url, api_key="any") as client,
            client.responses.connect(websocket_connection_options={"max_size": None}) as connection,
            AsyncResponsesWebSocketSession(connection, limits=LIMITS) as session,
        ):

            async def ask(name: str) -> str:
                lane = session.lane(name)
                await lane.send({"type": "response.create", "model": MODEL, "input": name})
                return str((await lane.get_final_response()).status)

            return await asyncio.gather(*(ask(f"lane{number}") for number in range(7)))

    assert asyncio.run(talk()) == ["completed"] * 7
