"""What a request costs, beside a bare uvicorn that sends the same bytes, and beside aimock.

    python -m benchmarks.throughput [--seconds 1.2] [--rounds 3] [--connections 8] [--only "JSON"]

Each server runs as a process of its own; what counts is the CPU time of its processes for each
request, which a busy machine changes least. The servers of a row are asked in turn, some rounds,
and the row has the middle of each. The bare uvicorn sends the head and the body, in two writes.
aimock, a mock in JavaScript, is measured where Node is installed; `npm` puts it into `.aimock`.
Redis is where `redis-server` or `valkey-server` is; its own time is not counted in.
"""

import argparse
import json
import platform
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from socket import socket
from statistics import median
from typing import Any

from benchmarks.load import Load, Process, asked, bodies, measure, post, process, python

AIMOCK = "1.43.0"
TEXT = " ".join(["word"] * 24)
MODEL = "gpt-4o"
TOOL = {
    "type": "function",
    "name": "weather",
    "description": "What the weather is like in a town.",
    "parameters": {
        "type": "object",
        "properties": {"town": {"type": "string"}},
        "required": ["town"],
        "additionalProperties": False,
    },
    "strict": True,
}
RECORDED = 500
REDIS = shutil.which("redis-server") or shutil.which("valkey-server")
REDIS_SOCKET = "redis.sock"

BARE = """
import json, socket, sys, uvicorn

fields, file = json.loads(sys.argv[1]), sys.argv[2]
body = open(file, "rb").read()
START = {"type": "http.response.start", "status": 200,
         "headers": [(name.encode(), value.encode()) for name, value in fields]}
BODY = {"type": "http.response.body", "body": body}

async def app(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await send(START)
    await send(BODY)

sock = socket.create_server(("127.0.0.1", 0))
sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print(f"http://127.0.0.1:{sock.getsockname()[1]}", flush=True)
config = uvicorn.Config(app, http="httptools", lifespan="off", log_config=None, access_log=False,
                        date_header=False, server_header=False, proxy_headers=False)
uvicorn.Server(config).run([sock])
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table.

    source: what answers: `scripted`, `made up`, `replayed`. of_agent: whether an agent asks, which
    offers a tool and brings what it gave. workers: how many processes do.
    in_redis: whether the state is there.
    """

    name: str
    source: str = "scripted"
    stream: bool = False
    distinct: bool = False
    websocket: bool = False
    of_agent: bool = False
    workers: int = 1
    in_redis: bool = False

    @property
    def request(self) -> dict[str, Any]:
        """The request, as it is repeated."""
        if self.websocket:
            return {"type": "response.create", "model": MODEL, "input": asked(0)}
        request = self._turn(0) if self.of_agent else {"model": MODEL, "input": asked(0)}
        return {**request, "stream": True} if self.stream else request

    def _turn(self, number: int) -> dict[str, Any]:
        call_id = f"call_{number:08}"
        call = {"type": "function_call", "call_id": call_id, "name": "weather", "arguments": "{}"}
        output = {"type": "function_call_output", "call_id": call_id, "output": "18 °C"}
        said = {"role": "user", "content": asked(number)}
        return {"model": MODEL, "tools": [TOOL], "input": [said, call, output]}

    def bodies(self) -> Iterator[bytes]:
        """The requests."""
        if self.of_agent:
            turns = ({**self.request, **self._turn(number)} for number in count())
            return (json.dumps(turn).encode() for turn in turns)
        known = RECORDED if self.source == "replayed" else 10**8
        return bodies(self.request, distinct=self.distinct, known=known)


def cases() -> list[Case]:
    """All rows."""
    found = []
    for source in ("scripted", "made up", "replayed"):
        for stream in (False, True):
            for distinct in (False, True):
                kind = "stream" if stream else "JSON"
                name = f"{kind}, {'distinct' if distinct else 'repeated'}, {source}"
                found.append(Case(name, source, stream, distinct))
    for distinct in (False, True):
        name = f"WebSocket turn, {'distinct' if distinct else 'repeated'}, scripted"
        found.append(Case(name, distinct=distinct, websocket=True))
    for stream in (False, True):
        kind = f"{'stream' if stream else 'JSON'}, distinct, scripted"
        found.append(Case(f"{kind}, of an agent", stream=stream, distinct=True, of_agent=True))
        found.append(Case(f"{kind}, 2 workers", stream=stream, distinct=True, workers=2))
        found.append(Case(f"{kind}, in Redis", stream=stream, distinct=True, in_redis=True))
    return found


def command(case: Case, folder: Path) -> tuple[str, ...]:
    """How the server for a case is started."""
    serve: tuple[str, ...] = ("-m", "mockserver", "serve", "--port", "0")
    if case.workers > 1:
        serve = *serve, "--workers", str(case.workers)
    if case.in_redis:
        serve = *serve, "--state", f"unix://{folder / REDIS_SOCKET}"
    if case.source == "made up":
        return python(*serve)
    cassette = folder / f"{case.source}.json"
    if case.source == "scripted":
        stub = {"reply": TEXT, "times": "always"}
        cassette.write_text(json.dumps({"interactions": [stub]}))
        return python(*serve, str(cassette))
    record(cassette, stream=case.stream)
    return python(*serve, str(cassette), "--repeat", "last")


def record(cassette: Path, *, stream: bool) -> None:
    """Write a cassette in VCR's format, as it would be recorded."""
    case = Case("", stream=stream)
    with process(*python("-m", "mockserver", "serve", "--port", "0")) as server:
        reply, fields = post(server.url, json.dumps(case.request).encode())
    kind = dict(fields)[b"content-type"].decode()
    interactions = [
        {
            "request": {
                "method": "POST",
                "uri": "https://api.openai.com/v1/responses",
                "body": json.dumps({**case.request, "input": asked(number)}),
                "headers": {"content-type": ["application/json"]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": [kind]},
                "body": {"string": reply.decode()},
            },
        }
        for number in range(RECORDED)
    ]
    cassette.write_text(json.dumps({"version": 1, "interactions": interactions}))


@contextmanager
def aimock(folder: Path) -> Iterator[Process | None]:
    """aimock with the same text, by Node; None where that is missing."""
    npm = shutil.which("npm")
    node = shutil.which("node")
    place = Path(".aimock")
    if npm is None or node is None:
        yield None
        return
    package = f"@copilotkit/aimock@{AIMOCK}"
    install = (npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place))
    if subprocess.run((*install, package), check=False).returncode:
        yield None
        return
    fixtures = folder / "aimock.json"
    fixture = {"match": {}, "response": {"content": TEXT}}
    fixtures.write_text(json.dumps({"fixtures": [fixture]}))
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = str(place / "node_modules/@copilotkit/aimock/dist/cli.js")
    options = ("-p", str(port), "-f", str(fixtures), "--log-level", "silent", "-c", "5")
    with process(node, script, *options, url=f"http://127.0.0.1:{port}") as server:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{server.url}/health").read()
                break
            except OSError:
                time.sleep(0.1)
        yield server


@contextmanager
def redis(folder: Path) -> Iterator[None]:
    """A Redis that holds nothing yet, at a socket in the folder."""
    place = folder / REDIS_SOCKET
    assert REDIS is not None
    with process(REDIS, "--port", "0", "--unixsocket", str(place), "--save", "", url=""):
        while not place.exists():
            time.sleep(0.05)
        yield


def versions() -> str:
    """What was measured."""
    told = [f"Python {platform.python_version()}"]
    for package in ("mockserver", "uvicorn", "uvloop", "redis"):
        try:
            told.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            told.append(f"no {package}")
    return ", ".join([*told, platform.machine()])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", default="", help="the rows whose name has this")
    options = parser.parse_args(arguments)
    print(f"{versions()}, aimock {AIMOCK}; {options.connections} connections\n")
    print("| | requests/s | CPU | bare uvicorn | ratio of CPU | aimock | ratio of CPU |")
    print("|---|---|---|---|---|---|---|")
    has_redis = REDIS is not None and find_spec("redis") is not None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        peer = stack.enter_context(aimock(folder))
        measured = partial(
            measure_in_turn,
            rounds=options.rounds,
            seconds=options.seconds,
            connections=options.connections,
        )
        for case in cases():
            if options.only in case.name and (has_redis or not case.in_redis):
                print(row(case, folder, peer, measured), flush=True)


def measure_in_turn(
    case: Case, servers: Sequence[Process], *, rounds: int, seconds: float, connections: int
) -> list[Load]:
    """What each of several servers does, the middle of some rounds; one before them warms up."""
    loads: list[list[Load]] = [[] for _ in servers]
    for _ in range(rounds + 1):
        for server, known in zip(servers, loads, strict=True):
            known.append(
                measure(
                    server,
                    case.bodies(),
                    seconds=seconds,
                    connections=connections,
                    websocket=case.websocket,
                )
            )
    return [
        Load(median(load.rate for load in warm), median(load.cpu for load in warm))
        for _, *warm in loads
    ]


def row(
    case: Case,
    folder: Path,
    peer: Process | None,
    measured: Callable[[Case, Sequence[Process]], list[Load]],
) -> str:
    """One row: what a request costs, and how that compares."""
    is_plain = case.workers == 1 and not case.websocket and not case.in_redis
    with ExitStack() as stack:
        if case.in_redis:
            stack.enter_context(redis(folder))
        servers = {"ours": stack.enter_context(process(*command(case, folder)))}
        if not case.websocket:
            reply, fields = post(servers["ours"].url, next(case.bodies()))
        if is_plain:
            same = folder / "reply"
            same.write_bytes(reply)
            told = [(name.decode(), value.decode()) for name, value in fields]
            plain = json.dumps([field for field in told if field[0] != "transfer-encoding"])
            bare = process(*python("-c", BARE, plain, str(same)))
            servers["bare"] = stack.enter_context(bare)
        if peer is not None and case.source == "scripted" and not case.websocket:
            servers["peer"] = peer
        loads = dict(zip(servers, measured(case, [*servers.values()]), strict=True))
    ours = loads["ours"]
    cells = [case.name, f"{ours.rate:,.0f}", f"{ours.cpu:.0f} µs"]
    for name in ("bare", "peer"):
        other = loads.get(name)
        cells += ["–", "–"] if other is None else [f"{other.cpu:.0f} µs", _ratio(other, ours)]
    return f"| {' | '.join(cells)} |"


def _ratio(others: Load, ours: Load) -> str:
    return f"{others.cpu / ours.cpu:.2f}" if ours.cpu else "–"


if __name__ == "__main__":
    main()
