"""The checks of the Open Responses acceptance suite, as our own: all seventeen at once against one
server per dialect.

See https://github.com/openresponses/openresponses. Schemas are those of the package
`openresponses-types`; as in the suite, every event of a stream and of a WebSocket must be one that
the specification knows.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from functools import reduce
from operator import or_
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from mockserver.http import Background, create_app, listen, url_of
from mockserver.session import Sessions
from mockserver.settings import Settings
from patience import SECONDS

types = pytest.importorskip(
    "openresponses_types.types", reason="openresponses-types needs Python 3.11"
)

Json = dict[str, Any]

EVENTS = [kind for name, kind in vars(types).items() if name.endswith("StreamingEvent")]
RESPONSE: TypeAdapter[Any] = TypeAdapter(types.ResponseResource)
EVENT: TypeAdapter[Any] = TypeAdapter(reduce(or_, EVENTS))
ERROR: TypeAdapter[Any] = TypeAdapter(types.WebSocketErrorEvent)
COMPACTION: TypeAdapter[Any] = TypeAdapter(types.CompactResource)
MESSAGE: TypeAdapter[Any] = TypeAdapter(types.Message)

ENDS = {"response.completed", "response.failed", "response.incomplete", "error"}
MODEL = "gpt-4o-mini"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


class Client:
    """What the checks need of one server."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self._url, self._http = url, http

    async def post(self, path: str, **body: Any) -> httpx2.Response:
        return await self._http.post(self._url + path, json=body)

    async def create(self, given: Any, **body: Any) -> Json:
        """A valid Response with output."""
        reply = await self.post("/responses", model=MODEL, input=given, **body)
        assert reply.status_code == 200, reply.text
        RESPONSE.validate_json(reply.content)
        response: Json = reply.json()
        assert response["output"]
        return response

    def connect(self) -> connect:
        return connect(self._url.replace("http", "ws", 1) + "/responses", max_size=None)


async def turn(ws: ClientConnection, given: Any, **body: Any) -> Json:
    """The last event of a turn, each event of which is valid."""
    await ws.send(json.dumps({"type": "response.create", "model": MODEL, "input": given, **body}))
    while True:
        message = await asyncio.wait_for(ws.recv(), 30)
        assert isinstance(message, str)
        event: Json = json.loads(message)
        if event["type"] == "error":
            ERROR.validate_json(message)
        else:
            EVENT.validate_json(message)
        if event["type"] in ENDS:
            return event


async def completed(ws: ClientConnection, given: Any, **body: Any) -> Json:
    event = await turn(ws, given, **body)
    assert event["type"] == "response.completed", event
    RESPONSE.validate_python(event["response"])
    response: Json = event["response"]
    assert response["status"] == "completed"
    return response


async def refused(ws: ClientConnection, given: Any, **body: Any) -> str:
    """The code of the error that a turn ends with."""
    event = await turn(ws, given, **body)
    assert event["type"] == "error", event
    return str(event["error"]["code"])


def said(role: str, content: Any, **more: Any) -> Json:
    return {"type": "message", "role": role, "content": content, **more}


async def basic_response(client: Client) -> None:
    response = await client.create([said("user", "Say hello in exactly 3 words.")])
    assert response["status"] == "completed"


async def assistant_phase(client: Client) -> None:
    history = [
        said("user", "What is the weather?"),
        said("assistant", "Let me look.", phase="commentary"),
        said("assistant", "It is sunny.", phase="final_answer"),
        said("user", "And tomorrow?"),
    ]
    assert (await client.create(history))["status"] == "completed"


async def response_output_phase_schema(client: Client) -> None:
    message = (await client.create("Hello"))["output"][-1]
    assert "phase" not in message
    kept = MESSAGE.validate_json(json.dumps({**message, "phase": "commentary"}))
    assert kept.model_dump(mode="json")["phase"] == "commentary"


async def streaming_response(client: Client) -> None:
    reply = await client.post(
        "/responses", model=MODEL, input=[said("user", "Count from 1 to 5.")], stream=True
    )
    assert reply.headers["content-type"].startswith("text/event-stream")
    data = [line[6:] for line in reply.text.split("\n") if line.startswith("data: ")]
    events = [EVENT.validate_json(each) and json.loads(each) for each in data if each != "[DONE]"]
    assert (data[-1] == "[DONE]") is (len(events) < len(data))
    assert events
    assert events[-1]["type"] == "response.completed"
    RESPONSE.validate_python(events[-1]["response"])
    assert events[-1]["response"]["status"] == "completed"


async def websocket_response(client: Client) -> None:
    async with client.connect() as ws:
        await completed(ws, [said("user", "Hello")])


async def websocket_sequential_responses(client: Client) -> None:
    async with client.connect() as ws:
        first = await completed(ws, "Say one.", store=False)
        second = await completed(ws, "Say two.", store=False)
        assert first["id"] != second["id"]


async def websocket_continuation(client: Client) -> None:
    async with client.connect() as ws:
        first = await completed(ws, "Remember the number 7.", store=False)
        second = await completed(ws, "Which number?", store=False, previous_response_id=first["id"])
        assert second["previous_response_id"] == first["id"]


async def websocket_reconnect_store_false_recovery(client: Client) -> None:
    async with client.connect() as ws:
        first = await completed(ws, "Remember this.", store=False)
    async with client.connect() as ws:
        code = await refused(ws, "Go on.", store=False, previous_response_id=first["id"])
        assert code == "previous_response_not_found"
        await completed(ws, "Begin anew.", store=False)


async def websocket_previous_response_not_found(client: Client) -> None:
    async with client.connect() as ws:
        code = await refused(ws, "Go on.", previous_response_id="resp_openresponses_missing")
        assert code == "previous_response_not_found"


async def websocket_failed_continuation_evicts_cache(client: Client) -> None:
    output = {
        "type": "function_call_output",
        "call_id": "call_openresponses_missing",
        "output": "{}",
    }
    async with client.connect() as ws:
        first = await completed(ws, "Remember this.", store=False)
        await refused(ws, [output], store=False, previous_response_id=first["id"])
        code = await refused(ws, "Go on.", store=False, previous_response_id=first["id"])
        assert code == "previous_response_not_found"


async def websocket_compact_new_chain(client: Client) -> None:
    reply = await client.post(
        "/responses/compact", model=MODEL, input=[said("user", "Hello"), said("assistant", "Hi")]
    )
    assert reply.status_code == 200, reply.text
    async with client.connect() as ws:
        await completed(
            ws, [*reply.json()["output"], said("user", "Go on.")], tools=[], store=False
        )


async def system_prompt(client: Client) -> None:
    messages = [said("system", "You are a pirate."), said("user", "Hello")]
    assert (await client.create(messages))["status"] == "completed"


async def tool_calling(client: Client) -> None:
    parameters = {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    }
    tool = {
        "type": "function",
        "name": "get_weather",
        "description": "The weather",
        "parameters": parameters,
    }
    response = await client.create([said("user", "What is the weather in Paris?")], tools=[tool])
    (call,) = [item for item in response["output"] if item["type"] == "function_call"]
    assert isinstance(json.loads(call["arguments"])["location"], str)


async def image_input(client: Client) -> None:
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}
    content = [{"type": "input_text", "text": "What is this?"}, image]
    assert (await client.create([said("user", content)]))["status"] == "completed"


async def multi_turn(client: Client) -> None:
    history = [
        said("user", "I am Alice."),
        said("assistant", "Hello Alice!"),
        said("user", "Who am I?"),
    ]
    assert (await client.create(history))["status"] == "completed"


async def compact_response(client: Client) -> None:
    history = [said("user", "Hello"), said("assistant", "Hi"), said("user", "Bye")]
    reply = await client.post(
        "/responses/compact", model=MODEL, input=history, prompt_cache_key="acceptance"
    )
    assert reply.status_code == 200, reply.text
    COMPACTION.validate_json(reply.content)
    compacted = reply.json()
    assert compacted["object"] == "response.compaction"
    assert any(item["type"] == "compaction" for item in compacted["output"])


async def compact_missing_model(client: Client) -> None:
    reply = await client.post("/responses/compact", input=[said("user", "Hello")])
    assert reply.status_code in (400, 422)


Check = Callable[[Client], Awaitable[None]]
CHECKS: list[Check] = [
    basic_response,
    assistant_phase,
    response_output_phase_schema,
    streaming_response,
    websocket_response,
    websocket_sequential_responses,
    websocket_continuation,
    websocket_reconnect_store_false_recovery,
    websocket_previous_response_not_found,
    websocket_failed_continuation_evicts_cache,
    websocket_compact_new_chain,
    system_prompt,
    tool_calling,
    image_input,
    multi_turn,
    compact_response,
    compact_missing_model,
]

Verdicts = dict[Check, BaseException | None]


async def _all_at_once(url: str) -> Verdicts:
    async with httpx2.AsyncClient(timeout=SECONDS) as http:
        client = Client(url, http)
        results = await asyncio.gather(*(check(client) for check in CHECKS), return_exceptions=True)
    return dict(zip(CHECKS, results, strict=True))


@pytest.fixture(scope="module", params=["openai", "open-responses"])
def verdicts(request: pytest.FixtureRequest) -> Iterator[Verdicts]:
    """What became of every check, after all of them ran at the same time."""
    sock = listen("127.0.0.1", 0)
    background = Background(create_app(Sessions(Settings(dialect=request.param))), sock)
    background.start()
    yield asyncio.run(_all_at_once(url_of(sock) + "/v1"))
    background.stop()


def test_the_suite_is_whole() -> None:
    assert len(CHECKS) == 17
    assert len(EVENTS) == 24


@pytest.mark.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])
def test_acceptance(verdicts: Verdicts, check: Check) -> None:
    failure = verdicts[check]
    if failure is not None:
        raise failure
