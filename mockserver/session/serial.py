"""What a state stores as plain JSON values, for states outside this process.

Each pair of functions is an identity: what is read answers whatever is asked of it as what was
written does. An answer is written as its finished Response, with what its events depend on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Protocol

from pydantic import TypeAdapter

from mockserver.api import CreateRequest, Json, dialect
from mockserver.compose import Answer, Identity, Prefix, copied_answer
from mockserver.neighbours import Container, Kept, StoredFile, Upload, VectorStore
from mockserver.script.delivery import Pace
from mockserver.session.background import BackgroundRun, Timeline
from mockserver.session.conversations import StoredConversation
from mockserver.session.state import StoredResponse


class ForgottenError(LookupError):
    """What a history was written by is not kept any more."""


class Histories(Protocol):
    """What histories are written by: the responses and conversations that they belong to."""

    def response(self, response_id: str) -> StoredResponse | None:
        """A response that is kept."""

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        """A conversation."""


def response_to_json(stored: StoredResponse, histories: Histories | None = None) -> Json:
    """A stored response, with how far it is in the background.

    histories: what need not be written item by item, since it is known where this is read.
    """
    return {
        "answer": answer_to_json(stored.answer, histories),
        "run": None if stored.run is None else run_to_json(stored.run),
    }


def response_from_json(value: Json, histories: Histories | None = None) -> StoredResponse:
    """The stored response that was written so."""
    answer = answer_from_json(value["answer"], histories)
    run = value["run"]
    return StoredResponse(answer, None if run is None else run_from_json(answer, run))


def conversation_to_json(conversation: StoredConversation) -> Json:
    """A conversation with its items."""
    value = asdict(conversation)
    del value["_history"]
    return value


def conversation_from_json(value: Json) -> StoredConversation:
    """The conversation that was written so."""
    return StoredConversation(**value)


def prefix_to_json(prefix: Prefix) -> list[str]:
    """A prompt of the cache, as far as the cache remembers it."""
    return [each.hex() for each in prefix.digests]


def prefix_from_json(value: list[str]) -> Prefix:
    """The prompt of the cache that was written so."""
    return Prefix((), tuple(map(bytes.fromhex, value)))


def thing_to_json(thing: Kept) -> Json:
    """A file, an upload, a vector store or a container."""
    kind = type(thing).__name__
    return {"kind": kind, "thing": _adapter(kind).dump_python(thing, mode="json")}


def thing_from_json(value: Json) -> Kept:
    """The thing that was written so."""
    thing: Kept = _adapter(value["kind"]).validate_python(value["thing"])
    return thing


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    """What reads and writes a kind of things; to make it takes some milliseconds."""
    return TypeAdapter(_THINGS[kind])


_THINGS: Mapping[str, Any] = {
    kind.__name__: kind for kind in (StoredFile, Upload, VectorStore, Container)
}


def answer_to_json(answer: Answer, histories: Histories | None = None) -> Json:
    """An answer. histories: as above."""
    identity = answer.identity
    return {
        "response": answer.response,
        **request_to_json(answer.request, histories),
        "identity": {
            "key": identity.key.hex(),
            "created_at": identity.created_at,
            "partition": identity.partition,
            "stored": identity.stored,
        },
        "dialect": answer.dialect.name,
        "injected": answer.injected,
    }


def answer_from_json(value: Json, histories: Histories | None = None) -> Answer:
    """The answer that was written so."""
    request = request_from_json(value, histories)
    identity = Identity(**{**value["identity"], "key": bytes.fromhex(value["identity"]["key"])})
    answer = copied_answer(value["response"], request, identity, dialect(value["dialect"]))
    answer.injected += value["injected"]
    return answer


def request_to_json(request: CreateRequest, histories: Histories | None = None) -> Json:
    """A create request in its context. histories: as above."""
    return {
        "request": request.body,
        "input": request.input_items,
        "history": _history_to_json(request, histories),
    }


def request_from_json(value: Json, histories: Histories | None = None) -> CreateRequest:
    """The create request that was written so."""
    history = value["history"]
    if isinstance(history, dict):
        history = _history_from_json(history, histories)
    return CreateRequest(value["request"]).in_context(history, value["input"])


def _history_to_json(request: CreateRequest, histories: Histories | None) -> Json | list[Json]:
    if histories is not None and request.history:
        previous = request.previous_response_id and histories.response(request.previous_response_id)
        if previous and previous.items is request.history:
            return {"response": request.previous_response_id}
        joined = request.conversation_id and histories.conversation(request.conversation_id)
        if joined and joined.history is request.history:
            return {"conversation": request.conversation_id}
    return [*request.history]


def _history_from_json(value: Json, histories: Histories | None) -> Sequence[Json]:
    assert histories is not None, "a history is written by name where names are known"
    if "response" in value:
        previous = histories.response(value["response"])
        if previous is None:
            raise ForgottenError(value["response"])
        return previous.items
    joined = histories.conversation(value["conversation"])
    if joined is None:
        raise ForgottenError(value["conversation"])
    return joined.history


def run_to_json(run: BackgroundRun) -> Json:
    """How far a response is in the background."""
    return {
        "pace": asdict(run.timeline.pace),
        "started": run.started,
        "polls": run.polls,
        "cancelled_at": run.cancelled_at,
    }


def run_from_json(answer: Answer, value: Json) -> BackgroundRun:
    """The run that was written so, which ends with this answer."""
    timeline = Timeline(answer, Pace(**value["pace"]))
    return BackgroundRun(timeline, value["started"], value["polls"], value["cancelled_at"])
