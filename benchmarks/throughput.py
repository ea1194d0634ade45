"""What a request costs, beside a bare uvicorn that sends the same bytes, and beside aimock.

    python -m benchmarks.throughput [--seconds 3] [--connections 8] [--only "JSON again"]

Each server runs as a process of its own; what counts is its CPU time for each request, which a busy
machine changes least. The bare uvicorn sends the head and the body, in two writes. aimock, a mock
in JavaScript, is measured where Node is installed; `npm` puts it into `.aimock`.
"""

import argparse
import json
import platform
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from socket import socket
from typing import Any

from benchmarks.load import Load, Process, asked, bodies, measure, post, process, python

AIMOCK = "1.43.0"
TEXT = " ".join(["word"] * 24)
MODEL = "gpt-4o"
RECORDED = 500

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

    source: what answers: `scripted`, `made up`, `replayed`.
    """

    name: str
    source: str = "scripted"
    stream: bool = False
    distinct: bool = False
    websocket: bool = False

    @property
    def request(self) -> dict[str, Any]:
        """The request, as it is repeated."""
        if self.websocket:
            return {"type": "response.create", "model": MODEL, "input": asked(0)}
        request = {"model": MODEL, "input": asked(0)}
        return {**request, "stream": True} if self.stream else request

    def bodies(self) -> Iterator[bytes]:
        """The requests."""
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
    return found


def command(case: Case, folder: Path) -> tuple[str, ...]:
    """How the server for a case is started."""
    serve = "-m", "mockserver", "serve", "--port", "0"
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


def versions() -> str:
    """What was measured."""
    told = [f"Python {platform.python_version()}"]
    for package in ("mockserver", "uvicorn", "uvloop"):
        try:
            told.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            told.append(f"no {package}")
    return ", ".join([*told, platform.machine()])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", default="", help="the rows whose name has this")
    options = parser.parse_args(arguments)
    print(f"{versions()}, aimock {AIMOCK}; {options.connections} connections\n")
    print("| | requests/s | CPU | bare uvicorn | ratio of CPU | aimock | ratio of CPU |")
    print("|---|---|---|---|---|---|---|")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        peer = stack.enter_context(aimock(folder))
        for case in cases():
            if options.only in case.name:
                print(row(case, folder, peer, options.seconds, options.connections), flush=True)


def row(case: Case, folder: Path, peer: Process | None, seconds: float, connections: int) -> str:
    """One row: what a request costs, and how that compares."""

    def measured(server: Process) -> Load:
        bodies = case.bodies()
        return measure(
            server, bodies, seconds=seconds, connections=connections, websocket=case.websocket
        )

    with process(*command(case, folder)) as server:
        ours = measured(server)
        cells = [case.name, f"{ours.rate:,.0f}", f"{ours.cpu:.0f} µs"]
        reply, fields = (b"", []) if case.websocket else post(server.url, next(case.bodies()))
    if case.websocket:
        cells += ["–", "–"]
    else:
        same = folder / "reply"
        same.write_bytes(reply)
        told = [(name.decode(), value.decode()) for name, value in fields]
        plain = json.dumps([field for field in told if field[0] != "transfer-encoding"])
        with process(*python("-c", BARE, plain, str(same))) as server:
            bare = measured(server)
        cells += [f"{bare.cpu:.0f} µs", _ratio(bare, ours)]
    if peer is None or case.source != "scripted" or case.websocket:
        cells += ["–", "–"]
    else:
        theirs = measured(peer)
        cells += [f"{theirs.cpu:.0f} µs", _ratio(theirs, ours)]
    return f"| {' | '.join(cells)} |"


def _ratio(others: Load, ours: Load) -> str:
    return f"{others.cpu / ours.cpu:.2f}" if ours.cpu else "–"


if __name__ == "__main__":
    main()
