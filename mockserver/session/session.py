"""A session: an isolated world with sources, state, a journal and a seed of its own."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from mockserver.api import ApiError, CreateRequest, dialect
from mockserver.compose import EPOCH, Answer, Identity, digest, identify, request_id, tokenizer
from mockserver.script.conditions import Conditions
from mockserver.script.generation import Fake
from mockserver.script.steps import Step
from mockserver.session.answering import StepComposer, http_reply, mark_used, use_step
from mockserver.session.context import RememberedRequests, ResolvedRequest, resolve
from mockserver.session.inquiry import Inquiry
from mockserver.session.journal import Journal
from mockserver.session.localised import faker_version, locale_of
from mockserver.session.masked import mask_text
from mockserver.session.memory import memory_state
from mockserver.session.outcome import Ending, Outcome, keep
from mockserver.session.received import MISS_CODES, Received
from mockserver.session.remembered import RememberedForms
from mockserver.session.reports import NO_SCRIPT_ADVICE, miss
from mockserver.session.script_sources import ScriptEntry, StepAnswer
from mockserver.session.sources import (
    CassetteSource,
    Differences,
    RecordedAnswer,
    Sources,
    UpstreamAnswer,
)
from mockserver.session.state import Change, State, SuppliedView, Supply, View, take_number
from mockserver.session.strictness import StepJudge
from mockserver.session.webhooks import webhooks_of
from mockserver.session.worker import LONG, WORKER, Arrivals, LongComputation, bounded_searches
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.session.upstream import UpstreamSource

log = logging.getLogger("mockserver")

T = TypeVar("T")


SessionAnswer: TypeAlias = Outcome | RecordedAnswer | UpstreamAnswer


class Session:
    """One isolated world. Sessions share nothing, so that their users cannot disturb each other.

    Args:
        settings: what was asked for.
        seed: what all made-up values derive from, where the settings name none.
        cassettes: the interactions that answer.
        upstream: where what nothing else answers is recorded from.
        state: what it remembers; in memory, if nobody says otherwise.
        remembers: how many kinds of requests are answered faster when they come again, which shows
            in no answer.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        seed: int = 0,
        cassettes: CassetteSource | None = None,
        upstream: "UpstreamSource | None" = None,
        state: State | None = None,
        remembers: int = 256,
    ) -> None:
        self.settings = settings or Settings()
        self.seed = seed if self.settings.seed is None else self.settings.seed
        self.dialect = dialect(self.settings.dialect)
        self.tokenizer = tokenizer(self.settings.tokens)
        self.locale = locale_of(self.settings)
        """Where made-up values are from; None for ours."""
        self.upstream = upstream
        self.state: State = state or memory_state(self.settings)
        self.sources = Sources(self.state, self.settings.on_miss, cassettes, upstream)
        self.webhooks = webhooks_of(self.settings, self.state)
        self.logs_misses = True
        """Whether misses go to the log; whoever shows them elsewhere turns this off."""
        self.no_script_advice = NO_SCRIPT_ADVICE
        """What a miss says where nothing was ever scripted."""
        self.arrivals = Arrivals()
        """Who computes at length, and who waits for that."""
        self.judge = StepJudge(self.settings.strict_steps, self.state.journal)
        """Whether steps can answer their requests in reality."""
        self.unfinished: list[tuple[str, Conditions]] = []
        """Where stubs were begun that have no reply yet, and their conditions."""
        self.opened_at = time.monotonic()
        self._remembered = RememberedRequests(remembers)
        self._forms = RememberedForms(remembers)
        self._composer = StepComposer(self.seed, self.tokenizer, self.locale, self._forms)

    @property
    def journal(self) -> Journal:
        """The requests received."""
        return self.state.journal

    @property
    def view(self) -> View:
        """The state as it is, for whoever looks at it from outside."""
        return self.state.view

    def script(self, steps: Iterable[Step]) -> list[ScriptEntry]:
        """Add steps to the queue; those that stand always become stubs."""
        return self.state.written.add(steps, self.journal.count)

    def finish_stub(self, begun: tuple[str, Conditions], step: Step) -> None:
        """Add a stub that was begun."""
        self.sources.stubs.add(step)
        if begun in self.unfinished:
            self.unfinished.remove(begun)

    # Transactions.

    async def transact(
        self,
        work: Callable[[View, Change], T],
        *,
        request: CreateRequest | None = None,
        keys: tuple[bytes, ...] = (),
        ids: tuple[str, ...] = (),
        supply: Supply | None = None,
        is_long: bool = False,
    ) -> T:
        """Begin, do the work, which says in the change what it leaves behind, and commit.

        is_long: whether the work is done beside the event loop; so is what turns out to be long.
        """
        if is_long or not self.arrivals.is_open:
            async with self.arrivals:
                return await self._transact(work, request, keys, ids, supply, is_long=is_long)
        return await self._transact(work, request, keys, ids, supply)

    async def _transact(
        self,
        work: Callable[[View, Change], T],
        request: CreateRequest | None,
        keys: tuple[bytes, ...],
        ids: tuple[str, ...],
        supply: Supply | None,
        *,
        is_long: bool = False,
        is_first: bool = True,
    ) -> T:
        while True:
            view = await self.state.begin(request, keys=keys, ids=ids)
            change = Change()
            supplied = None if supply is None else SuppliedView(view, supply)
            seen = view if supplied is None else supplied
            if is_long:
                result = await self.compute(partial(work, seen, change))
            else:
                try:
                    result = work(seen, change)
                except LongComputation:
                    return await self.transact(
                        work, request=request, keys=keys, ids=ids, supply=supply, is_long=True
                    )
            if supplied is not None:
                supplied.leave_out(change)
            if await self.state.commit(change, view):
                return result
            if is_first:  # Others that came later wait, or all would refuse each other.
                async with self.arrivals:
                    return await self._transact(
                        work, request, keys, ids, supply, is_long=is_long, is_first=False
                    )

    async def commit(self, change: Change) -> bool:
        """Leave a change behind that rests on nothing, when no long computation is under way."""
        if self.arrivals.is_open:
            return await self.state.commit(change)
        async with self.arrivals:
            return await self.state.commit(change)

    async def compute(self, work: Callable[[], T]) -> T:
        """What the work returns; it is done beside the event loop."""
        return await WORKER.run(work, self.settings.compute_seconds)

    async def answer(self, inquiry: Inquiry) -> SessionAnswer | None:
        """What answers a request; None where its route's own behaviour does.

        Raises ApiError: the request is refused, refers to what is not there, or nothing answers it.
        """

        asked, refusal, received = inquiry.request, inquiry.refusal, inquiry.received

        def work(view: View, change: Change) -> SessionAnswer | ApiError | None:
            inquiry.request = asked
            inquiry.refusal = refusal
            if received.by is not None:
                received._unanswered()
            try:
                with bounded_searches():
                    found: SessionAnswer | ApiError | None = self._answer(inquiry, view, change)
            except ApiError as refused:
                found = refused
            if inquiry.number_key is not None:
                inquiry.number = take_number(inquiry.number_key, view, change)
            if found is not None and not isinstance(found, ApiError):
                self._note(inquiry, found, change)
            return found

        key = inquiry.number_key
        try:
            found = await self.transact(
                work,
                request=inquiry.request,
                keys=(key,) if key is not None else (),
                ids=tuple(inquiry.names),
                supply=inquiry.supply,
                is_long=len(inquiry.body) > LONG,
            )
        except BaseException:
            received._unanswered()
            raise
        inquiry.number_key = None
        if isinstance(found, ApiError):
            raise found
        return found

    async def number(self, key: bytes) -> int:
        """How often this key has been asked for before; it has been once more with this. Waits for
        no long computation: no other request has the same key.
        """

        def take(view: View, change: Change) -> int:
            return take_number(key, view, change)

        return await self._transact(take, None, (key,), (), None)

    def ending(self, outcome: Outcome) -> Ending:
        """The end of the delivery of an answer."""
        return Ending(self.commit, outcome)

    def refused(self, received: Received, error: ApiError) -> None:
        """Note an error that answers a request. A miss goes to the log as well."""
        by = MISS_CODES.get(error.code, "refused")
        if received.by is None and by != "refused" and self.logs_misses:
            log.warning("%s", error.message)
        received.answered(by, text=mask_text(error.message))

    def identify(
        self,
        spelled: bytes,
        view: View,
        change: Change,
        *,
        created_at: int = EPOCH,
        partition: str | None = None,
        stored: bool = True,
    ) -> Identity:
        """The identity of a reply to a request in one spelling, which has been asked for once more
        with this.
        """
        return identify(
            seed=self.seed,
            request=spelled,
            occurrence=take_number(digest(spelled), view, change),
            created_at=created_at,
            partition=partition,
            stored=stored,
        )

    # Answering, without waiting.

    def _answer(self, inquiry: Inquiry, view: View, change: Change) -> SessionAnswer | None:
        asked = inquiry.request
        resolved = self._resolve(inquiry, view)
        found, differences = self.sources.find(inquiry, view)
        if isinstance(found, UpstreamAnswer):
            return found
        if isinstance(found, RecordedAnswer):
            change.used = found.played.used
            change.renamed = found.played.renamed
            return found
        if isinstance(found, StepAnswer) and found.step.when.route is not None:
            return self._answer_route(found, inquiry, view, change)
        if resolved is None or asked is None:
            if self._refuses_unrecorded(inquiry):
                raise self._miss(inquiry, differences, view)
            if inquiry.refusal is not None:
                raise inquiry.refusal
            return None
        prompt = resolved.prompt(inquiry.dialect, self.tokenizer, self._forms)
        self._remembered.keep(inquiry.dialect, resolved)
        if resolved.context.conversation is not None:
            resolved.context.conversation.check_free()
        identity = self._identity(resolved, view, change)
        if found is None:
            raise self._miss(inquiry, differences, view)
        fake = Fake(self.locale, self.seed, resolved.request)
        step = use_step(found, resolved.request, view, change, fake)
        self.judge.check(found, step, resolved.request, logs=self.logs_misses)
        answer: Answer | None = None
        error: ApiError | None = None
        if step.error is not None:
            model = resolved.request.model
            error = step.error.api_error(model=model, request_id=request_id(identity))
        elif step.reply is not None or step.generated:
            answer = self._composer.answer(
                found, step, resolved, prompt, identity, inquiry.dialect, view, change
            )
        http = http_reply(step, inquiry.received)
        outcome = Outcome(answer, error, step.stream, identity, found.by, step.source, http=http)
        if answer is None:
            return outcome
        outcome.faker = faker_version((found.step, step), self.locale)
        transport = inquiry.arrival.transport
        announced = bool(self.webhooks.endpoints)
        return keep(outcome, resolved.context, change, transport, view.now, is_announced=announced)

    def _answer_route(
        self, found: StepAnswer, inquiry: Inquiry, view: View, change: Change
    ) -> Outcome:
        """What a step for any route answers."""
        step = found.step
        spelled = b" ".join([inquiry.method.encode(), inquiry.target.encode(), inquiry.body])
        identity = self.identify(spelled, view, change)
        http = http_reply(step, inquiry.received)
        mark_used(found, view, change)
        error: ApiError | None = None
        if step.error is not None:
            model = inquiry.request.model if inquiry.request is not None else ""
            error = step.error.api_error(model=model, request_id=request_id(identity))
        return Outcome(None, error, step.stream, identity, found.by, step.source, http=http)

    def _resolve(self, inquiry: Inquiry, view: View) -> ResolvedRequest | None:
        """The request in its context; None where there is none, or it is refused."""
        asked = inquiry.request
        if asked is None:
            return None
        try:
            resolved = self._remembered.find(asked, inquiry.dialect) or resolve(
                asked,
                view,
                inquiry.dialect,
                self.sources.hold,
                strict_models=self.settings.strict_models,
                strict_files=self.settings.strict_files,
                creates=True,
            )
        except ApiError as refused:
            inquiry.request = None
            inquiry.refusal = refused
            return None
        inquiry.request = resolved.request
        return resolved

    def _refuses_unrecorded(self, inquiry: Inquiry) -> bool:
        """Whether what the cassette does not hold is a miss, on every route: it is only
        replayed.
        """
        if self.upstream is None or inquiry.is_probe or inquiry.is_own:
            return False
        return self.upstream.advice is not None

    def _identity(self, resolved: ResolvedRequest, view: View, change: Change) -> Identity:
        request, context = resolved.request, resolved.context
        return self.identify(
            request.canonical + (b" stream" if request.stream else b""),
            view,
            change,
            created_at=context.created_at,
            partition=context.partition,
            stored=request.store,
        )

    def _miss(self, inquiry: Inquiry, found: Differences, view: View) -> ApiError:
        used = self.sources.spent_fit(inquiry, view) if inquiry.request is not None else None
        return miss(
            inquiry,
            found,
            used=used,
            no_script="" if self.sources.is_written else self.no_script_advice,
            advice=self.upstream.advice if self.upstream is not None else None,
        )

    def _note(self, inquiry: Inquiry, found: SessionAnswer, change: Change) -> None:
        """Tell the journal what answers, and the change where that is all there is to tell."""
        received = inquiry.received
        if inquiry.request is not None:
            received.request = inquiry.request
        match found:
            case Outcome():
                found.tell(received, change, inquiry.arrival.transport)
            case RecordedAnswer():
                received.answered("recorded", found.interaction.source)
                received.played = found.interaction
            case UpstreamAnswer():
                assert self.upstream is not None
                received.answered("upstream", self.upstream.recorder.upstream.origin)
