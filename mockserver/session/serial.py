"""What a state stores as plain JSON values, for states outside this process.

Each pair of functions is an identity: what is read answers whatever is asked of it as what was
written does. An answer is written as its finished Response, with what its events depend on.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from mockserver.api import CreateRequest, Json, dialect
from mockserver.compose import Answer, Identity, Prefix, copied_answer
from mockserver.neighbours import Container, Kept, StoredFile, Upload, VectorStore
from mockserver.script.delivery import Pace
from mockserver.session.background import BackgroundRun, Timeline
from mockserver.session.conversations import StoredConversation
from mockserver.session.state import StoredResponse


def response_to_json(stored: StoredResponse) -> Json:
    """A stored response, with how far it is in the background."""
    return {
        "answer": _answer_to_json(stored.answer),
        "run": None if stored.run is None else _run_to_json(stored.run),
    }


def response_from_json(value: Json) -> StoredResponse:
    """The stored response that was written so."""
    answer = _answer_from_json(value["answer"])
    run = value["run"]
    return StoredResponse(answer, None if run is None else _run_from_json(answer, run))


def conversation_to_json(conversation: StoredConversation) -> Json:
    """A conversation with its items."""
    value = asdict(conversation)
    del value["_history"]
    return value


def conversation_from_json(value: Json) -> StoredConversation:
    """The conversation that was written so."""
    return StoredConversation(**value)


def prefix_to_json(prefix: Prefix) -> Json:
    """A prompt of the cache."""
    return {"blocks": [*prefix.blocks], "digests": [each.hex() for each in prefix.digests]}


def prefix_from_json(value: Json) -> Prefix:
    """The prompt of the cache that was written so."""
    return Prefix(tuple(value["blocks"]), tuple(map(bytes.fromhex, value["digests"])))


def thing_to_json(thing: Kept) -> Json:
    """A file, an upload, a vector store or a container."""
    kind = type(thing)
    return {"kind": kind.__name__, "thing": TypeAdapter(kind).dump_python(thing, mode="json")}


def thing_from_json(value: Json) -> Kept:
    """The thing that was written so."""
    thing: Kept = TypeAdapter(_THINGS[value["kind"]]).validate_python(value["thing"])
    return thing


_THINGS: Mapping[str, Any] = {
    kind.__name__: kind for kind in (StoredFile, Upload, VectorStore, Container)
}


def _answer_to_json(answer: Answer) -> Json:
    request, identity = answer.request, answer.identity
    return {
        "response": answer.response,
        "request": request.body,
        "history": [*request.history],
        "input": request.input_items,
        "identity": {
            "key": identity.key.hex(),
            "created_at": identity.created_at,
            "partition": identity.partition,
            "stored": identity.stored,
        },
        "dialect": answer.dialect.name,
        "injected": answer.injected,
    }


def _answer_from_json(value: Json) -> Answer:
    request = CreateRequest(value["request"]).in_context(value["history"], value["input"])
    identity = Identity(**{**value["identity"], "key": bytes.fromhex(value["identity"]["key"])})
    answer = copied_answer(value["response"], request, identity, dialect(value["dialect"]))
    answer.injected += value["injected"]
    return answer


def _run_to_json(run: BackgroundRun) -> Json:
    return {
        "pace": asdict(run.timeline.pace),
        "started": run.started,
        "polls": run.polls,
        "cancelled_at": run.cancelled_at,
    }


def _run_from_json(answer: Answer, value: Json) -> BackgroundRun:
    timeline = Timeline(answer, Pace(**value["pace"]))
    return BackgroundRun(timeline, value["started"], value["polls"], value["cancelled_at"])
