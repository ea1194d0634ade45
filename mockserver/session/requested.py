"""Whether something was requested: counting the journal's requests, and saying what came near."""

from collections.abc import Iterator
from typing import Any

from mockserver.script.condition import Conditions, Difference, Rule
from mockserver.script.errors import shown
from mockserver.script.matcher import same
from mockserver.session.journal import Journal, Received

_LISTED = 20
_SHOWN = 10


def unmet(journal: Journal, conditions: Conditions, times: int | None = None) -> str | None:
    """Why it does not hold that so many create requests met the conditions; None when it holds.

    times: exactly how many; None means one or more. Requests that the API refuses as invalid are
    not counted.
    """
    received = journal.requests
    created = [each for each in received if each.request is not None]
    differing = [(each, _differences(conditions, each)) for each in created]
    met = [each for each, differences in differing if not differences]
    if len(met) == times or (times is None and met):
        return None
    asked = f" with {conditions}" if conditions else ""
    lines = [f"Expected {_expected(times)}{asked}; {_found(len(met), len(received))}."]
    near = [(each, differences) for each, differences in differing if differences]
    if met:
        lines += ["These met the conditions:", *listed(met)]
    elif near:
        nearest, differences = min(near, key=lambda pair: len(pair[1]))
        lines += [f"Nearest: {nearest}. It differs in:", *_shown(differences)]
    others = [each for each in received if each not in met]
    if others and not (near and len(others) == 1 and not met):
        lines += ["Other requests:" if met else "All requests:", *listed(others)]
    if journal.forgotten:
        lines.append(f"The oldest {journal.forgotten} requests are not in the journal any more.")
    return "\n".join(lines)


def listed(received: list[Received], most: int = _LISTED) -> list[str]:
    """Lines for people, one for each request; the last ones, when there are many."""
    lines = [f"  {each}" for each in received[-most:]]
    return lines if len(received) <= most else [f"  … {len(received) - most} before these", *lines]


def json_differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Lines for people: where one JSON value differs from another, leaf by leaf."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in [*expected, *(name for name in actual if name not in expected)]:
            inner = f"{path}.{name}" if path else str(name)
            yield from _member(expected, actual, name, inner, name in expected, name in actual)
    elif isinstance(expected, list) and isinstance(actual, list):
        for index in range(max(len(expected), len(actual))):
            yield from _member(
                expected,
                actual,
                index,
                f"{path}[{index}]",
                index < len(expected),
                index < len(actual),
            )
    elif not same(expected, actual):
        yield (
            f"{path or '$'}: expected {_around(expected, actual)}, got {_around(actual, expected)}"
        )


def _member(
    expected: Any, actual: Any, key: Any, path: str, there: bool, here: bool
) -> Iterator[str]:
    if there and here:
        yield from json_differences(expected[key], actual[key], path)
    elif there:
        yield f"{path}: expected {shown(expected[key])}, got nothing"
    else:
        yield f"{path}: expected nothing, got {shown(actual[key])}"


def _around(value: Any, other: Any, width: int = 80) -> str:
    """A value as JSON; a long text from shortly before the place where it differs from the
    other.
    """
    if not (isinstance(value, str) and isinstance(other, str)) or len(value) <= width:
        return shown(value, width)
    alike = next(
        (i for i, (a, b) in enumerate(zip(value, other, strict=False)) if a != b),
        min(len(value), len(other)),
    )
    start = max(0, min(alike - width // 3, len(value) - width))
    return ("…" if start else "") + shown(value[start:], width)


def _differences(conditions: Conditions, received: Received) -> list[str]:
    assert received.request is not None
    found = conditions.differences(received.request, received.arrival)
    return [line for each in found for line in _lines(each, conditions.rules)]


def _lines(difference: Difference, rules: tuple[Rule, ...]) -> list[str]:
    """A difference; that of two JSON values path by path, that of two long texts around the
    place.
    """
    rule = next((rule for rule in rules if rule.path == difference.path), None)
    tests = rule.matcher.tests if rule is not None else ()
    if rule is None or len(tests) != 1 or tests[0].word != "equals":
        return [str(difference)]
    expected, actual = tests[0].operand, difference.actual
    if not isinstance(expected, dict | list | str) or type(expected) is not type(actual):
        return [str(difference)]
    return list(json_differences(expected, actual, rule.path)) or [str(difference)]


def _shown(differences: list[str]) -> list[str]:
    lines = [f"  {each}" for each in differences[:_SHOWN]]
    more = len(differences) - _SHOWN
    return [*lines, f"  … and {more} more"] if more > 0 else lines


def _expected(times: int | None) -> str:
    if times is None:
        return "a request"
    return "no request" if times == 0 else "1 request" if times == 1 else f"{times} requests"


def _found(met: int, received: int) -> str:
    if not received:
        return "no request was received at all"
    if not met:
        return (
            f"{received} requests came, and none fits"
            if received > 1
            else "1 request came, and it does not fit"
        )
    return f"there {'was' if met == 1 else 'were'} {met}"
