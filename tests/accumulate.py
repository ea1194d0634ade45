"""A strict client of streams: puts a Response together from its events, and refuses every event out
of order.

What it holds events to: the first is `response.created`; numbers run from 0 without a gap; the id
of the Response never changes; items come one after the other, `output_index` counting from 0;
deltas belong to the item and the part that are open; what `.done` events repeat is what the deltas
brought; `output_item.done` has the type, id and call_id of `added`; the terminal event is the last,
and its Response is what the events add up to.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Event: TypeAlias = dict[str, Any]

TERMINAL = {"response.completed", "response.incomplete", "response.failed"}
EMPTY: tuple[Any, ...] = ("", [], {}, None)


def accumulate(events: Iterable[Event]) -> dict[str, Any]:
    """The final Response. Raises AssertionError for the first event that breaks a rule."""
    stream = Accumulator()
    for event in events:
        stream.take(event)
    assert stream.final is not None, "the stream has no terminal event"
    return stream.final


class Accumulator:
    """What has come of a stream so far."""

    def __init__(self) -> None:
        self.taken = 0
        self.response: dict[str, Any] = {}
        self.final: dict[str, Any] | None = None
        self.output: list[dict[str, Any]] = []
        self.item: Item | None = None
        self.failing = False

    def take(self, event: Event) -> None:
        """Take the next event."""
        kind = event["type"]
        assert event["sequence_number"] == self.taken, f"{kind} is not event {self.taken}"
        assert self.final is None, f"{kind} comes after the terminal event"
        assert (kind == "response.created") == (self.taken == 0), f"{kind} is event {self.taken}"
        assert not self.failing or kind == "response.failed", f"{kind} comes after an error"
        self.taken += 1
        if kind == "error":
            assert event["error"].keys() == {"type", "code", "message", "param"}
            self.failing = True
        elif "response" in event:
            self._lifecycle(kind, event["response"])
        elif kind == "response.output_item.added":
            assert self.item is None, "an item begins before the one before it has ended"
            assert event["output_index"] == len(self.output)
            self.item = Item(event["item"], event["output_index"])
        else:
            assert self.item is not None, f"{kind} comes without an item"
            self.item.take(kind.removeprefix("response."), event)
            if self.item.done is not None:
                self.output.append(self.item.done)
                self.item = None

    def _lifecycle(self, kind: str, response: dict[str, Any]) -> None:
        self.response = self.response or response
        assert response["id"] == self.response["id"], "the id of the response changes"
        assert response.keys() == self.response.keys(), "the keys of the response change"
        if kind not in TERMINAL:
            assert self.taken <= 3, f"{kind} comes late"
            nothing_yet: tuple[Any, ...] = ([], None, None, "auto")
            assert (
                *map(response.get, ("output", "usage", "completed_at", "service_tier")),
            ) == nothing_yet
            return
        assert self.item is None, "the response ends before its last item"
        assert response["status"] == kind.removeprefix("response.")
        assert response["output"] == self.output, "the response is not what its events add up to"
        self.final = response


class Item:
    """One item on its way."""

    def __init__(self, added: dict[str, Any], index: int) -> None:
        assert added.get("id"), "an item without an id"
        self.added, self.index = added, index
        self.done: dict[str, Any] | None = None
        self.parts: dict[str, list[dict[str, Any]]] = {"content": [], "summary": [], "output": []}
        self.commands: list[str] = []
        self.text: dict[str, str] = {}
        self.open: dict[str, Any] | None = None

    def take(self, name: str, event: Event) -> None:
        """Take an event of this item."""
        assert event["output_index"] == self.index, f"{name} belongs to another item"
        if name == "output_item.done":
            self._end(event["item"])
            return
        if not name.startswith("shell_call_command."):
            assert event["item_id"] == self.added["id"], f"{name} belongs to another item"
        family, _, stage = name.rpartition(".")
        act = _ACTIONS.get(family)
        if act is not None:
            act(self, stage, event)

    def whole(self, stage: str, event: Event, family: str, key: str) -> None:
        """Text that deltas bring and `.done` repeats."""
        if stage == "delta":
            self.text[family] = self.text.get(family, "") + event["delta"]
        else:
            assert family not in self.text or event[key] == self.text[family]
            self.text[family] = event[key]

    def part(self, stage: str, event: Event, where: str, index: int) -> None:
        """A part of content or summary."""
        if stage == "added":
            assert self.open is None, "a part begins before the one before it has ended"
            assert index == len(self.parts[where])
            self.open = {**event["part"]}
            assert all(value in EMPTY for key, value in self.open.items() if key != "type")
            self.parts[where].append(self.open)
            return
        opened = self._opened(where, index)
        shown = {**opened, "logprobs": []} if "logprobs" in opened else opened
        assert event["part"] == shown, "a part is not what its events add up to"
        self.open = None

    def letters(self, stage: str, event: Event, where: str, index: int, key: str) -> None:
        """Text of a part."""
        opened = self._opened(where, index)
        if stage == "delta":
            opened[key] += event["delta"]
        else:
            assert event[key] == opened[key], "a text is not what its deltas add up to"
        if "logprobs" in opened:
            if stage == "delta":
                opened["logprobs"] = [*opened["logprobs"], *event["logprobs"]]
            else:
                assert event["logprobs"] == opened["logprobs"]

    def annotation(self, _stage: str, event: Event) -> None:
        """A note on the text that has come so far."""
        opened, note = self._opened("content", event["content_index"]), event["annotation"]
        assert event["annotation_index"] == len(opened["annotations"])
        assert note.get("end_index", 0) <= len(opened["text"]), (
            "a text is annotated before it has come"
        )
        opened["annotations"] = [*opened["annotations"], note]

    def command(self, stage: str, event: Event) -> None:
        """A command of a shell call."""
        if stage == "added":
            assert event["command_index"] == len(self.commands)
            assert event["command"] == ""
            self.commands.append("")
        else:
            assert event["command_index"] == len(self.commands) - 1
            self.commands[-1] += event.get("delta", "")
            assert stage == "delta" or event["command"] == self.commands[-1]

    def printed(self, stage: str, event: Event) -> None:
        """Output of a shell command."""
        if stage == "delta":
            assert event["command_index"] == len(self.parts["output"])
            self.text.update(event["delta"])
        else:
            (result,) = event["output"]
            brought = (self.text.pop("stdout", ""), self.text.pop("stderr", ""))
            assert brought == (result["stdout"], result["stderr"])
            self.parts["output"].append(result)

    def _opened(self, where: str, index: int) -> dict[str, Any]:
        assert self.open is not None, "no part is open"
        assert self.open is self.parts[where][-1]
        assert index == len(self.parts[where]) - 1
        return self.open

    def _end(self, done: dict[str, Any]) -> None:
        assert self.open is None, "the item ends before its last part"
        for key in ("type", "id", "call_id", "name"):
            assert self.added.get(key) == done.get(key), f"{key} changes"
        for key, value in self.added.items():
            late = key in ("status", "encrypted_content", "fingerprint", "operation", "action")
            assert late or value in (done[key], *EMPTY), (
                f"{key} changes from {value!r} to {done[key]!r}"
            )
        for key, brought in self._brought(done).items():
            assert brought == done[key], (
                f"{key} is not what the events add up to: {brought!r}, {done[key]!r}"
            )
        self.done = done

    def _brought(self, done: dict[str, Any]) -> dict[str, Any]:
        """What the events of an item's type add up to, by key."""
        match done["type"]:
            case "message":
                return {"content": self.parts["content"]}
            case "reasoning":
                return {key: self.parts[key] for key in ("content", "summary") if key in done}
            case "shell_call":
                return {"action": {**done["action"], "commands": self.commands}}
            case "shell_call_output":
                return {"output": self.parts["output"]}
            case "code_interpreter_call":
                return {"code": self.text["code_interpreter_call_code"] or done["code"]}
            case "apply_patch_call" if "diff" in done["operation"]:
                diff = self.text["apply_patch_call_operation_diff"]
                return {"operation": {**done["operation"], "diff": diff}}
        key, family = _TEXTS.get(done["type"], ("", ""))
        return {key: self.text[family]} if key else {}


_TEXTS = {
    "function_call": ("arguments", "function_call_arguments"),
    "custom_tool_call": ("input", "custom_tool_call_input"),
    "mcp_call": ("arguments", "mcp_call_arguments"),
}


def _whole(family: str, key: str) -> Callable[[Item, str, Event], None]:
    return lambda item, stage, event: item.whole(stage, event, family, key)


def _letters(where: str, index: str, key: str) -> Callable[[Item, str, Event], None]:
    return lambda item, stage, event: item.letters(stage, event, where, event[index], key)


def _part(where: str, index: str) -> Callable[[Item, str, Event], None]:
    return lambda item, stage, event: item.part(stage, event, where, event[index])


_ACTIONS: dict[str, Callable[[Item, str, Event], None]] = {
    "content_part": _part("content", "content_index"),
    "reasoning_summary_part": _part("summary", "summary_index"),
    "output_text": _letters("content", "content_index", "text"),
    "refusal": _letters("content", "content_index", "refusal"),
    "reasoning_text": _letters("content", "content_index", "text"),
    "reasoning": _letters("content", "content_index", "text"),
    "reasoning_summary_text": _letters("summary", "summary_index", "text"),
    "output_text.annotation": Item.annotation,
    "shell_call_command": Item.command,
    "shell_call_output_content": Item.printed,
    "function_call_arguments": _whole("function_call_arguments", "arguments"),
    "custom_tool_call_input": _whole("custom_tool_call_input", "input"),
    "mcp_call_arguments": _whole("mcp_call_arguments", "arguments"),
    "code_interpreter_call_code": _whole("code_interpreter_call_code", "code"),
    "apply_patch_call_operation_diff": _whole("apply_patch_call_operation_diff", "diff"),
}
"""What to do with the events of an item, by what stands before the last dot; the others only tell
of progress.
"""
