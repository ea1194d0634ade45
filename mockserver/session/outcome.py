"""What becomes of a create request, and what it leaves behind: at once, or as its delivery ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from types import TracebackType

from mockserver.api import ApiError
from mockserver.compose import Answer, Identity
from mockserver.neighbours import containers_named, may_name_containers
from mockserver.script.conditions import Transport
from mockserver.script.delivery import Delivery
from mockserver.script.routes import HttpReply
from mockserver.session.background import BackgroundRun, Timeline
from mockserver.session.context import RequestContext
from mockserver.session.received import By, Received
from mockserver.session.state import Change, StoredResponse


@dataclass(slots=True)
class Outcome:
    """What becomes of a request that a step answers: an answer, an error or any HTTP reply in its
    place, or a fault alone, and how it travels.

    Attributes:
        by: what answers. source: where that is written.
        conversation: the conversation that it holds until its delivery has ended.
        run: how far it is, in the background.
        is_kept: whether all that it leaves behind is kept already.
        http: what answers in the place of a Response or an error.
        faker: the version of faker that made some of its values; empty where none did.
        body: the JSON body, where that is all that leaves.
        received: the request, where all that becomes of it is known once the outcome is kept.
    """

    answer: Answer | None
    error: ApiError | None
    delivery: Delivery
    identity: Identity
    by: By
    source: str = ""
    conversation: str | None = None
    run: BackgroundRun | None = None
    is_kept: bool = False
    http: HttpReply | None = None
    faker: str = ""
    body: bytes | None = None
    received: Received | None = None

    @property
    def is_long(self) -> bool:
        """Whether its answer is composed beside the event loop."""
        return self.answer is not None and self.answer.is_long

    def tell(self, received: Received, change: Change, transport: Transport) -> None:
        """Note in a request what answers it. The change says so, too, where its answer leaves as a
        whole; a stream says so as it ends.
        """
        received.answered(self.by, self.source)
        received.answer = self.answer
        received.delivery = self.delivery
        if self.body is not None:
            received.status = 200
            change.answered = received
        elif transport == "sse":
            self.received = received

    def prepare(self) -> None:
        """Compose at once what would be when it is first looked at."""
        if self.answer is not None:
            self.answer.response  # noqa: B018 - it is made now, and remembered


def keep(
    outcome: Outcome,
    context: RequestContext,
    change: Change,
    transport: Transport,
    now: float,
    *,
    is_announced: bool = False,
) -> Outcome:
    """The outcome, once the change says what it leaves behind at once, and what at its end.

    What leaves in one piece is kept at once. A stream is kept at its end, and locks its
    conversation until then; a run in the background locks it until it ends on its own.

    is_announced: whether a webhook tells of the end of a run, which then waits for no polls.
    """
    answer = outcome.answer
    assert answer is not None
    joined = context.conversation
    if answer.request.background and transport != "websocket":
        run = BackgroundRun(Timeline(answer, outcome.delivery.pace), now)
        change.stored = StoredResponse(answer, run.unpolled() if is_announced else run)
        _name_containers(change, answer)
        if joined is not None:
            change.locked = joined.id, answer.id
        return replace(outcome, run=run, is_kept=True)
    if transport != "http" or outcome.delivery:
        if joined is None:
            return outcome
        change.locked = joined.id, answer.id
        return replace(outcome, conversation=joined.id)
    _store(change, answer, joined.id if joined is not None else None)
    outcome.is_kept = True
    if not answer.is_long:  # Then it is written beside the event loop.
        outcome.body = answer.json()
    return outcome


class Ending:
    """The end of a delivery, which is one change: its answer is kept, or what it held is released.

    It is the block in which the answer leaves. `keep` is called in it as the last byte leaves;
    without that, nobody waits for the answer any more when the block is left.
    """

    def __init__(self, commit: Callable[[Change], Awaitable[bool]], outcome: Outcome) -> None:
        self._commit = commit
        self._outcome = outcome
        self._is_over = outcome.is_kept or outcome.answer is None

    async def __aenter__(self) -> "Ending":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        outcome = self._outcome
        if self._is_over or outcome.conversation is None or outcome.answer is None:
            return
        await self._commit(Change(released=(outcome.conversation, outcome.answer.id)))

    async def keep(self, answer: Answer | None = None) -> None:
        """Keep the answer.

        answer: as it ended, where steering has shortened it.
        """
        answer = answer or self._outcome.answer
        if self._is_over or answer is None:
            return
        conversation_id = self._outcome.conversation
        change = Change()
        if conversation_id is not None:
            change.released = conversation_id, answer.id
        _store(change, answer, conversation_id)
        received = change.answered = self._outcome.received
        if received is not None and received.status is None:
            received.status = 200
        await self._commit(change)
        self._is_over = True


def _store(change: Change, answer: Answer, conversation_id: str | None) -> None:
    """Let the change keep a response, and add its input and output to its conversation."""
    stored = StoredResponse(answer)
    _name_containers(change, answer)
    if answer.request.store:
        change.stored = stored
    if conversation_id is None:
        return
    items = stored.new_items
    if items:
        change.appended = conversation_id, items
        change.ended_at = stored.ended_at


def _name_containers(change: Change, answer: Answer) -> None:
    """Let the change keep the containers that the output names."""
    if answer.text is None and may_name_containers(answer.reply):
        change.named = containers_named(answer.response)
