"""Many clients of all kinds at once: what they leave behind is consistent."""

import asyncio
import json
import logging
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from conftest import Serve
from patience import SECONDS
from sockets import LAST

CLIENTS = 200
Json = dict[str, Any]


async def last(ws: Any) -> Json:
    while True:
        event: Json = json.loads(await ws.recv())
        if event["type"] in LAST:
            return event


async def over_socket(url: str, number: int) -> set[str]:
    """Turns in two lanes, a chain, garbage, and for some a departure in mid-turn; the ids that must
    be stored.
    """
    stored: set[str] = set()
    async with connect(url.replace("http", "ws", 1) + "/responses") as ws:
        previous: str | None = None
        for step in range(3):
            body = {"model": "gpt-4o-mini", "input": f"socket {number} {step}", "store": step != 1}
            lane = {"stream_id": f"lane{step}"} if number % 3 == 0 else {}
            await ws.send(
                json.dumps(
                    {"type": "response.create", "previous_response_id": previous, **body, **lane}
                )
            )
            event = await last(ws)
            assert event["type"] == "response.completed", event
            previous = event["response"]["id"]
            if body["store"]:
                stored.add(event["response"]["id"])
        await ws.send(b"garbage" if number % 2 else "garbage")
        assert (await last(ws))["type"] == "error"
        if number % 5 == 0:
            await ws.send(
                json.dumps(
                    {"type": "response.create", "model": "gpt-4o-mini", "input": "gone" * 50}
                )
            )
            ws.transport.abort()
    return stored


async def over_http(http: httpx2.AsyncClient, url: str, number: int) -> set[str]:
    """Create, chain, retrieve, run in the background, cancel, delete; the ids that must be
    stored.
    """
    body: Json = {"model": "gpt-4o-mini", "input": f"client {number}"}
    first = (await http.post(f"{url}/responses", json=body)).json()
    chained = (
        await http.post(f"{url}/responses", json={**body, "previous_response_id": first["id"]})
    ).json()
    assert chained["previous_response_id"] == first["id"]
    assert (await http.get(f"{url}/responses/{chained['id']}")).json()["output"] == chained[
        "output"
    ]
    run = (await http.post(f"{url}/responses", json={**body, "background": True})).json()
    assert (await http.post(f"{url}/responses/{run['id']}/cancel")).json()["status"] == "cancelled"
    assert (await http.delete(f"{url}/responses/{first['id']}")).json()["deleted"] is True
    assert (await http.get(f"{url}/responses/{first['id']}")).status_code == 404
    return {chained["id"], run["id"]}


def test_two_hundred_clients_leave_a_consistent_store(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(watched=False, store_limit=10_000)

    async def all_of_them() -> list[set[str]]:
        limits = httpx2.Limits(max_connections=CLIENTS)
        async with httpx2.AsyncClient(timeout=SECONDS, limits=limits) as http:
            return await asyncio.gather(
                *(
                    over_socket(served.url, number)
                    if number % 2
                    else over_http(http, served.url, number)
                    for number in range(CLIENTS)
                )
            )

    with caplog.at_level(logging.WARNING):
        kept = asyncio.run(all_of_them())
    ids = set().union(*kept)
    assert len(ids) == sum(map(len, kept))
    stored = {each.answer.response["id"] for each in served.state.responses}
    # Turns whose clients left may have been finished before the server noticed.
    assert ids <= stored
    assert len(stored - ids) <= CLIENTS
    for response_id in ids:
        each = served.state.responses.get(response_id)
        assert each is not None
        assert all(
            served.state.responses.item(item["id"]) is not None
            for item in each.answer.response["output"]
        )
    assert not caplog.records


def test_the_store_is_bounded(serve: Serve) -> None:
    served = serve(store_limit=5)

    async def many() -> None:
        await asyncio.gather(*(over_socket(served.url, number) for number in range(1, 8, 2)))

    asyncio.run(many())
    assert len(served.state.responses) == 5
