"""A create request, as everything above the protocol reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from typing import Any

from mockserver.api.asked_text import asked_text, shape_of, with_asked_text
from mockserver.api.json import Json, canonical, spelling
from mockserver.api.models import DEFAULT_MODEL
from mockserver.lazy import lazy
from mockserver.names import NearestName

__all__ = [
    "REFERENCES",
    "CreateRequest",
    "ToolOutput",
    "as_items",
    "content_text",
    "input_text",
    "output_text",
]

# What the client says of itself changes with every installation.
_NOT_IDENTITY = frozenset({"stream", "stream_options", "client_metadata"})
_READS_INPUT = frozenset({"moderation", "prompt_cache_options", "context_management"})
"""Parameters by which what is answered depends on what the text of the input says."""
_OF_BODY = ("canonical", "fingerprint")
"""What is found out of the body alone, and takes its time."""
REFERENCES = ("conversation", "prompt", "previous_response_id")
"""Parameters that name what is looked up, in the order in which the API does it."""
_TIED = _READS_INPUT.union(REFERENCES)


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What the client sent back for one call. `name` is the tool's, or the `call_id` when the call
    is not in sight.
    """

    name: str
    call_id: str
    type: str
    text: str


@dataclass(frozen=True)
class CreateRequest(NearestName):
    """A view of a *validated* create body. Nothing here checks anything; nothing may be changed.

    `history` holds the items that stand before the input: those of the previous response or the
    conversation.
    """

    body: Json
    """The parameters as sent, without those that are null."""
    history: Sequence[Json] = ()

    def in_context(self, history: Sequence[Json], input_items: list[Json]) -> "CreateRequest":
        """The same request after these items, its own input being `input_items`: references in it
        resolved.
        """
        placed = replace(self, history=history)
        known = {name: vars(self)[name] for name in _OF_BODY if name in vars(self)}
        vars(placed).update(known, input_items=input_items)
        return placed

    def _get(self, name: str) -> Any:
        return self.body[name] if name in self.body else _defaults()[name]

    # Parameters, with the defaults that do not depend on the model.

    @lazy
    def model(self) -> str:
        return str(self.body.get("model", DEFAULT_MODEL))

    @lazy
    def input_items(self) -> list[Json]:
        """The input as items with `type`; message content is always a list of parts."""
        return as_items(self.body.get("input"))

    @property
    def instructions(self) -> str | None:
        return self.body.get("instructions")

    @property
    def tools(self) -> list[Json]:
        return self.body.get("tools") or []

    @property
    def tool_choice(self) -> str | Json:
        return self.body.get("tool_choice") or "auto"

    @property
    def parallel_tool_calls(self) -> bool:
        return bool(self._get("parallel_tool_calls"))

    @lazy
    def stream(self) -> bool:
        return bool(self._get("stream"))

    @property
    def include_obfuscation(self) -> bool:
        return (self.body.get("stream_options") or {}).get("include_obfuscation") is not False

    @lazy
    def store(self) -> bool:
        return bool(self._get("store"))

    @lazy
    def background(self) -> bool:
        return bool(self._get("background"))

    @lazy
    def include(self) -> frozenset[str]:
        return frozenset(self.body.get("include") or ())

    @property
    def multi_agent(self) -> bool:
        """Whether the service may run several agents side by side."""
        return bool((self.body.get("multi_agent") or {}).get("enabled"))

    @property
    def asked_service_tier(self) -> str:
        """The tier that was asked for, which a Response shows until it has been served."""
        return self.body.get("service_tier") or "auto"

    @property
    def text_format(self) -> Json:
        """`text.format`; `{"type": "text"}` by default."""
        return (self.body.get("text") or {}).get("format") or {"type": "text"}

    @property
    def reasoning(self) -> Json:
        """The `reasoning` object; `{}` by default."""
        return self.body.get("reasoning") or {}

    @property
    def max_output_tokens(self) -> int | None:
        return self.body.get("max_output_tokens")

    @property
    def max_tool_calls(self) -> int | None:
        return self.body.get("max_tool_calls")

    @property
    def top_logprobs(self) -> int:
        return int(self._get("top_logprobs"))

    @property
    def truncation(self) -> str:
        return str(self._get("truncation"))

    @property
    def metadata(self) -> dict[str, str]:
        return self.body.get("metadata") or {}

    @property
    def previous_response_id(self) -> str | None:
        return self.body.get("previous_response_id")

    @property
    def conversation_id(self) -> str | None:
        conversation = self.body.get("conversation")
        return conversation["id"] if isinstance(conversation, dict) else conversation

    @property
    def context_management(self) -> list[Json]:
        return self.body.get("context_management") or []

    @property
    def generate(self) -> bool:
        """False asks for a response id without any output (WebSocket)."""
        return bool(self._get("generate"))

    @lazy
    def asked_text(self) -> str | None:
        """What the input says, if it is a text, or else what the user says last, if it is nothing
        but a few messages with a text each; else None.
        """
        return asked_text(self.body.get("input"))

    @lazy
    def is_only_text(self) -> bool:
        """Whether the input is nothing but text, and continues and names nothing: no stage that is
        about items or about what the state holds has anything to do.
        """
        is_text = self.asked_text is not None
        return is_text and not self.history and self.body.keys().isdisjoint(REFERENCES)

    @lazy
    def shape(self) -> bytes | None:
        """The body in one spelling without its `asked_text`, where the answer depends on that by
        its length alone, if it is not made up; else None.
        """
        if not self.is_only_text or not self.body.keys().isdisjoint(_READS_INPUT):
            return None
        return shape_of(self.body)

    @lazy
    def fingerprint(self) -> bytes:
        """A digest of the body, in which the order within parameters counts: it shows."""
        return blake2b(spelling(self.body), digest_size=16).digest()

    @property
    def frame(self) -> bytes | None:
        """The body in one spelling without its input, where the answer depends on that by its
        length alone, but for items that bring in tools or ask for a compaction, and if it is not
        made up; else None.
        """
        if self.is_only_text:
            return self.shape
        if self.history or not self.body.keys().isdisjoint(_TIED):
            return None
        return spelling({**self.body, "input": []})

    def sibling(self, body: Json, text: str, canonical: bytes) -> "CreateRequest":
        """A request whose `asked_text` is another, and all else is equal: what does not depend on
        that is not found out again.

        body: its body. text: what it asks. canonical: the body in its canonical spelling.
        """
        other = object.__new__(CreateRequest)
        vars(other).update(self._common, body=body, asked_text=text, canonical=canonical)
        return other

    @lazy
    def _common(self) -> Json:
        names = ("model", "stream", "store", "background", "include", "is_only_text", "shape")
        return {"history": self.history} | {name: getattr(self, name) for name in names}

    # What test authors ask for.

    @property
    def items(self) -> list[Json]:
        """History and input: everything that the model sees, except the instructions. The list is
        made anew, so that the requests of a long chain don't hold their history once each.
        """
        return [*self.history, *self.input_items] if self.history else self.input_items

    @lazy
    def input_text(self) -> str:
        """All text of the last user message; parts are joined by a line feed. "" when there is
        none.
        """
        return _last_user_text(self.items)

    @lazy
    def tool_output_list(self) -> list[ToolOutput]:
        """The tool outputs since the last user message, in order."""
        return _tool_outputs(self.items)

    @property
    def tool_outputs(self) -> dict[str, str]:
        """Tool name to output text, of the outputs since the last user message. The last one of a
        name counts.
        """
        return {output.name: output.text for output in self.tool_output_list}

    @lazy
    def canonical(self) -> bytes:
        """The body in one spelling, without what only says how to deliver the answer. For
        identity.
        """
        told = {key: value for key, value in self.body.items() if key not in _NOT_IDENTITY}
        return canonical(told)


def spelled_around(body: Json) -> tuple[str, str]:
    """What stands before and behind its `asked_text` in the canonical spelling of a request."""
    told = {key: value for key, value in body.items() if key not in _NOT_IDENTITY}
    mark = blake2b(canonical(told)).hexdigest()  # No request holds a digest of itself.
    told["input"] = with_asked_text(told["input"], mark)
    before, _, behind = canonical(told).decode().partition(f'"{mark}"')
    return before, behind


@cache
def _defaults() -> Json:
    # Imported once it is asked for: the types of parameters need pydantic, which tools that only
    # read cassettes do not load.
    from mockserver.api.parameters import PARAMETERS

    return {name: parameter.default for name, parameter in PARAMETERS.items()}


def as_items(value: str | Sequence[Json] | None) -> list[Json]:
    """Input as a list of items: a string is one user message, an item without `type` gets one."""
    if value is None:
        return []
    if isinstance(value, str):
        return [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": value}]}
        ]
    return [_as_item(item) for item in value]


def _as_item(item: Json) -> Json:
    kind = item.get("type")
    if kind is None:
        kind = "message" if "role" in item else "item_reference"
        item = {"type": kind, **{key: value for key, value in item.items() if key != "type"}}
    content = item.get("content")
    if kind != "message" or not isinstance(content, str):
        return item
    if item.get("role") == "assistant":
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": content}
    else:
        part = {"type": "input_text", "text": content}
    return {**item, "content": [part]}


def content_text(content: Any, between: str = "\n") -> str:
    """The text of a message's content, a reasoning's summary or a call's output.

    Args:
        content: A string or a list of parts; anything else has no text.
        between: What stands between the texts of two parts. Tokens are counted with nothing between
            them: so they add up in recorded usage.
    """
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for part in content if isinstance(content, list) else ():
        text = _part_text(part) if isinstance(part, dict) else None
        if text is not None:
            texts.append(text)
    return between.join(texts)


def _part_text(part: Json) -> str | None:
    for key in ("text", "refusal", "transcript"):
        text = part.get(key)
        if isinstance(text, str):
            return text
    return None


def input_text(body: Any) -> str:
    """The text of the last user message of a create request that need not be valid; "" without."""
    value = body.get("input") if isinstance(body, dict) else None
    if isinstance(value, str):
        return value
    return _last_user_text(value if isinstance(value, list) else ())


def _last_user_text(items: Sequence[Any]) -> str:
    for item in reversed(items):
        if _is_user_message(item):
            return content_text(item.get("content"))
    return ""


def _is_user_message(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and item.get("role") == "user"
        and item.get("type", "message") == "message"
    )


def output_text(item: Json) -> str:
    """The text of a tool output item, whatever its form; "" for images and the like."""
    output = item.get("output")
    if isinstance(output, list):
        return "\n".join(_output_part_text(part) for part in output)
    return output if isinstance(output, str) else ""


def _output_part_text(part: Any) -> str:
    if not isinstance(part, dict):  # An item of unknown type may hold anything.
        return part if isinstance(part, str) else ""
    # A shell's output is one part a command, with two streams instead of a text.
    if "stdout" in part or "stderr" in part:
        return f"{part.get('stdout') or ''}{part.get('stderr') or ''}"
    return _part_text(part) or ""


def _tool_outputs(items: Sequence[Json]) -> list[ToolOutput]:
    names = {item["call_id"]: item.get("name") or item["type"] for item in items if _is_call(item)}
    found: list[ToolOutput] = []
    for item in reversed(items):
        if _is_user_message(item):
            break
        if item.get("type", "").endswith("_call_output"):
            call_id = item.get("call_id") or item.get("id") or ""
            found.append(
                ToolOutput(names.get(call_id) or call_id, call_id, item["type"], output_text(item))
            )
    return found[::-1]


def _is_call(item: Json) -> bool:
    return item.get("type", "").endswith("_call") and bool(item.get("call_id"))
