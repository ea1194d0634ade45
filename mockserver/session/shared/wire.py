"""What servers write to each other of a session, as JSON: changes, and requests as they come and
end.

Of each pair of functions one undoes the other: what is read does to a state what was written did.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, TypeVar

from mockserver.api import Json
from mockserver.cassettes import RenamedId
from mockserver.compose import Answer
from mockserver.neighbours import Container, StoredFile, Upload, VectorStore
from mockserver.script.loader import StoredPrompt, load_steps
from mockserver.session.chaos import ChaosSource
from mockserver.session.masked import SentHeaders, mask_text
from mockserver.session.received import Received
from mockserver.session.serial import (
    ForgottenError,
    Histories,
    answer_from_json,
    answer_to_json,
    conversation_from_json,
    conversation_to_json,
    prefix_from_json,
    prefix_to_json,
    request_from_json,
    request_to_json,
    response_from_json,
    response_to_json,
    run_from_json,
    run_to_json,
    thing_from_json,
    thing_to_json,
)
from mockserver.session.state import Change, StoredResponse
from mockserver.session.webhooks import Webhook
from mockserver.session.written import Addition, ChaosEdit, Removal, Replacement, ScriptEdit

T = TypeVar("T")

_PLAIN = (
    "used",
    "scenarios",
    "deleted",
    "locked",
    "released",
    "deleted_conversation",
    "appended",
    "ended_at",
    "deleted_item",
)
"""What of a change is JSON as it is."""
_PAIRS = ("used", "locked", "released", "appended", "deleted_item")
_KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind for kind in (StoredFile, Upload, VectorStore, Container)
}


def change_to_json(change: Change, histories: Histories) -> Json:
    """A change. histories: what is known to whoever reads it."""
    value: Json = {
        name: each for name in _PLAIN if (each := getattr(change, name)) not in (None, ())
    }
    if change.occurrences:
        value["occurrences"] = [[key.hex(), before] for key, before in change.occurrences]
    if change.renamed:
        value["renamed"] = [[*each] for each in change.renamed]
    if change.prompt is not None:
        value["prompt"] = prefix_to_json(change.prompt)
    if change.prompts is not None:
        value["prompts"] = {name: asdict(each) for name, each in change.prompts.items()}
    if change.stored is not None:
        value["stored"] = _stored_to_json(change.stored, histories)
    if change.conversation is not None:
        value["conversation"] = conversation_to_json(change.conversation)
    if change.shelved:
        value["shelved"] = [thing_to_json(each) for each in change.shelved]
    if change.named:
        value["named"] = [thing_to_json(each) for each in change.named]
    if change.unshelved is not None:
        kind, some_id = change.unshelved
        value["unshelved"] = [kind.__name__, some_id]
    if change.edits:
        value["edits"] = [edit_to_json(edit) for edit in change.edits]
    return value


def change_from_json(value: Json, histories: Histories) -> Change:
    """The change that was written so."""
    change = Change()
    for name in _PLAIN:
        if name in value:
            each = value[name]
            setattr(change, name, tuple(each) if name in _PAIRS else each)
    for key, before in value.get("occurrences", ()):
        change.occurrences.append((bytes.fromhex(key), before))
    change.renamed = [RenamedId(*each) for each in value.get("renamed", ())]
    change.prompt = _read(value.get("prompt"), prefix_from_json)
    change.conversation = _read(value.get("conversation"), conversation_from_json)
    if "prompts" in value:
        change.prompts = {name: StoredPrompt(**each) for name, each in value["prompts"].items()}
    if "stored" in value:
        change.stored = _stored_from_json(value["stored"], histories)
    change.shelved = [thing_from_json(each) for each in value.get("shelved", ())]
    named = [thing_from_json(each) for each in value.get("named", ())]
    change.named = [each for each in named if isinstance(each, Container)]
    if "unshelved" in value:
        kind, some_id = value["unshelved"]
        change.unshelved = _KINDS[kind], some_id
    change.edits = [edit_from_json(edit) for edit in value.get("edits", ())]
    return change


def _read(value: Any, read: Callable[[Any], T]) -> T | None:
    return None if value is None else read(value)


def _stored_to_json(stored: StoredResponse, histories: Histories) -> Json:
    """A stored response; of one that is known already, only how far it is."""
    known = histories.response(stored.answer.id)
    if known is not None and known.answer is stored.answer and stored.run is not None:
        return {"id": stored.answer.id, "run": run_to_json(stored.run)}
    return response_to_json(stored, histories)


def _stored_from_json(value: Json, histories: Histories) -> StoredResponse | None:
    if "id" not in value:
        return response_from_json(value, histories)
    known = histories.response(value["id"])
    if known is None:
        return None
    run = run_from_json(known.answer, value["run"])
    if known.run is not None and known.run.timeline.pace == run.timeline.pace:
        run = replace(run, timeline=known.run.timeline)  # It knows its times.
    return StoredResponse(known.answer, run)


def edit_to_json(edit: ScriptEdit) -> Json:
    """A change of what is scripted, with the steps as they were sent."""
    match edit:
        case Addition():
            sources = [step.source for step in edit.steps]
            sent = [*edit.sent]
            return {"add": sent, "sources": sources, "kind": edit.kind, "after": edit.after}
        case Replacement():
            source = edit.step.source
            return {
                "replace": edit.number,
                "kind": edit.kind,
                "step": edit.sent,
                "sources": [source],
            }
        case Removal():
            return {"remove": edit.number, "kind": edit.kind}
        case ChaosEdit(None):
            return {"trouble": None}
        case ChaosEdit(ChaosSource() as chaos):
            return {
                "trouble": {"probability": chaos.probability, "seed": chaos.seed},
                "step": edit.sent,
                "sources": [chaos.step.source],
            }
    raise TypeError(f"no edit of what is scripted: {edit!r}")


def edit_from_json(value: Json) -> ScriptEdit:
    """The change of what is scripted that was written so."""
    sent = value["add"] if "add" in value else [value["step"]] if "step" in value else []
    read = load_steps(sent, "script") if sent else []
    steps = [
        replace(step, source=source)
        for step, source in zip(read, value.get("sources", ()), strict=True)
    ]
    if "add" in value:
        return Addition(value["kind"], steps, sent, value["after"])
    if "replace" in value:
        return Replacement(value["kind"], value["replace"], steps[0], sent[0])
    if "remove" in value:
        return Removal(value["kind"], value["remove"])
    chaos = value["trouble"]
    return ChaosEdit(None if chaos is None else ChaosSource(steps[0], **chaos), sent)


def arrival_to_json(received: Received) -> Json:
    """A request as it has come: keys in its headers are masked."""
    return {
        "method": received.method,
        "path": received.path,
        "headers": dict(received.headers),
        "transport": received.transport,
    }


def arrival_from_json(value: Json) -> Received:
    """The request that was written so."""
    headers = SentHeaders(value["headers"])
    return Received(value["method"], value["path"], headers, transport=value["transport"])


def ending_to_json(received: Received, histories: Histories, *, is_kept: bool = False) -> Json:
    """What became of a request, once that is known. is_kept: whether its answer is kept by then."""
    answer = received.answer
    value: Json = {
        "content": received.content.decode("latin-1"),
        "by": received.by,
        "source": received.source,
        "status": received.status,
        "text": received.text,
        "transport": received.transport,
        "seconds": received.seconds,
    }
    if answer is not None:
        is_kept = is_kept or histories.response(answer.id) is not None
        value["answer"] = answer.id if is_kept else answer_to_json(answer, histories)
    elif received.request is not None:
        value["request"] = request_to_json(received.request, histories)
    return value


def end_by_json(received: Received, value: Json, histories: Histories) -> None:
    """Note what became of a request."""
    received.content = value["content"].encode("latin-1")
    for name in ("by", "source", "status", "text", "transport", "seconds"):
        setattr(received, name, value[name])
    received.answer = _answer_of(value.get("answer"), histories)
    if received.answer is not None:
        received.request = received.answer.request
    elif "request" in value:
        with suppress(ForgottenError):
            received.request = request_from_json(value["request"], histories)


def webhook_to_json(webhook: Webhook) -> Json:
    """A webhook, once it is known what became of it."""
    attempts = [mask_text(each) for each in webhook.attempts]
    url = mask_text(webhook.url)
    return {**asdict(webhook), "url": url, "attempts": attempts, "body": webhook.body.decode()}


def webhook_from_json(value: Json) -> Webhook:
    """The webhook that was written so."""
    return Webhook(**{**value, "body": value["body"].encode()})


def _answer_of(value: Any, histories: Histories) -> Answer | None:
    if isinstance(value, str):
        stored = histories.response(value)
        return None if stored is None else stored.answer
    try:
        return None if value is None else answer_from_json(value, histories)
    except ForgottenError:
        return None
