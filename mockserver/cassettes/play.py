"""Replaying: for each request the interaction that answers it, found in the same time however many
there are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeAlias

from mockserver.cassettes.canonical import key, scrubbed, tree
from mockserver.cassettes.interaction import (
    FRAMING_HEADERS,
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    conversation_turns,
    is_stream,
)
from mockserver.cassettes.match import IdMap, RecordingDifference, compare, explain_miss
from mockserver.cassettes.match_rules import MatchRules

Repeat: TypeAlias = Literal["fail", "last", "loop"]

_NEAR = 200
"""Most candidates that the search for the nearest one looks at."""


@dataclass(frozen=True, slots=True)
class Played:
    """The interaction that answers; `times` counts its uses, this one included."""

    interaction: Interaction
    index: int
    times: int


@dataclass(frozen=True, slots=True)
class Missed:
    """Nothing answers. The nearest interaction and where it differs; no differences when it is
    merely used up.
    """

    request: RecordedRequest
    nearest: Interaction | None
    differences: list[RecordingDifference]
    note: str = ""

    def explain(self) -> list[str]:
        """Lines for people, the last of which says what to do next."""
        return explain_miss(self.request, self.nearest, self.differences, note=self.note)


@dataclass(slots=True)
class _Group:
    """Interactions whose requests are the same, ids included; `next` is the place of the one to
    play.
    """

    ids: tuple[str, ...]
    indexes: list[int] = field(default_factory=list)
    next: int = 0


class Player:
    """Answers requests from recorded interactions, in recorded order where requests are the same.

    `repeat` says what follows after the last interaction of the same request: nothing (`fail`),
    that one again (`last`), or the first again (`loop`). A WebSocket conversation is split into its
    turns, each found by the method `WEBSOCKET` and the client's message as body. Not safe for
    threads.
    """

    def __init__(
        self,
        interactions: Iterable[Interaction] = (),
        rules: MatchRules | None = None,
        repeat: Repeat = "fail",
    ) -> None:
        self.rules = rules or MatchRules()
        self.repeat = repeat
        self.interactions: list[Interaction] = []
        self.times: list[int] = []
        self._ids = IdMap(self.interactions)
        self._buckets: dict[bytes, dict[tuple[str, ...], _Group]] = {}
        """Groups by their ids, by the digest of all the rest of their requests."""
        self._routes: dict[bytes, list[int]] = {}
        self._replies: dict[bool, _Group] = {False: _Group(()), True: _Group(())}
        self._all = _Group(())
        for interaction in interactions:
            self.add(interaction)

    def add(self, interaction: Interaction) -> None:
        """Take in one more interaction, after all others."""
        for turn in conversation_turns(interaction):
            self._add(turn)

    def find(
        self,
        method: str,
        target: str,
        headers: HeaderFields | Sequence[tuple[str, str]],
        body: bytes,
    ) -> Played | Missed:
        """The interaction that answers a request, which counts as a use of it, or what came
        nearest.

        `target` is path and query, with any prefix before `/responses`.
        """
        request = RecordedRequest(method.upper(), target, tuple(headers), body)
        if self.rules.order_only:
            return self._play(self._all) or self._used_up(request, self._all)
        canonical = tree(request, self.rules)
        group = self._group(*key(canonical))
        form = scrubbed(request, self.rules) if group is None else None
        if form is not None:
            canonical = tree(form, self.rules)
            group = self._group(*key(canonical))
        group = group or self._reply_only(request, canonical)
        if group is None:
            return self._nearest(request, canonical)
        return self._play(group) or self._used_up(request, group)

    def unplayed(self) -> list[Interaction]:
        """The interactions that no request has used, in recorded order."""
        return [
            interaction
            for interaction, times in zip(self.interactions, self.times, strict=True)
            if not times
        ]

    def _add(self, interaction: Interaction) -> None:
        index = len(self.interactions)
        self.interactions.append(interaction)
        self.times.append(0)
        self._ids.extend(interaction)
        self._all.indexes.append(index)
        if interaction.reply_only:
            self._replies[is_stream(interaction.response)].indexes.append(index)
            return
        canonical = tree(interaction.request, self.rules)
        digest, ids = key(canonical)
        self._buckets.setdefault(digest, {}).setdefault(ids, _Group(ids)).indexes.append(index)
        self._routes.setdefault(_route_key(canonical), []).append(index)

    def _group(self, digest: bytes, ids: tuple[str, ...]) -> _Group | None:
        bucket = self._buckets.get(digest)
        if bucket is None:
            return None
        group = bucket.get(tuple(map(self._ids.recorded, ids)))
        if group is not None:
            return group
        if not self._ids.may_be_renamed(ids):
            return None
        for candidate in bucket.values():
            if self._ids.fits(candidate.ids, ids):
                group = candidate
                if group.next < len(group.indexes):
                    break
        if group is not None:
            self._ids.remember(group.ids, ids)
        return group

    def _reply_only(self, request: RecordedRequest, canonical: dict[str, object]) -> _Group | None:
        """An answer whose request is unknown fits any create request that asks for its form."""
        body = canonical.get("body")
        if (
            request.method != "POST"
            or canonical.get("path") != ["responses"]
            or not isinstance(body, dict)
        ):
            return None
        group = self._replies[body.get("stream") is True]
        return group if group.indexes else None

    def _play(self, group: _Group) -> Played | None:
        if group.next >= len(group.indexes):
            if self.repeat == "fail" or not group.indexes:
                return None
            group.next = 0 if self.repeat == "loop" else len(group.indexes) - 1
        index = group.indexes[group.next]
        group.next += 1
        self.times[index] += 1
        return Played(self.interactions[index], index, self.times[index])

    def _used_up(self, request: RecordedRequest, group: _Group) -> Missed:
        if not group.indexes:
            return Missed(request, None, [])
        count = len(group.indexes)
        note = "" if count == 1 else f"all {count} for this request have been used"
        return Missed(request, self.interactions[group.indexes[-1]], [], note)

    def _nearest(self, request: RecordedRequest, canonical: dict[str, object]) -> Missed:
        candidates = self._routes.get(_route_key(canonical)) or range(len(self.interactions))
        unused = list(islice((index for index in candidates if not self.times[index]), _NEAR))
        used = islice((index for index in candidates if self.times[index]), _NEAR - len(unused))
        best: tuple[int, list[RecordingDifference]] | None = None
        for index in (*unused, *used):
            if self.interactions[index].reply_only:
                continue
            found = compare(
                tree(self.interactions[index].request, self.rules), canonical, self._ids
            )
            if best is None or len(found) < len(best[1]):
                best = index, found
        if best is None:
            return Missed(request, None, [])
        return Missed(
            request,
            self.interactions[best[0]],
            best[1],
            "has been used" if self.times[best[0]] else "",
        )


def replay_headers(response: RecordedResponse) -> list[tuple[str, str]]:
    """The recorded fields without those that frame one connection, which the server computes anew.

    Every value can be sent as Latin-1: what cannot stands for its UTF-8 bytes.
    """
    return [(name, _wire(value)) for name, value in response.headers if name not in FRAMING_HEADERS]


def _wire(value: str) -> str:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass").decode("latin-1")
    return value


def _route_key(canonical: dict[str, object]) -> bytes:
    return key({"method": canonical.get("method"), "path": canonical.get("path")})[0]
