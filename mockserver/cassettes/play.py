"""Replaying: for each request the interaction that answers it, found in the same time however many
there are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeAlias

from mockserver.cassettes.canonical import key, scrubbed, tree
from mockserver.cassettes.interaction import (
    FRAMING_HEADERS,
    WEBSOCKET_METHOD,
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    conversation_turns,
    is_stream,
    request_value,
)
from mockserver.cassettes.match import (
    IdMap,
    RecordingDifference,
    RepliedIds,
    compare,
    explain_miss,
)
from mockserver.cassettes.match_rules import MatchRules
from mockserver.cassettes.positions import Positions, RenamedId
from mockserver.text_patterns import SearchStoppedError

Repeat: TypeAlias = Literal["fail", "last", "loop"]

_STREAM = re.compile(rb'"stream"\s*:\s*true')
_NEAR = 200
"""Most candidates that the search for the nearest one looks at."""


@dataclass(frozen=True, slots=True)
class Played:
    """The interaction that answers. It is used, and ids are renamed, once the positions say so.

    Attributes:
        used: what its uses are counted by, and how often that had answered before.
        renamed: ids of the request that stand for recorded ones from now on.
    """

    interaction: Interaction
    used: tuple[str, int]
    renamed: Sequence[RenamedId] = ()


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
    """Interactions whose requests are the same, ids included, in recorded order.

    key: what their uses are counted by.
    """

    key: str
    ids: tuple[str, ...] = ()
    indexes: list[int] = field(default_factory=list)


class Player:
    """Answers requests from recorded interactions, in recorded order where requests are the same.

    It holds what was recorded, and nothing that changes: how far a replay is stands in `Positions`.

    Args:
        interactions: what was recorded. A WebSocket conversation is split into its turns, each
            found by the method `WEBSOCKET` and the client's message as body.
        rules: how requests are compared.
        repeat: what follows after the last interaction of the same request: nothing (`fail`), that
            one again (`last`), or the first again (`loop`).
        name: tells its positions from those of other players.
    """

    def __init__(
        self,
        interactions: Iterable[Interaction] = (),
        rules: MatchRules | None = None,
        repeat: Repeat = "fail",
        name: str = "recorded",
    ) -> None:
        self.rules = rules or MatchRules()
        self.repeat = repeat
        self.name = name
        self.interactions: list[Interaction] = []
        self._replied = RepliedIds(self.interactions)
        self._places: list[tuple[_Group, int]] = []
        """The group of each interaction, and its place there."""
        self._buckets: dict[bytes, dict[tuple[str, ...], _Group]] = {}
        """Groups by their ids, by the digest of all the rest of their requests."""
        self._routes: dict[bytes, list[int]] = {}
        self._all = _Group(f"{name} in order")
        self._replies = {
            False: _Group(f"{name} replies"),
            True: _Group(f"{name} streamed replies"),
        }
        for interaction in interactions:
            for turn in conversation_turns(interaction):
                self._add(turn)

    def find(
        self,
        method: str,
        target: str,
        headers: HeaderFields | Sequence[tuple[str, str]],
        body: bytes,
        positions: Positions,
    ) -> Played | Missed:
        """The interaction that answers a request, or what came nearest.

        `target` is path and query, with any prefix before `/responses`.
        """
        request = RecordedRequest(method.upper(), target, tuple(headers), body)
        try:
            return self._find(request, positions)
        except SearchStoppedError as stopped:
            return Missed(request, None, [], str(stopped))

    def _find(self, request: RecordedRequest, positions: Positions) -> Played | Missed:
        if self.rules.order_only:
            played = self._play(self._all, positions)
            return self._in_order(request, played) or self._used_up(request, self._all)
        ids = IdMap(self._replied, positions, self.name)
        canonical = tree(request, self.rules)
        digest, live = _key(request, canonical)
        group = self._group(digest, live, ids, positions)
        form = scrubbed(request, self.rules) if group is None else None
        if form is not None:
            canonical = tree(form, self.rules)
            digest, live = _key(form, canonical)
            group = self._group(digest, live, ids, positions)
        if group is not None:
            renamed = ids.renamed(group.ids, live)
            return self._play(group, positions, renamed) or self._used_up(request, group)
        group = self._reply_only(request, canonical)
        if group is None:
            return self._nearest(request, canonical, ids, positions)
        return self._play(group, positions) or self._used_up(request, group)

    def unplayed(self, positions: Positions) -> list[Interaction]:
        """The interactions that no request has used, in recorded order."""
        return [
            interaction
            for index, interaction in enumerate(self.interactions)
            if not self._is_used(index, positions)
        ]

    @property
    def keys(self) -> list[str]:
        """What uses are counted by, of each group of the same requests."""
        return list({group.key: None for group, _ in self._places})

    def uses_like(self, other: "Player", positions: Positions) -> dict[str, int]:
        """By key, how often interactions of the same requests have answered in another player."""
        before = {digest: positions.uses(group.key) for digest, group in other._groups()}
        return {group.key: before.get(digest, 0) for digest, group in self._groups()}

    def _groups(self) -> Iterator[tuple[object, _Group]]:
        yield "all", self._all
        yield from self._replies.items()
        for digest, bucket in self._buckets.items():
            for ids, group in bucket.items():
                yield (digest, ids), group

    def _add(self, interaction: Interaction) -> None:
        index = len(self.interactions)
        self.interactions.append(interaction)
        group = self._own_group(interaction, index)
        self._places.append((group, len(group.indexes)))
        group.indexes.append(index)

    def _own_group(self, interaction: Interaction, index: int) -> _Group:
        """The group that an interaction belongs to; a new one where it is the first of its kind."""
        if self.rules.order_only:
            return self._all
        if interaction.reply_only:
            return self._replies[is_stream(interaction.response)]
        canonical = tree(interaction.request, self.rules)
        self._routes.setdefault(_route_key(canonical), []).append(index)
        digest, ids = _key(interaction.request, canonical)
        bucket = self._buckets.setdefault(digest, {})
        if ids not in bucket:
            bucket[ids] = _Group(f"{self.name} {index}", ids)
        return bucket[ids]

    def _group(
        self, digest: bytes, live: tuple[str, ...], ids: IdMap, positions: Positions
    ) -> _Group | None:
        bucket = self._buckets.get(digest)
        if bucket is None:
            return None
        group = bucket.get(tuple(map(ids.recorded, live)))
        if group is not None:
            return group
        if not ids.may_be_renamed(live):
            return None
        for candidate in bucket.values():
            if ids.fits(candidate.ids, live):
                group = candidate
                if positions.uses(group.key) < len(group.indexes):
                    break
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

    def _play(
        self, group: _Group, positions: Positions, renamed: Sequence[RenamedId] = ()
    ) -> Played | None:
        place = uses = positions.uses(group.key)
        count = len(group.indexes)
        if uses >= count:
            if self.repeat == "fail" or not count:
                return None
            place = uses % count if self.repeat == "loop" else count - 1
        return Played(self.interactions[group.indexes[place]], (group.key, uses), renamed)

    def _in_order(self, request: RecordedRequest, played: Played | None) -> Played | Missed | None:
        """What is next in order, if it has the form that is asked for."""
        if played is None or not _has_form(played.interaction):
            return played
        found = _form_differences(played.interaction, request)
        return Missed(request, played.interaction, found) if found else played

    def _is_used(self, index: int, positions: Positions) -> bool:
        group, place = self._places[index]
        return place < positions.uses(group.key)

    def _used_up(self, request: RecordedRequest, group: _Group) -> Missed:
        if not group.indexes:
            return Missed(request, None, [])
        count = len(group.indexes)
        note = "" if count == 1 else f"all {count} for this request have been used"
        return Missed(request, self.interactions[group.indexes[-1]], [], note)

    def _nearest(
        self,
        request: RecordedRequest,
        canonical: dict[str, object],
        ids: IdMap,
        positions: Positions,
    ) -> Missed:
        candidates = self._routes.get(_route_key(canonical)) or range(len(self.interactions))
        waiting = (index for index in candidates if not self._is_used(index, positions))
        unused = list(islice(waiting, _NEAR))
        played = (index for index in candidates if self._is_used(index, positions))
        used = islice(played, _NEAR - len(unused))
        best: tuple[int, list[RecordingDifference]] | None = None
        for index in (*unused, *used):
            if self.interactions[index].reply_only:
                continue
            recorded = self.interactions[index]
            found = compare(tree(recorded.request, self.rules), canonical, ids)
            found += [] if found else _form_differences(recorded, request)
            if best is None or len(found) < len(best[1]):
                best = index, found
        if best is None:
            return Missed(request, None, [])
        note = "has been used" if self._is_used(best[0], positions) else ""
        return Missed(request, self.interactions[best[0]], best[1], note)


def _key(request: RecordedRequest, canonical: dict[str, object]) -> tuple[bytes, tuple[str, ...]]:
    """A digest of everything but the ids, and the ids. Whether a stream is asked for counts always:
    a client that wants one cannot read JSON, nor the reverse.
    """
    digest, ids = key(canonical)
    return (digest + b"stream" if _asks_for_stream(request) else digest), ids


def _form_differences(recorded: Interaction, request: RecordedRequest) -> list[RecordingDifference]:
    """That a request asks for a stream and the recorded one did not, or the reverse."""
    there, here = _asks_for_stream(recorded.request), _asks_for_stream(request)
    return [] if there is here else [RecordingDifference("stream", there, here)]


def _has_form(recorded: Interaction) -> bool:
    """Whether an answer is a stream, or JSON, since it was asked for; a refusal is JSON always."""
    return bool(recorded.request.body) and recorded.response.status < 400


def _asks_for_stream(request: RecordedRequest) -> bool:
    if request.method == WEBSOCKET_METHOD or not _STREAM.search(request.body):
        return False
    body = request_value(request)
    return isinstance(body, dict) and body.get("stream") is True


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
