"""Faults put into the code one by one (goal: the tests notice 85 of 100).

Run: make mutants, or python -m benchmarks.mutants --sample 300 --seed 1 --only mockserver/compose.
What is mutated stands in pyproject.toml. `mutmut show NAME` shows a fault that no test noticed.

Which tests run which function is found out once, and again for changed tests only: after functions
have moved to other files, remove mutants/ (`make clean`), or they seem to be run by no test.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from pathlib import Path

FOLDER = Path("mutants")
MUTMUT = (sys.executable, "-m", "benchmarks.mutants", "mutmut", "run")
STATES = {0: "survived", 5: "not run", 33: "not run", None: "not run"}
"""By exit code of mutmut's workers, None where a mutant was not tried. All others, such as that of
a test that never ends, say that it was noticed: "killed".
"""
Cached = type(lru_cache(len))


def main() -> None:
    """Try a sample of the faults, and say which were not noticed."""
    if sys.argv[1:2] == ["mutmut"]:
        run_mutmut(sys.argv[2:])
        return
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sample", type=int, default=300, help="how many; 0 for all")
    options.add_argument("--seed", type=int, default=1, help="which sample")
    options.add_argument("--only", default="", help="paths that begin so: mockserver/compose")
    chosen = options.parse_args()
    # Makes the mutants and sees which tests run which function; no mutant has this name.
    subprocess.run([*MUTMUT, "none"], check=False, capture_output=True)
    names = sorted(outcomes(chosen.only))
    if not names:
        sys.exit(f"No mutants in {chosen.only or 'any file'}. Run `mutmut run` to see why.")
    if chosen.sample:
        names = random.Random(chosen.seed).sample(names, min(chosen.sample, len(names)))
    if subprocess.run([*MUTMUT, *names], check=False).returncode:
        sys.exit("mutmut could not try the mutants; what it says above tells why.")
    report(names)


def run_mutmut(words: list[str]) -> None:
    """mutmut's command line, with what these tests need besides."""
    harness = import_module("mutmut.runners.harness").PytestRunner
    arguments = harness._pytest_args_regular_run

    def with_names_that_are_found(self: object, tests: Iterable[str]) -> list[str]:
        # When pytest runs twice in a process it escapes given ids twice, and finds them no more.
        names = {name.partition("[")[0] if "\\" in name else name for name in tests}
        return list(arguments(self, names))

    harness._pytest_args_regular_run = with_names_that_are_found
    os.register_at_fork(after_in_child=forget_results)
    # In a mutated module each call takes three frames, and schemas may nest to the usual limit.
    sys.setrecursionlimit(4000)
    import_module("mutmut.__main__").cli(words)


def forget_results() -> None:
    """Clear the caches that the tests have filled before the process forked: what is in them is no
    result of the mutant.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("mockserver"):
            for key, value in list(vars(module).items()):
                if isinstance(value, Cached):
                    value.cache_clear()
                elif type(value).__name__ == "Memory":
                    value._kept.clear()
                elif key == "_kept" and isinstance(value, dict):
                    value.clear()


def outcomes(only: str = "") -> dict[str, int | None]:
    """The exit code by the name of a mutant, in files whose paths begin so; None for one that was
    not tried.
    """
    found: dict[str, int | None] = {}
    for path in FOLDER.rglob("*.meta"):
        if path.relative_to(FOLDER).as_posix().startswith(only):
            found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def report(names: list[str]) -> None:
    """Print what became of these mutants."""
    codes = outcomes()
    states = {name: STATES.get(codes[name], "killed") for name in names}
    for name, state in sorted(states.items()):
        if state != "killed":
            print(f"{state:9s} {name}")
    for room in sorted({room_of(name) for name in names}):
        print(f"{room:24s} {summary([states[name] for name in names if room_of(name) == room])}")
    print(summary(list(states.values())))


def room_of(name: str) -> str:
    """The package that a mutant is in: `mockserver.compose`."""
    module = name.partition(".x")[0]
    return module.rpartition(".")[0]


def summary(states: list[str]) -> str:
    """How many of these mutants were noticed."""
    count = Counter(states)
    share = 100 * count["killed"] / len(states)
    return (
        f"{count['killed']} of {len(states)} noticed ({share:.1f} %); "
        f"{count['survived']} survived, {count['not run']} run by no test"
    )


if __name__ == "__main__":
    main()
