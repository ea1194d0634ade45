"""The conversations of a session, in memory and bounded."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from mockserver.api.errors import api_error
from mockserver.api.json import Json, canonical
from mockserver.api.request import as_items
from mockserver.compose.identity import EPOCH, Identity
from mockserver.session.context import referenced
from mockserver.session.conversation import Conversation
from mockserver.session.listed import with_ids

Lookup = Callable[[str], Json | None]


class Conversations:
    """Conversations by id. At most `limit` are kept; the oldest leave first.

    identify: gives each request the identity that ids derive from.
    """

    def __init__(self, identify: Callable[..., Identity], limit: int = 10_000) -> None:
        self._identity_of, self._limit = identify, limit
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()

    def __len__(self) -> int:
        return len(self._conversations)

    def get(self, conversation_id: str) -> Conversation | None:
        """The conversation, or None if there is none of this id."""
        return self._conversations.get(conversation_id)

    def find(self, conversation_id: str) -> Conversation:
        """The conversation. Raises ApiError 404."""
        conversation = self._conversations.get(conversation_id)
        if conversation is None:
            raise api_error("conversation_not_found", id=conversation_id)
        return conversation

    def item(self, item_id: str) -> Json | None:
        """An item of any conversation by its id."""
        found = (each.item(item_id) for each in reversed(self._conversations.values()))
        return next((item for item in found if item is not None), None)

    def create(self, body: Json, lookup: Lookup) -> Conversation:
        """A new conversation, from a valid body of `POST /conversations`.

        lookup: finds items that the body refers to. Raises ApiError 404 when there is no such item.
        """
        identity = self._identify(b"POST /conversations", body, None)
        conversation = Conversation(
            identity.dated_id("conv_", "conversation"), EPOCH, body.get("metadata") or {}
        )
        conversation.add(self._made(body.get("items") or (), identity, lookup))
        self._conversations[conversation.id] = conversation
        if len(self._conversations) > self._limit:
            self._conversations.popitem(last=False)
        return conversation

    def add(self, conversation: Conversation, body: Json, lookup: Lookup) -> list[Json]:
        """Append the items of a valid body of `POST /conversations/{id}/items`; returns them as
        they are kept.

        Raises ApiError: 404 for a reference to nothing, 400 `conversation_locked` while a run is in
        progress.
        """
        conversation.check_free()
        identity = self._identify(
            f"POST /conversations/{conversation.id}/items".encode(), body, conversation
        )
        made = self._made(body["items"], identity, lookup)
        conversation.add(made)
        return made

    def put(self, conversation_id: str, conversation: Conversation | None) -> Conversation | None:
        """Have this conversation, or none, under an id, for the time being. Returns what was
        there.
        """
        before = self._conversations.get(conversation_id)
        if conversation is None:
            self._conversations.pop(conversation_id, None)
        else:
            self._conversations[conversation_id] = conversation
        return before

    def remove(self, conversation_id: str) -> None:
        """Forget a conversation. Raises ApiError 404."""
        self.find(conversation_id)
        del self._conversations[conversation_id]

    def _made(self, items: Sequence[Json], identity: Identity, lookup: Lookup) -> list[Json]:
        return with_ids(referenced(as_items(items), lookup), identity, dated=True)

    def _identify(self, target: bytes, body: Json, conversation: Conversation | None) -> Identity:
        spelled = target + b" " + canonical(body)
        if conversation is None:
            return self._identity_of(spelled)
        return self._identity_of(
            spelled, created_at=conversation.clock, partition=conversation.partition
        )
