"""Servers that share a state keep to it when requests meet, things are forgotten and Redis fails."""

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from patience import until
from redis_proxy import RedisProxy
from redis_server import PROGRAM, WHY_NOT, RedisServer
from shared_servers import CONTROL, Server, serving

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)

SLOW = {"reply": "Slowly.", "stream": {"ttft_ms": 3_600_000}}


@pytest.fixture
def proxy(redis: RedisServer) -> Iterator[RedisProxy]:
    made = RedisProxy(str(redis.socket))
    yield made
    made.stop()


def all_tell(servers: list[Server], path: str) -> Any:
    """What all servers answer alike."""
    told = [server.ask("GET", path).json() for server in servers]
    for each in told:
        assert each == told[0]
    return told[0]


def key_of(redis: RedisServer, part: str) -> bytes:
    """The key of a part of the session that has no name."""
    found = [key for key in redis.client.scan_iter("*") if key.endswith(f":}}:{part}".encode())]
    assert len(found) == 1, found
    key: bytes = found[0]
    return key


@contextlib.contextmanager
def snapshots_all_the_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr("mockserver.session.shared.state.LEAST_BYTES", 1)
        yield


# What is forgotten.


def test_an_answer_that_continues_what_is_just_forgotten_is_given_anew(
    redis: RedisServer, proxy: RedisProxy
) -> None:
    with (
        serving(1, redis.url, store_limit=1) as (here,),
        serving(1, proxy.url, store_limit=1) as (there,),
        ThreadPoolExecutor(1) as pool,
    ):
        first = here.create("My name is Ann.")
        there.ask("GET", f"/v1/responses/{first['id']}")
        with proxy.replies_held():
            asked = pool.submit(there.create, "Who am I?", previous_response_id=first["id"])
            until(lambda: here.ask("GET", f"{CONTROL}/requests/count").json()["count"] == 3)
            here.create("This is kept instead.")
        assert asked.result()["error"]["code"] == "previous_response_not_found"


def test_a_change_whose_reply_is_lost_is_made_once(
    redis: RedisServer, proxy: RedisProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.session.shared.state.LEAST_BYTES", 1)
    with (
        serving(1, redis.url) as (here,),
        serving(1, proxy.url) as (there,),
        ThreadPoolExecutor(4) as pool,
    ):
        steps = [f"step {number}" for number in range(40)]
        here.ask("POST", f"{CONTROL}/script", steps)
        there.ask("GET", "/v1/models")
        answered: list[str] = []
        for _ in range(10):
            proxy.lose_replies(1)
            answered += pool.map(lambda server: server.text(), (here, there, here, there))
        assert sorted(answered) == sorted(steps)
        told = all_tell([here, there], f"{CONTROL}/requests")["data"]
        assert [each["number"] for each in told] == [*range(1, len(told) + 1)]
        assert len(told) == 41


@pytest.mark.parametrize(("stream", "commit"), [(False, 1), (True, 1), (True, 2)])
def test_all_tell_the_same_of_an_answer_that_never_left(
    redis: RedisServer,
    proxy: RedisProxy,
    monkeypatch: pytest.MonkeyPatch,
    stream: bool,
    commit: int,
) -> None:
    """Redis took what became of the request, and its server did not hear of that."""
    with serving(1, redis.url) as (here,), serving(1, proxy.url) as (there,):
        here.create("One")
        there.create("Two")
        state: Any = there.thread.sessions.default.state
        make, commits = state.commit, iter(range(1, 10))

        async def losing(*arguments: Any) -> bool:
            if next(commits) == commit:
                proxy.lose_replies(4)
            done: bool = await make(*arguments)
            return done

        monkeypatch.setattr(state, "commit", losing)
        body = {"model": "gpt-5", "input": "Three", "stream": stream}
        status = there.ask("POST", "/v1/responses", body).status_code
        assert status >= 500
        proxy.lose_replies(0)
        there.create("Four")
        told = all_tell([here, there], f"{CONTROL}/requests")["data"]
        assert [each["answered"]["status"] for each in told] == [200, 200, status, 200]
        assert (told[2]["answered"]["by"] == "refused") == (commit == 1)


def test_requests_that_meet_are_told_of_as_they_ended(redis: RedisServer) -> None:
    """The fault: a request that has to begin again keeps what answered it first."""
    with serving(2, redis.url) as servers, ThreadPoolExecutor(12) as pool:
        servers[0].ask("POST", f"{CONTROL}/script", ["a", "b", "c"])

        def ask(number: int) -> int:
            body = {"model": "gpt-5", "input": "same", "stream": number % 3 == 0}
            return servers[number % 2].ask("POST", "/v1/responses", body).status_code

        assert sorted(pool.map(ask, range(12))) == [200] * 3 + [422] * 9
        told = all_tell(servers, f"{CONTROL}/requests")["data"]
        ended = [(each["answered"]["by"], each["answered"]["status"]) for each in told]
        assert sorted(ended) == [("miss", 422)] * 9 + [("step", 200)] * 3


def test_a_run_that_ends_before_its_response_is_forgotten_is_in_its_conversation_everywhere(
    redis: RedisServer,
) -> None:
    with (
        serving(2, redis.url, store_limit=2) as (here, there),
        serving(1, None, store_limit=2) as (alone,),
    ):
        shown = []
        for first, second in ((alone, alone), (here, there)):
            conversation = first.ask("POST", "/v1/conversations", {}).json()
            path = f"/v1/conversations/{conversation['id']}/items"
            run = first.create(background=True, conversation=conversation["id"])
            for _ in range(3):
                first.ask("GET", f"/v1/responses/{run['id']}")
            first.ask("GET", path)
            first.create("One")
            second.create("Two")
            shown += [server.ask("GET", path).text for server in (first, second)]
        assert len(json.loads(shown[0])["data"]) > 1
        assert shown == [shown[0]] * 4


def test_a_reset_leaves_nothing_behind(redis: RedisServer) -> None:
    asked = {"model": "gpt-5", "input": "JSON", "text": {"format": {"type": "json_object"}}}
    missed = {"input": {"contains": "news"}}
    with serving(2, redis.url, journal_limit=2, on_miss="generate") as (here, there):
        here.ask("POST", f"{CONTROL}/script", ["no JSON"])
        here.ask("POST", "/v1/responses", asked)
        assert len(all_tell([here, there], f"{CONTROL}/verify")["warnings"]) == 1
        for _ in range(3):
            here.create()
        there.ask("POST", f"{CONTROL}/reset")
        assert all_tell([here, there], f"{CONTROL}/verify")["warnings"] == []
        for server in (here, there):
            said = server.ask("POST", f"{CONTROL}/assert", missed).json()["error"]["message"]
            assert "not in the journal" not in said


def test_webhooks_and_warnings_are_told_of_from_a_snapshot(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = "http://127.0.0.1:9/hook"
    asked = {"model": "gpt-5", "input": "JSON", "text": {"format": {"type": "json_object"}}}
    with (
        snapshots_all_the_time(monkeypatch),
        serving(1, redis.url, webhook=(hook,), on_miss="generate") as (here,),
    ):
        here.ask("POST", f"{CONTROL}/script", ["no JSON"])
        here.ask("POST", "/v1/responses", asked)
        here.create(background=True)

        def settled() -> bool:
            told = here.ask("GET", f"{CONTROL}/webhooks").json()["data"]
            return any(each["delivery"] == "given up" for each in told)

        monkeypatch.setattr("mockserver.session.webhooks.RETRY_SECONDS", ())
        until(settled)
        here.create()
        with serving(1, redis.url, webhook=(hook,), on_miss="generate") as (late,):
            assert len(all_tell([here, late], f"{CONTROL}/webhooks")["data"]) == 1
            assert len(all_tell([here, late], f"{CONTROL}/verify")["warnings"]) == 1


# Redis fails.


def test_servers_agree_when_redis_comes_back_with_an_older_state(redis: RedisServer) -> None:
    with serving(2, redis.url) as servers:
        here, there = servers
        here.ask("POST", f"{CONTROL}/script", ["one", "two", "three", "four"])
        assert [here.text(), there.text()] == ["one", "two"]
        redis.save()
        assert here.text() == "three"
        assert there.text() == "four"
        redis.stop()
        redis.start()
        for server in servers:
            until(lambda server=server: server.ask("GET", "/health").status_code == 200)  # type: ignore[misc]
        assert [there.text(), there.text()] == ["three", "four"]
        all_tell(servers, f"{CONTROL}/script")
        told = all_tell(servers, f"{CONTROL}/requests")["data"]
        assert [each["number"] for each in told] == [*range(1, len(told) + 1)]


def test_a_clock_that_goes_back_keeps_nobody_waiting(redis: RedisServer) -> None:
    with serving(2, redis.url) as servers:
        servers[0].create()
        redis.client.delete(key_of(redis, "log"))
        redis.client.hset(key_of(redis, "meta"), mapping={"epoch": "1", "length": 0, "bytes": 0})
        for server in servers:
            assert server.create()["status"] == "completed"
        assert len(all_tell(servers, f"{CONTROL}/requests")["data"]) >= 2


@pytest.mark.parametrize("part", ["log", "meta"])
def test_what_redis_lets_go_of_for_want_of_memory_is_gone_for_all(
    redis: RedisServer, part: str
) -> None:
    with serving(2, redis.url) as servers:
        for server in servers:
            server.create()
        redis.client.delete(key_of(redis, part))
        first = servers[0].create("New")
        assert servers[1].ask("GET", f"/v1/responses/{first['id']}").status_code == 200
        assert all_tell(servers, f"{CONTROL}/requests")["data"][0]["number"] == 1


def test_what_is_scripted_first_after_a_loss_is_there(redis: RedisServer) -> None:
    with serving(2, redis.url) as (here, there):
        here.create()
        redis.client.flushall()
        added = here.ask("POST", f"{CONTROL}/script", ["again"])
        assert added.json()["ids"]["steps"] == [0]
        assert there.text() == "again"


def test_a_conversation_is_released_when_redis_is_back(
    redis: RedisServer, proxy: RedisProxy
) -> None:
    with (
        serving(1, proxy.url, on_miss="generate") as (here,),
        serving(1, redis.url, on_miss="generate") as (there,),
    ):
        conversation = here.openai.conversations.create()
        here.ask("POST", f"{CONTROL}/script", [SLOW])
        body = {"model": "gpt-5", "input": "Hi", "conversation": conversation.id, "stream": True}
        with contextlib.ExitStack() as trouble:
            with httpx2.stream("POST", f"{here.url}/v1/responses", json=body) as reply:
                lines = reply.iter_lines()
                next(lines)
                trouble.enter_context(proxy.redis_away())
            received = here.thread.sessions.default.journal.requests
            until(lambda: all(each.seconds is not None for each in received))
        until(lambda: "output" in there.create("Me, too", conversation=conversation.id))


def test_a_conversation_is_released_when_the_server_is_gone_that_held_it(
    redis: RedisServer, proxy: RedisProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.session.shared.locks._ALIVE_MS", 300)
    monkeypatch.setattr("mockserver.session.shared.locks._BEAT_SECONDS", 0.02)
    with (
        serving(1, proxy.url, on_miss="generate") as (here,),
        serving(1, redis.url, on_miss="generate") as (there,),
    ):
        conversation = here.openai.conversations.create()
        here.ask("POST", f"{CONTROL}/script", [SLOW])
        body = {"model": "gpt-5", "input": "Hi", "conversation": conversation.id, "stream": True}
        with httpx2.stream("POST", f"{here.url}/v1/responses", json=body) as reply:
            lines = reply.iter_lines()
            next(lines)
            refused = there.create("Me, too", conversation=conversation.id)
            assert refused["error"]["code"] == "conversation_locked"
            with proxy.redis_away():
                until(lambda: "output" in there.create("Me, too", conversation=conversation.id))


def test_a_conversation_is_released_whose_release_redis_has_lost(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.session.shared.locks._BEAT_SECONDS", 0.02)
    with serving(1, redis.url, on_miss="generate") as (here,):
        conversation = here.openai.conversations.create()
        here.ask("POST", f"{CONTROL}/script", [SLOW])
        body = {"model": "gpt-5", "input": "Hi", "conversation": conversation.id, "stream": True}
        with httpx2.stream("POST", f"{here.url}/v1/responses", json=body) as reply:
            lines = reply.iter_lines()
            next(lines)
            redis.save()
        until(lambda: "output" in here.create("Me, too", conversation=conversation.id))
        redis.stop()
        redis.start()
        until(lambda: "output" in here.create("And me", conversation=conversation.id))


def test_a_snapshot_that_is_not_whole_replaces_nothing(redis: RedisServer) -> None:
    with serving(1, redis.url) as (here,):
        first = here.create()
        here.create()
        meta, log = key_of(redis, "meta"), key_of(redis, "log")
        scripts = "mockserver/session/shared/shorten.lua"
        with open(scripts, encoding="utf-8") as file:
            shorten = redis.client.register_script(file.read())
        epoch: Any = redis.client.hget(meta, "epoch")
        keys = [meta, log, meta.replace(b"meta", b"snapshot"), b"no draft"]
        assert shorten(keys=keys, args=[epoch, 2, 3, 10]) == 0
        with serving(1, redis.url) as (late,):
            assert late.ask("GET", f"/v1/responses/{first['id']}").json() == first


# Secrets.


def test_a_session_with_a_secret_of_its_own_is_refused(redis: RedisServer) -> None:
    with serving(1, redis.url) as (here,):
        for options in ({"api_keys": ["sk-of-its-own"]}, {"webhook_secret": "whsec_b3du"}):
            said = here.ask("POST", f"{CONTROL}/sessions", options)
            assert said.status_code == 422, said.text
            assert "Do: start them with it" in said.json()["error"]["message"]
