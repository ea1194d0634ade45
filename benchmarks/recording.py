"""What recording costs, and what it survives. Run: python benchmarks/recording.py [--kills 500]

Reports the time that a request takes on its way through the recorder, what adding to a cassette
costs by its size, how fast secrets are searched for, how near to its time a replayed chunk arrives,
and then kills recordings.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from mockserver.cassettes import (  # noqa: E402
    Interaction,
    RecordedRequest,
    RecordedResponse,
    append_interactions,
    load,
    replace_interactions,
    scrub_interaction,
)
from upstream_double import World, reply, running_world, stream  # noqa: E402

DELTA = (
    '{"type":"response.output_text.delta","delta":"some '
    'words","item_id":"msg_1","obfuscation":"abcdef"}'
)
FRAME = f"event: response.output_text.delta\ndata: {DELTA}\n\n".encode()
CHUNKS = 40


def main() -> None:
    """Measure everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=500)
    kills = options.parse_args().kills
    with tempfile.TemporaryDirectory() as folder, running_world() as world:
        latency(world, Path(folder))
        timing(world, Path(folder))
        growth(Path(folder))
        scrubbing()
    if kills:
        killed(kills)


def latency(world: World, folder: Path) -> None:
    """One request after the other: straight to the upstream, and through the recorder, disk
    included.
    """
    world.play = reply(json.dumps({"output": "x" * 2000}, indent=2).encode())
    with httpx2.Client(base_url=world.upstream_url + "/v1", trust_env=False, verify=False) as http:
        straight = _median(lambda: http.post("/responses", json={"input": "hi"}))
    with world.recording(folder / "latency.yaml") as client:
        recorded = _median(client.create)
    print(f"JSON request: {straight:.2f} ms straight, {recorded:.2f} ms recorded to disk")


def timing(world: World, folder: Path) -> None:
    """How late a chunk is when a recording is replayed in its own time."""
    now = [0.0]

    def tick() -> float:
        now[0] += 0.010
        return now[0]

    world.play = stream(*[FRAME] * CHUNKS)
    path = folder / "timing.yaml"
    with world.recording(path, clock=tick) as client:
        client.create()
    chunks = load(path)[0].response.chunks or ()
    late: list[float] = []
    with (
        world.recording(path, "once", speed=1.0) as client,
        client.http.stream("POST", "/responses", json={"input": "hi"}) as live,
    ):
        arrivals = [(time.perf_counter(), chunk) for chunk in live.iter_raw()]
    first = arrivals[0][0] - chunks[0][0] / 1000
    late = [
        (at - first) * 1000 - offset for (at, _), (offset, _) in zip(arrivals, chunks, strict=False)
    ]
    print(f"replay at speed 1: {len(late)} chunks, off by {max(map(abs, late)):.2f} ms at most")


def growth(folder: Path) -> None:
    """Adding one interaction to cassettes of several sizes."""
    body = FRAME * 80
    one = Interaction(
        RecordedRequest("POST", "https://api.openai.com/v1/responses", (), b'{"input":"hi"}'),
        RecordedResponse(200, "OK", (("content-type", "text/event-stream"),), body),
    )
    for count in (1, 100, 1000, 10_000):
        path = folder / "growth.yaml"
        replace_interactions(path, [one] * count)
        size = path.stat().st_size / 1e6
        took = _median(partial(append_interactions, path, [one]), 7)
        print(f"adding to a cassette of {size:8.2f} MB: {took:7.1f} ms")


def scrubbing() -> None:
    """Searching a stream for secrets."""
    body = FRAME * 2000
    one = Interaction(
        RecordedRequest("POST", "/v1/responses", (), b"{}"),
        RecordedResponse(200, "OK", (("content-type", "text/event-stream"),), body),
    )
    took = _median(lambda: scrub_interaction(one), 3)
    print(
        f"scrubbing a stream: {len(body) / 1e3 / took:.2f} MB/s ({took / 2000 * 1000:.0f} µs per "
        "event)"
    )


def killed(count: int) -> None:
    """Kill recordings and look whether every finished exchange is on disk."""
    start = time.perf_counter()
    test = "tests/test_command_record.py::test_kill_9_loses_only_what_was_under_way"
    with tempfile.NamedTemporaryFile() as told:
        environment = {
            **os.environ,
            "MOCKSERVER_KILLS": str(count),
            "MOCKSERVER_KILLS_TOLD": told.name,
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", test], cwd=ROOT, env=environment, check=False
        )
        finished = Counter(told.read().decode().split())
    print(
        f"kill -9: {count} recordings, {'all whole' if not done.returncode else 'NOT WHOLE'}, "
        f"{_since(start):.0f} s; finished and kept: "
        + ", ".join(f"{number} by {way}" for way, number in sorted(finished.items()))
    )


def _median(call: Callable[[], object], times: int = 100) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(_since(start) * 1000)
    return statistics.median(taken)


def _since(start: float) -> float:
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
