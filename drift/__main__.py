"""What the newest packages know of the API that the server does not, and the reverse.

Run: make drift. What is known, and why it stays, stands in drift/known.yaml; anything else that
differs is printed, and the exit code is 1.
"""

import importlib.metadata
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args

import openresponses_types as open_responses
import yaml
from openai.types import responses as sdk
from openai.types import shared
from openai.types.beta.beta_response_input_item import BetaResponseInputItem
from openai.types.beta.beta_response_output_item import BetaResponseOutputItem
from openai.types.beta.beta_responses_server_event import BetaResponsesServerEvent
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from openai.types.responses.response_input_item_param import ResponseInputItemParam
from openai.types.responses.response_output_item import ResponseOutputItem
from openai.types.responses.response_stream_event import ResponseStreamEvent
from openai.types.responses.tool_param import ToolParam

from drift.paths import beyond, paths
from mockserver.api import events, items, models, parameters, responses, tools
from mockserver.api.items.fields import of_agent
from mockserver.cli.wire_history import is_at

KNOWN = Path(__file__).with_name("known.yaml")
_REQUEST = frozenset({"input", "tools", "prompt"})
_RESPONSE = frozenset({"output", "instructions", "tools"})
_EVENT = frozenset({"response", "item"})
_TOOLS = frozenset({"tools"})


def main() -> int:
    """Print what differs and is not known; 1 if anything does."""
    known: Mapping[str, Mapping[str, str]] = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    theirs, ours = package_paths(), server_paths()
    packages = ("openai", "openresponses-types")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    print(f"{versions}: {len(theirs)} paths; the server: {len(ours)}")
    found = _unknown("only in the packages", beyond(theirs, ours), known["packages"])
    found += _unknown("only in the server", beyond(ours, theirs), known["server"])
    print(f"{found} differences that drift/known.yaml does not explain")
    return int(found > 0)


def package_paths() -> set[str]:
    """What the packages know."""
    return {
        *paths("Request", ResponseCreateParamsNonStreaming, closed=_REQUEST),
        *paths("Request", ResponseCreateParamsStreaming, closed=_REQUEST),
        *paths("Request", open_responses.CreateResponseBody, closed=_REQUEST),
        *paths("Response", sdk.Response, closed=_RESPONSE),
        *paths("Response", open_responses.ResponseResource, closed=_RESPONSE),
        *paths("InputItem", ResponseInputItemParam, closed=_TOOLS),
        *paths("OutputItem", ResponseOutputItem, closed=_TOOLS),
        *paths("Tool", ToolParam, closed=_TOOLS),
        *paths("Event", ResponseStreamEvent, closed=_EVENT),
        *paths("InputItem", BetaResponseInputItem, closed=_TOOLS),
        *paths("OutputItem", BetaResponseOutputItem, closed=_TOOLS),
        *paths("Event", BetaResponsesServerEvent, closed=_EVENT),
        *(f"Include = {name!r}" for name in _names(sdk.ResponseIncludable)),
        *(f"Model = {name!r}" for name in _names(shared.ResponsesModel)),
    }


def server_paths() -> set[str]:
    """What the server knows."""
    kinds = [items.item_type(name) for name in items.INPUT_ITEM_TYPES]
    sent: Any = Union[tuple(of_agent(kind.sent) for kind in kinds if kind.sent)]  # noqa: UP007
    return {
        *paths("Request", parameters.CreateBody, closed=_REQUEST),
        *paths("Response", responses.Response, closed=_RESPONSE),
        *paths("InputItem", items.InputItem, closed=_TOOLS),
        *paths("OutputItem", sent, closed=_TOOLS),
        *paths("Tool", tools.Tool, closed=_TOOLS),
        *paths("Event", events.Event, closed=_EVENT),
        *(f"Include = {name!r}" for name in _names(parameters.Include)),
        *(f"Model = {name!r}" for name in _names(shared.ResponsesModel) if models.is_known(name)),
    }


def _names(annotation: Any) -> set[str]:
    """Every value of the literals within a union."""
    found: set[str] = set()
    for each in get_args(annotation):
        found |= {each} if isinstance(each, str) else _names(each)
    return found


def _unknown(title: str, found: set[str], known: Mapping[str, str]) -> int:
    """Print the paths that no pattern explains, and the patterns that explain none."""
    left = {path for path in found if not any(is_at(pattern, path) for pattern in known)}
    idle = [pattern for pattern in known if not any(is_at(pattern, path) for path in found)]
    for path in sorted(left):
        print(f"{title}: {path}")
    for pattern in idle:
        print(f"explains nothing any more ({title}): {pattern}")
    return len(left) + len(idle)


if __name__ == "__main__":
    sys.exit(main())
