"""What it costs to come up: `make bench-import`.

CPU time of processes of their own, the least of some runs, above what stands before it:

* the plugin in a run of pytest that collects no test of ours (goal: at most 15 ms);
* `from mockserver import MockServer`, above pydantic, starlette and uvicorn (goal: at most 60 ms);
* from there to the first answer, all imports included (goal: at most 150 ms): a step that a test
  scripted, and a reply that is made up.
"""

import argparse
import os
import platform
import subprocess
import sys
from importlib.metadata import version

_PYTEST = "import argparse, ast, asyncio, difflib, importlib.metadata, pytest, _pytest.assertion"
_LIBRARIES = "import pydantic, starlette.applications, uvicorn; from pydantic import BaseModel"
_IMPORT = "from mockserver import MockServer"
_ANSWER = """
server = MockServer().start()
{script}
connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
connection.request("POST", "/v1/responses", '{{"model": "gpt-5", "input": "Hi"}}')
assert connection.getresponse().status == 200
"""
_TIMED = """
import http.client, json, time
{before}
start = time.process_time()
{work}
print((time.process_time() - start) * 1000)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    versions = ", ".join(f"{name} {version(name)}" for name in ("pydantic", "starlette", "uvicorn"))
    print(f"Python {platform.python_version()}, {versions}, load {os.getloadavg()[0]:.1f}\n")
    scripted = _ANSWER.format(script='server.script("Hello!")')
    made_up = _ANSWER.format(script="")
    after = f"{_LIBRARIES}\n{_IMPORT}"
    for what, goal, before, work in (
        ("the three libraries", None, "", _LIBRARIES),
        ("the plugin, in pytest", 15, _PYTEST, "import pytest_mockserver.plugin"),
        ("from mockserver import MockServer", 60, _LIBRARIES, _IMPORT),
        ("to the first answer, scripted", 150, after, scripted),
        ("to the first answer, made up", 150, after, made_up),
    ):
        spent = min(_milliseconds(before, work) for _ in range(runs))
        told = "" if goal is None else f"   goal {goal:3}"
        print(f"{what:36} {spent:6.0f} ms{told}")


def _milliseconds(before: str, work: str) -> float:
    # As where it is installed: with the bytecode of earlier runs.
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    code = _TIMED.format(before=before, work=work)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


if __name__ == "__main__":
    main()
