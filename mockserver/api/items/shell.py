"""Work on a machine, the client's or a container: shells, and patches of files."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import CALL, CALL_OUTPUT, COMPLETED, ItemType, filled
from mockserver.api.items.fields import Caller, Status, received
from mockserver.api.items.making import HostedTool, Making, Offer, slug
from mockserver.api.items.streaming import (
    EventFields,
    EventOptions,
    ItemEvent,
    StreamEvent,
    TextDelta,
    text_deltas,
)
from mockserver.api.json import Json

__all__ = ["TYPES"]

_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w./-]*\w\.[A-Za-z]\w{0,5}\b")
_DELETES = re.compile(r"\b(?:delete|remove)\b", re.IGNORECASE)
_UPDATES = re.compile(r"\b(?:update|change|edit|fix|modify|rename|replace)\b", re.IGNORECASE)


class ExecAction(TypedDict):
    type: Literal["exec"]
    command: list[str]
    env: dict[str, str]
    timeout_ms: NotRequired[int | None]
    user: NotRequired[str | None]
    working_directory: NotRequired[str | None]


class LocalShellCall(TypedDict):
    id: str
    type: Literal["local_shell_call"]
    status: Status
    action: ExecAction
    call_id: str


class LocalShellCallOutput(TypedDict):
    id: str
    type: Literal["local_shell_call_output"]
    status: NotRequired[Status | None]
    call_id: NotRequired[str]
    output: str


class ShellAction(TypedDict):
    commands: list[str]
    max_output_length: int | None
    timeout_ms: int | None


class LocalShellEnvironment(TypedDict):
    type: Literal["local"]
    skills: NotRequired[list[Json]]


class ContainerEnvironment(TypedDict):
    type: Literal["container_reference"]
    container_id: str


class ShellCall(TypedDict):
    id: str
    type: Literal["shell_call"]
    status: Status
    action: ShellAction
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    environment: NotRequired[
        Annotated[LocalShellEnvironment | ContainerEnvironment, Field(discriminator="type")] | None
    ]


class TimeoutOutcome(TypedDict):
    type: Literal["timeout"]


class ExitOutcome(TypedDict):
    type: Literal["exit"]
    exit_code: int


class ShellOutput(TypedDict):
    created_by: NotRequired[str]
    outcome: Annotated[TimeoutOutcome | ExitOutcome, Field(discriminator="type")]
    stderr: str
    stdout: str


class ShellCallOutput(TypedDict):
    id: str
    type: Literal["shell_call_output"]
    status: Status
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    max_output_length: int | None
    output: list[ShellOutput]


class FileOperation(TypedDict):
    type: Literal["create_file", "update_file"]
    diff: str
    path: str


class DeleteOperation(TypedDict):
    type: Literal["delete_file"]
    path: str


PatchOperation: TypeAlias = Annotated[FileOperation | DeleteOperation, Field(discriminator="type")]


class ApplyPatchCall(TypedDict):
    id: str
    type: Literal["apply_patch_call"]
    status: Literal["in_progress", "completed"]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    operation: PatchOperation


class ApplyPatchCallOutput(TypedDict):
    id: str
    type: Literal["apply_patch_call_output"]
    status: Literal["completed", "failed"]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    output: NotRequired[str | None]


class ShellCommandEvent(StreamEvent):
    type: Literal["response.shell_call_command.added", "response.shell_call_command.done"]
    command: str
    command_index: int
    output_index: int


class ShellCommandDelta(StreamEvent):
    type: Literal["response.shell_call_command.delta"]
    command_index: int
    delta: str
    obfuscation: NotRequired[str]
    output_index: int


class ShellDelta(TypedDict):
    """One of the two, or both."""

    stderr: NotRequired[str]
    stdout: NotRequired[str]


class ShellOutputDelta(ItemEvent):
    type: Literal["response.shell_call_output_content.delta"]
    command_index: int
    delta: ShellDelta


class ShellOutputDone(ItemEvent):
    type: Literal["response.shell_call_output_content.done"]
    command_index: int
    output: list[ShellOutput]


class DiffDelta(TextDelta):
    type: Literal["response.apply_patch_call_operation_diff.delta"]


class DiffDone(ItemEvent):
    type: Literal["response.apply_patch_call_operation_diff.done"]
    diff: str


def _command_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    for index, command in enumerate(item["action"]["commands"]):
        at = {"command_index": index}
        yield "shell_call_command.added", {"command": "", **at}
        for name, fields in text_deltas("shell_call_command", "command", command):
            yield name, {**fields, **at}


def _output_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    for index, result in enumerate(item["output"]):
        at = {"command_index": index}
        delta = {stream: result[stream] for stream in ("stdout", "stderr") if result.get(stream)}
        if delta:
            yield "shell_call_output_content.delta", {"delta": delta, **at}
        yield "shell_call_output_content.done", {"output": [result], **at}


def _patch_events(item: Json, _options: EventOptions) -> Iterator[EventFields]:
    diff = item["operation"].get("diff")
    if diff is not None:
        yield from text_deltas("apply_patch_call_operation_diff", "diff", diff)


def _patch_opening(item: Json, _options: EventOptions) -> Json:
    if "diff" not in item["operation"]:
        return item
    return {**item, "operation": {**item["operation"], "diff": ""}}


def _results(value: Any) -> Any:
    results = value if isinstance(value, list) else [value]
    default = {"outcome": {"type": "exit", "exit_code": 0}, "stderr": "", "stdout": ""}
    return [
        {**default, **({"stdout": result} if isinstance(result, str) else result)}
        for result in results
    ]


# Made-up work.


def _made_up_shell(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A command for the client to run; in a container, the server runs it, and says what came of
    it.
    """
    environment = offer.tool.get("environment") or {"type": "local"}
    action = {"commands": [_command(making)]}
    if environment["type"] == "local":
        return [{"type": "shell_call", "action": action, "environment": {"type": "local"}}]
    container = environment.get("container_id") or making.container()
    place = {"type": "container_reference", "container_id": container}
    printed = f"{making.sentence(making.rng('shell'))}\n"
    return [
        {"type": "shell_call", "action": action, "environment": place},
        {"type": "shell_call_output", "output": [printed]},
        making.message(f"The command printed: {printed.strip()}"),
    ]


def _made_up_local_shell(making: Making, _offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A command for the client to run."""
    return [{"type": "local_shell_call", "action": {"command": ["bash", "-lc", _command(making)]}}]


def _made_up_patch(making: Making, _offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A change of the file that the user speaks of: it is created, unless the user says to delete
    or update it.
    """
    said = making.request.input_text
    found = _PATH.search(said)
    path = found[0] if found else f"{slug(making.query)}.txt"
    line = making.sentence(making.rng("patch"))
    if _DELETES.search(said):
        operation = {"type": "delete_file", "path": path}
    elif _UPDATES.search(said):
        operation = {"type": "update_file", "diff": f"@@\n+{line}\n", "path": path}
    else:
        operation = {"type": "create_file", "diff": f"+{line}\n", "path": path}
    return [{"type": "apply_patch_call", "operation": operation}]


def _command(making: Making) -> str:
    """The command that the user quotes, or one that looks for what the user speaks of."""
    quoted = _QUOTED.search(making.request.input_text)
    if quoted:
        return quoted[1]
    longest = max(making.query.split(), key=len)
    return f"grep -rin -- {shlex.quote(longest)} ."


local_shell_call = ItemType(
    name="local_shell_call",
    prefix="lsh_",
    checks_id=True,
    sent=LocalShellCall,
    received=received(LocalShellCall),
    defaults=CALL,
    shapes={"action": filled(type="exec", command=[], env={})},
    opens_as={"action": {"type": "exec", "command": [], "env": {}}},
    answered_by="local_shell_call_output",
    id_ties=True,
    tool=HostedTool("local_shell", 150, _made_up_local_shell),
)

local_shell_call_output = ItemType(
    name="local_shell_call_output",
    prefix="lsho_",
    sent=LocalShellCallOutput,
    received=received(LocalShellCallOutput),
    defaults={**COMPLETED, "output": ""},
    id_ties=True,
    client_written=True,
    keeps_null=("call_id",),
)

shell_call = ItemType(
    name="shell_call",
    prefix="sh_",
    checks_id=True,
    sent=ShellCall,
    received=received(ShellCall, action=received(ShellAction)),
    defaults=CALL,
    today={"environment": {"type": "local"}},
    shapes={"action": filled(commands=[], max_output_length=None, timeout_ms=None)},
    opens_as={"action": {"commands": [], "max_output_length": None, "timeout_ms": None}},
    events=_command_events,
    # Recorded: `response.shell_call_command.*` has no item_id.
    events_name_item=False,
    event_types=(ShellCommandEvent, ShellCommandDelta),
    answered_by="shell_call_output",
    tool=HostedTool("shell", 300, _made_up_shell),
)

shell_call_output = ItemType(
    name="shell_call_output",
    prefix="sho_",
    sent=ShellCallOutput,
    received=received(ShellCallOutput),
    defaults={**CALL_OUTPUT, "max_output_length": None, "output": []},
    shapes={"output": _results},
    opens_as={"output": []},
    # Recorded: it is added `completed`, with an empty output.
    opens_completed=True,
    events=_output_events,
    event_types=(ShellOutputDelta, ShellOutputDone),
    client_written=True,
)

apply_patch_call = ItemType(
    name="apply_patch_call",
    prefix="apc_",
    checks_id=True,
    sent=ApplyPatchCall,
    received=received(ApplyPatchCall),
    defaults=CALL,
    opening=_patch_opening,
    events=_patch_events,
    event_types=(DiffDelta, DiffDone),
    answered_by="apply_patch_call_output",
    tool=HostedTool("apply_patch", 300, _made_up_patch),
)

apply_patch_call_output = ItemType(
    name="apply_patch_call_output",
    prefix="apco_",
    sent=ApplyPatchCallOutput,
    received=received(ApplyPatchCallOutput, status=Literal["completed", "failed"]),
    defaults=CALL_OUTPUT,
    opens_completed=True,
    client_written=True,
    keeps_null=("output",),
)

TYPES = (
    local_shell_call,
    local_shell_call_output,
    shell_call,
    shell_call_output,
    apply_patch_call,
    apply_patch_call_output,
)
