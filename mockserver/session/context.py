"""What a request refers to, resolved: its stored prompt, what it continues, the items it names."""

import re
from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass, replace
from typing import Any

from mockserver.api import CreateRequest, Dialect, History, Json, api_error, create_request
from mockserver.api.checks import check_supported
from mockserver.api.pairing import check_pairing
from mockserver.api.requests import REFERENCES
from mockserver.compose import (
    EPOCH,
    MeasuredPrompt,
    Tokenizer,
    check_trigger,
    fit_prompt,
)
from mockserver.neighbours import check_references, refers
from mockserver.script.loader import StoredPrompt
from mockserver.session.conversations import StoredConversation
from mockserver.session.remembered import LONGEST, Remembered, RememberedForms
from mockserver.session.returned_items import check_returned, resolve_references
from mockserver.session.state import View, not_found
from mockserver.session.worker import leave_loop

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}")
_PARTITION = re.compile(r"[a-z]+_([0-9a-f]{16})[0-9a-f]{34}")
_STATEFUL = frozenset({"previous_response_id", "conversation", "prompt", "prompt_cache_options"})
_MANY = 1_000
"""Histories of more items are resolved beside the event loop."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Where a request stands.

    history: the items before its input. created_at: virtual Unix seconds, not before what it
    continues. partition: the part of ids that a chain shares; None begins a new one. conversation:
    the one that the response belongs to.
    """

    history: Sequence[Json] = ()
    created_at: int = EPOCH
    partition: str | None = None
    conversation: StoredConversation | None = None


@dataclass(slots=True)
class ResolvedRequest:
    """A request in its context.

    Attributes:
        request: with the parameters of its stored prompt, and with the items that it refers to.
        key: what answers of its form are remembered by; None where they depend on the state.
    """

    request: CreateRequest
    context: RequestContext = RequestContext()
    key: object = None
    _prompt: MeasuredPrompt | None = None

    def prompt(
        self, dialect: Dialect, tokenizer: Tokenizer, forms: RememberedForms
    ) -> MeasuredPrompt:
        """What the model reads. Raises ApiError when the items do not fit together, or the model's
        window.
        """
        if self._prompt is None:
            request = self.request
            if request.is_only_text:
                return forms.prompt(request, tokenizer)
            check_trigger(request.input_items)
            check_pairing(
                request.items, start=len(request.history), dialect=dialect, stored=request.store
            )
            self._prompt = fit_prompt(request, tokenizer)
        return self._prompt


class RememberedRequests:
    """Resolved requests that depend on nothing but themselves; the least recently used leave."""

    def __init__(self, limit: int = 256) -> None:
        self._resolved: Remembered[ResolvedRequest] = Remembered(limit)

    def find(self, request: CreateRequest, dialect: Dialect) -> ResolvedRequest | None:
        """The request as it was resolved before; None when it was not, or depends on the state."""
        if request.is_only_text:
            if refers(request):
                return None
            return ResolvedRequest(request, key=_key(request, dialect))
        key = _key(request, dialect)
        return None if key is None else self._resolved.find(key)

    def keep(self, dialect: Dialect, resolved: ResolvedRequest) -> None:
        """Remember a request that has been answered, unless its answer depends on the state."""
        request = resolved.request
        if resolved.key is not None or not _is_self_contained(request) or refers(request):
            return
        resolved.key = _key(request, dialect)
        if resolved.key is not None:
            self._resolved.keep(resolved.key, resolved)


def _key(request: CreateRequest, dialect: Dialect) -> object:
    if request.is_only_text:
        shape = request.shape
        return (shape, dialect.name) if shape is not None and len(shape) <= LONGEST else None
    return (request.fingerprint, dialect.name) if len(request.canonical) <= LONGEST else None


def _is_self_contained(request: CreateRequest) -> bool:
    """Whether an answer is the same whatever the state holds; that an item is named ties it."""
    if not _STATEFUL.isdisjoint(request.body):
        return False
    sent = request.body.get("input") or ()
    return isinstance(sent, str) or not any(item.get("id") for item in sent)


def resolve(
    request: CreateRequest,
    view: View,
    dialect: Dialect,
    is_brought: Callable[[str], bool],
    *,
    strict_models: bool = False,
    strict_files: bool = False,
    creates: bool = False,
) -> ResolvedRequest:
    """A request in its context: conversation, prompt and previous response are looked up in the
    API's order.

    Args:
        is_brought: whether a script or a recording holds a text.
        strict_models: refuse unknown models of stored prompts.
        strict_files: refuse ids of files, vector stores and containers that are not there.
        creates: whether a response is asked for, so that the model must support what is asked.

    Raises:
        ApiError: The request refers to what is not there, asks for what the model lacks, or
            its items come back without what they need.
    """
    if strict_files:
        check_references(request, view.shelf)
    if request.is_only_text:
        return ResolvedRequest(request)
    joined = _conversation(request, view)
    request = with_prompt(request, view.prompt, dialect, strict_models=strict_models)
    context = _context(request, view, joined)
    if creates and any(name in request.body for name in REFERENCES):
        request = replace(request, body=check_supported(request.body, dialect))
    history = context.history
    if any(item.get("type") == "item_reference" for item in history):
        resolved = resolve_references(history, view)
        history = History((), lambda: resolved)
    items = resolve_references(request.input_items, view, stored=request.store)
    request = request.in_context(history, items)
    if dialect.pairs_reasoning:
        check_returned(request, view, is_brought)
    return ResolvedRequest(request, context)


def _conversation(request: CreateRequest, view: View) -> StoredConversation | None:
    """The conversation that the request goes on with."""
    if request.conversation_id is None:
        return None
    joined = view.conversation(request.conversation_id)
    if joined is None:
        raise not_found("conversation_not_found", request.conversation_id, view)
    return joined


def _context(
    request: CreateRequest, view: View, joined: StoredConversation | None
) -> RequestContext:
    """Where the request stands.

    joined: the conversation that it goes on with.
    """
    if joined is not None:
        _leave_loop_for(joined.items)
        return RequestContext(joined.history, joined.clock, joined.partition, joined)
    wanted = request.previous_response_id
    if wanted is None:
        return RequestContext(partition=_compacted_partition(request.input_items))
    previous = view.response(wanted)
    if previous is None:
        raise not_found("previous_response_not_found", wanted, view)
    _leave_loop_for(previous.answer.request.items)
    return RequestContext(previous.items, previous.ended_at, _partition(previous.answer.id))


def _leave_loop_for(history: Sized) -> None:
    if len(history) > _MANY:
        leave_loop()


def _compacted_partition(items: Sequence[Json]) -> str | None:
    """What follows a compaction goes on in its partition, though it names no response."""
    ids = (item.get("id") for item in reversed(items) if item.get("type") == "compaction")
    return next((_partition(item_id) for item_id in ids if item_id), None)


def _partition(some_id: str) -> str | None:
    """The partition in an id of today's layout."""
    found = _PARTITION.fullmatch(some_id)
    return found[1] if found else None


def with_prompt(
    request: CreateRequest,
    find: Callable[[str], StoredPrompt | None],
    dialect: Dialect,
    *,
    strict_models: bool = False,
) -> CreateRequest:
    """The request with the parameters of the stored prompt that it names; its own win.

    `{{name}}` in a prompt stands for a variable of the request: a text, or a part of a message's
    content. Raises ApiError 404 `prompt_not_found`; 400 when a variable is missing, when prompt and
    request do not fit together, or for the prompt's model if models are strict and it is unknown.
    """
    asked = request.body.get("prompt")
    if asked is None:
        return request
    prompt = find(asked["id"])
    version = asked.get("version")
    if prompt is None or (version is not None and prompt.version not in (None, version)):
        raise api_error("prompt_not_found", id=asked["id"])
    variables = asked.get("variables") or {}
    taken = {
        key: value
        for key, value in prompt.parameters.items()
        if value is not None and key not in request.body
    }
    echoed = {
        "id": asked["id"],
        "variables": asked.get("variables"),
        "version": version or prompt.version,
    }
    filled = {key: _filled(value, variables) for key, value in taken.items()}
    # Only a stored prompt can give instructions as a list of messages; no request may.
    listed = {
        key: filled.pop(key) for key in ("instructions",) if isinstance(filled.get(key), list)
    }
    body = {**request.body, **filled, "prompt": echoed}
    if "model" not in body and dialect.model_required:
        body = dialect.judged(body, [api_error("missing_required_parameter", param="model")])
    checked = create_request(body, dialect=dialect, strict_models=strict_models, allow_unknown=True)
    return replace(checked, body={**checked.body, **listed}) if listed else checked


def _filled(value: Any, variables: Json) -> Any:
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: _text(found[1], variables), value)
    if isinstance(value, list):
        return [part for each in value for part in _spread(each, variables)]
    if isinstance(value, dict):
        return {
            key: _content(each, variables) if key == "content" else _filled(each, variables)
            for key, each in value.items()
        }
    return value


def _content(value: Any, variables: Json) -> Any:
    """Content written as a string becomes a list of parts where a variable is a picture or a
    file.
    """
    if not isinstance(value, str) or not _has_media(value, variables):
        return _filled(value, variables)
    return list(_parts(value, variables))


def _spread(each: Any, variables: Json) -> Sequence[Any]:
    """One member of a list; a text part around a picture or a file becomes several."""
    if (
        isinstance(each, dict)
        and each.get("type") == "input_text"
        and isinstance(each.get("text"), str)
        and _has_media(each["text"], variables)
    ):
        return list(_parts(each["text"], variables))
    return [_filled(each, variables)]


def _parts(text: str, variables: Json) -> Iterator[Json]:
    start = 0
    for found in _VARIABLE.finditer(text):
        value = _value(found[1], variables)
        if _is_media(value):
            if before := _filled(text[start : found.start()], variables):
                yield {"type": "input_text", "text": before}
            yield value
            start = found.end()
    if rest := _filled(text[start:], variables):
        yield {"type": "input_text", "text": rest}


def _has_media(text: str, variables: Json) -> bool:
    return any(_is_media(variables.get(found[1])) for found in _VARIABLE.finditer(text))


def _is_media(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") != "input_text"


def _text(name: str, variables: Json) -> str:
    value = _value(name, variables)
    return str(value["text"] if isinstance(value, dict) and "text" in value else value)


def _value(name: str, variables: Json) -> Any:
    if variables.get(name) is None:
        raise api_error("missing_required_parameter", param=f"prompt.variables.{name}")
    return variables[name]
