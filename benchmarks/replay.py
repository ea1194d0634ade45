"""How long it takes to find one interaction among many, and to load cassettes.

    python benchmarks/replay.py            # among 10, 1,000 and 100,000; loads 1, 10 and 100 MB
    python benchmarks/replay.py --quick    # among 10 and 1,000; loads 1 MB

The lookup should take the same time however many interactions there are. Loading should need memory
for the bodies and for one interaction more, not for the file's whole tree.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from mockserver.cassettes import (
    Interaction,
    MemoryPositions,
    Player,
    RecordedRequest,
    RecordedResponse,
    load,
)

ROUNDS = 15
LOOKUPS = 300

TOOL = {
    "type": "function",
    "name": "f",
    "parameters": {"type": "object", "properties": {"a": {"type": "string"}}},
}


def request(number: int) -> bytes:
    """A create request of about 1 kB."""
    content = f"question {number} " + "x" * 800
    return json.dumps(
        {"model": "gpt-5", "input": [{"role": "user", "content": content}], "tools": [TOOL]}
    ).encode()


def players(sizes: list[int]) -> dict[int, tuple[Player, list[bytes]]]:
    answer = RecordedResponse(200, "OK", (("content-type", "application/json"),), b"{}")
    made = {}
    for size in sizes:
        bodies = [request(number) for number in range(size)]
        interactions = [
            Interaction(
                RecordedRequest("POST", "https://api.openai.com/v1/responses", (), body), answer
            )
            for body in bodies
        ]
        made[size] = Player(interactions, repeat="last"), bodies
    return made


def lookup(sizes: list[int]) -> None:
    """Median time of one lookup, the sizes taken in turn so that a busy machine troubles all
    alike.
    """
    made = players(sizes)
    positions = MemoryPositions()
    gc.collect()
    gc.freeze()
    times: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(ROUNDS):
        for size, (player, bodies) in made.items():
            asked = [bodies[n * 7919 % size] for n in range(LOOKUPS)]
            start = time.perf_counter()
            for body in asked:
                player.find("POST", "/v1/responses", (), body, positions)
            times[size].append((time.perf_counter() - start) / LOOKUPS)
    first = min(times[sizes[0]])
    for size in sizes:
        best, middle = min(times[size]), median(times[size])
        print(
            f"lookup among {size:7,}: {best * 1e6:6.1f} µs at best, {middle * 1e6:6.1f} µs median,"
            f" {best / first - 1:+.0%} against {sizes[0]}"
        )


def write_cassette(path: Path, megabytes: int) -> None:
    """A cassette in which each interaction holds a stream of about 10 kB."""
    event = (
        "event: response.output_text.delta\ndata: "
        + json.dumps({"delta": "word " * 10, "n": 1})
        + "\n\n"
    )
    size = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("version: 1\ninteractions:\n")
        number = 0
        while size < megabytes * 1_000_000:
            body = "        " + (event * 100).replace("\n", "\n        ").rstrip(" ")
            text = (
                "- request:\n    method: POST\n    uri: https://api.openai.com/v1/responses\n    "
                "headers: {}\n"
                f"    body: |-\n      {request(number).decode()}\n"
                "  response:\n    status:\n      code: 200\n      message: OK\n"
                "    headers:\n      content-type:\n      - text/event-stream\n"
                f"    body:\n      string: |+\n{body}"
            )
            file.write(text)
            size += len(text)
            number += 1


def loading(sizes: list[int]) -> None:
    """Load time and peak memory, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in sizes:
            path = Path(folder) / f"{megabytes}.yaml"
            write_cassette(path, megabytes)
            told = subprocess.run(
                [sys.executable, __file__, "--load", str(path)],
                check=True,
                capture_output=True,
                text=True,
            )
            seconds, peak, count = json.loads(told.stdout)
            print(
                f"load of {megabytes:4} MB ({count:,} interactions): {seconds:6.2f} s, "
                f"{megabytes / seconds:5.1f} MB/s;"
                f" memory {peak:6.1f} MB, {peak / megabytes:4.1f} MB per MB"
            )


def load_one(path: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    interactions = load(path)
    seconds = time.perf_counter() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps([seconds, peak, len(interactions)]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--load", metavar="PATH", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        load_one(options.load)
        return
    loading(
        [1] if options.quick else [1, 10, 100]
    )  # first: a child inherits the peak memory of its parent
    lookup([10, 1_000] if options.quick else [10, 1_000, 100_000])


if __name__ == "__main__":
    main()
