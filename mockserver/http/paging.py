"""Lists, a page at a time, as every list endpoint of the API gives them."""

from collections.abc import Mapping, Sequence

from mockserver.api.errors import api_error
from mockserver.api.json import Json

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


def page(items: Sequence[Json], query: Mapping[str, str]) -> Json:
    """The page that a query (`limit`, `order`, `after`) asks of items in the order of their making.

    Newest first unless `order` is `asc`. Raises ApiError 400 for values that the API refuses, and
    for an `after` that is not in the list.
    """
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise api_error("invalid_value", param="order", got=order, supported="'asc' and 'desc'")
    limit = _limit(query.get("limit"))
    listed = list(items) if order == "asc" else list(reversed(items))
    after = query.get("after")
    if after:
        listed = listed[_place(listed, after) + 1 :]
    shown = listed[:limit]
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "has_more": len(listed) > len(shown),
        "last_id": shown[-1]["id"] if shown else None,
    }


def _limit(given: str | None) -> int:
    if given is None:
        return DEFAULT_LIMIT
    try:
        limit = int(given)
    except ValueError:
        raise api_error(
            "invalid_type", param="limit", expected="an integer", got="a string"
        ) from None
    if limit > MAX_LIMIT:
        raise api_error("integer_above_max_value", param="limit", limit=MAX_LIMIT, got=limit)
    if limit < 1:
        raise api_error("integer_below_min_value", param="limit", limit=1, got=limit)
    return limit


def _place(items: Sequence[Json], item_id: str) -> int:
    for index, item in enumerate(items):
        if item["id"] == item_id:
            return index
    raise api_error("item_not_found", id=item_id)
