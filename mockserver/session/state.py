"""What a session must not forget between two requests, and how it is read and written.

A request is a transaction. It *begins*: the state gives a `View` of what the request may refer to.
It is *answered*: without waiting, from the view alone. It is *committed*: the state takes the
`Change` that the answer leaves behind, or, when another request was faster, refuses it, and the
request begins again. So an occurrence number, a step, a recorded turn or the lock of a conversation
is taken once, however many processes serve. What a stream leaves behind at its end is one more
change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from mockserver.api import ApiError, CreateRequest, History, Json, api_error
from mockserver.cassettes import RenamedId
from mockserver.compose import Answer, Prefix, PromptCache
from mockserver.neighbours import Container, Kept, ShelfView
from mockserver.script.loader import StoredPrompt
from mockserver.session.background import BackgroundRun
from mockserver.session.conversations import StoredConversation, with_ids
from mockserver.session.journal import Journal
from mockserver.session.received import Received

if TYPE_CHECKING:
    from mockserver.session.written import ScriptEdit, Written

KeptT = TypeVar("KeptT", bound=Kept)

_LEAST_SIZE = 8 * 1024
"""About what the smallest response takes."""


@dataclass(slots=True)
class StoredResponse:
    """An answer that can be retrieved and chained to. run: how far a background response is."""

    answer: Answer
    run: BackgroundRun | None = None

    @property
    def input_items(self) -> list[Json]:
        """All that the model saw, in order, each item with its id; without the instructions."""
        return with_ids(self.answer.request.items, self.answer.identity)

    @property
    def items(self) -> History:
        """The history that a response chained to this one begins with."""
        answer = self.answer
        if answer.history is None:
            answer.history = History(answer.request.history, lambda: _own_items(answer), self._size)
        return answer.history

    @property
    def new_items(self) -> list[Json]:
        """What it adds to its conversation: nothing when it is not stored or has failed."""
        response = self.answer.response
        kept = response["store"] and response["status"] in ("completed", "incomplete")
        return self.items.own if kept else []

    @property
    def _size(self) -> int:
        """How many bytes it takes, about, without the history that it shares with others. The
        request is there as it was read and in its canonical spelling.
        """
        answer = self.answer
        return _LEAST_SIZE + 2 * len(answer.request.canonical) + answer.size

    @property
    def ended_at(self) -> int:
        """Virtual Unix seconds at which it ended."""
        response = self.answer.response
        ended: int = response["completed_at"] or response["created_at"]
        return ended


def _own_items(answer: Answer) -> list[Json]:
    """What an answer adds to its history: its input, its output, and what was injected."""
    start = len(answer.request.history)
    given = answer.request.input_items
    output = answer.response["output"]
    injected = with_ids(answer.injected, answer.identity, start=start + len(given) + len(output))
    return [*with_ids(given, answer.identity, start=start), *output, *injected]


class View(Protocol):
    """The state as a request sees it. Nothing here waits, and nothing changes the state."""

    @property
    def now(self) -> float:
        """Seconds of a clock that all who share the state share."""

    @property
    def prompt_cache(self) -> PromptCache:
        """The prompts that have been answered."""

    @property
    def prompts(self) -> Mapping[str, StoredPrompt]:
        """All stored prompts by id."""

    @property
    def shelf(self) -> ShelfView:
        """Files, uploads, vector stores and containers."""

    def occurrence(self, key: bytes) -> int:
        """How often this key has been asked for before: 0 the first time."""

    def uses(self, entry: str) -> int:
        """How often an entry of the script, of the stubs or of a cassette has answered."""

    def recorded_id(self, replay: str, live: str) -> str | None:
        """The recorded id that an id of this run stands for, if it was renamed."""

    def live_id(self, replay: str, recorded: str) -> str | None:
        """The id of this run that a recorded one goes by, if it was renamed."""

    def scenario(self, name: str) -> str:
        """The state that a scenario is in."""

    def response(self, response_id: str) -> StoredResponse | None:
        """A response that may be continued or retrieved."""

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        """A conversation."""

    def item(self, item_id: str) -> Json | None:
        """An item of a stored response or of a conversation."""

    def reasoning_before(self, item_id: str) -> str | None:
        """The id of the reasoning item that led to an item of a stored response's output."""

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        """A stored prompt."""

    def why_forgotten(self, some_id: str) -> str:
        """Why a response or a conversation is not kept any more, or maybe an item, and what to do;
        "" where nothing is known of it.
        """


def not_found(name: str, some_id: str, view: View, **values: str) -> ApiError:
    """The error of this name about an id that is not there; it says where that was forgotten.

    values: what else its text names.
    """
    error = api_error(name, id=some_id, **values)
    reason = view.why_forgotten(some_id)
    if reason:
        error.message += f" {reason}"
    return error


@dataclass(slots=True)
class Change:
    """What one request leaves behind.

    Attributes:
        occurrences: keys that were asked for once more, with the number that each had before.
        used: the entry that answered, with how often it had answered before.
        renamed: ids of this run that stand for recorded ones from now on, and that neither did
            nor were stood for before.
        scenarios: scenarios that moved on, with their new states.
        prompt: a prompt that is in the cache from now on.
        prompts: stored prompts that were added or replaced.
        stored: a response that is kept from now on, or whose run has moved on.
        deleted: the id of a response that is kept no longer.
        locked: a conversation, and the response that is at work on it from now on; in the
            background when that is `stored` along with it.
        released: a conversation, and the response that is at work on it no longer.
        conversation: a new conversation, or one with other metadata.
        deleted_conversation: the id of a conversation that is kept no longer.
        appended: a conversation, and the items that are added to it.
        ended_at: when the run ended that appended them; the next one does not begin before.
        deleted_item: a conversation, and the id of the item that leaves it.
        shelved: files, uploads, vector stores and containers that are new or have changed.
        unshelved: those that are kept no longer, by kind and id.
        named: containers that a response names; what is known of them stays.
        edits: what becomes of the script and the stubs.
        answered: the request whose answer leaves with this, whole or to its end, so that what
            became of it is known.
    """

    occurrences: list[tuple[bytes, int]] = field(default_factory=list)
    used: tuple[str, int] | None = None
    renamed: Sequence[RenamedId] = ()
    scenarios: dict[str, str] | None = None
    prompt: Prefix | None = None
    prompts: Mapping[str, StoredPrompt] | None = None
    stored: StoredResponse | None = None
    deleted: str | None = None
    locked: tuple[str, str] | None = None
    released: tuple[str, str] | None = None
    conversation: StoredConversation | None = None
    deleted_conversation: str | None = None
    appended: tuple[str, Sequence[Json]] | None = None
    ended_at: int | None = None
    deleted_item: tuple[str, str] | None = None
    shelved: Sequence[Kept] = ()
    unshelved: tuple[type[Kept], str] | None = None
    named: Sequence[Container] = ()
    edits: "Sequence[ScriptEdit]" = ()
    answered: Received | None = None


def take_number(key: bytes, view: View, change: Change) -> int:
    """How often a key has been asked for before; the change says that it has been once more."""
    number = view.occurrence(key)
    change.occurrences.append((key, number))
    return number


class State(Protocol):
    """The state of one session. In memory nothing here waits; elsewhere each call is a round
    trip.
    """

    @property
    def journal(self) -> Journal:
        """The requests received."""

    @property
    def written(self) -> "Written":
        """What was scripted, as it stands."""

    @property
    def view(self) -> View:
        """The state as it is, for whoever looks at it from outside of a request."""

    async def begin(
        self,
        request: CreateRequest | None = None,
        *,
        keys: Sequence[bytes] = (),
        ids: Sequence[str] = (),
    ) -> View:
        """A view for one request.

        Args:
            request: the create request, whose references the view must know.
            keys: the keys whose occurrences it must know.
            ids: the responses, conversations and items that it must know besides.
        """

    async def commit(self, change: Change, view: View | None = None) -> bool:
        """Take a change; False, and nothing is taken, when what it rests on has changed since.

        view: what was looked at to make it; None where it rests on nothing.
        """

    async def note(self, received: Received) -> None:
        """Let all who share the state know what became of a request, before its answer has left."""

    def kept(self) -> Json:
        """How many responses, conversations and requests are kept, how many bytes they take, and
        how many have been forgotten.
        """

    async def wait(self, response_id: str, seconds: float) -> None:
        """Wait until the run of a background response is cancelled, for so long at most."""


class Supply(Protocol):
    """What stands in for what a state does not hold: a connection's own responses, or examples."""

    def response(self, response_id: str) -> StoredResponse | None:
        """A response of this id."""

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        """A conversation of this id."""

    def item(self, item_id: str) -> Json | None:
        """An item of this id."""

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        """A stored prompt of this id."""

    def thing(self, kind: type[Kept], some_id: str) -> Kept | None:
        """A file, an upload, a vector store or a container of this id, where none is kept."""


class SuppliedView:
    """A view that asks a supply before the state."""

    def __init__(self, view: View, supply: Supply) -> None:
        self._view = view
        self._supply = supply
        self._supplied: set[str] = set()
        self.occurrence = view.occurrence
        self.uses = view.uses
        self.recorded_id = view.recorded_id
        self.live_id = view.live_id
        self.scenario = view.scenario
        self.reasoning_before = view.reasoning_before
        self.why_forgotten = view.why_forgotten

    @property
    def now(self) -> float:
        return self._view.now

    @property
    def prompt_cache(self) -> PromptCache:
        return self._view.prompt_cache

    @property
    def prompts(self) -> Mapping[str, StoredPrompt]:
        return self._view.prompts

    @property
    def shelf(self) -> ShelfView:
        return _SuppliedShelf(self._view.shelf, self._supply, self._supplied)

    def response(self, response_id: str) -> StoredResponse | None:
        found = self._supply.response(response_id)
        if found is None:
            return self._view.response(response_id)
        self._supplied.add(response_id)
        return found

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        found = self._supply.conversation(conversation_id)
        if found is None:
            return self._view.conversation(conversation_id)
        self._supplied |= {conversation_id, found.id}
        return found

    def item(self, item_id: str) -> Json | None:
        return self._supply.item(item_id) or self._view.item(item_id)

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        return self._supply.prompt(prompt_id) or self._view.prompt(prompt_id)

    def leave_out(self, change: Change) -> None:
        """Take out of a change what it says of things that the state does not hold."""
        if change.stored is not None and change.stored.answer.id in self._supplied:
            change.stored = None
        if change.conversation is not None and change.conversation.id in self._supplied:
            change.conversation = None
        if change.locked is not None and change.locked[0] in self._supplied:
            change.locked = None
        if change.appended is not None and change.appended[0] in self._supplied:
            change.appended = None
        if change.deleted_item is not None and change.deleted_item[0] in self._supplied:
            change.deleted_item = None
        change.shelved = [thing for thing in change.shelved if thing.id not in self._supplied]


class _SuppliedShelf:
    """A shelf, and a supply of what does not stand on it. supplied: the ids of that."""

    def __init__(self, shelf: ShelfView, supply: Supply, supplied: set[str]) -> None:
        self._shelf = shelf
        self._supply = supply
        self._supplied = supplied
        self.all = shelf.all

    def get(self, kind: type[KeptT], some_id: str) -> KeptT | None:
        found = self._shelf.get(kind, some_id)
        if found is not None:
            return found
        made = self._supply.thing(kind, some_id)
        if not isinstance(made, kind):
            return None
        self._supplied.add(some_id)
        return made
