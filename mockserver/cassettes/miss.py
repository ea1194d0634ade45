"""What people are told of a request that no recording answers."""

import re
import shlex
from collections.abc import Sequence
from typing import Any

from mockserver.api.json import compact
from mockserver.api.requests import input_text
from mockserver.cassettes.canonical import route
from mockserver.cassettes.interaction import Interaction, RecordedRequest
from mockserver.cassettes.match import MISSING, RecordingDifference
from mockserver.cassettes.match_rules import BUILT_IN, Normaliser
from mockserver.cassettes.summary import request_value

_ASKED = ("method", "path", "query", "model", "instructions", "input")
"""Where a request that differs asks for something else."""


def explain_miss(
    live: RecordedRequest,
    nearest: Interaction | None,
    found: Sequence[RecordingDifference],
    *,
    note: str = "",
    most: int = 8,
) -> list[str]:
    """Lines for people: which request missed, the nearest interaction, each difference, and what to
    do next.
    """
    lines = [f"mockserver: no recorded interaction answers {_asked(live)}."]
    if nearest is None:
        lines.append("None is near it.")
        lines.append(
            "Do: check which cassette is loaded, or record this request (record mode new_episodes)."
        )
        return lines
    source = nearest.source or "an interaction without a source"
    if not found:
        lines.append(f"Nearest: {source}, which fits, but {note or 'has been used'}.")
        again = _setting("repeat", "last")
        lines.append(
            f"Do: let it answer again with {again}, or record the further replies (record mode "
            "new_episodes)."
        )
        return lines
    lines.append(f"Nearest: {source}{f', which {note}' if note else ''}. It differs in:")
    for difference in found[:most]:
        there, here = shorten_pair(difference.recorded, difference.live)
        lines.append(f"  {difference.path}: recorded {there}, this request {here}")
    if len(found) > most:
        lines.append(f"  … and {len(found) - most} more")
    lines.append(_advice(found))
    return lines


def _asked(live: RecordedRequest) -> str:
    """A request in a few words: `POST /responses (model gpt-5, input "Hi")`."""
    body = request_value(live)
    model = body.get("model") if isinstance(body, dict) else None
    about = [f"model {model}"] if isinstance(model, str) else []
    text = input_text(body)
    about += [f"input {_window(_shown(text), 0, 120)}"] if text else []
    return f"{live.method} {route(live.uri)}" + (f" ({', '.join(about)})" if about else "")


def _advice(found: Sequence[RecordingDifference]) -> str:
    """What to do next; if a built-in normaliser would do, which; never to ignore what was asked."""
    for name, normalise in BUILT_IN.items():
        if all(_alike(difference, normalise) for difference in found):
            return (
                "Do: these values vary from run to run; make them equal with "
                f"{_setting('match_normalise', name)}."
            )
    otherwise = "correct the request, or record again (record mode new_episodes or rewrite)"
    paths = [difference.path for difference in found]
    if len(found) <= 3 and not any(re.split(r"[.\[]", path)[0] in _ASKED for path in paths):
        return (
            f"Do: if that does not matter, {_setting('match_ignore', *paths)}; otherwise "
            f"{otherwise}."
        )
    return f"Do: {otherwise}."


def _setting(name: str, *values: str) -> str:
    """A setting as it is typed, on the command line and in a test's marker."""
    flags = " ".join(f"--{name.replace('_', '-')} {shlex.quote(value)}" for value in values)
    given = compact(values[0] if name == "repeat" else list(values)).decode()
    return f"`{flags}` (in a test: @pytest.mark.mockserver({name}={given}))"


def _alike(difference: RecordingDifference, normalise: Normaliser) -> bool:
    a, b = difference.recorded, difference.live
    return isinstance(a, str) and isinstance(b, str) and normalise(a) == normalise(b)


def shorten_pair(a: Any, b: Any, width: int = 60) -> tuple[str, str]:
    """Both values as JSON, cut to `width` characters around the first place where they differ."""
    left, right = _shown(a), _shown(b)
    same = next(
        (i for i, (x, y) in enumerate(zip(left, right, strict=False)) if x != y),
        min(len(left), len(right)),
    )
    start = max(0, same - width // 3) if max(len(left), len(right)) > width else 0
    return _window(left, start, width), _window(right, start, width)


def _window(text: str, start: int, width: int) -> str:
    start = max(0, min(start, len(text) - width))
    cut = text[start : start + width]
    return ("…" if start else "") + cut + ("…" if start + width < len(text) else "")


def _shown(value: Any) -> str:
    return repr(value) if value is MISSING else compact(value).decode("utf-8", "replace")
