"""What people are told: of requests that nothing answers, and of those that never came."""

from collections.abc import Iterator, Sequence
from typing import Any

from mockserver.api import ApiError, CreateRequest, own_error
from mockserver.cassettes import Missed
from mockserver.errors import ScriptError
from mockserver.script.conditions import Conditions, Difference, Rule
from mockserver.script.matchers import same
from mockserver.script.steps import Step
from mockserver.session.inquiry import Inquiry
from mockserver.session.journal import Journal
from mockserver.session.masked import mask_text
from mockserver.session.received import Received, describe_request
from mockserver.session.script_sources import Candidate
from mockserver.session.sources import Differences
from mockserver.text_patterns import search_time
from mockserver.wording import counted, expected_got, first_difference, list_some, show_value

STATUS = 422
_MOST_DIFFERENCES = 10


NO_SCRIPT_ADVICE = (
    'Nothing is scripted. Do: script a reply, as in script("Hello!"), or say '
    "on_miss=generate to have it made up."
)
"""What is said where nothing was ever scripted, unless whoever opened the session knows better."""


def miss(
    inquiry: Inquiry,
    differences: Differences,
    *,
    used: Step | None = None,
    no_script: str = "",
    advice: str | None = None,
) -> ApiError:
    """The error that answers an unexpected request: what came, what was nearest to it, what to do
    next. SDKs do not retry its status, and are told so besides.

    Args:
        differences: what the sources say against the request.
        used: the step that fits, but has been used.
        no_script: what to say where nothing was ever scripted.
        advice: a last line, about recording.
    """
    candidates = [each for each in differences if isinstance(each, Candidate)]
    recorded = [each for each in differences if isinstance(each, Missed)]
    if inquiry.request is not None and (candidates or not recorded):
        text = miss_text(inquiry.request, candidates, used, no_script)
    elif recorded:
        text = "\n".join(_nearest_recorded(recorded).explain())
    else:
        text = "mockserver: the cassette answers nothing."
    text = "\n".join([text, *([advice] if advice else [])])
    return own_error(STATUS, mask_text(text), "mockserver_miss")


def _nearest_recorded(recorded: Sequence[Missed]) -> Missed:
    """The nearest of what several cassettes hold."""
    return min(
        recorded, key=lambda each: len(each.differences) if each.nearest is not None else 1_000
    )


def script_failed(error: ScriptError) -> ApiError:
    """The error that answers a request whose step could not be carried out: its function or
    template failed.
    """
    return own_error(STATUS, mask_text(f"mockserver: {error}"), "mockserver_script_error")


def miss_text(
    request: CreateRequest,
    candidates: Sequence[Candidate],
    used: Step | None = None,
    no_script: str = "",
) -> str:
    """The whole text of a miss, several lines long; the candidate of the fewest differences is the
    nearest.
    """
    lines = [f"mockserver: no reply for this request ({describe_request(request)})."]
    spent = [f"{used} fits, but has been used."] if used is not None else []
    again = ", or let the one that fits answer again (times: always)" if spent else ""
    if candidates:
        nearest = min(candidates, key=lambda candidate: len(candidate.differences))
        lines.append(f"Nearest: {nearest.step}. It differs in:")
        lines += list_some(list(map(str, nearest.differences)), _MOST_DIFFERENCES)
        lines += spent
        lines.append(
            "Do: change that step or the request so that they agree, or add a step for this "
            f"request{again}."
        )
    elif no_script:
        lines.append(no_script)
    else:
        lines.append(
            "Nothing is scripted any more: every step has been used, and no stub or cassette fits."
        )
        lines += spent
        lines.append(
            f"Do: add a step for this request{again}, or say on_miss=generate to have replies "
            "made up."
        )
    return "\n".join(lines)


_MOST_REQUESTS = 20


def unmet(journal: Journal, conditions: Conditions, times: int | None = None) -> str | None:
    """Why it does not hold that so many create requests met the conditions; None when it holds.

    times: exactly how many; None means one or more. Requests that the API refuses as invalid are
    not counted.
    """
    received = journal.requests
    created = [each for each in received if each.request is not None]
    asked_of = received if conditions.route is not None else created
    with search_time():
        differing = [(each, _request_differences(conditions, each)) for each in asked_of]
    met = [each for each, differences in differing if not differences]
    if len(met) == times or (times is None and met):
        return None
    asked = f" with {conditions}" if conditions else ""
    lines = [f"Expected {_expected_words(times)}{asked}; {_found_words(len(met), len(received))}."]
    near = [(each, differences) for each, differences in differing if differences]
    if met:
        lines += ["These met the conditions:", *list_requests(met)]
    elif near:
        nearest, differences = min(near, key=lambda pair: len(pair[1]))
        lines += [f"Nearest: {nearest}. It differs in:", *list_some(differences, _MOST_DIFFERENCES)]
    others = [each for each in received if each not in met]
    if others and not (near and len(others) == 1 and not met):
        lines += ["Other requests:" if met else "All requests:", *list_requests(others)]
    if journal.forgotten:
        lines.append(f"The oldest {journal.forgotten} requests are not in the journal any more.")
        lines.append(str(journal.bounds))
    return mask_text("\n".join(lines))


def list_requests(received: list[Received], most: int = _MOST_REQUESTS) -> list[str]:
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
        yield expected_got(path or "$", _around(expected, actual), _around(actual, expected))


def _member(
    expected: Any, actual: Any, key: Any, path: str, there: bool, here: bool
) -> Iterator[str]:
    if there and here:
        yield from json_differences(expected[key], actual[key], path)
    elif there:
        yield expected_got(path, show_value(expected[key]), "nothing")
    else:
        yield expected_got(path, "nothing", show_value(actual[key]))


def _around(value: Any, other: Any, width: int = 80) -> str:
    """A value as JSON; a long text from shortly before the place where it differs from the
    other.
    """
    if not (isinstance(value, str) and isinstance(other, str)) or len(value) <= width:
        return show_value(value, width)
    start = max(0, min(first_difference(value, other) - width // 3, len(value) - width))
    return ("…" if start else "") + show_value(value[start:], width)


def _request_differences(conditions: Conditions, received: Received) -> list[str]:
    if conditions.route is not None:
        found = conditions.route_differences(received, received.arrival)
    else:
        assert received.request is not None
        found = conditions.differences(received.request, received.arrival)
    return [line for each in found for line in _difference_lines(each, conditions.rules)]


def _difference_lines(difference: Difference, rules: tuple[Rule, ...]) -> list[str]:
    """A difference; that of two JSON values path by path, that of two long texts around the
    place.
    """
    rule = next((rule for rule in rules if rule.path == difference.path), None)
    tests = rule.shown.tests if rule is not None else ()
    if rule is None or len(tests) != 1 or tests[0].word != "equals":
        return [str(difference)]
    expected, actual = tests[0].operand, difference.actual
    if not isinstance(expected, dict | list | str) or type(expected) is not type(actual):
        return [str(difference)]
    return list(json_differences(expected, actual, rule.path)) or [str(difference)]


def _expected_words(times: int | None) -> str:
    if times is None:
        return "a request"
    return "no request" if times == 0 else counted(times, "request")


def _found_words(met: int, received: int) -> str:
    if not received:
        return "no request was received at all"
    if not met:
        return (
            f"{received} requests came, and none fits"
            if received > 1
            else "1 request came, and it does not fit"
        )
    return f"there {'was' if met == 1 else 'were'} {met}"
