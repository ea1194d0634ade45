"""How much a session keeps: bounded in bytes, oldest first, and said so."""

import asyncio
import gc
import logging
import threading
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from conftest import Serve
from mockserver.api import OPENAI, CreateRequest
from mockserver.script import Arrival
from mockserver.session import Inquiry, Outcome, open_session
from mockserver.settings import Settings
from server_process import ServerProcess

MIB = 1024 * 1024
UNCACHED = {"prompt_cache_options": {"mode": "explicit"}}


def picture(number: int, size: int = 100_000) -> dict[str, Any]:
    data = f"data:image/png;base64,iVBORw0KGgo{number}{'A' * size}"
    image = {"type": "input_image", "detail": "low", "image_url": data}
    text = {"type": "input_text", "text": f"What is this, {number}?"}
    return {"model": "gpt-4o", "input": [{"role": "user", "content": [text, image]}]}


def test_responses_are_bounded_in_bytes_and_the_miss_says_so(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(store_size=1)
    with caplog.at_level(logging.WARNING), httpx2.Client(base_url=served.url) as http:
        ids = [http.post("responses", json=picture(n)).json()["id"] for n in range(12)]
        kept = served.state.kept()["responses"]
        assert kept["bytes"] <= MIB
        assert kept["kept"] + kept["forgotten"] == 12
        assert kept["kept"] == 5
        found = [http.get(f"responses/{each}").status_code for each in ids]
        assert found == [404] * 7 + [200] * 5
        following = {"model": "gpt-4o", "input": "And now?", "previous_response_id": ids[0]}
        refused = http.post("responses", json=following)
        message = refused.json()["error"]["message"]
        assert refused.json()["error"]["code"] == "previous_response_not_found"
        assert "It has been forgotten." in message
        assert "raise --store-limit or --store-size" in message
        never = http.get("responses/resp_never").json()["error"]["message"]
        assert "forgotten" not in never
        item = {"type": "item_reference", "id": "msg_of_a_response_of_old"}
        refused = http.post("responses", json={"model": "gpt-4o", "input": [item]})
        assert "may be among what has been forgotten" in refused.json()["error"]["message"]
    assert sum("oldest responses are forgotten" in each.message for each in caplog.records) == 1


def test_a_chain_counts_its_history_once_and_goes_when_nobody_holds_it(serve: Serve) -> None:
    served = serve(store_limit=3)
    with httpx2.Client(base_url=served.url) as http:
        previous = None
        for number in range(6):
            body = {**picture(number), "previous_response_id": previous}
            previous = http.post("responses", json=body).json()["id"]
        whole = served.state.kept()["responses"]
        # The newest three hold what stood before them.
        assert whole["kept"] == 3
        assert whole["bytes"] > 6 * 200_000
        listed = http.get(f"responses/{previous}/input_items?limit=100").json()["data"]
        assert len(listed) == 11
        for number in range(3):
            http.post("responses", json={"model": "gpt-4o", "input": f"other {number}"})
        assert served.state.kept()["responses"]["bytes"] < 100_000


def test_a_chain_that_is_too_long_to_be_kept_ends(serve: Serve) -> None:
    served = serve(store_size=1)
    with httpx2.Client(base_url=served.url) as http:
        previous, replies = None, []
        for number in range(7):
            body = {**picture(number), "previous_response_id": previous}
            replies.append(http.post("responses", json=body))
            if replies[-1].status_code != 200:
                break
            previous = replies[-1].json()["id"]
    assert [each.status_code for each in replies] == [200] * 6 + [400]
    assert "It has been forgotten." in replies[-1].json()["error"]["message"]
    assert served.state.kept()["responses"]["bytes"] == 0


def test_conversations_are_bounded_in_bytes(serve: Serve) -> None:
    served = serve(store_size=1)
    with httpx2.Client(base_url=served.url) as http:
        ids = []
        for number in range(15):
            items = picture(number)["input"]
            ids.append(http.post("conversations", json={"items": items}).json()["id"])
        kept = served.state.kept()["conversations"]
        assert kept["bytes"] <= MIB
        assert (kept["kept"], kept["forgotten"]) == (10, 5)
        message = http.get(f"conversations/{ids[0]}").json()["error"]["message"]
        assert "It has been forgotten." in message
        for each in ids[5:]:
            http.delete(f"conversations/{each}")
    assert served.state.kept()["conversations"]["bytes"] == 0


def test_what_leaves_a_conversation_is_not_counted_any_more(serve: Serve) -> None:
    served = serve()
    with httpx2.Client(base_url=served.url) as http:
        url = f"conversations/{http.post('conversations', json={}).json()['id']}"
        empty = served.state.kept()["conversations"]["bytes"]
        added = http.post(f"{url}/items", json={"items": picture(1)["input"]}).json()["data"]
        assert served.state.kept()["conversations"]["bytes"] > empty + 100_000
        http.delete(f"{url}/items/{added[0]['id']}")
        assert served.state.kept()["conversations"]["bytes"] == empty


def test_the_journal_counts_headers(serve: Serve) -> None:
    served = serve(journal_size=1)
    with httpx2.Client(base_url=served.url) as http:
        for _ in range(50):
            http.get("models/gpt-5", headers={"x-large": "x" * 30_000})
    kept = served.state.kept()["requests"]
    assert kept["bytes"] <= MIB
    assert kept["forgotten"] == 50 - kept["kept"] > 10


def test_a_chain_takes_as_much_for_each_turn() -> None:
    session = open_session(Settings(on_miss="generate", tokens="estimate"))

    async def turns(count: int, previous: str | None) -> str:
        for number in range(count):
            body = {"model": "gpt-5", "input": f"turn {number}", "metadata": {"after": previous}}
            request = CreateRequest(
                {**body, "previous_response_id": previous} if previous else body
            )
            inquiry = Inquiry("POST", "/v1/responses", Arrival(), OPENAI, request=request)
            session.journal.add(inquiry.received)
            found = await session.answer(inquiry)
            assert isinstance(found, Outcome)
            assert found.answer is not None
            previous = found.answer.response["id"]
        assert previous is not None
        return previous

    async def play() -> list[int]:
        previous = await turns(20, None)
        taken = []
        for _ in range(3):
            before, _ = tracemalloc.get_traced_memory()
            previous = await turns(40, previous)
            taken.append(tracemalloc.get_traced_memory()[0] - before)
        return taken

    tracemalloc.start()
    try:
        first, _, third = asyncio.run(play())
    finally:
        tracemalloc.stop()
    # A history of its own for each turn would make it three times as much.
    assert third < 1.3 * first


def test_what_is_forgotten_is_freed_at_once(serve: Serve) -> None:
    served = serve(store_limit=1, journal_limit=1)
    answers: list[weakref.ref[CreateRequest]] = []
    gc.disable()
    try:
        with httpx2.Client(base_url=served.url) as http:
            for number in range(4):
                http.post("responses", json=picture(number))
                newest = next(iter(served.state.responses))
                answers.append(weakref.ref(newest.answer.request))
                del newest
        assert [each() is None for each in answers[:2]] == [True, True]
    finally:
        gc.enable()


def test_a_chain_of_1100_turns_takes_little_and_health_is_told_meanwhile() -> None:
    """Deeper than Python calls. A history of its own for each turn would take 450 MB of addresses,
    one that is shared takes 205.
    """
    told: list[int] = []
    is_over = threading.Event()
    with (
        ServerProcess("--tokens", "estimate", most_bytes=384 * MIB) as server,
        ThreadPoolExecutor() as pool,
        httpx2.Client(base_url=server.url) as http,
    ):
        root = server.url.removesuffix("/v1") + "/__mockserver__"

        def ask_health() -> None:
            while not is_over.wait(0.05):
                told.append(httpx2.get(f"{root}/health").status_code)

        # What takes long with a long history is left out: texts that are made up, and the cache.
        stub: dict[str, Any] = {"when": {}, "reply": {"output": []}}
        httpx2.post(f"{root}/stubs", json=stub).raise_for_status()
        asking = pool.submit(ask_health)
        try:
            previous = None
            for number in range(1100):
                body = {"model": "gpt-5.6", "input": f"turn {number}", **UNCACHED}
                reply = http.post("responses", json={**body, "previous_response_id": previous})
                assert reply.status_code == 200, reply.text
                previous = reply.json()["id"]
        finally:
            is_over.set()
        asking.result()
        page = http.get(f"responses/{previous}/input_items?limit=1&order=asc").json()
    assert page["data"][0]["content"][0]["text"] == "turn 0"
    assert told
    assert set(told) == {200}
