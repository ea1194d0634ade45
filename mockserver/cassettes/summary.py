"""What interactions say, for people and for tools: who was asked what, what came back, and what
two cassettes say differently.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from mockserver.api.events import LAST
from mockserver.api.json import Json
from mockserver.api.requests import content_text
from mockserver.cassettes.canonical import key, route, tree
from mockserver.cassettes.interaction import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    is_stream,
    json_or_none,
    payload,
)
from mockserver.cassettes.match import MISSING, IdMap, RecordingDifference, compare
from mockserver.cassettes.match_rules import MatchRules
from mockserver.sse import ServerSentEvent, events, looks_like_events


def is_create(request: RecordedRequest) -> bool:
    """Whether this asks for a response: POST /responses, or a turn of a WebSocket."""
    return request.method in ("POST", "WEBSOCKET") and route(request.uri) == "/responses"


def stream_events(response: RecordedResponse) -> list[tuple[ServerSentEvent, Any]]:
    """The events of a stream or of a WebSocket turn, each with its JSON value; None where it is no
    JSON, or an object whose `type` is no string.
    """
    if response.messages is not None:
        sent = [
            ServerSentEvent("", message.data)
            for message in response.messages
            if message.sender == "server"
        ]
        found: Iterable[ServerSentEvent] = sent
    else:
        found = events(payload(response))
    return [(event, _event_value(event.data)) for event in found]


def _event_value(data: str) -> Any:
    value = json_or_none(data.encode("utf-8", "replace"))
    is_typed = not isinstance(value, dict) or isinstance(value.get("type", ""), str)
    return value if is_typed else None


def is_event_stream(response: RecordedResponse) -> bool:
    """Whether the body is a stream of events, even where the headers that say so were not kept."""
    return is_stream(response) or looks_like_events(response.body or b"")


def answer_value(response: RecordedResponse) -> Any:
    """The JSON value that the answer comes to: its body, or the Response at the end of its stream.

    A stream without a terminal event gives the Response with the output items that were finished.
    """
    if response.messages is None and not is_event_stream(response):
        return response.value if response.body is None else json_or_none(response.body)
    begun: Json | None = None
    items: dict[int, Any] = {}
    for _, value in stream_events(response):
        if not isinstance(value, dict):
            continue
        if value.get("type") in LAST:
            return value["response"] if isinstance(value.get("response"), dict) else value
        if isinstance(value.get("response"), dict):
            begun = value["response"]
        elif value.get("type") == "response.output_item.done":
            index = value.get("output_index")
            items[index if isinstance(index, int) else len(items)] = value.get("item")
    return None if begun is None else {**begun, "output": [items[index] for index in sorted(items)]}


_FAILED_CODES = frozenset(
    {"insufficient_quota", "invalid_api_key", "rate_limit_exceeded", "server_error"}
)
"""What an event's error says where the key, the limit or the service failed."""


def failure_of(interaction: Interaction) -> str | None:
    """Why an answer tells of the key, the limit or the service, not of what was asked: `status
    429`, `rate_limit_exceeded`; None when it does not.
    """
    response = interaction.response
    if _is_failure(response.status):
        return f"status {response.status}"
    if response.messages is None and not is_event_stream(response):
        return None
    for _, event in stream_events(response):
        kind = event.get("type") if isinstance(event, dict) else None
        if kind == "error":
            failed = _failed_event(event)
        elif kind == "response.failed" and isinstance(event.get("response"), dict):
            failed = _failed_event(event["response"])
        else:
            failed = None
        if failed is not None:
            return failed
    return None


def _is_failure(status: Any) -> bool:
    return isinstance(status, int) and (status in (401, 403, 429) or 500 <= status <= 599)


def _failed_event(holder: Json) -> str | None:
    """What the error of an event, or of a failed Response, says; None when it is about the
    request.
    """
    if _is_failure(holder.get("status")):
        return f"status {holder['status']}"
    error = holder.get("error")
    named = error if isinstance(error, dict) else holder
    names = [name for name in (named.get("code"), named.get("type")) if isinstance(name, str)]
    return next((name for name in names if name in _FAILED_CODES), None)


def describe_outcome(interaction: Interaction) -> str:
    """The answer in a few words: `completed: message "pong"`."""
    value = answer_value(interaction.response)
    if not isinstance(value, dict):
        size = len(payload(interaction.response))
        return f"{size} bytes" if size else "no body"
    error = value.get("error")
    if isinstance(error, dict):
        return f"{error.get('code') or error.get('type') or 'error'}: {error.get('message')}"
    if not isinstance(value.get("output"), list):
        return str(value.get("object") or "JSON")
    status = value.get("status")
    prefix = f"{status}: " if status not in (None, "completed") else ""
    return prefix + (", ".join(describe_item(item) for item in value["output"]) or "no output")


def describe_item(item: Any) -> str:
    """An item in a few words: `message "pong"`, `function_call get_weather({"city":"Paris"})`."""
    if not isinstance(item, dict):
        return "?"
    kind = str(item.get("type"))
    if kind == "message":
        return f'message "{content_text(item.get("content"))}"'
    if "name" in item and ("arguments" in item or "input" in item):
        return f"{kind} {item['name']}({item.get('arguments', item.get('input'))})"
    return kind


PASSING = frozenset(
    {
        "id",
        "call_id",
        "item_id",
        "previous_response_id",
        "created_at",
        "completed_at",
        "encrypted_content",
        "obfuscation",
        "usage",
        "fingerprint",
        "logprobs",
        "billing",
        "service_tier",
        "container_id",
        "prompt_cache_key",
        "safety_identifier",
        "user",
    }
)
"""Keys of an answer that differ between any two runs, or that say who asked."""

_NEAR = 200
_FAR = 8
"""From so many differences on, two requests are not versions of one another."""


@dataclass(frozen=True, slots=True)
class InteractionPair:
    """An interaction of either side, and where their requests differ; one side is None when it
    stands alone.
    """

    a: Interaction | None
    b: Interaction | None
    differences: list[RecordingDifference] = field(default_factory=list)


def pair_interactions(
    a: Sequence[Interaction], b: Sequence[Interaction], rules: MatchRules
) -> list[InteractionPair]:
    """Equal requests in order, then those nearest to one another, then those that stand alone; in
    the order of A.
    """
    trees_a, trees_b = [tree(i.request, rules) for i in a], [tree(i.request, rules) for i in b]
    partner = _equal(trees_a, trees_b)
    found: dict[int, list[RecordingDifference]] = {}
    alone = [place for place in range(len(b)) if place not in set(partner.values())]
    for index, one in enumerate(trees_a):
        near = [place for place in alone[:_NEAR] if trees_b[place]["path"] == one["path"]]
        if index in partner or not near:
            continue
        differences = {place: compare(one, trees_b[place], IdMap()) for place in near}
        nearest = min(near, key=lambda place: len(differences[place]))
        if len(differences[nearest]) < _FAR:
            partner[index], found[index] = nearest, differences[nearest]
            alone.remove(nearest)
    pairs = [
        InteractionPair(one, b[partner[index]], found.get(index, []))
        if index in partner
        else InteractionPair(one, None)
        for index, one in enumerate(a)
    ]
    return [*pairs, *(InteractionPair(None, b[place]) for place in alone)]


def _equal(a: Sequence[Json], b: Sequence[Json]) -> dict[int, int]:
    """For each request of A the place of an equal one of B, each used once, in order."""
    waiting: dict[bytes, list[int]] = {}
    for place, other in enumerate(b):
        waiting.setdefault(key(other)[0], []).append(place)
    found = {}
    for index, one in enumerate(a):
        same = waiting.get(key(one)[0])
        if same:
            found[index] = same.pop(0)
    return found


def reply_differences(
    a: RecordedResponse, b: RecordedResponse, rules: MatchRules, *, exact: bool = False
) -> list[RecordingDifference]:
    """What two answers say differently: status, form, the JSON value they come to, the kinds of
    events on the way.

    Unless `exact`, keys that differ between any two runs are left out.
    """
    found = [RecordingDifference("status", a.status, b.status)] if a.status != b.status else []
    found += _event_differences(_event_kinds(a), _event_kinds(b))
    one, other = answer_value(a), answer_value(b)
    if one is None and other is None and (a.body or b"") != (b.body or b""):
        return [*found, RecordingDifference("body", _text(a), _text(b))]
    if not exact:
        one, other = _lasting(one), _lasting(other)
    return found + compare(
        {"body": _ignoring(one, rules)}, {"body": _ignoring(other, rules)}, IdMap()
    )


def _event_differences(a: list[str], b: list[str]) -> list[RecordingDifference]:
    """Where two streams first go different ways, or that only one of the two is a stream."""
    if bool(a) != bool(b):
        return [
            RecordingDifference(
                "form", "a stream" if a else "a body", "a stream" if b else "a body"
            )
        ]
    for place, (one, other) in enumerate(zip_longest(a, b, fillvalue=MISSING)):
        if one != other:
            return [RecordingDifference(f"events[{place}]", one, other)]
    return []


def _event_kinds(response: RecordedResponse) -> list[str]:
    """The types of a stream's events in order, runs of equal ones as one."""
    kinds: list[str] = []
    if response.messages is None and not is_event_stream(response):
        return kinds
    for event, value in stream_events(response):
        kind = str(value.get("type")) if isinstance(value, dict) else event.name
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
    return kinds


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(item) for name, item in value.items() if name not in PASSING}
    return [_lasting(item) for item in value] if isinstance(value, list) else value


def _ignoring(value: Any, rules: MatchRules) -> Any:
    ahead = rules.ahead.step("body")
    return value if ahead is None else _drop(value, ahead)


def _drop(value: Any, ahead: Any) -> Any:
    if isinstance(value, dict):
        steps = [(name, item, ahead.step(name)) for name, item in value.items()]
        return {name: _drop(item, left) for name, item, left in steps if left is not None}
    if isinstance(value, list):
        listed = [(item, ahead.step(index)) for index, item in enumerate(value)]
        return [_drop(item, left) for item, left in listed if left is not None]
    return value


def _text(response: RecordedResponse) -> str:
    return (response.body or b"").decode("utf-8", "backslashreplace")
