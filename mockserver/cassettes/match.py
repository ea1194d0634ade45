"""Matching, written once: two requests match when the list of their differences is empty; where
none matches, what people are told.
"""

import re
import shlex
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from mockserver.api import Path
from mockserver.api.json import compact
from mockserver.api.requests import input_text
from mockserver.cassettes.canonical import IGNORED, Id, route, scrubbed, tree
from mockserver.cassettes.interaction import Interaction, RecordedRequest, payload, request_value
from mockserver.cassettes.match_rules import (
    BUILT_IN,
    MatchRules,
    normalised,
    render_path,
)
from mockserver.cassettes.positions import MemoryPositions, Positions, RenamedId
from mockserver.wording import first_difference, list_some


class _Missing:
    def __repr__(self) -> str:
        return "(absent)"


Setting: TypeAlias = Callable[..., str]
"""The words for a setting: its name, and what it is to be set to."""

MISSING: Final = _Missing()
"""The value of a path that one of the two requests does not have."""


_REPLIED = re.compile(
    rb'"(?:id|call_id|item_id|response_id|previous_response_id|conversation|approval_request_id'
    rb'|container_id)"\s*:\s*"([^"\\]+)"'
)


class RepliedIds:
    """The ids that the replies of some interactions gave out; read when they are first needed, once
    ids differ, which most replays never see.
    """

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        self._interactions = interactions

    def __contains__(self, some_id: object) -> bool:
        return some_id in self._ids

    @cached_property
    def _ids(self) -> set[str]:
        return {found for interaction in self._interactions for found in _given_out(interaction)}


class IdMap:
    """Recorded id ↔ id of this run.

    Only an id that a recorded *reply* gave out may go by another name in this run; any other, such
    as an id that the test itself wrote, must be the same.

    Args:
        replied: the ids that recorded replies gave out.
        positions: what was renamed before. replay: under which name.
    """

    def __init__(
        self,
        replied: Container[str] = (),
        positions: Positions | None = None,
        replay: str = "",
    ) -> None:
        self._replied = replied
        self._positions = positions or MemoryPositions()
        self._replay = replay

    def recorded(self, live: str) -> str:
        """The recorded id that an id of this run stands for: itself unless it was renamed."""
        return self._positions.recorded_id(self._replay, live) or live

    def fits(self, recorded: Sequence[str], live: Sequence[str]) -> bool:
        """Whether each id of this run can stand for its recorded one, all of them together."""
        accepts = self.trial()
        return all(accepts(there, here) for there, here in zip(recorded, live, strict=True))

    def trial(self) -> Callable[[str, str], bool]:
        """A question to ask of one pair (recorded, live) after another; each yes binds the answers
        that follow.
        """
        recorded_of: dict[str, str] = {}
        live_of: dict[str, str] = {}

        def accepts(recorded: str, live: str) -> bool:
            known = self._positions.recorded_id(self._replay, live)
            if known is not None or recorded == live:
                return (known or live) == recorded
            if not self._may_rename(recorded, live):
                return False
            there = recorded_of.setdefault(live, recorded)
            here = live_of.setdefault(recorded, live)
            return there == recorded and here == live

        return accepts

    def may_be_renamed(self, live: Iterable[str]) -> bool:
        """Whether any of these ids is new, so that it could stand for a recorded one."""
        return any(
            self._positions.recorded_id(self._replay, here) is None and here not in self._replied
            for here in live
        )

    def renamed(self, recorded: Sequence[str], live: Sequence[str]) -> list[RenamedId]:
        """The ids of this run that are to stand for recorded ones, and do not yet."""
        return [
            RenamedId(self._replay, there, here)
            for there, here in zip(recorded, live, strict=True)
            if self.recorded(here) != there
        ]

    def _may_rename(self, recorded: str, live: str) -> bool:
        return (
            recorded in self._replied
            and live not in self._replied
            and self._positions.live_id(self._replay, recorded) is None
        )


def _given_out(interaction: Interaction) -> set[str]:
    response = interaction.response
    texts = [
        message.data.encode() for message in response.messages or () if message.sender == "server"
    ]
    return {
        found.decode() for text in (payload(response), *texts) for found in _REPLIED.findall(text)
    }


@dataclass(frozen=True, slots=True)
class RecordingDifference:
    """One place where two requests differ. `path` is in the form that `MatchRules.ignore` takes."""

    path: str
    recorded: Any
    live: Any


def differences(
    recorded: RecordedRequest,
    live: RecordedRequest,
    rules: MatchRules | None = None,
    ids: IdMap | None = None,
) -> list[RecordingDifference]:
    """Where the live request differs from the recorded one; an empty list is a match.

    Compares method, path from the API's first word on, query, and body by JSON value. `ids` says
    which ids of this run stand for recorded ones; without it ids must be equal.
    """
    rules = rules or MatchRules()
    there, ids = tree(recorded, rules), ids or IdMap()
    found = compare(there, tree(live, rules), ids)
    form = scrubbed(live, rules) if found else None
    return found if form is None else compare(there, tree(form, rules), ids)


def compare(recorded: Any, live: Any, ids: IdMap) -> list[RecordingDifference]:
    """The differences of two trees as `canonical.tree` makes them."""
    accepts = ids.trial()
    found: dict[str, RecordingDifference] = {}
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


def _difference(path: Path, a: Any, b: Any, recorded: Any, live: Any) -> RecordingDifference:
    if path[0] == "path":  # whole paths are easier to read than their segments
        return RecordingDifference("path", _shown_path(recorded), _shown_path(live))
    return RecordingDifference(render_path(path), plain(a), plain(b))


def _shown_path(canonical: Any) -> str:
    return "/" + "/".join(map(str, plain(canonical.get("path", []))))


def plain(value: Any) -> Any:
    """A value of a tree with its ids as text again."""
    if isinstance(value, Id):
        return value.value
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


_ASKED = ("method", "path", "query", "model", "instructions", "input", "stream")
"""Where a request that differs asks for something else."""


def explain_miss(
    live: RecordedRequest,
    nearest: Interaction | None,
    found: Sequence[RecordingDifference],
    *,
    note: str = "",
    most: int = 8,
    setting: Setting | None = None,
    also: Sequence[str] = (),
    advice: str = "",
) -> list[str]:
    """Lines for people: which request missed, the nearest interaction, each difference, and what to
    do next.

    Args:
        live: the request.
        nearest: the interaction that came nearest, if there is any.
        found: where that differs.
        note: what else is said of it.
        most: how many differences are told.
        setting: how a setting is typed where this is read.
        also: what else keeps it from answering, a line each.
        advice: what to do next, where that does not follow from the differences.
    """
    setting = setting or _setting
    lines = [f"mockserver: no recorded interaction answers {_asked(live)}."]
    if nearest is None:
        if note:
            return [
                *lines,
                f"It could not be compared: {note}.",
                "Do: write the expression so that it finds its match in one way only; see "
                "docs/scripting.md.",
            ]
        lines.append("None is near it.")
        lines.append(
            advice
            or "Do: check which cassette is loaded, or record this request (record mode "
            "new_episodes)."
        )
        return lines
    source = nearest.source or "an interaction without a source"
    if not found and not also:
        lines.append(f"Nearest: {source}, which fits, but {note or 'has been used'}.")
        again = setting("repeat", "last")
        lines.append(
            f"Do: let it answer again with {again}, or record the further replies (record mode "
            "new_episodes)."
        )
        return lines
    lines.append(f"Nearest: {source}{f', which {note}' if note else ''}. It differs in:")
    lines += list_some([*map(difference_line, found), *also], most)
    if not advice:
        is_masked = _is_masked(nearest.request.uri)
        advice = _masked_advice(found) if is_masked else _advice(found, setting)
    return [*lines, advice]


def difference_line(difference: RecordingDifference) -> str:
    """A difference, for people."""
    there, here = shorten_pair(difference.recorded, difference.live)
    return f"{difference.path}: recorded {there}, this request {here}"


def _asked(live: RecordedRequest) -> str:
    """A request in a few words: `POST /responses (model gpt-5, input "Hi")`."""
    body = request_value(live)
    model = body.get("model") if isinstance(body, dict) else None
    about = [f"model {model}"] if isinstance(model, str) else []
    text = input_text(body)
    about += [f"input {_window(_shown(text), 0, 120)}"] if text else []
    return f"{live.method} {route(live.uri)}" + (f" ({', '.join(about)})" if about else "")


def _advice(found: Sequence[RecordingDifference], setting: Setting) -> str:
    """What to do next; if built-in normalisers would do, which; never to ignore what was asked."""
    varying = [difference for difference in found if _are_alike([difference], BUILT_IN)]
    other = [difference.path for difference in found if difference not in varying]
    normalise = setting("match_normalise", *_fewest(varying)) if varying else ""
    if not other:
        return f"Do: these values vary from run to run; make them equal with {normalise}."
    if other == ["stream"] and not varying:
        return (
            "Do: the recording answers in another form than this request asks for, whatever is "
            "ignored: a stream, or JSON. Ask with the recorded `stream`, or record this request "
            "(record mode new_episodes)."
        )
    otherwise = "correct the request, or record again (record mode new_episodes or rewrite)"
    if len(other) > 3 or any(re.split(r"[.\[]", path)[0] in _ASKED for path in other):
        return f"Do: {otherwise}."
    ignore = setting("match_ignore", *other)
    too = f", and make the rest equal with {normalise}" if normalise else ""
    return f"Do: if that does not matter, {ignore}{too}; otherwise {otherwise}."


def _fewest(found: Sequence[RecordingDifference]) -> list[str]:
    """The built-in normalisers that make values alike, without those that are not needed."""
    names = list(BUILT_IN)
    for name in reversed(BUILT_IN):
        fewer = [each for each in names if each != name]
        if _are_alike(found, fewer):
            names = fewer
    return names


def _are_alike(found: Sequence[RecordingDifference], names: Iterable[str]) -> bool:
    """Whether these normalisers, one after the other, leave no difference."""
    return all(
        isinstance(each.recorded, str)
        and isinstance(each.live, str)
        and normalised(each.recorded, names) == normalised(each.live, names)
        for each in found
    )


def _is_masked(uri: str) -> bool:
    """Whether a recorder wrote something else in the place of a URI, as LangChain's does."""
    return "/" not in uri


def _masked_advice(found: Sequence[RecordingDifference]) -> str:
    order = "`--match-order` (in a test: @pytest.mark.mockserver(match_order=True))"
    if all(difference.path in ("path", "method") for difference in found):
        ignore = _setting("match_ignore", *(difference.path for difference in found))
        return (
            "Do: the recording's URIs are masked; answer in recorded order, whatever is asked, "
            f"with {order}, or compare the rest alone with {ignore}."
        )
    return (
        "Do: the recording's URIs are masked; answer in recorded order, whatever is asked, with "
        f"{order}."
    )


def _setting(name: str, *values: str) -> str:
    """A setting as it is typed, on the command line and in a test's marker."""
    flags = " ".join(f"--{name.replace('_', '-')} {shlex.quote(value)}" for value in values)
    given = compact(values[0] if name == "repeat" else list(values)).decode()
    return f"`{flags}` (in a test: @pytest.mark.mockserver({name}={given}))"


def shorten_pair(a: Any, b: Any, width: int = 60) -> tuple[str, str]:
    """Both values as JSON, cut to `width` characters around the first place where they differ."""
    left, right = _shown(a), _shown(b)
    start = (
        max(0, first_difference(left, right) - width // 3)
        if max(len(left), len(right)) > width
        else 0
    )
    return _window(left, start, width), _window(right, start, width)


def _window(text: str, start: int, width: int) -> str:
    start = max(0, min(start, len(text) - width))
    cut = text[start : start + width]
    return ("…" if start else "") + cut + ("…" if start + width < len(text) else "")


def _shown(value: Any) -> str:
    return repr(value) if value is MISSING else compact(value).decode("utf-8", "replace")
