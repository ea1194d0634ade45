"""Servers that share their state by way of Redis answer as one server does."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from patience import until
from redis_server import PROGRAM, WHY_NOT, RedisServer
from shared_servers import CONTROL, Ask, Server, serving

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)


@pytest.fixture
def two(redis: RedisServer) -> Iterator[list[Server]]:
    with serving(2, redis.url) as servers:
        yield servers


def requests_of_all_kinds(number: int) -> list[dict[str, Any]]:
    """Requests that repeat each other, in an order of their own; some continue the one before."""
    drawn = random.Random(7)
    asked: list[dict[str, Any]] = []
    for _ in range(number):
        body: dict[str, Any] = {
            "model": drawn.choice(["gpt-5", "gpt-4o-mini"]),
            "input": f"Question {drawn.randrange(30)}",
        }
        kind = drawn.randrange(6)
        if kind == 0:
            body["stream"] = True
        elif kind == 1:
            body["instructions"] = "Be brief. " * 600
        elif kind == 2:
            body["continues"] = True
        elif kind == 3:
            body["store"] = False
        elif kind == 4:
            body["tools"] = [
                {
                    "type": "function",
                    "name": "weather",
                    "parameters": {"type": "object", "properties": {}},
                    "strict": False,
                }
            ]
        asked.append(body)
    return asked


def answers(servers: list[Ask], asked: list[dict[str, Any]]) -> list[bytes]:
    """What the servers answer, any of them to each request."""
    drawn = random.Random(11)
    previous = ""
    found = []
    for request in asked:
        body = dict(request)
        if body.pop("continues", False) and previous:
            body["previous_response_id"] = previous
        reply = drawn.choice(servers)("POST", "/v1/responses", body)
        found.append(reply.content)
        assert reply.status_code == 200, reply.text
        if body.keys().isdisjoint(("stream", "store", "tools")):
            previous = reply.json()["id"]
    return found


@contextlib.contextmanager
def processes(number: int, url: str, *options: str) -> Iterator[str]:
    """The address of so many processes, any of which takes a new connection."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--state", url]
    with subprocess.Popen(
        [*command, "--workers", str(number), *options], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removesuffix("/v1")
        finally:
            process.terminate()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_four_processes_give_the_bytes_of_one(redis: RedisServer) -> None:
    asked = requests_of_all_kinds(200)
    stub = {"when": {"model": "gpt-4o*"}, "reply": "."}
    with (
        serving(1, None, on_miss="generate") as (alone,),
        processes(4, redis.url, "--on-miss", "generate") as url,
    ):
        client = httpx2.Client(limits=httpx2.Limits(max_keepalive_connections=0))

        def ask(method: str, path: str, body: Any = None) -> httpx2.Response:
            return client.request(method, url + path, json=body)

        for any_server in (alone.ask, ask):
            any_server("POST", f"{CONTROL}/stubs", stub)
        assert answers([ask], asked) == answers([alone.ask], asked)
        told = [any_server("GET", f"{CONTROL}/requests").json() for any_server in (alone.ask, ask)]
        for shown in told:
            for each in shown["data"]:
                for name in ("host", "connection", "user-agent"):
                    each["headers"].pop(name, None)
        assert told[1] == told[0]
        workers = ask("GET", "/health").json()["workers"]
        assert len(workers) == 4
        client.close()


def test_what_comes_at_once_is_numbered_as_one_server_would(redis: RedisServer) -> None:
    asked = [{"model": "gpt-5", "input": f"Question {number % 10}"} for number in range(60)]
    with serving(1, None) as alone, serving(4, redis.url) as together:
        expected = sorted(answers([alone[0].ask], asked))
        with ThreadPoolExecutor(16) as pool:
            replies = pool.map(
                lambda each: together[each[0] % 4].ask("POST", "/v1/responses", each[1]).content,
                enumerate(asked),
            )
            assert sorted(replies) == expected


def test_each_step_answers_once(redis: RedisServer) -> None:
    steps = [f"step {number}" for number in range(40)]
    with serving(4, redis.url) as servers:
        assert servers[0].ask("POST", f"{CONTROL}/script", steps).status_code == 201
        with ThreadPoolExecutor(16) as pool:
            texts = pool.map(lambda number: servers[number % 4].text(), range(40))
            assert sorted(texts) == sorted(steps)
        for server in servers:
            assert server.create()["error"]["code"] == "mockserver_miss"
            assert server.ask("GET", f"{CONTROL}/requests/count").json()["count"] >= 41


def test_what_is_scripted_anywhere_is_seen_everywhere(two: list[Server]) -> None:
    here, there = two
    added = here.ask("POST", f"{CONTROL}/stubs", {"when": {"model": "gpt-5"}, "reply": "one"})
    number = added.json()["ids"]["stubs"][0]
    assert there.text() == "one"
    changed = there.ask("PUT", f"{CONTROL}/stubs/{number}", "two").json()
    assert here.text() == "two"
    shown = [server.ask("GET", f"{CONTROL}/stubs").json() for server in two]
    assert shown[0] == shown[1]
    assert shown[0]["data"][0]["used"] == 1
    assert here.ask("DELETE", f"{CONTROL}/stubs/{changed['id']}").json()["removed"]
    assert there.ask("GET", f"{CONTROL}/stubs").json()["data"] == []
    here.ask("POST", f"{CONTROL}/prompts", {"pmpt_1": {"instructions": "Be brief."}})
    assert there.create(prompt={"id": "pmpt_1"})["instructions"] == "Be brief."
    here.ask("PUT", f"{CONTROL}/chaos", {"error": {"status": 503}})
    assert "error" in there.create()
    there.ask("DELETE", f"{CONTROL}/chaos")
    assert here.create()["status"] == "completed"


def test_a_scenario_goes_on_in_any_server(two: list[Server]) -> None:
    here, there = two
    steps = [
        {"reply": "first", "scenario": {"name": "order", "sets": "paid"}},
        {"reply": "second", "scenario": {"name": "order", "requires": "paid"}},
    ]
    here.ask("POST", f"{CONTROL}/stubs", steps)
    assert [here.text(), there.text(), here.text()] == ["first", "second", "second"]


def test_what_is_stored_is_known_everywhere(two: list[Server]) -> None:
    here, there = two
    first = here.create("My name is Ann.")
    again = there.ask("GET", f"/v1/responses/{first['id']}").json()
    assert again == first
    second = there.create("Who am I?", previous_response_id=first["id"])
    items = here.ask("GET", f"/v1/responses/{second['id']}/input_items").json()["data"]
    assert {"My name is Ann.", "Who am I?"} <= {
        part["text"] for item in items for part in item["content"] or () if "text" in part
    }
    assert here.ask("DELETE", f"/v1/responses/{first['id']}").json()["deleted"]
    assert there.ask("GET", f"/v1/responses/{first['id']}").status_code == 404


def test_files_and_vector_stores_are_known_everywhere(two: list[Server]) -> None:
    here, there = two
    file = here.openai.files.create(file=("a.txt", b"The sky is blue."), purpose="user_data")
    store = there.openai.vector_stores.create(file_ids=[file.id])
    found = here.openai.vector_stores.search(store.id, query="sky")
    assert found.data[0].file_id == file.id
    assert there.ask("DELETE", f"/v1/files/{file.id}").json()["deleted"]
    assert here.ask("GET", f"/v1/files/{file.id}").status_code == 404


def test_a_conversation_is_locked_everywhere_until_its_stream_ends(two: list[Server]) -> None:
    here, there = two
    conversation = here.openai.conversations.create()
    stub = {"reply": "Slowly.", "stream": {"ttft_ms": 3_600_000}}
    here.ask("POST", f"{CONTROL}/script", [stub, "Quickly."])
    body = {"model": "gpt-5", "input": "Hi", "conversation": conversation.id, "stream": True}
    with httpx2.stream("POST", f"{here.url}/v1/responses", json=body) as reply:
        lines = reply.iter_lines()
        next(lines)
        refused = there.create("Me, too", conversation=conversation.id)
        assert refused["error"]["code"] == "conversation_locked"
    until(lambda: "output" in there.create("Me, too", conversation=conversation.id))
    items = here.ask("GET", f"/v1/conversations/{conversation.id}/items").json()["data"]
    assert [item["content"][0]["text"] for item in items] == ["Quickly.", "Me, too"]


def test_a_background_response_is_polled_and_cancelled_anywhere(two: list[Server]) -> None:
    here, there = two
    begun = here.create(background=True)
    path = f"/v1/responses/{begun['id']}"
    seen = [there.ask("GET", path).json()["status"], here.ask("GET", path).json()["status"]]
    assert [begun["status"], *seen] == ["queued", "in_progress", "completed"]
    slow = {"reply": "Slowly.", "stream": {"ttft_ms": 3_600_000}}
    here.ask("POST", f"{CONTROL}/script", [slow])
    body = {"model": "gpt-5", "input": "Hi", "background": True, "stream": True}
    with httpx2.stream("POST", f"{here.url}/v1/responses", json=body) as reply:
        lines = reply.iter_lines()
        created = next(line for line in lines if line.startswith("data: "))
        response_id = json.loads(created.removeprefix("data: "))["response"]["id"]
        cancelled = there.ask("POST", f"/v1/responses/{response_id}/cancel").json()
        assert cancelled["status"] == "cancelled"
        assert any("response.failed" in line for line in lines)


def test_all_tell_of_the_same_requests(two: list[Server]) -> None:
    here, there = two
    here.openai.responses.create(model="gpt-5", input="Hello, weather?")
    told = there.ask("GET", f"{CONTROL}/requests/1").json()
    assert told["answered"]["by"] == "generated"
    assert told["answered"]["status"] == 200
    assert told["response"]["usage"] == told["usage"]
    assert "sk-secret" not in json.dumps(told)
    asked = {"input": {"contains": "weather"}, "times": 1}
    assert there.ask("POST", f"{CONTROL}/assert", asked).json()["ok"]
    missed = {"input": {"contains": "news"}}
    assert there.ask("POST", f"{CONTROL}/assert", missed).status_code == 422
    here.ask("POST", f"{CONTROL}/script", ["left over"])
    unused = there.ask("GET", f"{CONTROL}/verify").json()["error"]["message"]
    assert "left over" in unused
    refused = there.ask("POST", "/v1/responses", {"model": 5})
    assert refused.status_code == 400
    last = here.ask("GET", f"{CONTROL}/requests").json()["data"][-1]
    assert (last["answered"]["by"], last["answered"]["status"]) == ("refused", 400)
    assert here.ask("GET", "/v1/models").status_code == 200
    last = there.ask("GET", f"{CONTROL}/requests").json()["data"][-1]
    assert (last["path"], last["answered"]["by"]) == ("/v1/models", "api")


def test_a_websocket_turn_is_told_of_everywhere(two: list[Server]) -> None:
    here, there = two

    async def ask() -> None:
        from openai import AsyncOpenAI

        client = AsyncOpenAI(base_url=f"{here.url}/v1", api_key="k")
        async with client.responses.connect() as connection:
            await connection.response.create(model="gpt-5", input="By socket")
            async for event in connection:
                if event.type == "response.completed":
                    break
        told = await asyncio.to_thread(there.ask, "GET", f"{CONTROL}/requests")
        turns = [each for each in told.json()["data"] if each["transport"] == "websocket"]
        assert [each["answered"]["by"] for each in turns if each["answered"]["by"]] == ["generated"]
        await client.close()

    asyncio.run(ask())


def test_sessions_are_opened_reset_and_closed_everywhere(two: list[Server]) -> None:
    here, there = two
    opened = here.ask("POST", f"{CONTROL}/sessions", {"seed": 7, "on_miss": "echo"}).json()
    name = opened["name"]
    assert there.text("Hello") != "Hello"
    path = f"/s/{name}/v1/responses"
    body = {"model": "gpt-5", "input": "Hello"}
    reply = there.ask("POST", path, body).json()
    assert reply["output"][0]["content"][0]["text"] == "Hello"
    assert here.ask("GET", f"/s/{name}/v1/responses/{reply['id']}").json() == reply
    assert there.ask("POST", f"{CONTROL}/sessions", {"name": name}).status_code == 409
    assert there.ask("POST", f"{CONTROL}/sessions", {}).json()["name"] != name
    assert len(here.ask("GET", f"{CONTROL}/sessions").json()["data"]) == 2
    there.ask("POST", f"/s/{name}{CONTROL}/reset")
    assert here.ask("GET", f"/s/{name}/v1/responses/{reply['id']}").status_code == 404
    assert here.ask("POST", path, body).json() == reply
    assert here.ask("GET", f"/s/{name}{CONTROL}/requests/count").json()["count"] == 2
    assert here.ask("DELETE", f"{CONTROL}/sessions/{name}").json()["closed"]
    assert there.ask("POST", path, body).json()["error"]["code"] == "mockserver_no_session"
    assert there.ask("DELETE", f"{CONTROL}/sessions/{name}").status_code == 404


def test_sessions_open_as_they_are_named(redis: RedisServer) -> None:
    with serving(2, redis.url, open_sessions=True) as (here, there):
        body = {"model": "gpt-5", "input": "Hi"}
        first = here.ask("POST", "/s/ann/v1/responses", body).json()
        assert there.ask("GET", f"/s/ann/v1/responses/{first['id']}").json() == first


def test_cassettes_answer_each_step_once(redis: RedisServer, tmp_path: Path) -> None:
    cassette = tmp_path / "two.yaml"
    cassette.write_text("interactions:\n  - reply: one\n  - reply: two\n")
    with serving(2, redis.url, cassette=(str(cassette),)) as (here, there):
        assert [here.text(), there.text()] == ["one", "two"]
        assert here.create()["error"]["code"] == "mockserver_miss"
        refused = here.ask("POST", f"{CONTROL}/cassettes/reload").json()["error"]
        assert refused["code"] == "mockserver_not_shared"


def test_without_redis_there_is_a_clear_error_and_then_an_answer(redis: RedisServer) -> None:
    with serving(2, redis.url) as (here, there):
        here.ask("POST", f"{CONTROL}/script", ["before", "after"])
        assert there.text() == "before"
        redis.stop()
        try:
            for server in (here, there):
                reply = server.ask("POST", "/v1/responses", {"model": "gpt-5", "input": "Hi"})
                assert reply.status_code == 503
                error = reply.json()["error"]
                assert error["code"] == "mockserver_state_unavailable"
                assert "goes on by itself" in error["message"]
                assert server.ask("GET", "/health").status_code == 503
                assert server.ask("GET", "/healthz").status_code == 200
        finally:
            redis.start()
        # What it held is lost; that is no reason to answer wrongly.
        assert here.ask("GET", "/health").json() == {"status": "ok"}
        assert here.ask("GET", f"{CONTROL}/script").json()["data"] == []
        here.ask("POST", f"{CONTROL}/script", ["again"])
        assert there.text() == "again"


def test_who_comes_late_learns_all_from_a_snapshot(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.session.shared.state.LEAST_BYTES", 20_000)
    with (
        serving(1, redis.url, store_limit=20) as (here,),
        serving(1, None, store_limit=20) as (alone,),
    ):
        for server in (here, alone):
            scenario = {"name": "s", "sets": "done"}
            steps = ["gone", {"reply": "once", "scenario": scenario}, "left"]
            server.ask("POST", f"{CONTROL}/script", steps)
            conversation = server.ask("POST", "/v1/conversations", {"metadata": {"a": "b"}}).json()
            server.create(conversation=conversation["id"])
            first = server.create("Where?")
            previous = server.create(previous_response_id=first["id"])
            for number in range(40):
                server.create(f"{number} {'word ' * 1200}", prompt_cache_key="k")
            server.create(f"5 {'word ' * 1200}", prompt_cache_key="k")
            server.create(previous_response_id=previous["id"])
        assert redis.client.llen(next(redis.client.scan_iter("*:snapshot"))) > 0
        assert redis.client.llen(next(redis.client.scan_iter("*:log"))) < 100
        with serving(1, redis.url, store_limit=20) as (late,):
            for path in (
                f"{CONTROL}/script",
                f"{CONTROL}/verify",
                f"/v1/conversations/{conversation['id']}",
                f"/v1/conversations/{conversation['id']}/items",
                f"/v1/responses/{previous['id']}",
                f"/v1/responses/{first['id']}",
            ):
                known = [server.ask("GET", path) for server in (alone, here, late)]
                assert known[1].text == known[0].text, path
                assert known[2].text == known[0].text, path
            told = [each.ask("GET", f"{CONTROL}/requests").json()["data"] for each in (here, late)]
            assert told[0] == told[1]
            for asked in ({"text": "5 " + "word " * 1200}, {"text": "left?"}):
                expected = alone.create(**asked)
                assert late.create(**asked) == expected


def test_nothing_is_kept_for_ever(redis: RedisServer) -> None:
    with serving(1, redis.url, state_seconds=60) as (server,):
        server.create()
        server.ask("POST", f"{CONTROL}/sessions", {"name": "mine"})
        server.ask("POST", f"{CONTROL}/sessions", {})
        server.ask("POST", "/s/mine/v1/responses", {"model": "gpt-5", "input": "Hi"})
        keys = list(redis.client.scan_iter("*"))
        assert len(keys) > 5
        assert all(0 < redis.client.pttl(key) <= 60_000 for key in keys)


def test_who_answers_otherwise_is_not_let_in(redis: RedisServer) -> None:
    with serving(1, redis.url) as (here,), serving(1, redis.url, seed=5) as (there,):
        here.create()
        error = there.create()["error"]
        assert error["code"] == "mockserver_state_disagrees"
        assert "'seed'" in error["message"]
        assert here.create()["status"] == "completed"


def test_no_key_is_written_down(redis: RedisServer) -> None:
    with serving(1, redis.url, api_keys=("sk-secret",)) as (server,):
        server.openai.responses.create(model="gpt-5", input="Hi")
        for key in redis.client.scan_iter("*"):
            assert b"sk-secret" not in (redis.client.dump(key) or b"")
            if redis.client.type(key) == b"list":
                assert not any(b"sk-secret" in each for each in redis.client.lrange(key, 0, -1))


def test_a_webhook_is_told_of_everywhere(redis: RedisServer) -> None:
    taken = {"when": {"method": "POST", "path": "/hook"}, "http": {"status": 204}}
    with (
        serving(1, None) as (application,),
        serving(2, redis.url, webhook=(f"{application.url}/hook",)) as (here, there),
    ):
        assert application.ask("POST", f"{CONTROL}/stubs", taken).status_code == 201
        here.create(background=True)

        def told() -> list[Any]:
            found: list[Any] = there.ask("GET", f"{CONTROL}/webhooks").json()["data"]
            return found

        until(lambda: bool(told()))
        assert (told()[0]["type"], told()[0]["delivery"]) == ("response.completed", "delivered")
        refused = here.ask("POST", f"{CONTROL}/webhooks", {"url": "http://127.0.0.1:9/"}).json()
        assert "--webhook" in refused["error"]["message"]


@pytest.mark.parametrize(("stream", "exchanges"), [(False, 2), (True, 3)])
def test_an_answer_takes_an_exchange_to_begin_and_one_to_commit(
    two: list[Server], redis: RedisServer, stream: bool, exchanges: int
) -> None:
    """A stream takes one more, as it ends."""

    def made() -> int:
        told = redis.client.info("commandstats")
        return sum(each["calls"] for name, each in told.items() if name.startswith("cmdstat_eval"))

    one, other = two
    one.create("first")
    before = made()
    for number in range(4):
        body = {"model": "gpt-5", "input": f"Hi {number}", "stream": stream}
        assert one.ask("POST", "/v1/responses", body).status_code == 200
    assert made() == before + 4 * exchanges
    told = other.ask("GET", f"{CONTROL}/requests").json()["data"]
    assert [each["answered"]["status"] for each in told] == [200] * 5
    assert [each["body"]["input"] for each in told[1:]] == [f"Hi {n}" for n in range(4)]
