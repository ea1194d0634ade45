"""A session: an isolated world with a script, stubs, cassettes, stored state, a journal and a seed
of its own.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from mockserver.api.dialects import OPENAI, Dialect
from mockserver.api.errors import ApiError
from mockserver.api.json import Json
from mockserver.api.pairing import check_pairing
from mockserver.api.requests import CreateRequest
from mockserver.cassettes import HeaderFields, Missed, Played, Player
from mockserver.compose import (
    EPOCH,
    Answer,
    Identity,
    PromptCache,
    Tokenizer,
    check_trigger,
    compose,
    digest,
    exact,
    fit_prompt,
    identify,
    moderation_results,
    request_id,
)
from mockserver.errors import ScriptError
from mockserver.script.conditions import Arrival
from mockserver.script.delivery import Delivery
from mockserver.script.loader import StoredPrompt
from mockserver.script.steps import Step
from mockserver.session.background import BackgroundRun
from mockserver.session.caching import cache_fields, cached_tokens
from mockserver.session.context import Context, referenced, resolve
from mockserver.session.conversations import Claim, Conversations
from mockserver.session.journal import MISS_CODES, Journal, Received
from mockserver.session.memory import Memory, Placed
from mockserver.session.prompts import with_prompt
from mockserver.session.reports import NO_SCRIPT_ADVICE, miss, script_failed
from mockserver.session.scripted import Scripted, Standing
from mockserver.session.store import Store, Stored

log = logging.getLogger("mockserver")

OnMiss: TypeAlias = Literal["fail", "generate", "echo"]
ON_MISS: tuple[OnMiss, ...] = get_args(OnMiss)
_OCCURRENCES = 100_000
"""How many different requests are remembered, to tell their repetitions apart."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a create request: an answer, an error in its place, or a fault alone, and how
    it travels.

    claim: the lock on its conversation; whoever delivers the answer holds the outcome until its
    end, and by that the claim.
    """

    answer: Answer | None
    error: ApiError | None
    delivery: Delivery
    identity: Identity
    claim: Claim | None = None


class Session:
    """One isolated world. Sessions share nothing, so that their users cannot disturb each other.

    seed: what all made-up values derive from. on_miss: what answers a request that nothing else
    does; None means `fail` once anything is scripted or recorded, and `generate` before that.
    player: answers from recorded interactions, byte for byte. tokenizer: counts usage. prompts:
    stored prompts by id.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        dialect: Dialect = OPENAI,
        on_miss: OnMiss | None = "generate",
        tokenizer: Tokenizer | None = None,
        store_limit: int = 10_000,
        player: Player | None = None,
        prompts: Mapping[str, StoredPrompt] | None = None,
    ) -> None:
        self.seed, self.dialect, self.on_miss = seed, dialect, on_miss
        self.tokenizer = tokenizer or exact()
        self.player = player
        self.scripted = Scripted()
        self.journal = Journal()
        self.logs_misses = True
        """Whether misses go to the log; whoever shows them elsewhere turns this off."""
        self.nothing = NO_SCRIPT_ADVICE
        """What a miss says where nothing was ever scripted."""
        self.store = Store(store_limit)
        self.prompts = dict(prompts or {})
        self.conversations = Conversations(self.identify, store_limit)
        self._cache = PromptCache()
        self._memory = Memory()
        self._occurrences: OrderedDict[bytes, int] = OrderedDict()

    def answer(
        self,
        request: CreateRequest,
        arrival: Arrival,
        *,
        dialect: Dialect | None = None,
        lookup: Callable[[str], Stored | None] | None = None,
        replay: Callable[[], Played | Missed | None] = lambda: None,
        received: Received | None = None,
        strict_models: bool = False,
    ) -> Outcome | Played:
        """Answer a valid create request: from the script, the stubs, the recorded interactions, or
        by generating.

        lookup: finds responses that may be continued; those stored, by default. replay: asks the
        recorded interactions. received: where the journal notes what answers. strict_models: refuse
        unknown models of stored prompts. Raises ApiError: what the request refers to is missing, or
        nothing answers it.
        """
        missed: Missed | None = None
        if self.player is not None and self.scripted.find(request, arrival) is None:
            found = replay()
            if isinstance(found, Played):
                return found
            missed = found
        rules = dialect or self.dialect
        received = received or Received()
        placed = self._memory.find(request, rules) or self._placed(
            request, rules, lookup, strict_models
        )
        request = received.request = placed.request
        conversation = placed.context.conversation
        if conversation is not None:
            conversation.check_free()
        standing = self.scripted.find(request, arrival) if request.generate else None
        identity = self._identify(request, placed.context)
        step = (
            self._used(standing, request)
            if standing
            else self._unscripted(request, arrival, missed)
        )
        received.answered(
            standing.kind if standing else "echo" if self.missing == "echo" else "generated",
            step.source,
        )
        if step.error is not None:
            error = step.error.api_error(model=request.model, request_id=request_id(identity))
            return Outcome(None, error, step.stream, identity)
        if step.reply is None and not step.generated:
            return Outcome(None, None, step.stream, identity)
        answer = self._composed(placed, step, standing, identity, rules)
        received.answer = answer
        claim = conversation.claim() if conversation is not None else None
        return Outcome(answer, None, step.stream, identity, claim)

    def _placed(
        self,
        asked: CreateRequest,
        rules: Dialect,
        lookup: Callable[[str], Stored | None] | None,
        strict_models: bool,
    ) -> Placed:
        """A request in its context, with its stored prompt, if all that can be wrong with it is
        right.
        """
        filled = with_prompt(asked, self.prompts, rules, strict_models=strict_models)
        request, context = self.place(filled, lookup)
        check_trigger(request.input_items)
        check_pairing(request.items, start=len(request.history), dialect=rules)
        placed = Placed(request, context, fit_prompt(request, self.tokenizer))
        self._memory.keep(asked, rules, placed)
        return placed

    def _composed(
        self,
        placed: Placed,
        step: Step,
        standing: Standing | None,
        identity: Identity,
        rules: Dialect,
    ) -> Answer:
        """The answer that a step gives to a request. standing: what the step comes from; None for a
        made-up one.
        """
        request, prompt = placed.request, placed.prompt
        known = placed.composition(standing, step)
        if known is not None:
            return Answer(known, request, identity, rules)
        reply = {"moderation": moderation_results(request), **(step.reply or {})}
        reply = {**cache_fields(request, prompt, self.store.get, self.tokenizer), **reply}
        if step.generated:
            from mockserver.compose import generated_reply

            reply = {**generated_reply(request, self.seed), **reply}
        answer = compose(
            request,
            reply,
            identity,
            dialect=rules,
            tokenizer=self.tokenizer,
            prompt_tokens=prompt.tokens,
            cached_tokens=cached_tokens(self._cache, request, prompt, self.tokenizer),
        )
        placed.keep(standing, step, answer.composition)
        return answer

    def place(
        self, request: CreateRequest, lookup: Callable[[str], Stored | None] | None = None
    ) -> tuple[CreateRequest, Context]:
        """A request in its context, references resolved. Raises ApiError when it refers to what is
        not there.
        """
        context = resolve(request, lookup or self.store.get, self.conversations.find)
        history = referenced(context.history, self.item)
        return request.in_context(history, referenced(request.input_items, self.item)), context

    def item(self, item_id: str) -> Json | None:
        """An item of a stored response or of a conversation."""
        return self.store.item(item_id) or self.conversations.item(item_id)

    def replay(
        self, method: str, target: str, headers: HeaderFields, body: bytes
    ) -> Played | Missed | None:
        """What the recorded interactions say to a request of any kind; None when there are none."""
        return self.player.find(method, target, headers, body) if self.player is not None else None

    def keep(self, outcome: Outcome) -> None:
        """Store an answer that has been delivered, unless its request said not to."""
        answer = outcome.answer
        if answer is None:
            return
        stored = Stored(answer)
        if answer.request.store:
            self.store.add(stored)
        if outcome.claim is not None:
            outcome.claim.end(answer.response, stored.items)

    def begin(self, outcome: Outcome, now: float) -> BackgroundRun:
        """Start a background response: it can be retrieved at once. now: seconds of the clock that
        polls will tell.
        """
        assert outcome.answer is not None
        run = BackgroundRun(outcome.answer, outcome.delivery, now=now)
        self.store.add(Stored(outcome.answer, run))
        return run

    def refused(self, received: Received, error: ApiError) -> None:
        """Note an error that answers a request. A miss goes to the log as well."""
        by = MISS_CODES.get(error.code, "refused")
        if received.by is None and by != "refused" and self.logs_misses:
            log.warning("%s", error.message)
        received.answered(by, text=error.message)

    def _used(self, standing: Standing, request: CreateRequest) -> Step:
        try:
            step = standing.step.resolve(request)
        except ScriptError as error:
            raise script_failed(error) from error
        self.scripted.use(standing)
        return step

    def _unscripted(self, request: CreateRequest, arrival: Arrival, missed: Missed | None) -> Step:
        if not request.generate:
            return Step(reply={"output": []})
        if self.missing == "fail":
            near, used = (
                self.scripted.near(request, arrival),
                self.scripted.fitting(request, arrival),
            )
            raise miss(request, near, missed, used, "" if self.scripted.written else self.nothing)
        if self.missing == "echo":
            return Step(reply={"output": [request.input_text]})
        return Step(generated=True)

    @property
    def missing(self) -> OnMiss:
        """What happens to a request that nothing answers, as things stand."""
        return self.on_miss or (
            "fail" if self.player is not None or self.scripted.written else "generate"
        )

    def occurrence(self, key: bytes) -> int:
        """How often this key has been asked for before: 0 the first time."""
        before = self._occurrences.pop(key, 0)
        self._occurrences[key] = before + 1
        if len(self._occurrences) > _OCCURRENCES:
            self._occurrences.popitem(last=False)
        return before

    def identify(
        self,
        spelled: bytes,
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
            occurrence=self.occurrence(digest(spelled)),
            created_at=created_at,
            partition=partition,
            stored=stored,
        )

    def _identify(self, request: CreateRequest, context: Context) -> Identity:
        spelled = request.canonical + (b" stream" if request.stream else b"")
        return self.identify(
            spelled,
            created_at=context.created_at,
            partition=context.partition,
            stored=request.store,
        )
