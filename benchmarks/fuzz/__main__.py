"""Hostile requests and damaged files, to be answered and told of without a fault.

Run: make fuzz, or python -m benchmarks.fuzz --requests 300000 --files 20000 --seed 1 [FOLDER…].
What is changed are the recordings in the folders; by default the cassettes of this repository, and
those below MOCKSERVER_SHARED. A finding tells its seed and case: `--seed 1 --case 4711` (of a
request) and `--seed 1 --file 4711` run that one alone.
"""

import argparse
import asyncio
import logging
import resource
import signal
import sys
import time
from pathlib import Path

from benchmarks.fuzz.files import run_files
from benchmarks.fuzz.findings import Findings
from benchmarks.fuzz.mutation import Pool
from benchmarks.fuzz.requests import CASES, run_world, sleep_shortly
from benchmarks.fuzz.seeds import (
    CONVERSATIONS,
    MESSAGES,
    PROMPTS,
    SESSION,
    STEPS,
    Seeds,
    default_folders,
    read_seeds,
)

_MOST_MEMORY = 4 << 30


def main() -> None:
    """Run all cases, or one; exits with 1 if anything was found."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("folders", nargs="*", type=Path, help="recordings to begin with")
    options.add_argument("--requests", type=int, default=20_000, help="how many")
    options.add_argument("--files", type=int, default=2_000, help="how many")
    options.add_argument("--seed", type=int, default=1, help="what is drawn")
    options.add_argument("--case", type=int, help="run this request alone, after those before it")
    options.add_argument("--file", type=int, help="run the commands on this file alone")
    chosen = options.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    findings = Findings()
    for name in ("mockserver", "asyncio"):
        logging.getLogger(name).addHandler(findings)
        logging.getLogger(name).setLevel(logging.DEBUG if name == "mockserver" else logging.ERROR)
        logging.getLogger(name).propagate = False
    setattr(asyncio, "sleep", sleep_shortly)  # noqa: B010 - it has overloads
    seeds = read_seeds(chosen.folders or default_folders())
    pool = Pool(
        [*seeds.creates, *seeds.answers, *CONVERSATIONS, *MESSAGES, *STEPS, PROMPTS, SESSION]
    )
    print(f"{len(seeds.creates)} requests and {len(seeds.files)} files to begin with", flush=True)
    if chosen.case is not None:
        world, last = divmod(chosen.case, CASES)
        asyncio.run(run_world(chosen.seed, world, seeds, pool, findings, last))
    elif chosen.file is not None:
        run_files(chosen.seed, [chosen.file], seeds, pool, findings)
    else:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        _run_all(chosen, seeds, pool, findings)
    print(findings, flush=True)
    sys.exit(1 if findings.counts else 0)


def _run_all(chosen: argparse.Namespace, seeds: Seeds, pool: Pool, findings: Findings) -> None:
    """Run all cases, or those that come before an interrupt."""
    started = time.monotonic()
    asked = done = 0
    try:
        for world in range(-(-chosen.requests // CASES)):
            asked += asyncio.run(run_world(chosen.seed, world, seeds, pool, findings))
        for number in range(chosen.files):
            run_files(chosen.seed, [number], seeds, pool, findings)
            done += 1
    except KeyboardInterrupt:
        print("interrupted")
    seconds = time.monotonic() - started
    print(f"{asked} requests and {done} files in {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
