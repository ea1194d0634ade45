"""Mixed load for a long time: does the server go on answering, and does its memory stay as it is?

    python -m benchmarks.soak [--seconds 3600] [--rate 6]

The server is a process of its own whose store and journal are small, so that they are full early.
Its clients do what clients do: ask again and anew, stream and leave, continue, converse, fail, open
sessions and close them. Exits with 1 when an answer was not the one to be expected, the server told
of a failure, or its memory grew by `--most-percent` or more during the second half.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any, TypeAlias

import httpx2
from websockets.asyncio.client import connect

_ROOT = Path(__file__).parents[1]
_LIMITS = {"store-limit": "300", "store-size": "8", "journal-limit": "300", "journal-size": "4"}
_SAMPLE_SECONDS = 5.0
_FULL_SECONDS = 1800.0
"""How long a run lasts at least whose growth counts: what is bounded fills for some minutes."""
_STEPS = [
    {
        "when": {"input": {"contains": "slowly"}},
        "reply": {"output": [" ".join(["word"] * 200)]},
        "stream": {"ttft_ms": 20, "itl_ms": 20},
        "times": "always",
    },
    {"when": {"model": "gpt-0"}, "error": {"status": 429}, "times": "always"},
    {
        "when": {"input": "break off"},
        "reply": "This answer breaks off, and the connection with it.",
        "stream": {"fault": {"kind": "drop", "after_events": 5}},
        "times": "always",
    },
]
_TOOL = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
    "strict": True,
}

Json: TypeAlias = dict[str, Any]
Scene: TypeAlias = "Callable[[Client, int], Awaitable[None]]"


class Client:
    """What the scenes use: a server's URL, requests that are counted, and distinct texts."""

    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self.url = url
        self.requests = 0
        self._http = http

    async def ask(
        self, method: str, path: str, body: Json | None = None, *, expect: int = 200, **more: Any
    ) -> Json:
        """The body of the answer, whose status is to be this."""
        self.requests += 1
        reply = await self._http.request(method, self.url + path, json=body, **more)
        if reply.status_code != expect:
            raise AssertionError(f"{method} {path}: {reply.status_code} {reply.text[:300]}")
        answer: Json = reply.json()
        return answer

    async def create(self, asked: str, path: str = "/v1/responses", **body: Any) -> Json:
        """A Response that answers a text."""
        return await self.ask("POST", path, {"model": "gpt-5", "input": asked, **body})

    async def stream(self, text: str, *, leave_after: int | None = None, **body: Any) -> str:
        """The type of the last event of a stream, or of the one at which it is left."""
        self.requests += 1
        body = {"model": "gpt-5", "input": text, "stream": True, **body}
        last = ""
        seen = 0
        async with self._http.stream("POST", f"{self.url}/v1/responses", json=body) as reply:
            async for line in reply.aiter_lines():
                if line.startswith("event: "):
                    last = line.removeprefix("event: ")
                    seen += 1
                if seen == leave_after:
                    break
        return last


def distinct(number: int, words: int = 60) -> str:
    """A text that no other number has."""
    made = random.Random(number)
    return f"Question {number}: " + " ".join(f"w{made.randrange(5000)}" for _ in range(words))


def check(told: object, expected: object) -> None:
    """Raise AssertionError unless it is what is to be expected."""
    if told != expected:
        raise AssertionError(f"{told!r} instead of {expected!r}")


def questions_in(listed: Json) -> int:
    """How many items of a list are what a user asked."""
    return sum(item.get("role") == "user" for item in listed["data"])


async def ask_again(client: Client, number: int) -> None:
    await client.create(f"Question {number % 20} of those that are asked often")


async def ask_anew(client: Client, number: int) -> None:
    made = await client.create(distinct(number), tools=[_TOOL])
    check((await client.ask("GET", f"/v1/responses/{made['id']}"))["id"], made["id"])


async def ask_for_json(client: Client, number: int) -> None:
    text = {"format": {"type": "json_schema", "name": "weather", "schema": _TOOL["parameters"]}}
    made = await client.create(distinct(number), text=text)
    json.loads(made["output"][-1]["content"][0]["text"])


async def read_stream(client: Client, number: int) -> None:
    check(await client.stream(distinct(number)), "response.completed")
    check(await client.stream("Tell me slowly what is up"), "response.completed")


async def leave_stream(client: Client, number: int) -> None:
    last = await client.stream(f"Tell me slowly of {number}", leave_after=6 + number % 20)
    check(last, "response.output_text.delta")


async def continue_chain(client: Client, number: int) -> None:
    previous = None
    for turn in range(4 + number % 12):
        made = await client.create(distinct(number * 50 + turn), previous_response_id=previous)
        previous = made["id"]
    listed = await client.ask("GET", f"/v1/responses/{previous}/input_items?limit=100")
    check(questions_in(listed), turn + 1)


async def run_in_background(client: Client, number: int) -> None:
    made = await client.create(f"Do it slowly: {distinct(number)}", background=True)
    path = f"/v1/responses/{made['id']}"
    if number % 3 == 0:
        check((await client.ask("POST", f"{path}/cancel"))["status"], "cancelled")
        await client.ask("DELETE", path)
        return
    while made["status"] in ("queued", "in_progress"):
        await asyncio.sleep(1)
        made = await client.ask("GET", path)
    check(made["status"], "completed")


async def converse(client: Client, number: int) -> None:
    conversation = (await client.ask("POST", "/v1/conversations", {}))["id"]
    for turn in range(3):
        await client.create(distinct(number * 50 + turn), conversation=conversation)
    items = await client.ask("GET", f"/v1/conversations/{conversation}/items?limit=100")
    check(questions_in(items), 3)
    if number % 2:
        await client.ask("DELETE", f"/v1/conversations/{conversation}")


async def talk_over_websocket(client: Client, number: int) -> None:
    url = client.url.replace("http", "ws", 1) + "/v1/responses"
    async with connect(url, max_size=None) as socket:
        for turn in range(4):
            client.requests += 1
            text = distinct(number * 50 + turn)
            body = {"type": "response.create", "model": "gpt-5", "input": text, "store": False}
            await socket.send(json.dumps({**body, "stream_id": f"lane{turn % 2}"}))
            last = ""
            while last != "response.completed":
                last = json.loads(await socket.recv())["type"]
                if last == "error":
                    raise AssertionError("the turn ended in an error")
        if number % 4 == 0:
            slow = {**body, "input": "Tell me slowly what is up"}
            await socket.send(json.dumps(slow))
            await socket.recv()
            socket.transport.abort()


async def make_mistakes(client: Client, number: int) -> None:
    await client.ask("POST", "/v1/responses", {"model": "gpt-5", "input": number}, expect=400)
    unknown = {"model": "gpt-5", "input": "x", "previous_response_id": f"resp_{number}"}
    await client.ask("POST", "/v1/responses", unknown, expect=400)
    await client.ask("GET", f"/v1/responses/resp_{number}", expect=404)
    limited = {"model": "gpt-0", "input": distinct(number)}
    await client.ask("POST", "/v1/responses", limited, expect=429)
    try:
        await client.stream("break off")
    except httpx2.RemoteProtocolError:
        return
    raise AssertionError("the stream was to break off")


async def replay(client: Client, number: int) -> None:  # noqa: ARG001
    body = {"model": "gpt-4o-mini", "input": "What is the capital of France?"}
    made = await client.ask("POST", "/v1/responses", body)
    check(made["id"].startswith("resp_"), True)


async def use_session(client: Client, number: int) -> None:
    name = f"soak-{number}"
    body = {"name": name, "on_miss": "fail"}
    await client.ask("POST", "/__mockserver__/sessions", body, expect=201)
    root = f"/s/{name}"
    steps = {"interactions": [{"reply": f"The answer to {number}"}, {"reply": "One that stays"}]}
    await client.ask("POST", f"{root}/__mockserver__/script", steps, expect=201)
    made = await client.create(distinct(number), f"{root}/v1/responses")
    check(made["output"][-1]["content"][0]["text"], f"The answer to {number}")
    await client.create("and again", f"{root}/v1/responses")
    missed = {"model": "gpt-5", "input": distinct(number)}
    await client.ask("POST", f"{root}/v1/responses", missed, expect=422)
    told = await client.ask("GET", f"{root}/__mockserver__/requests")
    check(len(told["data"]), 3)
    await client.ask("DELETE", f"/__mockserver__/sessions/{name}")


async def look_around(client: Client, number: int) -> None:
    await client.ask("GET", "/__mockserver__/requests?limit=20")
    await client.ask("GET", "/v1/models")
    body = {"model": "gpt-5", "input": distinct(number)}
    await client.ask("POST", "/v1/responses/input_tokens", body)
    await client.ask("GET", "/__mockserver__/health")


SCENES: tuple[Scene, ...] = (
    ask_again,
    ask_anew,
    ask_for_json,
    ask_again,
    read_stream,
    leave_stream,
    continue_chain,
    run_in_background,
    converse,
    talk_over_websocket,
    make_mistakes,
    replay,
    use_session,
    look_around,
)


class Soak:
    """A run: the load, and what is measured of the server meanwhile."""

    def __init__(self, client: Client, process_id: int, seconds: float, rate: float) -> None:
        self._client = client
        self._process_id = process_id
        self._seconds = seconds
        self._rate = rate
        self._start = time.monotonic()
        self.memory: list[tuple[float, float]] = []
        """When, in seconds, and how many MB the server took then."""
        self.failures: Counter[str] = Counter()
        """How many scenes of each name failed."""
        self._examples: dict[str, str] = {}

    @property
    def is_long(self) -> bool:
        """Whether what is bounded has been full for long, so that the memory tells something."""
        return self._seconds >= _FULL_SECONDS

    @property
    def elapsed(self) -> float:
        """For how many seconds the load has lasted."""
        return time.monotonic() - self._start

    async def run(self) -> None:
        """Begin a scene at each beat, until the time is over and all have ended."""
        sampling = asyncio.ensure_future(self._sample())
        number = 0
        scenes: set[asyncio.Task[None]] = set()
        while self.elapsed < self._seconds:
            playing = asyncio.ensure_future(self._play(SCENES[number % len(SCENES)], number))
            scenes.add(playing)
            playing.add_done_callback(scenes.discard)
            number += 1
            await asyncio.sleep(number / self._rate - self.elapsed)
            while len(scenes) > 50:  # The machine is busy: no more load than it can bear.
                await asyncio.wait(scenes, return_when=asyncio.FIRST_COMPLETED)
        sampling.cancel()
        await asyncio.gather(*scenes)

    async def _play(self, scene: Scene, number: int) -> None:
        try:
            await scene(self._client, number)
        except Exception as error:
            self.failures[scene.__name__] += 1
            self._examples.setdefault(scene.__name__, f"{type(error).__name__}: {error}"[:400])

    async def _sample(self) -> None:
        told = 0.0
        while True:
            command = ["ps", "-o", "rss=", "-p", str(self._process_id)]
            rss = await asyncio.to_thread(subprocess.check_output, command)
            self.memory.append((self.elapsed, int(rss) / 1024))
            if self.elapsed >= told:
                told += max(60.0, self._seconds / 60)
                print(f"{self.elapsed:6.0f} s: {self.memory[-1][1]:.1f} MB, ", end="")
                print(f"{self._client.requests} requests, {self.failures.total()} failed")
                sys.stdout.flush()
            await asyncio.sleep(min(_SAMPLE_SECONDS, self._seconds / 60))

    def told_failures(self) -> Iterator[str]:
        """Which scenes failed, how often, and how the first did."""
        for name, times in self.failures.items():
            yield f"{name} failed {times} times, first so: {self._examples[name]}"

    def growth(self, half: int) -> tuple[float, float]:
        """What the server took at the beginning and at the end of a half, in MB.

        It is the mean over a sixth of the half, for memory goes up and down.
        """
        beginning = half * self._seconds / 2
        sixth = self._seconds / 12
        first = [mb for at, mb in self.memory if beginning <= at < beginning + sixth]
        last = [mb for at, mb in self.memory if 0 <= beginning + 6 * sixth - at < sixth]
        return mean(first), mean(last)


async def soak(url: str, process_id: int, seconds: float, rate: float) -> Soak:
    """Put the load on a server."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
    async with httpx2.AsyncClient(timeout=60, limits=limits, trust_env=False) as http:
        client = Client(url, http)
        run = Soak(client, process_id, seconds, rate)
        await run.run()
        print(f"{client.requests} requests in {run.elapsed:.0f} s")
        return run


def faults_of(run: Soak, errors: str, status: int, most_percent: float) -> Iterator[str]:
    """What was not as it should be."""
    yield from run.told_failures()
    if "Traceback" in errors:
        yield f"the server told of a failure:\n{errors[-3000:]}"
    if status:
        yield f"the server ended with status {status}"
    before, after = run.growth(1)
    if run.is_long and after >= before * (1 + most_percent / 100):
        yield f"the memory grew by {most_percent:g} % or more in the second half"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--rate", type=float, default=6.0, help="scenes begun in a second")
    parser.add_argument("--most-percent", type=float, default=2.0)
    options = parser.parse_args()
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--on-miss", "generate"]
    for name, value in _LIMITS.items():
        command += [f"--{name}", value]
    command += ["--repeat", "loop", str(_ROOT / "cassettes/recorded/capital.yaml")]
    with tempfile.TemporaryDirectory() as folder, Path(folder, "errors").open("w+") as errors:
        cassette = Path(folder, "steps.yaml")
        cassette.write_text(json.dumps({"interactions": _STEPS}))
        with subprocess.Popen(
            [*command, str(cassette)], stdout=subprocess.PIPE, stderr=errors, text=True
        ) as server:
            assert server.stdout is not None
            url = server.stdout.readline().strip().removesuffix("/v1")
            try:
                run = asyncio.run(soak(url, server.pid, options.seconds, options.rate))
            finally:
                server.terminate()
        errors.seek(0)
        told = errors.read()
    for half, name in enumerate(("first", "second")):
        before, after = run.growth(half)
        print(f"{name} half: {before:.1f} MB to {after:.1f} MB, {after / before - 1:+.2%}")
    if not run.is_long:
        print("too short a run to judge the memory by")
    faults = list(faults_of(run, told, server.returncode, options.most_percent))
    print(*faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
