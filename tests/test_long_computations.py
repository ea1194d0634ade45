"""What takes long to compute keeps nobody from being answered but those of its session, in order."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from conftest import Serve, Served
from mockserver.session import Session
from mockserver.session.worker import Worker
from mockserver.settings import Settings
from patience import SECONDS, until
from sockets import Socket
from sockets import text_of as written

Json = dict[str, Any]

LONG_TEXT = "many words " * 10_000
SHORT = {"model": "gpt-5", "input": "Hello"}
LONG = {"model": "gpt-5", "input": LONG_TEXT}


class Held:
    """A step of a script that answers when it is let go."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, request: Any) -> str:  # noqa: ARG002
        self.has_begun.set()
        assert self.may_end.wait(SECONDS)
        return "It took long."


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def post(served: Served, body: Json, route: str = "/responses") -> httpx2.Response:
    return httpx2.post(served.url + route, json=body)


def check_health(served: Served, times: int = 3) -> None:
    """Ask whether the server is well, which it says at once."""
    root = served.url.partition("/s/")[0]
    for url in (root, served.url.removesuffix("/v1")):
        for _ in range(times):
            assert httpx2.get(f"{url}/__mockserver__/health").status_code == 200


def text_of(reply: httpx2.Response) -> str:
    return written(reply.json())


@pytest.mark.parametrize("delivery", [{}, {"stream": True}, {"background": True}])
def test_health_is_told_while_an_answer_is_computed(
    serve: Serve, threads: ThreadPoolExecutor, delivery: Json
) -> None:
    served, held = serve(), Held()
    served.script(held)
    reply = threads.submit(post, served, {**LONG, **delivery})
    assert held.has_begun.wait(SECONDS)
    check_health(served)
    assert not reply.done()
    held.may_end.set()
    assert reply.result().status_code == 200


def test_answers_come_in_the_order_of_arrival(serve: Serve, threads: ThreadPoolExecutor) -> None:
    served, held = serve(), Held()
    served.script(held, "second", "third")
    asked: list[Future[httpx2.Response]] = [threads.submit(post, served, LONG)]
    assert held.has_begun.wait(SECONDS)
    for number, body in ((2, SHORT), (3, LONG)):
        asked.append(threads.submit(post, served, body))
        until(lambda number=number: len(served.session.journal) == number)  # type: ignore[misc]
    check_health(served)
    assert not any(each.done() for each in asked)
    held.may_end.set()
    assert [text_of(each.result()) for each in asked] == ["It took long.", "second", "third"]


def test_health_is_told_while_a_websocket_turn_is_computed(
    serve: Serve, threads: ThreadPoolExecutor
) -> None:
    served, held = serve(), Held()
    served.script(held, "second", "third")
    with Socket(served.url) as socket:
        socket.create(LONG_TEXT)
        assert held.has_begun.wait(SECONDS)
        socket.create("in a lane", stream_id="lane")
        until(lambda: len(served.session.journal) == 2)
        reply = threads.submit(post, served, SHORT)
        check_health(served)
        assert not reply.done()
        held.may_end.set()
        ends = [socket.turn()[-1], socket.turn()[-1]]
        texts = {each.get("stream_id"): written(each["response"]) for each in ends}
        assert texts == {None: "It took long.", "lane": "second"}
        assert text_of(reply.result()) == "third"


def test_other_sessions_are_answered_meanwhile(serve: Serve, threads: ThreadPoolExecutor) -> None:
    served, other, held = serve(), serve(), Held()
    served.script(held)
    reply = threads.submit(post, served, LONG)
    assert held.has_begun.wait(SECONDS)
    assert post(other, SHORT).status_code == 200
    assert not reply.done()
    held.may_end.set()
    assert reply.result().status_code == 200


def test_the_same_requests_get_the_same_bytes_together_and_one_by_one(
    serve: Serve, threads: ThreadPoolExecutor
) -> None:
    # Each begins otherwise, so that none finds another's beginning in the prompt cache.
    texts = [f"{number} {LONG_TEXT if number % 2 else 'Hello'}" for number in range(8)]
    bodies = [{"model": "gpt-5", "input": text} for text in texts]
    alone = serve(seed=5)
    one_by_one = [post(alone, body).content for body in bodies]
    together = threads.map(partial(post, serve(seed=5)), bodies)
    assert [reply.content for reply in together] == one_by_one


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/responses/input_tokens", LONG),
        ("/responses/compact", LONG),
        ("/conversations", {"items": [{"role": "user", "content": LONG_TEXT}]}),
        ("/responses", {**LONG, "input": [{"role": "nobody", "content": LONG_TEXT}]}),
    ],
)
def test_other_routes_and_refusals_are_the_same_beside_the_loop(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, route: str, body: Json
) -> None:
    beside = post(serve(seed=5), body, route)
    monkeypatch.setattr("mockserver.http.call.LONG", 10**9)
    monkeypatch.setattr("mockserver.session.session.LONG", 10**9)
    within = post(serve(seed=5), body, route)
    assert (beside.status_code, beside.content) == (within.status_code, within.content)
    assert beside.headers == within.headers


@pytest.mark.parametrize("place", [0, 1999, 2000, 4001])
def test_one_wrong_item_of_many_is_found(serve: Serve, place: int) -> None:
    items: list[Json] = [{"role": "user", "content": "word"} for _ in range(4002)]
    assert post(serve(), {**SHORT, "input": items}).status_code == 200
    items[place] = {"role": "user", "content": 5}
    refused = post(serve(), {**SHORT, "input": items})
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == f"input[{place}].content"


def test_what_computes_for_too_long_is_given_up(serve: Serve) -> None:
    served = serve(settings=Settings(compute_seconds=0.2))
    attempts: list[str] = []

    def spins_once(request: Any) -> str:  # noqa: ARG001
        attempts.append("again")
        while len(attempts) == 1:
            pass
        return "Here."

    served.script(spins_once)
    refused = post(served, LONG)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "mockserver_took_too_long"
    assert "0.2 seconds" in refused.json()["error"]["message"]
    assert text_of(post(served, LONG)) == "Here.", "nothing of the first attempt is left"


def run(work: Callable[[Session], Any]) -> None:
    async def main() -> None:
        await asyncio.wait_for(work(Session()), SECONDS)

    asyncio.run(main())


def test_who_stops_waiting_keeps_nobody_waiting() -> None:
    async def work(session: Session) -> None:
        order: list[str] = []
        may_end = threading.Event()
        first = asyncio.create_task(
            session.transact(lambda *_: may_end.wait(SECONDS), is_long=True)
        )
        await asyncio.sleep(0)
        waiting = [
            asyncio.create_task(session.transact(lambda *_, name=name: order.append(name)))
            for name in "abc"
        ]
        await asyncio.sleep(0)
        waiting[1].cancel()
        may_end.set()
        await asyncio.gather(first, *waiting, return_exceptions=True)
        assert order == ["a", "c"]

    run(work)


def test_a_computation_that_nobody_waits_for_is_stopped() -> None:
    async def work(session: Session) -> None:
        has_begun = asyncio.Event()
        loop = asyncio.get_running_loop()
        stopped = threading.Event()

        def spin() -> None:
            loop.call_soon_threadsafe(has_begun.set)
            try:
                while True:
                    pass
            finally:
                stopped.set()

        spinning = asyncio.create_task(session.compute(spin))
        await has_begun.wait()
        spinning.cancel()
        await asyncio.gather(spinning, return_exceptions=True)
        assert stopped.wait(SECONDS)
        assert await session.compute(lambda: json.loads("1")) == 1

    run(work)


def test_what_waits_behind_work_that_nobody_wants_any_more_is_done() -> None:
    async def run() -> list[int]:
        worker = Worker()
        is_asked, may_end = threading.Event(), threading.Event()

        def first() -> int:
            is_asked.set()
            may_end.wait(SECONDS)
            return 1

        jobs = [asyncio.ensure_future(worker.run(work, SECONDS)) for work in (first, int, int)]
        await asyncio.to_thread(is_asked.wait, SECONDS)
        jobs[1].cancel()
        await asyncio.wait({jobs[1]})
        may_end.set()
        return [await asyncio.wait_for(job, SECONDS) for job in (jobs[0], jobs[2])]

    assert asyncio.run(run()) == [1, 0]


def test_who_left_while_others_were_computed_takes_no_step(
    serve: Serve, threads: ThreadPoolExecutor
) -> None:
    served, held = serve(), Held()
    served.script(held, "the second")
    first = threads.submit(post, served, LONG)
    assert held.has_begun.wait(SECONDS)
    address = urlsplit(served.url)
    body = json.dumps({**LONG, "input": f"I leave. {LONG_TEXT}"}).encode()
    head = f"POST {address.path}/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n"
    with create_connection((str(address.hostname), address.port or 0)) as leaving:
        leaving.sendall(f"{head}\r\n".encode() + body)
        until(lambda: len(served.session.journal) == 2)
        until(lambda: len(served.session.journal.requests[1].content) == len(body))
    check_health(served)
    held.may_end.set()
    assert text_of(first.result()) == "It took long."
    assert text_of(post(served, LONG)) == "the second"


def test_long_lists_are_the_same_beside_the_loop(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed(served: Served) -> httpx2.Response:
        made = httpx2.post(f"{served.url}/conversations", json={"items": items}).json()["id"]
        url = f"{served.url}/conversations/{made}"
        page = httpx2.get(f"{url}/items", params={"limit": 100})
        assert page.json()["data"][0]["content"][0]["text"] == texts[-1]
        return page

    texts = [f"{number} {LONG_TEXT}" for number in range(9)]
    items = [{"role": "user", "content": text} for text in texts]
    beside = listed(serve(seed=5))
    monkeypatch.setattr("mockserver.http.call.LONG", 10**9)
    within = listed(serve(seed=5))
    assert beside.content == within.content
    assert beside.headers == within.headers


def test_who_asks_while_many_steps_are_added_waits_for_all_of_them(
    serve: Serve, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.http.control_script._PORTION", 10)
    served, held = serve(), Held()
    served.script(held)
    root = served.url.removesuffix("/v1") + "/__mockserver__"
    first = threads.submit(post, served, LONG)
    assert held.has_begun.wait(SECONDS)
    steps = [{"reply": f"step {number}"} for number in range(45)]
    adding = threads.submit(httpx2.post, f"{root}/script", json=steps)
    until(lambda: served.session.arrivals.waiting == 1)
    second = threads.submit(post, served, SHORT)
    check_health(served)
    assert not adding.done()
    held.may_end.set()
    assert text_of(first.result()) == "It took long."
    added = adding.result().json()
    assert added["steps"] == 45
    assert added["ids"]["steps"] == sorted(added["ids"]["steps"])
    assert text_of(second.result()) == "step 0"
    assert text_of(post(served, SHORT)) == "step 1"


def test_a_computation_ends_when_its_client_leaves(
    serve: Serve, threads: ThreadPoolExecutor
) -> None:
    served, other = serve(settings=Settings(compute_seconds=3600)), serve()
    has_begun, has_ended = threading.Event(), threading.Event()

    def spin(request: Any) -> str:  # noqa: ARG001
        has_begun.set()
        try:
            while True:
                pass
        finally:
            has_ended.set()

    served.script(spin)
    address = urlsplit(served.url)
    body = json.dumps(LONG).encode()
    head = f"POST {address.path}/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n"
    with create_connection((str(address.hostname), address.port or 0)) as leaving:
        leaving.sendall(f"{head}\r\n".encode() + body)
        assert has_begun.wait(SECONDS)
        waiting = threads.submit(post, other, LONG)
    assert has_ended.wait(SECONDS)
    assert waiting.result().status_code == 200
