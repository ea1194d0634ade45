"""Programs that the model writes to call tools, and what they return."""

from collections.abc import Sequence
from typing import Literal

from typing_extensions import TypedDict

from mockserver.api.items.base import CALL_OUTPUT, NEW_CALL_ID, NEW_TOKEN, ItemType
from mockserver.api.items.fields import received
from mockserver.api.items.making import HostedTool, Making, Offer
from mockserver.api.json import Json

__all__ = ["TYPES"]


class Program(TypedDict):
    id: str
    type: Literal["program"]
    call_id: str
    code: str
    fingerprint: str


class ProgramOutput(TypedDict):
    id: str
    type: Literal["program_output"]
    status: Literal["completed", "incomplete"]
    call_id: str
    result: str


def _made_up_program(making: Making, _offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A program that calls no tool, its result, and a message."""
    words = len(making.query.split())
    return [
        {"type": "program", "code": f"text({words});"},
        {"type": "program_output", "result": str(words)},
        making.message(),
    ]


program = ItemType(
    name="program",
    prefix="cm_",
    sent=Program,
    received=received(Program),
    defaults={"call_id": NEW_CALL_ID, "code": "", "fingerprint": NEW_TOKEN},
    opens_as={"code": ""},
    tool=HostedTool("programmatic_tool_calling", 300, _made_up_program, called_by=("program",)),
)

program_output = ItemType(
    name="program_output",
    prefix="cmo_",
    sent=ProgramOutput,
    received=received(ProgramOutput),
    defaults={**CALL_OUTPUT, "result": ""},
    opens_as={"result": ""},
    opens_completed=True,
)

TYPES = (program, program_output)
