"""Items about the conversation itself: its compaction, and changes of its configuration."""

from collections.abc import Iterator
from typing import Literal

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import NEW_TOKEN, ItemType, TokenCounter, free
from mockserver.api.items.fields import EncryptedContent, ItemId, received
from mockserver.api.items.streaming import EventFields, EventOptions, ItemEvent
from mockserver.api.json import Json

__all__ = ["TYPES"]


class CompactionItem(TypedDict):
    id: str
    type: Literal["compaction"]
    created_by: NotRequired[str]
    encrypted_content: str


class CompactionTrigger(TypedDict):
    """Asks for a compaction; of requests only."""

    id: NotRequired[ItemId | None]
    type: Literal["compaction_trigger"]


class ConfigurationUpdate(TypedDict):
    id: str
    type: Literal["configuration_update"]
    reasoning: NotRequired[Json | None]
    text: NotRequired[Json | None]


class CompactionProgress(ItemEvent):
    type: Literal["response.compaction.compacting"]


def _events(_item: Json, options: EventOptions) -> Iterator[EventFields]:
    if options.compacting:
        yield "compaction.compacting", {}


def _input_tokens(item: Json, counter: TokenCounter) -> int:
    return counter.costs.message + counter.sealed(item.get("encrypted_content"))


configuration_update = ItemType(
    name="configuration_update",
    prefix="cfg_",
    listed=ConfigurationUpdate,
    received=received(ConfigurationUpdate),
    client_written=True,
    input_tokens=free,
)

compaction = ItemType(
    name="compaction",
    prefix="cmp_",
    sent=CompactionItem,
    received=received(CompactionItem, encrypted_content=EncryptedContent),
    open_responses=True,
    defaults={"encrypted_content": NEW_TOKEN},
    events=_events,
    event_types=(CompactionProgress,),
    input_tokens=_input_tokens,
    output_tokens=free,
)

compaction_trigger = ItemType(
    name="compaction_trigger",
    prefix="cmpt_",
    received=CompactionTrigger,
    client_written=True,
    input_tokens=free,
)

TYPES = (configuration_update, compaction, compaction_trigger)
