"""Checks what a server sends against everything published about it.

Always: our own models, the `openai` package's types in strict mode, and, for what Open Responses
knows, the types of `openresponses-types`. Also both OpenAPI documents, where they are at hand: in
the folder that the environment variable MOCKSERVER_SHARED names, or in `shared` beside the
repository.
"""

import importlib.util
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from openai import BaseModel
from openai.types import (
    ContainerCreateResponse,
    FileDeleted,
    FileObject,
    Upload,
    VectorStore,
    VectorStoreDeleted,
)
from openai.types.beta.beta_response import BetaResponse
from openai.types.beta.beta_responses_server_event import BetaResponsesServerEvent
from openai.types.containers import FileCreateResponse
from openai.types.responses import Response, ResponsesServerEvent, ResponseStreamEvent
from openai.types.uploads import UploadPart
from openai.types.vector_stores import (
    VectorStoreFile,
    VectorStoreFileBatch,
    VectorStoreFileDeleted,
)
from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.api import BETA_ITEM_TYPES, conformance_errors

SHARED = Path(os.environ.get("MOCKSERVER_SHARED", Path(__file__).resolve().parents[2] / "shared"))
OPENAPI = {"openai": "openai-responses.json", "open-responses": "open-responses-2026-04-24.json"}
NO_OPENAPI = (
    f"the OpenAPI documents are not at hand: {SHARED / 'openapi'} does not exist, set "
    "MOCKSERVER_SHARED"
)

UNPUBLISHED = {
    "keepalive",
    "response.apply_patch_call_operation_diff.delta",
    "response.apply_patch_call_operation_diff.done",
}
"""Events of the real API that no document knows."""

NEIGHBOURS: dict[str, type[BaseModel]] = {
    "file": FileObject,
    "upload": Upload,
    "upload.part": UploadPart,
    "vector_store": VectorStore,
    "vector_store.deleted": VectorStoreDeleted,
    "vector_store.file": VectorStoreFile,
    "vector_store.file.deleted": VectorStoreFileDeleted,
    "vector_store.files_batch": VectorStoreFileBatch,
    "container": ContainerCreateResponse,
    "container.file": FileCreateResponse,
}
"""The types of what responses refer to, by `object`."""

OPEN_ITEMS = {"message", "function_call", "function_call_output", "reasoning", "compaction"}


class Watch:
    """An ASGI application around another that collects what it sends, by path; `verify` then checks
    it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._sent: list[tuple[str, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: list[bytes] = []

        async def watching(message: Message) -> None:
            if message["type"] == "http.response.body":
                body.append(message.get("body", b""))
            elif message["type"] == "websocket.send" and message.get("text"):
                self._sent.append((scope["path"], message["text"].encode()))
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            self._sent.append((scope.get("path", ""), b"".join(body)))

    def verify(self, prefix: str) -> None:
        """Raise AssertionError for the first Response or event under a path that a published type
        refuses.
        """
        for body in self.forget(prefix):
            for value in _values(body):
                check(without_slugs(value))

    def forget(self, prefix: str) -> list[bytes]:
        """What was sent under a path, which is then not kept any longer."""
        sent = [body for path, body in self._sent if path.startswith(prefix)]
        self._sent = [(path, body) for path, body in self._sent if not path.startswith(prefix)]
        return sent


def check(value: Any) -> None:
    """Check one Response or one event; anything else passes."""
    if not isinstance(value, dict):
        return
    if value.get("object") == "response" and "output" in value:
        _ours("Response", value)
        if _is_beta(value):
            _model(_adapter(BetaResponse), _published(value))
            return
        _model(_adapter(Response), _published(value))
        if _is_open(value):
            _open_model(_openly(value))
        _openapi(value, "Response", "ResponseResource")
    elif value.get("object") in NEIGHBOURS:
        check_neighbour(value)
    elif value.get("object") == "list" or str(value.get("object")).endswith(".page"):
        for each in value["data"]:
            check(each)
    elif str(value.get("type", "")).startswith("response.") or value.get("type") == "error":
        check_event(value)


def check_neighbour(value: dict[str, Any]) -> None:
    """Check a file, a vector store or the like, which may have nothing that its type does not
    know.
    """
    kind = NEIGHBOURS[value["object"]]
    if kind is FileObject and "deleted" in value:
        kind = FileDeleted
    _model(_adapter(kind), value)
    extra = value.keys() - {field.alias or name for name, field in kind.model_fields.items()}
    assert not extra, f"{_named(value)} has {extra}, which {kind.__name__} does not know"


def without_slugs(value: Any) -> Any:
    """A value without the `openai:` that marks, in the dialect of Open Responses, what that does
    not know.
    """
    if isinstance(value, list):
        return [without_slugs(each) for each in value]
    if not isinstance(value, dict):
        return value
    bare = {key: without_slugs(each) for key, each in value.items()}
    if isinstance(bare.get("type"), str):
        bare["type"] = bare["type"].removeprefix("openai:")
    return bare


def check_event(event: dict[str, Any]) -> None:
    """Check one event of a stream."""
    if "status" in event and event["type"] == "error":  # WebSocket only, before there is a response
        return
    _ours("Event", event)
    if "response" in event:
        check(event["response"])
    if (
        event["type"] in UNPUBLISHED
        or event["type"] == "error"
        or event["type"].startswith("response.reasoning.")
    ):
        return
    if event["type"].startswith("response.inject.") or _is_beta(event):
        _model(_adapter(BetaResponsesServerEvent), _published(event))
        return
    if event["type"].startswith("response.steer."):
        _model(_adapter(ResponsesServerEvent), event)
        return
    _model(_adapter(ResponseStreamEvent), _published(event))
    _openapi(event, "ResponseStreamEvent", None)


def _ours(kind: str, value: dict[str, Any]) -> None:
    found = conformance_errors(kind, value)
    assert not found, f"{_named(value)} is not valid: {found[:5]}\n{json.dumps(value)[:2000]}"


def _model(adapter: TypeAdapter[Any], value: dict[str, Any]) -> None:
    try:
        adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        found = [
            f"  {'.'.join(map(str, each['loc']))}: {each['msg']}"
            for each in error.errors(include_url=False)
        ]
        shown = "\n".join(line for line in found if not line.endswith("literal_error"))
        raise AssertionError(
            f"{_named(value)} is not valid:\n{shown[:1500]}\n{json.dumps(value)[:1500]}"
        ) from None


def _open_model(value: dict[str, Any]) -> None:
    if importlib.util.find_spec("openresponses_types") is None:  # needs Python 3.11
        return
    from openresponses_types import ResponseResource

    _model(_adapter(ResponseResource), value)


def _openapi(value: dict[str, Any], openai: str, open_responses: str | None) -> None:
    if not (SHARED / "openapi").exists():
        return
    _schema("openai", openai, value)
    if open_responses is not None and _is_open(value):
        _schema("open-responses", open_responses, _openly(value))


def _schema(document: str, name: str, value: dict[str, Any]) -> None:
    published = _published(value) if document == "openai" else value
    errors = list(_validator(document, name).iter_errors(published))
    if errors:
        shown = "\n".join(f"  {error.instance_path}: {error.message[:300]}" for error in errors[:5])
        raise AssertionError(
            f"{_named(value)} does not fit {name} of "
            f"{document}:\n{shown}\n{json.dumps(value)[:2000]}"
        )


def _published(value: dict[str, Any]) -> dict[str, Any]:
    """The value as OpenAI's document and types describe it, where the real service is known to do
    otherwise.
    """
    if (
        value.get("type") == "response.function_call_arguments.done"
    ):  # the wire has no `name`, the document wants one
        return {"name": "", **value}
    if "item" in value:
        return {**value, "item": _published_item(value["item"])}
    if "response" in value:
        return {**value, "response": _published(value["response"])}
    if (
        value.get("object") == "response"
    ):  # these are null on the wire, and strings or objects in the document
        kept = {
            key: part
            for key, part in value.items()
            if not (part is None and key in ("user", "usage"))
        }
        wanted = {key: part for key, part in value["text"]["format"].items() if part is not None}
        text = {**value["text"], "format": wanted}
        if kept.get("incomplete_details") == {"reason": "steered"}:  # younger than the document
            kept["incomplete_details"] = {"reason": "max_output_tokens"}
        tools = [_published_tool(tool) for tool in value["tools"]]
        return {
            **kept,
            "output": [_published_item(item) for item in value["output"]],
            "text": text,
            "tools": tools,
        }
    return value


_UNPUBLISHED_ABSENCE: dict[str, dict[str, Any]] = {
    "image_generation_call": {"result": None},  # nothing of the picture is sent before its time
    "web_search_call": {"action": {"type": "search", "query": ""}},  # nor of the search
    "local_shell_call_output": {
        "call_id": ""
    },  # required, though the document has no such property
    "mcp_approval_response": {"request_id": ""},  # the same
}


def _published_tool(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool as the document has it: no description of an MCP server is null on the wire, and
    absent there.
    """
    return {
        key: value
        for key, value in tool.items()
        if not (key == "server_description" and value is None)
    }


def _published_item(item: dict[str, Any]) -> dict[str, Any]:
    return {**_UNPUBLISHED_ABSENCE.get(item["type"], {}), **item}


def _is_beta(value: dict[str, Any]) -> bool:
    """Whether a Response or an event has an item that the beta alone has a type for."""
    items = [*value.get("response", value).get("output", ()), value.get("item", {})]
    return any(isinstance(item, dict) and item.get("type") in BETA_ITEM_TYPES for item in items)


def _is_open(response: dict[str, Any]) -> bool:
    """Whether a Response says only what Open Responses has words for."""
    kinds = {item["type"] for item in response["output"]}
    tools = {tool["type"] for tool in response["tools"]}
    annotated = {
        note["type"]
        for item in response["output"]
        for part in item.get("content") or []
        for note in part.get("annotations", ())
    }
    choice = response["tool_choice"]
    return (
        kinds <= OPEN_ITEMS
        and tools <= {"function"}
        and annotated <= {"url_citation"}
        and (isinstance(choice, str) or choice.get("type") in ("function", "allowed_tools"))
        and (response["reasoning"] or {}).get("effort") not in ("minimal", "max")
        and isinstance(response["instructions"], str | None)
    )


def _openly(response: dict[str, Any]) -> dict[str, Any]:
    """The Response without the schema that it echoes: Open Responses' document allows null alone
    there.
    """
    text = response["text"]
    if text["format"]["type"] != "json_schema":
        return response
    return {**response, "text": {**text, "format": {**text["format"], "schema": None}}}


def _named(value: dict[str, Any]) -> str:
    return str(value.get("type") or value.get("object"))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def _validator(document: str, name: str) -> Any:
    schemas = json.loads((SHARED / "openapi" / OPENAPI[document]).read_text())
    return jsonschema_rs.Draft202012Validator({**schemas, "$ref": f"#/components/schemas/{name}"})


def _values(body: bytes) -> list[Any]:
    if body.startswith(b"event: "):
        lines = body.decode().split("\n")
        return [
            json.loads(line[6:])
            for line in lines
            if line.startswith("data: ") and line != "data: [DONE]"
        ]
    return [json.loads(body)] if body.startswith(b"{") else []
