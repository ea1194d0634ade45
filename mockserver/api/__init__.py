"""The API's language: requests, responses, items, events, errors, models, tools, dialects.

Types, tables and the rules of a valid request; no input or output, no state, nothing that waits.
It imports no other room of the package.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.api.checks import check_model as check_model
    from mockserver.api.checks import is_stream_id as is_stream_id
    from mockserver.api.dialects import DIALECTS as DIALECTS
    from mockserver.api.dialects import OPEN_RESPONSES as OPEN_RESPONSES
    from mockserver.api.dialects import OPENAI as OPENAI
    from mockserver.api.dialects import Dialect as Dialect
    from mockserver.api.dialects import dialect as dialect
    from mockserver.api.error_table import CATALOGUE as CATALOGUE
    from mockserver.api.error_table import FAILURE as FAILURE
    from mockserver.api.error_table import ErrorKind as ErrorKind
    from mockserver.api.errors import NO_RETRY as NO_RETRY
    from mockserver.api.errors import ApiError as ApiError
    from mockserver.api.errors import api_error as api_error
    from mockserver.api.errors import enumerated as enumerated
    from mockserver.api.errors import own_error as own_error
    from mockserver.api.events import EVENT_TYPES as EVENT_TYPES
    from mockserver.api.items import INPUT_ITEM_TYPES as INPUT_ITEM_TYPES
    from mockserver.api.items import ITEM_TYPES as ITEM_TYPES
    from mockserver.api.items import STORED_ITEM_TYPES as STORED_ITEM_TYPES
    from mockserver.api.items import ItemType as ItemType
    from mockserver.api.items import item_type as item_type
    from mockserver.api.json import Json as Json
    from mockserver.api.json import canonical as canonical
    from mockserver.api.json import compact as compact
    from mockserver.api.json import parse as parse
    from mockserver.api.json import pretty as pretty
    from mockserver.api.json_path import ANY as ANY
    from mockserver.api.json_path import DEEP as DEEP
    from mockserver.api.json_path import Path as Path
    from mockserver.api.json_path import find as find
    from mockserver.api.json_path import join_path as join_path
    from mockserver.api.json_path import parse_path as parse_path
    from mockserver.api.models import DEFAULT_MODEL as DEFAULT_MODEL
    from mockserver.api.models import MODELS as MODELS
    from mockserver.api.models import ModelFacts as ModelFacts
    from mockserver.api.models import is_known as is_known
    from mockserver.api.models import model_facts as model_facts
    from mockserver.api.pairing import check_pairing as check_pairing
    from mockserver.api.parameters import CreateBody as CreateBody
    from mockserver.api.parameters import PenaltyBody as PenaltyBody
    from mockserver.api.requests import CreateRequest as CreateRequest
    from mockserver.api.requests import ToolOutput as ToolOutput
    from mockserver.api.requests import as_items as as_items
    from mockserver.api.requests import content_text as content_text
    from mockserver.api.requests import input_text as input_text
    from mockserver.api.responses import RUNNING as RUNNING
    from mockserver.api.responses import Response as Response
    from mockserver.api.strict_schema import format_error as format_error
    from mockserver.api.strict_schema import make_strict as make_strict
    from mockserver.api.strict_schema import tool_error as tool_error
    from mockserver.api.strict_schema import violation as violation
    from mockserver.api.token_table import ImageCost as ImageCost
    from mockserver.api.token_table import TokenCosts as TokenCosts
    from mockserver.api.token_table import token_costs as token_costs
    from mockserver.api.tools import TOOL_TYPES as TOOL_TYPES
    from mockserver.api.tools import Tool as Tool
    from mockserver.api.tools import ToolChoice as ToolChoice
    from mockserver.api.validation import conformance_errors as conformance_errors
    from mockserver.api.validation import create_request as create_request
    from mockserver.api.validation import parse_compact as parse_compact
    from mockserver.api.validation import parse_conversation as parse_conversation
    from mockserver.api.validation import parse_conversation_items as parse_conversation_items
    from mockserver.api.validation import parse_conversation_update as parse_conversation_update
    from mockserver.api.validation import parse_create as parse_create
    from mockserver.api.validation import parse_input_tokens as parse_input_tokens
    from mockserver.api.validation import parse_object as parse_object

_HOMES = {
    "checks": ("check_model", "is_stream_id"),
    "dialects": ("DIALECTS", "OPENAI", "OPEN_RESPONSES", "Dialect", "dialect"),
    "error_table": ("CATALOGUE", "FAILURE", "ErrorKind"),
    "errors": ("NO_RETRY", "ApiError", "api_error", "enumerated", "own_error"),
    "events": ("EVENT_TYPES",),
    "items": ("INPUT_ITEM_TYPES", "ITEM_TYPES", "STORED_ITEM_TYPES", "ItemType", "item_type"),
    "json": ("Json", "canonical", "compact", "parse", "pretty"),
    "json_path": ("ANY", "DEEP", "Path", "find", "join_path", "parse_path"),
    "models": ("DEFAULT_MODEL", "MODELS", "ModelFacts", "is_known", "model_facts"),
    "pairing": ("check_pairing",),
    "parameters": ("CreateBody", "PenaltyBody"),
    "requests": ("CreateRequest", "ToolOutput", "as_items", "content_text", "input_text"),
    "responses": ("RUNNING", "Response"),
    "strict_schema": ("format_error", "make_strict", "tool_error", "violation"),
    "token_table": ("ImageCost", "TokenCosts", "token_costs"),
    "tools": ("TOOL_TYPES", "Tool", "ToolChoice"),
    "validation": (
        "conformance_errors",
        "create_request",
        "parse_compact",
        "parse_conversation",
        "parse_conversation_items",
        "parse_conversation_update",
        "parse_create",
        "parse_input_tokens",
        "parse_object",
    ),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    # A module is imported with the first name that is taken from it: most processes need few.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
