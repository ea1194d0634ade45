"""What the service knows of items that come back: what it holds, what led to them, what it sealed.

Reasoning belongs to the item that it led to, and neither may come back alone. A reply that a script
or a recording brought in passes: what the service knew of it is not known here.
"""

from collections.abc import Callable, Sequence

from mockserver.api import ApiError, CreateRequest, Json, api_error
from mockserver.session.state import View, not_found

_SEALED = "gAAAA"
"""How every `encrypted_content` of the service begins: a Fernet token of this century."""


def resolve_references(items: Sequence[Json], view: View, *, stored: bool = True) -> list[Json]:
    """The items with every `item_reference` replaced by what it names.

    stored: whether the request is to be kept. Raises ApiError 404.
    """
    return [
        _referenced(item["id"], view, stored) if item.get("type") == "item_reference" else item
        for item in items
    ]


def _referenced(item_id: str, view: View, stored: bool) -> Json:
    item = view.item(item_id)
    if item is None:
        raise _not_held(item_id, view, stored=stored)
    return item


def check_returned(request: CreateRequest, view: View, is_brought: Callable[[str], bool]) -> None:
    """Check the items of the input against what was sent.

    is_brought: whether a script or a recording holds a text. Raises ApiError 404 for reasoning that
    is neither held nor sealed, 400 for a seal that the service does not write, and 400 for an item
    without the reasoning that led to it.
    """
    for item in request.input_items:
        if item.get("type") == "reasoning":
            _check_reasoning(item, request, view, is_brought)
    present = {item.get("id") for item in request.items}
    for item in request.input_items:
        required = view.reasoning_before(item["id"]) if item.get("id") else None
        if required is not None and required not in present:
            told = {"id": item["id"], "kind": item["type"], "reasoning": required}
            raise api_error("item_without_reasoning", **told)


def _check_reasoning(
    item: Json, request: CreateRequest, view: View, is_brought: Callable[[str], bool]
) -> None:
    sealed, item_id = item.get("encrypted_content"), item.get("id")
    if sealed:
        if not sealed.startswith(_SEALED) and not is_brought(sealed):
            raise api_error("invalid_encrypted_content", start=sealed[:4], end=sealed[-4:])
    elif item_id and view.item(item_id) is None and not is_brought(item_id):
        raise _not_held(item_id, view, stored=request.store)


def _not_held(item_id: str, view: View, *, stored: bool) -> ApiError:
    return not_found("item_not_found" if stored else "item_not_stored", item_id, view)
