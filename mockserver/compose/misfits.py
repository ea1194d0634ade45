"""What a written reply says that no answer to its request can say: a call of a tool that is not
offered, arguments that a strict schema refuses, text where a document or a call was demanded.

What a model may do, though it rarely does, is no misfit: arguments that are no JSON for a tool that
is not strict, a refusal, an incomplete document in a response that is incomplete.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mockserver.api.items import HOSTED_TOOLS, NAMED_CALLS, bringing_tools
from mockserver.api.items.making import Offer
from mockserver.api.json import Json, compact, parse
from mockserver.api.json_path import join_path
from mockserver.api.requests import CreateRequest
from mockserver.api.strict_schema import make_strict, tool_error
from mockserver.compose.offered_tools import CLIENT_TOOLS, all_offers, allowed_offers
from mockserver.wording import expected_got, show_value

_HOSTED_CALLS = {kind: tool.type for tool in HOSTED_TOOLS.values() for kind in tool.calls()}
"""The types of items that show a hosted tool's work, and the tool."""
_CALLED_KINDS = {"function_call": "function", "custom_tool_call": "custom"}
_DEMANDS = ("text", "tool_choice")
"""Parameters that a reply without calls may fail."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing that cannot be. path: in the reply, as JSON paths are written. expected: what the
    request allows there, in words.
    """

    path: str
    expected: str
    actual: Any

    def __str__(self) -> str:
        got = "nothing" if self.actual is None else show_value(self.actual, 200)
        return expected_got(self.path, self.expected, got)


def find_misfits(request: CreateRequest, reply: Json) -> list[Misfit]:
    """All that a partial Response says which no answer to the request can say."""
    return list(_Comparison(request, reply).all())


def may_misfit(request: CreateRequest, reply: Json) -> bool:
    """Whether it is worth a look: most replies are a text that nothing is demanded of."""
    if not request.body.keys().isdisjoint(_DEMANDS):
        return True
    return any(_is_call(item) for item in reply.get("output") or ())


def decisive(request: CreateRequest, reply: Json) -> bytes:
    """What of a request its misfits with the reply depend on, spelled: requests that are equal in
    that have equal ones.
    """
    body = request.body
    called = [item for item in reply.get("output") or () if _is_call(item)]
    names = {item.get("name") for item in called}
    parts = [body.get(name) for name in (*_DEMANDS, "parallel_tool_calls", "model")]
    parts.append([_of_tool(tool, names) for tool in request.tools])
    if called:
        parts.append([*bringing_tools(request.items)])
    return compact(parts)


def _of_tool(tool: Json, called: Container[str | None]) -> Any:
    """What of a tool decides: of one that is not called, its type and its name."""
    if tool["type"] in CLIENT_TOOLS and tool.get("name") not in called:
        return tool["type"], tool.get("name")
    return tool


class _Comparison:
    """A reply beside its request."""

    def __init__(self, request: CreateRequest, reply: Json) -> None:
        self._request = request
        output = reply.get("output") or ()
        self._items = [_item(each) for each in output]
        self._is_text = [isinstance(each, str) for each in output]
        self._is_whole = reply.get("status", "completed") == "completed"
        self._calls = [index for index, item in enumerate(self._items) if _is_call(item)]

    def all(self) -> Iterator[Misfit]:
        for index in self._calls:
            yield from self._of_call(index, self._items[index])
        yield from self._of_number()
        if self._is_whole:
            yield from self._of_demand()
            for index, item in enumerate(self._items):
                yield from self._of_message(index, item)

    @cached_property
    def _offers(self) -> list[Offer]:
        return list(all_offers(self._request))

    def _of_call(self, index: int, item: Json) -> Iterator[Misfit]:
        kind = item["type"]
        offer = next((each for each in self._offers if _calls(item, each)), None)
        path = f"output[{index}]"
        if offer is None and kind in NAMED_CALLS:
            names = _names(self._offers)
            expected = f"a tool that is offered ({names})" if names else "no call: none is offered"
            yield Misfit(f"{path}.name", expected, item.get("name"))
            return
        if offer is None:
            yield Misfit(path, f"no {kind}: {_HOSTED_CALLS[kind]} is not offered", kind)
            return
        allowed = allowed_offers(self._request)
        if not any(_calls(item, each) for each in allowed.offers):
            names = _names(allowed.offers)
            expected = f"a call of {names}" if names else "no call"
            yield Misfit(path, f"{expected} ({self._choice})", item.get("name", kind))
        if kind == "function_call" and self._is_whole and item.get("status") != "incomplete":
            yield from _of_arguments(f"{path}.arguments", item.get("arguments", "{}"), offer)

    def _of_number(self) -> Iterator[Misfit]:
        """A second call where there may be one."""
        if self._request.parallel_tool_calls or self._request.multi_agent:
            return
        named = [index for index in self._calls if self._items[index]["type"] in NAMED_CALLS]
        for index in named[1:2]:
            expected = "one call at most (parallel_tool_calls false)"
            yield Misfit(f"output[{index}]", expected, len(named))

    def _of_demand(self) -> Iterator[Misfit]:
        """No call where there must be one; a model may refuse."""
        if self._calls or "tool_choice" not in self._request.body:
            return
        allowed = allowed_offers(self._request)
        if not allowed.forced or any(_refuses(item) for item in self._items):
            return
        expected = f"a call of {_names(allowed.offers)} ({self._choice})"
        kinds = [item["type"] for item in self._items]
        yield Misfit("output", expected, kinds[0] if len(kinds) == 1 else kinds)

    def _of_message(self, index: int, item: Json) -> Iterator[Misfit]:
        """Text where `text.format` demands a document. What is said before a call is free."""
        wanted = self._request.text_format
        is_document = wanted["type"] == "json_object" or (
            wanted["type"] == "json_schema" and wanted.get("strict") is not False
        )
        is_said_before = bool(self._calls) or item.get("phase") == "commentary"
        if not is_document or is_said_before or item["type"] != "message":
            return
        if item.get("role", "assistant") != "assistant" or item.get("status") == "incomplete":
            return
        path = f"output[{index}]" if self._is_text[index] else f"output[{index}].content"
        content = item.get("content")
        if isinstance(content, str):
            yield from _of_document(path, content, wanted)
            return
        parts = content if isinstance(content, list) else [content]
        for place, part in enumerate(parts):
            if isinstance(part, str):
                yield from _of_document(f"{path}[{place}]", part, wanted)
            elif isinstance(part, dict) and isinstance(part.get("text"), str):
                yield from _of_document(f"{path}[{place}].text", part["text"], wanted)

    @property
    def _choice(self) -> str:
        return f"tool_choice {show_value(self._request.tool_choice)}"


def _item(given: Any) -> Json:
    if isinstance(given, str):
        return {"type": "message", "content": given}
    item: Json = given if given.get("type") else {**given, "type": "message"}
    return item


def _is_call(item: Any) -> bool:
    """Whether an item of an output calls a tool that must be offered."""
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    return kind in _CALLED_KINDS or kind in _HOSTED_CALLS


def _calls(item: Json, offer: Offer) -> bool:
    """Whether an item calls this tool. One of a namespace may go by its name alone; one that a
    search brings in has a namespace of its own name (recorded, 4 of 4).
    """
    kind = item["type"]
    if offer.kind not in CLIENT_TOOLS:
        return _HOSTED_CALLS.get(kind) == offer.kind
    if _CALLED_KINDS.get(kind) != offer.kind or item.get("name") != offer.name:
        return False
    return item.get("namespace") in (None, offer.namespace, offer.name)


def _names(offers: Sequence[Offer]) -> str:
    return ", ".join(offer.name or offer.kind for offer in offers)


def _refuses(item: Json) -> bool:
    content = item.get("content")
    parts = content if isinstance(content, list) else [content]
    return any(isinstance(part, dict) and "refusal" in part for part in parts)


def _of_arguments(path: str, given: Any, offer: Offer) -> Iterator[Misfit]:
    schema = _strict_schema(offer.tool)
    if schema is not None:
        yield from _of_json(path, given, schema, f"strict schema of {offer.name}")


def _strict_schema(tool: Json) -> Any:
    """The schema that arguments must fit; None for a tool that is not strict. One that does not say
    is, as far as its schema can be made so.
    """
    strict, parameters = tool.get("strict"), tool.get("parameters")
    if strict is False or not isinstance(parameters, dict):
        return None
    if strict:
        return parameters
    closed = make_strict(parameters)
    return closed if tool_error(0, "", closed) is None else None


def _of_document(path: str, text: str, wanted: Json) -> Iterator[Misfit]:
    if wanted["type"] == "json_schema":
        yield from _of_json(path, text, wanted["schema"], f"text.format {wanted['name']}")
    else:
        yield from _of_json(path, text, {"type": "object"}, "text.format json_object")


def _of_json(path: str, given: Any, schema: Any, whose: str) -> Iterator[Misfit]:
    """A JSON value, or its text, that a schema refuses."""
    from mockserver.schemas import refusal  # Most steps need none of it.

    value = given
    if isinstance(given, str):
        try:
            value = parse(given.encode())
        except ValueError:
            yield Misfit(path, f"JSON ({whose})", given)
            return
    found = refusal(schema, value)
    if found is not None:
        where = join_path(found.path, path)
        yield Misfit(where, f"{found.expected} ({whose})", found.actual)
