"""A session: an isolated world with a script, stubs, cassettes, stored state, a journal and a seed of its own."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mockserver.answer.compose import Answer, compose
from mockserver.answer.identity import Identity, digest, identify, request_id
from mockserver.answer.tokens import Tokenizer, estimate
from mockserver.answer.unscripted import unscripted_reply
from mockserver.cassette.interaction import Headers
from mockserver.cassette.play import Missed, Played, Player
from mockserver.protocol.dialect import OPENAI, Dialect
from mockserver.protocol.errors import ApiError
from mockserver.protocol.pairing import check_pairing
from mockserver.protocol.request import CreateRequest
from mockserver.script.condition import Arrival
from mockserver.script.errors import ScriptError
from mockserver.script.fault import Delivery
from mockserver.script.step import Step
from mockserver.session.context import Context, referenced, resolve, with_ids
from mockserver.session.miss import miss, script_failed
from mockserver.session.run import Run
from mockserver.session.scripted import Scripted, Standing
from mockserver.session.store import Store, Stored

OnMiss: TypeAlias = Literal["fail", "generate", "echo"]
_OCCURRENCES = 100_000
"""How many different requests are remembered, to tell their repetitions apart."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a create request: an answer, an error in its place, or a fault alone, and how it travels.

    stored: the answer as it is to be stored once it has been delivered.
    """

    answer: Answer | None
    stored: Stored | None
    error: ApiError | None
    delivery: Delivery
    identity: Identity


class Session:
    """One isolated world. Sessions share nothing, so that their users cannot disturb each other.

    seed: what all made-up values derive from. on_miss: what answers a request that nothing else does.
    player: answers from recorded interactions, byte for byte. tokenizer: counts usage.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        dialect: Dialect = OPENAI,
        on_miss: OnMiss = "generate",
        tokenizer: Tokenizer | None = None,
        store_limit: int = 10_000,
        player: Player | None = None,
    ) -> None:
        self.seed, self.dialect, self.on_miss = seed, dialect, on_miss
        self.tokenizer = tokenizer or estimate()
        self.player = player
        self.scripted = Scripted()
        self.store = Store(store_limit)
        self._occurrences: OrderedDict[bytes, int] = OrderedDict()

    def answer(
        self,
        request: CreateRequest,
        arrival: Arrival,
        *,
        dialect: Dialect | None = None,
        lookup: Callable[[str], Stored | None] | None = None,
        missed: Missed | None = None,
    ) -> Outcome:
        """Answer a valid create request. Raises ApiError: what it refers to is missing, or nothing answers it.

        lookup: finds responses that may be continued; those stored, by default. missed: what the recorded
        interactions said to the request.
        """
        context = resolve(request, lookup or self.store.get)
        history = referenced(context.history, self.store.item)
        given = referenced(request.input_items, self.store.item)
        check_pairing([*history, *given])
        request = request.in_context(history, given)
        standing = self.scripted.find(request, arrival) if request.generate else None
        identity = self._identify(request, context)
        step = self._used(standing, request) if standing else self._unscripted(request, arrival, missed)
        if step.error is not None:
            error = step.error.api_error(model=request.model, request_id=request_id(identity))
            return Outcome(None, None, error, step.stream, identity)
        if step.reply is None and not step.generated:
            return Outcome(None, None, None, step.stream, identity)
        reply = step.reply or {}
        if step.generated:
            reply = {**unscripted_reply(request, self.seed), **reply}
        answer = compose(request, reply, identity, dialect=dialect or self.dialect, tokenizer=self.tokenizer)
        return Outcome(answer, Stored(answer, with_ids(request.items, identity)), None, step.stream, identity)

    def replay(self, method: str, target: str, headers: Headers, body: bytes) -> Played | Missed | None:
        """What the recorded interactions say to a request of any kind; None when there are none."""
        return self.player.find(method, target, headers, body) if self.player is not None else None

    def keep(self, outcome: Outcome) -> None:
        """Store an answer that has been delivered, unless its request said not to."""
        if outcome.stored is not None and outcome.stored.answer.request.store:
            self.store.add(outcome.stored)

    def begin(self, outcome: Outcome, now: float) -> Run:
        """Start a background response: it can be retrieved at once. now: seconds of the clock that polls will tell."""
        assert outcome.answer is not None
        assert outcome.stored is not None
        run = Run(outcome.answer, outcome.delivery, now=now)
        self.store.add(replace(outcome.stored, run=run))
        return run

    def clear(self) -> None:
        """Begin anew: no script, no state, no memory of requests."""
        self.scripted.clear()
        self.store.clear()
        self._occurrences.clear()

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
        if self.on_miss == "fail":
            raise miss(request, self.scripted.near(request, arrival), missed)
        if self.on_miss == "echo":
            return Step(reply={"output": [request.input_text]})
        return Step(generated=True)

    def occurrence(self, key: bytes) -> int:
        """How often this key has been asked for before: 0 the first time."""
        before = self._occurrences.pop(key, 0)
        self._occurrences[key] = before + 1
        if len(self._occurrences) > _OCCURRENCES:
            self._occurrences.popitem(last=False)
        return before

    def _identify(self, request: CreateRequest, context: Context) -> Identity:
        spelled = request.canonical + (b" stream" if request.stream else b"")
        return identify(
            seed=self.seed,
            request=spelled,
            occurrence=self.occurrence(digest(spelled)),
            created_at=context.created_at,
            partition=context.partition,
            stored=request.store,
        )
