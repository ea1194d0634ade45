"""Two hundred HTTP clients at once that chain, poll, cancel, delete and hang up: what is left is
consistent.
"""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from conftest import Serve, Served
from mockserver.session import MemoryState
from patience import SECONDS, until

Json = dict[str, Any]


class Client:
    """One client, with a mind of its own, drawn from its number."""

    def __init__(self, http: httpx2.AsyncClient, url: str, number: int) -> None:
        self.http, self.url, self.number = http, url, number
        self.drawn = random.Random(number)
        self.known: list[Json] = []
        """The responses that it has got and not deleted."""
        self.deleted: list[Json] = []
        self.statuses: set[int] = set()

    async def run(self) -> None:
        """Do a few things, in an order of its own."""
        for step in range(3):
            act = self.drawn.choice(
                (self.create, self.chain, self.poll, self.delete, self.hang_up, self.stream)
            )
            await act(f"client {self.number}, step {step}")

    async def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """A request whose reply is some JSON object."""
        content: dict[str, Any] = {} if body is None else {"json": body}
        reply = await self.http.request(method, self.url + path, **content)
        self.statuses.add(reply.status_code)
        value: Json = reply.json()
        return value

    async def create(self, text: str, **fields: Any) -> None:
        response = await self.ask(
            "POST", "/responses", {"model": "gpt-4o", "input": text, **fields}
        )
        if "id" in response:
            self.known.append(response)

    async def chain(self, text: str) -> None:
        if self.known:
            await self.create(text, previous_response_id=self.known[-1]["id"])

    async def poll(self, text: str) -> None:
        await self.create(text, background=True)
        response_id = self.known[-1]["id"]
        for _ in range(self.drawn.randrange(4)):
            await self.ask("GET", f"/responses/{response_id}")
        await self.ask("POST", f"/responses/{response_id}/cancel")

    async def delete(self, _text: str) -> None:
        if self.known:
            response = self.known.pop()
            await self.ask("DELETE", f"/responses/{response['id']}")
            self.deleted.append(response)

    async def stream(self, text: str) -> None:
        events = [event async for event in self.events(text)]
        self.known.append(events[-1]["response"])

    async def hang_up(self, text: str) -> None:
        """Leave in the middle of a stream that takes its time."""
        left = self.drawn.randrange(1, 8)
        async for event in self.events(f"slow {text}"):
            if event["sequence_number"] == left:
                break

    async def events(self, text: str) -> AsyncIterator[Json]:
        body = {
            "model": "gpt-4o",
            "input": text,
            "stream": True,
            "background": self.drawn.random() < 0.3,
        }
        async with self.http.stream("POST", f"{self.url}/responses", json=body) as reply:
            async for line in reply.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])


def abuse(served: Served, count: int) -> list[Client]:
    """Let all clients loose at once."""
    slow = {
        "reply": "one two three four five six seven",
        "stream": {"itl_ms": 20},
        "times": "always",
    }
    served.script({"when": {"input": {"contains": "slow"}}, **slow})

    async def all_of_them() -> list[Client]:
        limits = httpx2.Limits(max_connections=count)
        async with httpx2.AsyncClient(timeout=SECONDS, limits=limits) as http:
            clients = [Client(http, served.url, number) for number in range(count)]
            await asyncio.gather(*(client.run() for client in clients))
            return clients

    return asyncio.run(all_of_them())


def check_items(state: MemoryState) -> set[str]:
    """Whether items are found just where they are held; returns the ids of all that are."""
    held: set[str] = set()
    for stored in state.responses:
        for item in stored.items:
            found = state.responses.item(item["id"])
            assert found is not None
            assert found["type"] == item["type"]
            held.add(item["id"])
    return held


@pytest.mark.parametrize(("count", "limit"), [(200, 10_000), (50, 10)])
def test_many_clients(
    serve: Serve, caplog: pytest.LogCaptureFixture, count: int, limit: int
) -> None:
    served = serve(watched=False, store_limit=limit)
    with caplog.at_level(logging.WARNING):
        clients = abuse(served, count)
    told = [record.getMessage() for record in caplog.records]
    assert ["oldest" in each for each in told] == ([] if limit == 10_000 else [True] * len(told))
    store = served.state.responses
    assert len(store) <= limit
    held = check_items(served.state)
    for client in clients:
        assert not client.statuses - {200, 400, 404}
        if limit == 10_000:
            assert all(store.get(response["id"]) is not None for response in client.known)
        for response in client.deleted:
            gone = store.get(response["id"]) is None
            assert gone or response["background"]
            assert all(
                store.item(item["id"]) is None
                for item in response["output"]
                if item["id"] not in held
            )
    for stored in list(store):
        store.remove(stored.answer.response["id"])
    assert not any(store.item(item_id) for item_id in held)


def test_a_conversation_survives_clients_that_hang_up(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(watched=False)
    served.script({"reply": "a b c", "stream": {"itl_ms": 20}, "times": "always"})

    async def all_of_them(conversation: str) -> list[int]:
        async with httpx2.AsyncClient(timeout=SECONDS) as http:

            async def come_and_go(number: int) -> int:
                body = {
                    "model": "gpt-4o",
                    "input": f"n {number}",
                    "stream": True,
                    "conversation": conversation,
                }
                async with http.stream("POST", f"{served.url}/responses", json=body) as reply:
                    async for _ in reply.aiter_lines():
                        if number % 2:
                            break
                status: int = reply.status_code
                return status

            return await asyncio.gather(*(come_and_go(number) for number in range(30)))

    with httpx2.Client() as http:
        made = http.post(f"{served.url}/conversations", json={}).json()
        statuses = asyncio.run(all_of_them(made["id"]))
        assert set(statuses) <= {200, 400}
        assert 200 in statuses
        body = {"model": "gpt-4o", "input": "Is it free?", "conversation": made["id"]}
        # The server may notice a moment later that the last client has gone.
        until(lambda: http.post(f"{served.url}/responses", json=body).status_code == 200)
        items = http.get(f"{served.url}/conversations/{made['id']}/items?limit=100").json()["data"]
    assert len({item["id"] for item in items}) == len(items)
    assert [item["role"] for item in items[:2]] == ["assistant", "user"]
    assert caplog.records == []


def test_memory_is_bounded_by_the_limit(serve: Serve) -> None:
    served = serve(store_limit=5)
    bodies = [{"model": "gpt-4o", "input": f"number {number}"} for number in range(30)]
    with httpx2.Client() as http:
        responses = [http.post(f"{served.url}/responses", json=body).json() for body in bodies]
    store = served.state.responses
    assert [stored.answer.response["id"] for stored in store] == [
        each["id"] for each in responses[-5:]
    ]
    found = [store.item(item["id"]) is not None for each in responses for item in each["output"]]
    assert found == [False] * 25 + [True] * 5
