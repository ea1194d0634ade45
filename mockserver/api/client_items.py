"""Output items of tools that the client runs: the calls, and the outputs that answer them."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.parts import ComputerScreenshot, ToolOutputContent

Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


class DirectCaller(TypedDict):
    type: Literal["direct"]


class ProgramCaller(TypedDict):
    type: Literal["program"]
    caller_id: str


Caller: TypeAlias = Annotated[DirectCaller | ProgramCaller, Field(discriminator="type")]

_Async = TypedDict("_Async", {"async": NotRequired[bool]})


class FunctionCall(_Async):
    id: str
    type: Literal["function_call"]
    status: Status
    arguments: str
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    name: str
    namespace: NotRequired[str]


class FunctionCallOutput(TypedDict):
    id: str
    type: Literal["function_call_output"]
    status: Status
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    name: NotRequired[str]
    namespace: NotRequired[str]
    output: ToolOutputContent


class CustomToolCall(_Async):
    id: str
    type: Literal["custom_tool_call"]
    status: NotRequired[Status]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    input: str
    name: str
    namespace: NotRequired[str]


class CustomToolCallOutput(TypedDict):
    id: str
    type: Literal["custom_tool_call_output"]
    status: NotRequired[Status]
    call_id: str
    caller: NotRequired[Caller]
    created_by: NotRequired[str]
    output: ToolOutputContent


class Point(TypedDict):
    x: int
    y: int


class ClickAction(TypedDict):
    type: Literal["click"]
    button: Literal["left", "right", "wheel", "back", "forward"]
    keys: NotRequired[list[str] | None]
    x: int
    y: int


class PointerAction(TypedDict):
    type: Literal["double_click", "move"]
    keys: NotRequired[list[str] | None]
    x: int
    y: int


class DragAction(TypedDict):
    type: Literal["drag"]
    keys: NotRequired[list[str] | None]
    path: list[Point]


class KeypressAction(TypedDict):
    type: Literal["keypress"]
    keys: list[str]


class ScrollAction(TypedDict):
    type: Literal["scroll"]
    keys: NotRequired[list[str] | None]
    scroll_x: int
    scroll_y: int
    x: int
    y: int


class TypeAction(TypedDict):
    type: Literal["type"]
    text: str


class PlainAction(TypedDict):
    type: Literal["screenshot", "wait"]


ComputerAction: TypeAlias = Annotated[
    ClickAction
    | PointerAction
    | DragAction
    | KeypressAction
    | ScrollAction
    | TypeAction
    | PlainAction,
    Field(discriminator="type"),
]


class SafetyCheck(TypedDict):
    id: str
    code: NotRequired[str | None]
    message: NotRequired[str | None]


class ComputerCall(TypedDict):
    id: str
    type: Literal["computer_call"]
    status: Status
    action: NotRequired[ComputerAction]
    actions: NotRequired[list[ComputerAction]]
    call_id: str
    pending_safety_checks: list[SafetyCheck]


class ComputerCallOutput(TypedDict):
    id: str
    type: Literal["computer_call_output"]
    status: Literal["completed", "incomplete", "failed", "in_progress"]
    acknowledged_safety_checks: NotRequired[list[SafetyCheck]]
    call_id: str
    created_by: NotRequired[str]
    output: ComputerScreenshot


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
