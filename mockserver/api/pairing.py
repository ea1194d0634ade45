"""Whether the items of a resolved context fit together: calls with their outputs, reasoning with
what it led to.
"""

from collections.abc import Sequence

from mockserver.api.dialects import OPENAI, Dialect
from mockserver.api.errors import api_error
from mockserver.api.items import ItemType, answered_calls, item_type
from mockserver.api.json import Json

__all__ = ["check_answers", "check_pairing"]


def check_pairing(
    items: Sequence[Json], *, start: int = 0, dialect: Dialect = OPENAI, stored: bool = True
) -> None:
    """Check the context of a request: `items[start:]` is its input, what stands before is history.

    stored: whether the response is kept; where it is not, clients have to rewrite what they got.

    Raises the ApiError for the first call without output, output without call, approval without
    request, repeated id, or reasoning item (of the input) without the item that it led to. All have
    `param` "input".
    """
    _check_ids(items)
    check_answers(items)
    _check_calls(items)
    if dialect.pairs_reasoning:
        _check_reasoning(items, start, stored)


def _check_ids(items: Sequence[Json]) -> None:
    seen: set[str] = set()
    for item in items:
        item_id = item.get("id")
        kind = item_type(item.get("type"))
        # An output that its call's id may tie to it may carry that id itself.
        if item_id is None or (kind.id_ties and answered_calls(kind)):
            continue
        if item_id in seen:
            raise api_error("duplicate_item", id=item_id)
        seen.add(item_id)


def check_answers(items: Sequence[Json]) -> None:
    """Raise ApiError 400 for the first output of a call that does not stand before it."""
    called: set[tuple[str, str]] = set()
    for item in items:
        kind = item_type(item.get("type"))
        names = kind.ties(item)
        if kind.answered_by:
            called.update((kind.name, name) for name in names)
        elif answered_calls(kind) and names and called.isdisjoint(_calls(kind, names)):
            told = {"kind": kind.name.replace("_", " "), "call_id": names[0], "id": names[0]}
            raise api_error(kind.unmatched, **told)


def _check_calls(items: Sequence[Json]) -> None:
    answered: set[tuple[str, str]] = set()
    for item in items:
        kind = item_type(item.get("type"))
        answered.update(_calls(kind, kind.ties(item)))
    for item in items:
        kind = item_type(item.get("type"))
        if not kind.awaits_answer(item):
            continue
        names = kind.ties(item)
        if names and not any((kind.name, name) in answered for name in names):
            told = {"kind": kind.name.replace("_", " "), "call_id": names[0]}
            raise api_error("no_tool_output", **told)


def _calls(answer: ItemType, names: Sequence[str]) -> set[tuple[str, str]]:
    """The calls, as type and name, that an item of this type and name may answer."""
    return {(call, name) for call in answered_calls(answer) for name in names}


def _check_reasoning(items: Sequence[Json], start: int, stored: bool) -> None:
    for index, item in enumerate(items):
        if index < start or item.get("type") != "reasoning" or not item.get("id"):
            continue
        # Refused: a message without id in a request that is stored (recorded, 1 of 1). Accepted:
        # after encrypted reasoning in requests that are not (recorded, 3 of 3).
        needs_id = stored or not item.get("encrypted_content")
        if index + 1 == len(items) or not _may_follow(items[index + 1], needs_id):
            raise api_error("reasoning_without_following", id=item["id"])


def _may_follow(item: Json, needs_id: bool) -> bool:
    """Whether the model wrote the item. An assistant message without id is somebody's rewriting of
    it.
    """
    kind = item.get("type") or "message"
    if kind == "message":
        return item.get("role") == "assistant" and bool(item.get("id") or not needs_id)
    return not item_type(kind).client_written
