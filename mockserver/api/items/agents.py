"""Agents that the service runs side by side, in the beta of `multi_agent`: what one does with
another, and what they say to each other.

Their types are those of the openai package (`types/beta`); how they open is not recorded.
"""

from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from mockserver.api.items.base import (
    ANSWERED_CALL_ID,
    NEW_CALL_ID,
    ItemType,
    encoded,
    free,
    text_parts,
)
from mockserver.api.items.fields import received
from mockserver.api.items.message import output_text
from mockserver.api.json import Json
from mockserver.api.parts import AgentPart, OutputText

__all__ = ["ROOT_AGENT", "TYPES"]

ROOT_AGENT = "/root"
"""The agent that a request is for; those that it spawns are named below it."""

Action: TypeAlias = Literal[
    "spawn_agent",
    "interrupt_agent",
    "list_agents",
    "send_message",
    "followup_task",
    "wait_agent",
]


class AgentMessage(TypedDict):
    id: str
    type: Literal["agent_message"]
    author: str
    content: list[AgentPart]
    recipient: str


class MultiAgentCall(TypedDict):
    id: str
    type: Literal["multi_agent_call"]
    action: Action
    arguments: str
    call_id: str


class MultiAgentCallOutput(TypedDict):
    id: str
    type: Literal["multi_agent_call_output"]
    action: Action
    call_id: str
    output: list[OutputText]


def _output(value: Any) -> list[Json]:
    parts = value if isinstance(value, list) else [value]
    return [
        output_text(part) if isinstance(part, str) else {**output_text(""), **part}
        for part in parts
    ]


agent_message = ItemType(
    name="agent_message",
    prefix="amsg_",
    sent=AgentMessage,
    received=received(AgentMessage),
    beta=True,
    defaults={"author": ROOT_AGENT, "content": [], "recipient": ROOT_AGENT},
    shapes={"content": text_parts("input_text")},
    opens_as={"content": []},
)

multi_agent_call = ItemType(
    name="multi_agent_call",
    prefix="mac_",
    sent=MultiAgentCall,
    received=received(MultiAgentCall),
    beta=True,
    defaults={"action": "spawn_agent", "arguments": "{}", "call_id": NEW_CALL_ID},
    shapes={"arguments": encoded},
    opens_as={"arguments": ""},
)

multi_agent_call_output = ItemType(
    name="multi_agent_call_output",
    prefix="maco_",
    sent=MultiAgentCallOutput,
    received=received(MultiAgentCallOutput, call_id=str),
    beta=True,
    defaults={"action": "spawn_agent", "call_id": ANSWERED_CALL_ID, "output": []},
    shapes={"output": _output},
    parts={"output": (OutputText,)},
    opens_as={"output": []},
    output_tokens=free,
)

TYPES = (agent_message, multi_agent_call, multi_agent_call_output)
