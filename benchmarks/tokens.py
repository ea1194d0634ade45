"""Token counting: time until the first count, counts per second, long inputs.

Run: python -m benchmarks.tokens
"""

import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from mockserver.api.json import Json
from mockserver.compose import Tokenizer, estimate, exact, input_tokens, logprobs, output_tokens

PROMPT = "What is the weather like in Paris today, and should I take an umbrella with me?"
FIRST = f"""
import time, pydantic, starlette.applications
start = time.perf_counter()
from mockserver.compose import exact
exact().count({PROMPT!r})
print((time.perf_counter() - start) * 1000)
"""
TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}},
        "required": ["city"],
    },
}
BODY: Json = {"instructions": "You are a helpful assistant.", "tools": [TOOL]}
ITEMS = [{"role": "user", "content": PROMPT}]
OUTPUT = [
    {
        "type": "message",
        "content": [{"type": "output_text", "text": "It is 18 °C in Paris. Take one."}],
    }
]


def main() -> None:
    first = min(float(subprocess.check_output([sys.executable, "-c", FIRST])) for _ in range(5))
    print(f"exact, {'from import to first count':35s} {first:10.1f} ms")
    for name, counter in (("exact", exact()), ("estimate", estimate())):
        rate = _per_second(lambda c=counter: _usage(c))  # type: ignore[misc]
        print(f"{name + ', usage of a request':42s} {rate:10,.0f} /s")
    long = _long_text(100_000)
    _show("100,000 tokens", lambda: exact().count(long))
    _show("the same with four more words", lambda: exact().count(long + " and four more words"))
    _show("split of 100,000 tokens", lambda: exact().split(long))
    _show("20,000 × a", lambda: exact().count("a" * 20_000))
    _show("logprobs of 1,000 tokens", lambda: logprobs(exact().truncate(long, 1000), 5, exact(), 0))


def _show(what: str, action: Callable[[], object]) -> None:
    start = perf_counter()
    action()
    print(f"exact, {what:35s} {(perf_counter() - start) * 1000:10.1f} ms")


def _usage(counter: Tokenizer) -> int:
    given = input_tokens(BODY, ITEMS, "gpt-5.4", counter)
    return given + output_tokens(OUTPUT, BODY, "gpt-5.4", counter)


def _long_text(tokens: int) -> str:
    """Words that do not repeat soon, about as long as those of ordinary text."""
    return " ".join(f"section{n} speaks of item {n * 7919 % 10_007}," for n in range(tokens // 9))


def _per_second(action: Callable[[], object], seconds: float = 0.5) -> float:
    runs, start = 0, perf_counter()
    while (spent := perf_counter() - start) < seconds:
        action()
        runs += 1
    return runs / spent


if __name__ == "__main__":
    main()
