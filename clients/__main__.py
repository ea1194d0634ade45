"""Real clients against `mockserver serve`: which of them can do what?

Run: make clients, or python -m clients [--only openai …] [--newest]. Each client does each scenario
of scenarios.yaml, as far as it can; both what it was told and what it asked are checked.
"""

import argparse
import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from clients import environments

HERE = Path(__file__).parent
FAILURES = environments.FOLDER / "failures"
ERRORS = environments.FOLDER / "errors.log"
"""What clients and servers said on standard error."""
SECONDS = 90
COLUMNS = ("plain", "stream", "tools", "structured", "retry", "continued", "stateless")
SCENARIOS: dict[str, Any] = yaml.safe_load((HERE / "scenarios.yaml").read_text(encoding="utf-8"))


class Client(NamedTuple):
    """A client. group: of pyproject.toml, or "node"; program: its file there, with arguments."""

    group: str
    program: tuple[str, ...]


CLIENTS = {
    "openai": Client("current", ("with_openai.py",)),
    "openai, WebSocket": Client("current", ("with_openai_websocket.py",)),
    "openai-agents": Client("current", ("with_openai_agents.py",)),
    "openai-agents, WebSocket": Client("current", ("with_openai_agents.py", "websocket")),
    "pydantic-ai": Client("current", ("with_pydantic_ai.py",)),
    "pydantic-ai, WebSocket": Client("current", ("with_pydantic_ai.py", "websocket")),
    "langchain-openai": Client("current", ("with_langchain.py",)),
    "llama-index": Client("behind", ("with_llama_index.py",)),
    "litellm": Client("current", ("with_litellm.py",)),
    "instructor": Client("behind", ("with_instructor.py",)),
    "Node openai": Client("node", ("with_openai.mjs",)),
    "Node openai, WebSocket": Client("node", ("with_openai_websocket.mjs",)),
    "Node @openai/agents": Client("node", ("with_openai_agents.mjs",)),
    "Node @openai/agents, WebSocket": Client("node", ("with_openai_agents.mjs", "websocket")),
    "Node Vercel AI SDK": Client("node", ("with_vercel.mjs",)),
    "Node @langchain/openai": Client("node", ("with_langchain.mjs",)),
    "Codex CLI": Client("node", ("with_codex.mjs",)),
    "Codex CLI, WebSocket": Client("node", ("with_codex.mjs", "websocket")),
}


@dataclass
class Row:
    """What came of a client. results: by column; notes: what the table has no room for."""

    name: str
    versions: str
    results: dict[str, str]
    notes: list[str]


def main() -> None:
    """Install the clients, run them, print the table; exit 1 if one failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", nargs="+", metavar="CLIENT", help="those whose names hold this")
    options.add_argument(
        "--newest", action="store_true", help="the newest versions, not the pinned"
    )
    chosen = options.parse_args()
    names = [
        name for name in CLIENTS if not chosen.only or any(part in name for part in chosen.only)
    ]
    rows = []
    for name in names:
        command = _command(CLIENTS[name], chosen.newest)
        rows.append(asyncio.run(row_of(name, command)))
        print(line_of(rows[-1]), file=sys.stderr, flush=True)
    print(table(rows))
    failed = sum(result == "FAILED" for row in rows for result in row.results.values())
    passed = sum(result == "ok" for row in rows for result in row.results.values())
    print(f"\n{len(rows)} clients: {passed} passed, {failed} failed.")
    if failed:
        print(f"What was asked and answered: {FAILURES}")
    sys.exit(bool(failed))


def _command(client: Client, newest: bool) -> tuple[str, ...]:
    if client.group == "node":
        folder = environments.node(newest)
        program, *arguments = client.program
        return (str(folder / "node_modules" / ".bin" / "node"), str(folder / program), *arguments)
    program, *arguments = client.program
    interpreter = environments.python(client.group, newest)
    return (str(interpreter), str(HERE / "python" / program), *arguments)


async def row_of(name: str, command: tuple[str, ...]) -> Row:
    """Run a client's scenarios, against a server of its own."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mockserver", "serve", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=ERRORS.open("ab"),
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().strip()
    client = await _start(command, url)
    row = Row(name, "?", dict.fromkeys(COLUMNS, "FAILED"), [])
    try:
        await _fill(row, client, url)
    except (EOFError, TimeoutError, asyncio.TimeoutError) as error:
        row.notes.append(f"{error or 'no answer in time'}; {ERRORS} may say why.")
    finally:
        for process in (client, server):
            if process.returncode is None:
                process.terminate()
            await process.wait()
    return row


async def _fill(row: Row, client: asyncio.subprocess.Process, url: str) -> None:
    """Have the client say what it can do, then let it do that."""
    hello = await _heard(client)
    row.versions = hello["versions"]
    columns = {name: SCENARIOS[name].get("of", name) for name in (*hello["cannot"], *hello["able"])}
    assert sorted(columns.values()) == sorted(COLUMNS), f"each column once, not {columns}"
    for scenario, why in hello["cannot"].items():
        row.results[columns[scenario]] = "-"
        row.notes.append(f"{columns[scenario]}: {why}.")
    for scenario in hello["able"]:
        column = columns[scenario]
        if note := SCENARIOS[scenario].get("note"):
            row.notes.append(f"{column}: {note}")
        failure = await _failure(client, url, scenario)
        if failure:
            row.notes.append(f"{column} FAILED: {_shown(failure)}")
            _keep(url, row.name, column, failure)
        else:
            row.results[column] = "ok"


def _shown(failure: str) -> str:
    """The line of a failure that says most: the first that is more than a heading of a trace."""
    lines = [line.strip() for line in failure.splitlines() if line.strip()]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


async def _start(command: tuple[str, ...], url: str) -> asyncio.subprocess.Process:
    """The client's process. What it is to know of the server is in the usual variables."""
    environment = {
        **{key: value for key, value in os.environ.items() if "proxy" not in key.lower()},
        "OPENAI_BASE_URL": url,
        "OPENAI_API_BASE": url,  # LlamaIndex
        "OPENAI_API_KEY": "any",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # Otherwise it asks the network.
        "LANGSMITH_TRACING": "false",
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
        "NODE_PACKAGES": str(environments.FOLDER / "node" / "node_modules"),
    }
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=ERRORS.open("ab"),
        env=environment,
    )


async def _heard(client: asyncio.subprocess.Process) -> dict[str, Any]:
    """The next line that the client says. Raises EOFError or TimeoutError where there is none."""
    assert client.stdout is not None
    line = await asyncio.wait_for(client.stdout.readline(), SECONDS)
    if not line:
        raise EOFError("the client has ended")
    heard: dict[str, Any] = json.loads(line)
    return heard


async def _failure(client: asyncio.subprocess.Process, url: str, name: str) -> str:
    """Let the client do a scenario. What is wrong with it, or ""."""
    scenario = SCENARIOS[name]
    _control(url, "reset", {})
    _control(url, "script", {"interactions": scenario["script"]})
    assert client.stdin is not None
    client.stdin.write(f"{name}\n".encode())
    heard = await _heard(client)
    if "failed" in heard:
        return str(heard["failed"])
    if heard["answer"] != scenario["answer"]:
        return f"expected {scenario['answer']!r}, got {heard['answer']!r}"
    checks = [("assert", check) for check in scenario["asked"]]
    for path, body in (*checks, ("verify", None)):
        if wrong := _control(url, path, body).get("error"):
            return f"{path} {body or ''}: {wrong['message']}"
    return ""


def _control(url: str, path: str, body: Any) -> dict[str, Any]:
    """Ask a control endpoint of the server; without a body, by GET."""
    address = url.removesuffix("/v1") + f"/__mockserver__/{path}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as reply:
            return {"data": None, **json.load(reply)}
    except urllib.error.HTTPError as error:
        return {"error": None, **json.load(error)}


def _keep(url: str, name: str, column: str, failure: str) -> None:
    """Write what failed, with every request and how it was answered."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    requests = _control(url, "requests", None)["data"]
    file = FAILURES / f"{name} {column}.json".replace("/", " ")
    text = json.dumps({"failure": failure, "requests": requests}, indent=2, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")


def line_of(row: Row) -> str:
    """A row of the table, in Markdown."""
    results = " | ".join(row.results[column] for column in COLUMNS)
    return f"| {row.name} | {row.versions} | {results} |"


def table(rows: list[Row]) -> str:
    """The table, and below it what clients cannot do, and what failed."""
    head = f"| client | versions | {' | '.join(COLUMNS)} |"
    rule = "|---" * (len(COLUMNS) + 2) + "|"
    notes = [f"{row.name}: {note}" for row in rows for note in row.notes]
    return "\n".join(["", head, rule, *map(line_of, rows), "", *notes])


if __name__ == "__main__":
    main()
