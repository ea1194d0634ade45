"""Matching, written once: two requests match when the list of their differences is empty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mockserver.cassette.canonical import IGNORED, Id, MatchRules, route, scrubbed, tree
from mockserver.cassette.ids import IdMap
from mockserver.cassette.interaction import Interaction, RecordedRequest
from mockserver.cassette.normalise import BUILT_IN, Normaliser
from mockserver.cassette.path import Path, render
from mockserver.protocol.json import compact

__all__ = ["MISSING", "Difference", "MatchRules", "differences", "explain"]


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
    recorded: RecordedRequest, live: RecordedRequest, rules: MatchRules | None = None, ids: IdMap | None = None
) -> list[Difference]:
    """Where the live request differs from the recorded one; an empty list is a match.

    Compares method, path from the API's first word on, query, and body by JSON value. `ids` says which ids of this run
    stand for recorded ones; without it ids must be equal.
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
        if isinstance(a, Id) and isinstance(b, Id) and a.prefix == b.prefix and accepts(a.value, b.value):
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
                (*path, index), a[index] if index < len(a) else MISSING, b[index] if index < len(b) else MISSING
            )
    elif a is not IGNORED and b is not IGNORED and (isinstance(a, Id) or type(a) is not type(b) or a != b):
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
    live: RecordedRequest, nearest: Interaction | None, found: Sequence[Difference], *, note: str = "", most: int = 8
) -> list[str]:
    """Lines for people: which request missed, the nearest interaction, each difference, and what to do next."""
    asked = f"{live.method} {route(live.uri)}"
    if nearest is None:
        return [
            f"No recorded interaction answers {asked}, and none is near it.",
            "Next: record this request (record mode new_episodes), or check which cassette is loaded.",
        ]
    lines = [f"No recorded interaction answers {asked}. The nearest is {nearest.source or 'unnamed'}"]
    if not found:
        lines[0] += f", {note or 'which was already used'}."
        lines.append("Next: allow it again (repeat: last or loop), or record the further replies (new_episodes).")
        return lines
    lines[0] += f"; it differs in {'one place' if len(found) == 1 else f'{len(found)} places'}:"
    for difference in found[:most]:
        there, here = shorten_pair(difference.recorded, difference.live)
        lines.append(f"  {difference.path}: recorded {there}, this request {here}")
    if len(found) > most:
        lines.append(f"  … and {len(found) - most} more")
    if note:
        lines.append(f"  (it was {note})")
    lines.append(_advice(found))
    return lines


def _advice(found: Sequence[Difference]) -> str:
    """What to do next, and if a built-in normaliser would do, which."""
    for name, normalise in BUILT_IN.items():
        if all(_alike(difference, normalise) for difference in found):
            return f"Next: these values vary from run to run; normalise `{name}`."
    if len(found) <= 3:
        paths = ", ".join(f"`{difference.path}`" for difference in found)
        return f"Next: if that does not matter, ignore {paths}; otherwise record again, or correct the request."
    return "Next: record again (record mode new_episodes or rewrite), or correct the request."


def _alike(difference: Difference, normalise: Normaliser) -> bool:
    a, b = difference.recorded, difference.live
    return isinstance(a, str) and isinstance(b, str) and normalise(a) == normalise(b)


def shorten_pair(a: Any, b: Any, width: int = 60) -> tuple[str, str]:
    """Both values as JSON, cut to `width` characters around the first place where they differ."""
    left, right = _shown(a), _shown(b)
    same = next((i for i, (x, y) in enumerate(zip(left, right, strict=False)) if x != y), min(len(left), len(right)))
    start = max(0, same - width // 3) if max(len(left), len(right)) > width else 0
    return _window(left, start, width), _window(right, start, width)


def _window(text: str, start: int, width: int) -> str:
    start = max(0, min(start, len(text) - width))
    cut = text[start : start + width]
    return ("…" if start else "") + cut + ("…" if start + width < len(text) else "")


def _shown(value: Any) -> str:
    return repr(value) if value is MISSING else compact(value).decode("utf-8", "replace")
