"""Example mode: clients that call every route with made-up ids and empty bodies are answered, not
refused.

SDKs' generated tests and other clients driven by the API's description do that. An id that the
server never issued is answered with an example; what a body lacks, or has too much of, is forgiven.
What the server did issue behaves as ever. Such answers carry the header `x-mockserver-example: 1`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mockserver.api.errors import ApiError
from mockserver.api.json import Json, compact, parse
from mockserver.api.models import DEFAULT_MODEL
from mockserver.api.validation import parse_object
from mockserver.compose import EPOCH
from mockserver.http.call import Call, call_of, read_body
from mockserver.http.stand_ins import StandIns

__all__ = ["HEADER", "exampled"]

Answering: TypeAlias = Callable[[Call, Request, Any], Awaitable[Response]]

HEADER = "x-mockserver-example"
_MOST_WAIVERS = 64
_MOST_ITEMS = 20

_FORGIVEN = frozenset(
    (
        *(
            "integer_below_min_value",
            "integer_above_max_value",
            "decimal_below_min_value",
            "decimal_above_max_value",
        ),
        *("string_above_max_length", "array_above_max_length", "object_above_max_properties"),
        *("empty_string", "empty_array", "unsupported_parameter", "unsupported_value"),
    )
)
"""Codes of errors that are forgiven by leaving the parameter out: limits, and what excludes
something else.
"""
_EXCLUSIONS = ("Unsupported parameter:", "The 'stream_options' parameter", "Tool choice '")
"""How errors without a code begin that say the same."""


def exampled(answer: Answering) -> Answering:
    """The same, which answers with examples what it would refuse."""

    async def answer_or_example(call: Call, request: Request, route: Any) -> Response:
        raw = await read_body(request)
        call.supply = stand_ins = StandIns(call.session, call.dialect)
        waivers = _Waivers(call, raw, stand_ins)
        stand_ins.place(request)
        for _ in range(_MOST_WAIVERS):
            try:
                reply = await answer(call, request, route)
            except ApiError as error:
                if call.method == "DELETE" and error.code == "model_not_found":
                    body = {
                        "id": request.path_params["model"],
                        "object": "model",
                        "deleted": True,
                    }
                    return _Marked(call.reply(body))
                if not waivers.waive(error):
                    raise
            else:
                is_example = waivers.count or stand_ins.used
                return _Marked(_described(request, reply)) if is_example else reply
        return await answer(call, request, route)

    return answer_or_example


def _described(request: Request, reply: Response) -> Response:
    """The reply in the form that the API's description gives it, where the API itself is known to
    answer otherwise.
    """
    call, names = call_of(request), request.path_params
    if request.scope["path"] == "/responses/compact":
        body = parse(bytes(reply.body))
        return call.reply(
            {**body, "output": [item for item in body["output"] if item["type"] == "compaction"]}
        )
    if call.method == "DELETE" and "item_id" in names:
        conversation = {
            "object": "conversation",
            "created_at": EPOCH,
            "metadata": {},
            "deleted": True,
        }
        return call.reply({"id": names["item_id"], **conversation})
    return reply


class _Waivers:
    """What is forgiven in one request. Each waiver mends the request, so that it can be tried
    again.
    """

    def __init__(self, call: Call, raw: bytes, stand_ins: StandIns) -> None:
        self._call, self._raw, self._stand_ins = call, raw, stand_ins
        self._body: Json | None = None
        self.count = 0

    def waive(self, error: ApiError) -> bool:
        """Mend what the error complains about; False when that is not forgiven."""
        if self._call.method != "POST":
            return False
        if self._body is None:
            if error.code in ("invalid_json", "request_too_large"):
                return False
            self._body = parse_object(self._raw or b"{}")
        if not (self._place(error) or self._relax(error) or self._mend(self._body, error)):
            return False
        self._call.body = compact(self._body)
        self.count += 1
        return True

    def _place(self, error: ApiError) -> bool:
        """Let something empty stand in for what the body refers to."""
        body, stand_ins = self._body or {}, self._stand_ins
        if error.code == "previous_response_not_found":
            return stand_ins.place_response(body.get("previous_response_id"))
        if error.message.startswith("Conversation with id"):
            conversation = body.get("conversation")
            return stand_ins.place_conversation(
                conversation["id"] if isinstance(conversation, dict) else conversation
            )
        if error.message.startswith("Prompt with id"):
            return stand_ins.place_prompt(body["prompt"]["id"])
        return False

    def _relax(self, error: ApiError) -> bool:
        """Judge by rules that ask for less."""
        lacks = error.code == "missing_required_parameter" and error.param in ("model", "input")
        if self._call.rules is not None or not (lacks or "Expected an ID that" in error.message):
            return False
        self._call.rules = replace(
            self._call.dialect, typed_ids=False, input_required=False, model_required=False
        )
        return True

    def _mend(self, body: Json, error: ApiError) -> bool:
        """Change the body."""
        if error.code == "mutually_exclusive_parameters":
            return body.pop("conversation", None) is not None
        if error.code == "missing_required_parameter":
            return _supply(body, error.param or "")
        if error.code == "invalid_function_parameters":
            body["tools"] = [{**tool, "strict": False} for tool in body["tools"]]
            return True
        if error.status == 404 and error.param == "input":
            return self._forget_references(body)
        name = (error.param or "").partition("[")[0].partition(".")[0]
        if name == "items" and error.code == "array_above_max_length":
            body["items"] = body["items"][:_MOST_ITEMS]
            return True
        placeholder = name == "context_management" and error.code == "invalid_value"
        if error.code in _FORGIVEN or placeholder or error.message.startswith(_EXCLUSIONS):
            return body.pop(name, None) is not None
        return False

    def _forget_references(self, body: Json) -> bool:
        """Leave out references to items that do not exist."""
        items, found = body.get("input"), self._call.session.view.item
        if not isinstance(items, list):
            return False
        body["input"] = [
            item for item in items if _is_message(item) or found(item.get("id") or "") is not None
        ]
        return len(body["input"]) < len(items)


def _is_message(item: Json) -> bool:
    """Whether an input item is more than a reference."""
    return item.get("type") != "item_reference" and (item.get("type") is not None or "role" in item)


def _supply(body: Json, param: str) -> bool:
    """Give the body what it lacks; a parameter that lacks something inside is left out."""
    defaults = {"model": DEFAULT_MODEL, "input": [], "metadata": {}, "items": []}
    name = param.partition("[")[0].partition(".")[0]
    if param in defaults:
        body[param] = defaults[param]
        return True
    return body.pop(name, None) is not None


class _Marked(Response):
    """A reply whose header says that it is an example."""

    def __init__(self, reply: Response) -> None:
        self._reply = reply
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marking(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"]]}
                MutableHeaders(raw=message["headers"])[HEADER] = "1"
            await send(message)

        await self._reply(scope, receive, marking)
