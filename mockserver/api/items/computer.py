"""The use of a computer: what the model does, and the screenshots that the client answers with."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import CALL, CALL_OUTPUT, ItemType, TokenCounter
from mockserver.api.items.fields import Status, received
from mockserver.api.items.making import HostedTool, Making, Offer
from mockserver.api.json import Json
from mockserver.api.parts import ComputerScreenshot

__all__ = ["TYPES"]


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


def _screenshot_tokens(item: Json, counter: TokenCounter) -> int:
    return counter.costs.call_output + counter.image(item.get("output"))


def _made_up_look(_making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A look at the screen, with which the use of a computer begins."""
    action = {"type": "screenshot"}
    if offer.tool["type"] == "computer_use_preview":
        return [{"type": "computer_call", "action": action}]
    return [{"type": "computer_call", "actions": [action]}]


computer_call = ItemType(
    name="computer_call",
    prefix="cu_",
    checks_id=True,
    sent=ComputerCall,
    received=received(ComputerCall, optional=("pending_safety_checks",)),
    defaults={**CALL, "pending_safety_checks": []},
    answered_by="computer_call_output",
    tool=HostedTool("computer", 500, _made_up_look),
)

computer_call_output = ItemType(
    name="computer_call_output",
    prefix="cuo_",
    sent=ComputerCallOutput,
    received=received(
        ComputerCallOutput, output=ComputerScreenshot, status=NotRequired[str | None]
    ),
    defaults=CALL_OUTPUT,
    opens_completed=True,
    client_written=True,
    input_tokens=_screenshot_tokens,
)

TYPES = (computer_call, computer_call_output)
