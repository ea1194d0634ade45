"""What the pytest fixture costs: `python -m benchmarks.fixture`.

* set-up and tear-down of a test, once the server is up (goal: below 1 ms, median);
* the first use, after imports (goal: below 300 ms), which starts the server and answers one
  request;
* 1,000 tests of one request each, against the same with a process per test (goal: at least 20
  times faster). The slower way is measured with `--processes` tests and multiplied.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles

_SUITE = """
import pytest
from mockserver import MockServer

@pytest.mark.parametrize("number", range({count}))
def test_one_request(mockserver, number):
    mockserver.script("Hello!")
    client = mockserver.client()
    assert client.responses.create(model="gpt-5", input="Hi").output_text == "Hello!"
"""

_PROCESS_SUITE = """
import os, subprocess, sys
import openai
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_one_request(number, tmp_path):
    path = tmp_path / "chat.yaml"
    path.write_text("interactions:\\n- reply: Hello!\\n")
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            client = openai.OpenAI(base_url=process.stdout.readline().strip(), api_key="any")
            assert client.responses.create(model="gpt-5", input="Hi").output_text == "Hello!"
        finally:
            process.terminate()
"""

_EMPTY_SUITE = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_nothing(mockserver, number):
    pass
"""

_TIMES = """
import json, pytest
TIMES = []

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if call.when != "call":
        TIMES.append(call.stop - call.start)
    return (yield)

def pytest_sessionfinish():
    open("times.json", "w").write(json.dumps(TIMES))
"""

# By http.client: the first use of the openai package costs as much again, whatever it talks to.
_FIRST_USE = """
import http.client, time
from mockserver import MockServer
import pytest_mockserver.server
start = time.perf_counter()
server = MockServer().start()
server.script("Hello!")
started = time.perf_counter()
connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
connection.request("POST", "/v1/responses", '{"model": "gpt-5", "input": "Hi"}')
assert b"Hello!" in connection.getresponse().read()
print(started - start, time.perf_counter() - start)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=30)
    options = parser.parse_args()
    names = ("pytest", "openai", "starlette", "uvicorn", "pydantic")
    print(
        f"Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in names)}; ",
        end="",
    )
    print(
        f"{os.cpu_count()} CPUs, {platform.machine()} {platform.system()}, load "
        f"{os.getloadavg()[0]:.1f}\n"
    )

    setup = _setup_and_teardown(options.tests)
    print(
        f"set-up and tear-down  median {median(setup):.2f} ms, 95 % below "
        f"{quantiles(setup, n=20)[-1]:.2f} ms"
    )
    started, answered = _first_use()
    print(
        f"first use             server up after {started:.0f} ms, first answer after "
        f"{answered:.0f} ms"
    )
    shared = _run(_SUITE, options.tests)
    apart = _run(_PROCESS_SUITE, options.processes) / options.processes * options.tests
    print(
        f"{options.tests} tests, one server     {shared:.1f} s "
        f"({shared / options.tests * 1000:.1f} ms a test)"
    )
    print(
        f"a process per test    {apart:.0f} s, from {options.processes} of them: "
        f"{apart / shared:.0f} times as long"
    )


def _setup_and_teardown(count: int) -> list[float]:
    """Milliseconds of set-up and tear-down together, for each test but the first."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "conftest.py").write_text(_TIMES)
        _pytest(folder, _EMPTY_SUITE.format(count=count))
        times = json.loads((Path(folder) / "times.json").read_text())
    pairs = zip(times[2::2], times[3::2], strict=True)
    return [(setup + teardown) * 1000 for setup, teardown in pairs]


def _first_use() -> tuple[float, float]:
    """Milliseconds, the middle ones of five processes."""
    runs = [_output(_FIRST_USE) for _ in range(5)]
    return median(run[0] for run in runs), median(run[1] for run in runs)


def _output(code: str) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    started, answered = map(float, done.stdout.split())
    return started * 1000, answered * 1000


def _run(suite: str, count: int) -> float:
    """Seconds that a suite of so many tests takes, without what pytest takes to start."""
    with tempfile.TemporaryDirectory() as folder:
        whole = _pytest(folder, suite.format(count=count))
        return whole - _pytest(folder, suite.format(count=0))


def _pytest(folder: str, suite: str) -> float:
    (Path(folder) / "test_suite.py").write_text(suite)
    plugins = (
        "no:cacheprovider",
        "no:xdist",
        "no:hypothesispytest",
        "no:asyncio",
        "no:anyio",
        "no:faker",
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *(word for name in plugins for word in ("-p", name)),
    ]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 5):
        raise SystemExit(done.stdout)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
