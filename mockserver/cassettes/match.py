"""Matching, written once: two requests match when the list of their differences is empty."""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mockserver.api.json import compact
from mockserver.api.json_path import Path
from mockserver.cassettes.canonical import IGNORED, Id, MatchRules, route, scrubbed, tree
from mockserver.cassettes.ids import IdMap
from mockserver.cassettes.interaction import Interaction, RecordedRequest
from mockserver.cassettes.normalise import BUILT_IN, Normaliser, normaliser
from mockserver.cassettes.path import render
from mockserver.cassettes.summary import last_user_text, request_value

__all__ = ["MISSING", "Difference", "MatchRules", "differences", "explain", "match_rules"]

_ASKED = ("method", "path", "query", "model", "instructions", "input")
"""Where a request that differs asks for something else."""


def match_rules(*, ignore: Iterable[str], normalise: Iterable[str], order: bool) -> MatchRules:
    """The rules that options name: paths, normalisers by name or `PATTERN=>TEXT`, and whether order
    alone counts.

    Raises ValueError for a path or a normaliser that cannot be understood.
    """
    return MatchRules(
        ignore=tuple(ignore), normalise=tuple(map(normaliser, normalise)), order_only=order
    )


class _Missing:
    def __repr__(self) -> str:
        return "(absent)"


MISSING: Final = _Missing()
"""The value of a path that one of the two requests does not have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two requests differ. `path` is in the form that `MatchRules.ignore` takes."""

    path: str
    recorded: Any
    live: Any


def differences(
    recorded: RecordedRequest,
    live: RecordedRequest,
    rules: MatchRules | None = None,
    ids: IdMap | None = None,
) -> list[Difference]:
    """Where the live request differs from the recorded one; an empty list is a match.

    Compares method, path from the API's first word on, query, and body by JSON value. `ids` says
    which ids of this run stand for recorded ones; without it ids must be equal.
    """
    rules = rules or MatchRules()
    there, ids = tree(recorded, rules), ids or IdMap()
    found = compare(there, tree(live, rules), ids)
    form = scrubbed(live, rules) if found else None
    return found if form is None else compare(there, tree(form, rules), ids)


def compare(recorded: Any, live: Any, ids: IdMap) -> list[Difference]:
    """The differences of two trees as `canonical.tree` makes them."""
    accepts = ids.trial()
    found: dict[str, Difference] = {}
    for path, a, b in _walk((), recorded, live):
        if (
            isinstance(a, Id)
            and isinstance(b, Id)
            and a.prefix == b.prefix
            and accepts(a.value, b.value)
        ):
            continue
        difference = _difference(path, a, b, recorded, live)
        found[difference.path] = difference
    return list(found.values())


def _walk(path: Path, a: Any, b: Any) -> Iterator[tuple[Path, Any, Any]]:
    """The leaves that differ, and all pairs of ids."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted({*a, *b}):
            yield from _walk((*path, name), a.get(name, MISSING), b.get(name, MISSING))
    elif isinstance(a, list) and isinstance(b, list):
        for index in range(max(len(a), len(b))):
            yield from _walk(
                (*path, index),
                a[index] if index < len(a) else MISSING,
                b[index] if index < len(b) else MISSING,
            )
    elif (
        a is not IGNORED
        and b is not IGNORED
        and (isinstance(a, Id) or type(a) is not type(b) or a != b)
    ):
        yield path, a, b


def _difference(path: Path, a: Any, b: Any, recorded: Any, live: Any) -> Difference:
    if path[0] == "path":  # whole paths are easier to read than their segments
        return Difference("path", _shown_path(recorded), _shown_path(live))
    return Difference(render(path), plain(a), plain(b))


def _shown_path(canonical: Any) -> str:
    return "/" + "/".join(map(str, plain(canonical.get("path", []))))


def plain(value: Any) -> Any:
    """A value of a tree with its ids as text again."""
    if isinstance(value, Id):
        return value.value
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def explain(
    live: RecordedRequest,
    nearest: Interaction | None,
    found: Sequence[Difference],
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
    text = last_user_text(body)
    about += [f"input {_window(_shown(text), 0, 120)}"] if text else []
    return f"{live.method} {route(live.uri)}" + (f" ({', '.join(about)})" if about else "")


def _advice(found: Sequence[Difference]) -> str:
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


def _alike(difference: Difference, normalise: Normaliser) -> bool:
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
