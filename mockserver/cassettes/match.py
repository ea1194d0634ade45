"""Matching, written once: two requests match when the list of their differences is empty."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mockserver.api import Path
from mockserver.cassettes.canonical import IGNORED, Id, scrubbed, tree
from mockserver.cassettes.interaction import Interaction, RecordedRequest, payload
from mockserver.cassettes.match_rules import (
    MatchRules,
    render_path,
)


class _Missing:
    def __repr__(self) -> str:
        return "(absent)"


MISSING: Final = _Missing()
"""The value of a path that one of the two requests does not have."""


_REPLIED = re.compile(
    rb'"(?:id|call_id|item_id|response_id|previous_response_id|conversation|approval_request_id|container_id)"'
    rb'\s*:\s*"([^"\\]+)"'
)


class IdMap:
    """Recorded id ↔ id of this run.

    Only an id that a recorded *reply* gave out may go by another name in this run; any other, such
    as an id that the test itself wrote, must be the same.
    """

    def __init__(self, interactions: Iterable[Interaction] = ()) -> None:
        self._interactions = interactions
        self._replied: set[str] | None = None
        self._recorded_of: dict[str, str] = {}
        self._live_of: dict[str, str] = {}

    def recorded(self, live: str) -> str:
        """The recorded id that an id of this run stands for: itself unless something else was
        remembered.
        """
        return self._recorded_of.get(live, live)

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
            known = self._recorded_of.get(live)
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
        return any(here not in self._recorded_of and here not in self._known() for here in live)

    def remember(self, recorded: Sequence[str], live: Sequence[str]) -> None:
        """From now on these ids of this run stand for those recorded ones."""
        for there, here in zip(recorded, live, strict=True):
            if here != there:
                self._recorded_of[here] = there
                self._live_of[there] = here

    def extend(self, interaction: Interaction) -> None:
        """Learn the ids in the reply of one more interaction."""
        if self._replied is not None:
            self._replied.update(_given_out(interaction))

    def _may_rename(self, recorded: str, live: str) -> bool:
        replied = self._known()
        return recorded in replied and live not in replied and recorded not in self._live_of

    def _known(self) -> set[str]:
        if self._replied is None:  # only needed once ids differ, which most replays never see
            self._replied = {
                found for interaction in self._interactions for found in _given_out(interaction)
            }
        return self._replied


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
