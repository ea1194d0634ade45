"""What a request makes of an output: how many tokens, and which optional data."""

from collections.abc import Callable, Container, Sequence

from mockserver.api.items import item_type
from mockserver.api.items.base import Included
from mockserver.api.json import Json
from mockserver.compose.counted_texts import kind_of, string
from mockserver.compose.identity import Identity
from mockserver.compose.tokens import Tokenizer
from mockserver.compose.usage import output_tokens


def completed_items(
    items: Sequence[Json],
    include: frozenset[str],
    copies: Container[str],
    identity: Identity,
    logprobs: Callable[[str], list[Json]],
    *,
    seals: bool,
) -> list[Json]:
    """The items with the optional data that `include` names; what their author gave is kept.

    copies: ids that the author gave. logprobs: makes the log probabilities of a text whose author
    gave none. seals: whether reasoning is sealed unasked, in items that are no copies.
    """
    own = frozenset(item["id"] for item in items if seals and item["id"] not in copies)
    included = Included(include, own, identity.token, logprobs)
    return [item_type(item["type"]).completed(item, included) for item in items]


def cut_output(
    items: Sequence[Json],
    limit: int | None,
    request_body: Json,
    model: str,
    tokenizer: Tokenizer,
    reasoning_tokens: int = 0,
) -> tuple[list[Json], bool]:
    """Output that fits `limit` tokens, and whether anything was cut off.

    The item at the limit is shortened at the end of a token and gets status `incomplete`; later
    ones vanish. When reasoning takes it all, a reasoning item alone is left. After a cut
    `usage.output_tokens` is to be `limit`, which is what the shortened output counts wherever some
    token boundary gives that number. Items are copied, never changed.
    """

    def cost(output: Sequence[Json]) -> int:
        return output_tokens(output, request_body, model, tokenizer, reasoning_tokens)

    if limit is None or cost(items) <= limit:
        return list(items), False
    if reasoning_tokens >= limit:
        return [item for item in items if item.get("type") == "reasoning"][:1], True
    kept: list[Json] = []
    for item in items:
        if cost([*kept, item]) > limit:
            break
        kept.append(item)
    else:
        return kept, True
    shortened = _shorten(items[len(kept)], limit, lambda shorter: cost([*kept, shorter]), tokenizer)
    return kept + ([shortened] if shortened else []), True


def _shorten(
    item: Json, limit: int, cost: Callable[[Json], int], tokenizer: Tokenizer
) -> Json | None:
    """The longest beginning of an item that costs no more than `limit`; None for one that has no
    text to shorten.
    """
    text = _written_text(item)
    if text is None:
        return None
    low = 0
    high = tokenizer.count(text)
    while low < high:
        middle = (low + high + 1) // 2
        if cost(_first(item, tokenizer.truncate(text, middle))) <= limit:
            low = middle
        else:
            high = middle - 1
    return _first(item, tokenizer.truncate(text, low))


def _written_text(item: Json) -> str | None:
    if kind_of(item) == "message":
        parts = item.get("content")
        return "".join(map(_part_text, parts)) if isinstance(parts, list) else None
    text = item.get(item_type(kind_of(item)).written or "")
    return text if isinstance(text, str) else None


def _first(item: Json, text: str) -> Json:
    """A copy of an item that has but `text`, the beginning of its own."""
    if item.get("type") == "message":
        return {**item, "status": "incomplete", "content": _first_parts(item["content"], text)}
    return {**item, "status": "incomplete", str(item_type(item["type"]).written): text}


def _first_parts(parts: Sequence[Json], text: str) -> list[Json]:
    kept: list[Json] = []
    for part in parts:
        whole = _part_text(part)
        if kept and not text:
            break
        kept.append(part if text.startswith(whole) else _first_of_part(part, text))
        text = text[len(whole) :]
    return kept


def _first_of_part(part: Json, text: str) -> Json:
    shorter = {**part, "refusal" if part.get("type") == "refusal" else "text": text}
    if isinstance(annotations := part.get("annotations"), list):
        shorter["annotations"] = [
            note for note in annotations if note.get("end_index", 0) <= len(text)
        ]
    if isinstance(entries := part.get("logprobs"), list):
        shorter["logprobs"] = _first_logprobs(entries, len(text))
    return shorter


def _first_logprobs(entries: Sequence[Json], length: int) -> list[Json]:
    kept: list[Json] = []
    for entry in entries:
        length -= len(entry.get("token", ""))
        if length < 0:
            break
        kept.append(entry)
    return kept


def _part_text(part: Json) -> str:
    return string(part.get("refusal" if kind_of(part) == "refusal" else "text"))
