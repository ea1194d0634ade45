"""Same seed, same script, same requests: same bytes. In another process, under another hash seed,
in another order.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest

from patience import SECONDS
from server_process import ServerProcess

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "minimum": 1, "maximum": 7},
        },
        "required": ["city", "days"],
        "additionalProperties": False,
    },
}
FORMAT = {
    "type": "json_schema",
    "name": "person",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "email": {"type": "string", "format": "email"},
            "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "maxItems": 3},
            "born": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        },
        "required": ["name", "email", "tags", "born"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Step:
    """One request of a chain. Its path and body are made from the last Response before it."""

    method: str
    path: Callable[[dict[str, Any]], str]
    body: Callable[[dict[str, Any]], Any]


Chain: TypeAlias = list[Step]
Replies: TypeAlias = dict[str, Counter[tuple[int, str, bytes]]]
Send: TypeAlias = Callable[..., Awaitable[httpx2.Response]]


def create(asked: Any, **fields: Any) -> Step:
    return Step(
        "POST", lambda _: "/responses", lambda _: {"model": "gpt-5", "input": asked, **fields}
    )


def follow(text: Any, **fields: Any) -> Step:
    def body(last: dict[str, Any]) -> dict[str, Any]:
        return {"model": "gpt-4o", "input": text, "previous_response_id": last["id"], **fields}

    return Step("POST", lambda _: "/responses", body)


def answered(output: str) -> Step:
    def body(last: dict[str, Any]) -> dict[str, Any]:
        outputs = [
            {"type": "function_call_output", "call_id": item["call_id"], "output": output}
            for item in last["output"]
            if item["type"] == "function_call"
        ]
        return {
            "model": "gpt-4o",
            "input": outputs,
            "previous_response_id": last["id"],
            "tools": [WEATHER],
        }

    return Step("POST", lambda _: "/responses", body)


def of_it(method: str, suffix: str = "") -> Step:
    return Step(method, lambda last: f"/responses/{last['id']}{suffix}", lambda _: None)


def other(method: str, path: str, body: Any = None) -> Step:
    return Step(method, lambda _: path, lambda _: body)


CHAINS: list[Chain] = [
    *([create("Tell me about number "
              f"{number}.", model=model)] for number, model in enumerate(("gpt-5", "gpt-4o"))),
    *([create("Speak.", model=model)] for model in ("gpt-4.1-mini", "o3", "gpt-5.2", "my-own-model")),
    *([create(f"Stream {number}.", stream=True)] for number in range(3)),
    [create("Weather in "
            "Paris?", tools=[WEATHER]), answered("18 °C"), of_it("GET", "/input_items?limit=2")],
    [create("Weather in Rome?", tools=[WEATHER], stream=True)],
    [create("Weather?", model="gpt-4o", tools=[WEATHER], tool_choice="required"), answered("rain"), of_it("DELETE")],
    [create("A person.", text={"format": FORMAT})],
    [create("A person.", text={"format": FORMAT}, stream=True)],
    [create("Any JSON object.", text={"format": {"type": "json_object"}})],
    [create("One"), follow("Two"), follow("Three", stream=False), of_it("GET"), of_it("GET", "/input_items")],
    [create([{"role": "user", "content": "List."}, {"role": "assistant", "content": "x"}], instructions="Be brief.")],
    [create("Think.", model="o3", reasoning={"effort": "high", "summary": "auto"}, stream=True)],
    [create("Probably.", model="gpt-4o", include=["message.output_text.logprobs"], top_logprobs=2)],
    [create("Cut me short, please.", max_output_tokens=16)],
    *([create("Do it.", model="gpt-5", tools=[tool_of], tool_choice={"type": tool_of["type"]})] for tool_of in (
        {"type": "web_search"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "image_generation"},
    )),
    [create("Later.", background=True), of_it("GET"), of_it("GET"), of_it("GET")],
    [create("Later, streamed.", background=True, stream=True)],
    [create("Never.", background=True), of_it("POST", "/cancel"), of_it("GET"), of_it("DELETE"), of_it("GET")],
    *([create("The same.")] for _ in range(4)),
    *([create("The same, streamed.", stream=True)] for _ in range(3)),
    [create("Not kept.", store=False), of_it("GET")],
    [create("x", temperature=3)],
    [create("x", colour="red")],
    [create([{"type": "function_call_output", "call_id": "call_x", "output": "y"}])],
    [follow("x"), other("GET", "/responses/resp_none"), other("DELETE", "/responses/resp_none")],
    [other("POST", "/responses", "not an object"), other("PATCH", "/responses"), other("GET", "/nothing")],
    [other("GET", "/models"), other("GET", "/models/gpt-5")],
    [other("POST", "/responses/input_tokens", {"model": "gpt-5", "input": "How long is this?"})],
    [other("POST", "/conversations", {"metadata": {"of": "all"}, "items": [{"role": "user", "content": "Hi."}]})],
    [other("POST", "/responses/compact", {"model": "gpt-5", "input": "A long story."})],
]  # fmt: skip
NOTHING = {"id": "resp_00000000000000000000000000000000", "output": []}


async def run(chain: Chain, send: Send) -> None:
    last: dict[str, Any] = NOTHING
    for step in chain:
        reply = await send(step.method, step.path(last), step.body(last))
        if reply.status_code == 200 and reply.headers["content-type"] == "application/json":
            value = reply.json()
            last = value if value.get("object") == "response" else last


async def replies(url: str, *, order: random.Random | None) -> Replies:
    """All replies by request: one after the other, or all chains at the same time in a drawn
    order.
    """
    got: Replies = {}
    limits = httpx2.Limits(max_connections=20)
    async with httpx2.AsyncClient(base_url=url, timeout=SECONDS, limits=limits) as http:

        async def send(method: str, path: str, body: Any) -> httpx2.Response:
            content: dict[str, Any] = {} if body is None else {"json": body}
            reply: httpx2.Response = await http.request(method, path, **content)
            seen = (reply.status_code, reply.headers["x-request-id"], reply.content)
            got.setdefault(f"{method} {path} {body}", Counter())[seen] += 1
            return reply

        if order is None:
            for chain in CHAINS:
                await run(chain, send)
        else:
            shuffled = order.sample(CHAINS, len(CHAINS))
            await asyncio.gather(*(run(chain, send) for chain in shuffled))
    return got


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[..., ServerProcess]]:
    started: list[ServerProcess] = []

    def start(*arguments: str, hash_seed: str = "0") -> ServerProcess:
        started.append(ServerProcess(*arguments, hash_seed=hash_seed))
        return started[-1]

    yield start
    for server in started:
        with server:
            pass


def differences(one: Replies, other: Replies) -> list[str]:
    return sorted({key for key in one.keys() | other.keys() if one.get(key) != other.get(key)})


def test_the_same_requests_get_the_same_bytes_in_any_order(
    servers: Callable[..., ServerProcess],
) -> None:
    first = asyncio.run(replies(servers("--seed", "7", hash_seed="1").url, order=None))
    assert sum(counted.total() for counted in first.values()) >= 60
    other = servers("--seed", "7", hash_seed="4711")
    assert differences(asyncio.run(replies(other.url, order=random.Random(3))), first) == []


def test_another_seed_gives_other_bytes(servers: Callable[..., ServerProcess]) -> None:
    async def texts(url: str) -> list[bytes]:
        async with httpx2.AsyncClient(base_url=url) as http:
            body = {"model": "gpt-5", "input": "Hello"}
            return [(await http.post("/responses", json=body)).content for _ in range(2)]

    one, two = (asyncio.run(texts(servers("--seed", seed).url)) for seed in ("7", "8"))
    assert len({*one, *two}) == 4


CASSETTE = """
interactions:
- when: {input: {contains: weather}}
  reply:
    output:
    - {type: function_call, name: get_weather, arguments: {city: Paris}}
  times: always
- when: {input: Tell me a story.}
  reply: Once upon a time.
  stream: {ttft_ms: 2, itl_ms: 1, jitter_ms: 1}
  times: always
- when: {input: {regex: "^chaos"}}
  reply: Lucky.
  stream: {fault: {kind: failed_only, probability: 0.5}}
  times: always
- when: {input: never}
  error: {status: 429, code: rate_limit_exceeded}
  times: always
"""


def test_scripts_give_the_same_bytes_in_any_order(
    tmp_path: Path, servers: Callable[..., ServerProcess]
) -> None:
    path = tmp_path / "cassette.yaml"
    path.write_text(CASSETTE)
    inputs = [
        "the weather",
        "Tell me a story.",
        "never",
        "unheard of",
        *(f"chaos {number}" for number in range(8)),
    ]
    bodies = [
        {"model": "gpt-5", "input": text, "stream": stream}
        for text in inputs
        for stream in (False, True)
    ] * 2

    async def all_of(url: str, order: random.Random | None) -> Replies:
        got: Replies = {}
        async with httpx2.AsyncClient(base_url=url, timeout=SECONDS) as http:

            async def ask(body: dict[str, Any]) -> None:
                reply = await http.post("/responses", json=body)
                seen = (reply.status_code, reply.headers["x-request-id"], reply.content)
                got.setdefault(str(body), Counter())[seen] += 1

            if order is None:
                for body in bodies:
                    await ask(body)
            else:
                await asyncio.gather(*(ask(body) for body in order.sample(bodies, len(bodies))))
        return got

    first = asyncio.run(all_of(servers(str(path), "--seed", "7", hash_seed="1").url, None))
    second = asyncio.run(
        all_of(servers(str(path), "--seed", "7", hash_seed="2").url, random.Random(5))
    )
    assert differences(first, second) == []
    lucky = {
        "failed" if b'"failed"' in reply[2] else "lucky"
        for key in first
        if "chaos" in key
        for reply in first[key]
    }
    assert lucky == {"failed", "lucky"}
