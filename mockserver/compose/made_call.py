"""Made-up calls of the tools that the client runs: functions and custom tools."""

from mockserver.api.json import Json
from mockserver.compose.grammar import GrammarError, derive
from mockserver.compose.made import Making
from mockserver.compose.offered import Offer
from mockserver.schemas import spell

__all__ = ["call_item"]


def call_item(making: Making, offer: Offer) -> Json:
    """The item that calls a function or a custom tool."""
    place: Json = {} if offer.namespace is None else {"namespace": offer.namespace}
    name = offer.tool["name"]
    if offer.kind == "custom":
        return {
            "type": "custom_tool_call",
            "name": name,
            "input": _input(making, offer.tool),
            **place,
        }
    arguments = making.arguments(offer.tool.get("parameters"), name)
    return {"type": "function_call", "name": name, "arguments": arguments, **place}


def _input(making: Making, tool: Json) -> str:
    """What a custom tool gets: what the user asks for, or a text of its grammar as far as that is
    understood.
    """
    wanted = tool.get("format") or {}
    if wanted.get("type") != "grammar":
        return making.query
    rng, definition = making.rng("grammar"), wanted["definition"]
    if wanted["syntax"] == "regex":
        written = spell(f"^(?:{definition})$", rng)
        return making.query if written is None else written
    try:
        return derive(definition, rng)
    except GrammarError:
        return making.query
