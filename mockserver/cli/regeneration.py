"""What the server makes of recorded requests, given nothing but the recorded output: in this
process, without a network.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mockserver.api import PARAMETERS, Json, compact, model_facts, parse
from mockserver.cassettes import (
    Interaction,
    RecordedResponse,
    answer_value,
    conversation_turns,
    is_create,
    is_event_stream,
    payload,
    request_value,
    scrub_interaction,
    stream_events,
)
from mockserver.cli.check import recorded_at
from mockserver.http import create_app
from mockserver.script import to_step
from mockserver.session import Sessions
from mockserver.settings import Settings
from mockserver.sse import events, frames

__all__ = ["STATE", "MadeReply", "RecordedReply", "Regeneration", "recorded_replies"]

_GIVEN = ("id", "created_at", "status", "incomplete_details", "error", "moderation")
"""What no server could know of a Response, beside its output and its usage."""

_JUDGED = frozenset({400, 404, 413, 415, 422})
"""Refusals that depend on the request alone, not on keys, accounts, limits or the day."""

STATE = ("previous_response_id", "conversation")
"""Members that refer to what the recording may not hold."""

_RUNNING = ("queued", "in_progress")

_INCLUDED = {
    "code_interpreter_call.outputs": lambda item: item.get("outputs"),
    "file_search_call.results": lambda item: item.get("results"),
    "message.output_text.logprobs": lambda item: _has_logprobs(item),
    "reasoning.encrypted_content": lambda item: item.get("encrypted_content"),
    "web_search_call.action.sources": lambda item: (item.get("action") or {}).get("sources"),
}
"""How an item shows that `include` asked for what it holds."""


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """A recorded reply that can be made again.

    Attributes:
        source: where it is recorded.
        request: what was asked; made up from what the Response repeats where it was not recorded.
        status: 200, or that of a refusal.
        value: the Response, or the body of the refusal.
        events: those of a stream; None for a JSON body.
        day: when it was recorded, as `2026-05-08`.
        left_out: why it is not compared; empty where it is.
    """

    source: str
    request: Json = field(default_factory=dict)
    status: int = 200
    value: Json = field(default_factory=dict)
    events: Sequence[Json] | None = None
    day: str | None = None
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class MadeReply:
    """What the server answers in its place. stateless: whether the request had to go without the
    state that it refers to, which the recording does not hold.
    """

    status: int
    value: Json
    events: Sequence[Json] | None
    stateless: bool = False


def recorded_replies(interactions: Iterable[Interaction]) -> Iterator[RecordedReply]:
    """The replies to requests for a response, without secrets; turns of a WebSocket one by one."""
    for interaction in interactions:
        for turn in conversation_turns(scrub_interaction(interaction)):
            if turn.reply_only:
                yield from map(_recorded_reply, _streams(turn))
            elif is_create(turn.request):
                yield _recorded_reply(turn)


def _streams(reply: Interaction) -> Iterator[Interaction]:
    """A reply without its request; each stream, where a file of events holds several."""
    streams: list[list[bytes]] = []
    for frame in frames(payload(reply.response)) if is_event_stream(reply.response) else ():
        begins = any('"response.created"' in event.data[:80] for event in events(frame))
        if begins or not streams:
            streams.append([])
        streams[-1].append(frame)
    if len(streams) < 2:
        yield reply
        return
    for number, stream in enumerate(streams, 1):
        response = replace(reply.response, body=b"".join(stream))
        yield replace(reply, response=response, source=f"{reply.source} reply {number}")


def _recorded_reply(turn: Interaction) -> RecordedReply:
    def left_out(reason: str) -> RecordedReply:
        return RecordedReply(turn.source, left_out=reason)

    response = turn.response
    body, value = request_value(turn.request), answer_value(response)
    status = 200 if response.messages is not None else response.status
    if not isinstance(value, dict):
        return left_out("no JSON in the reply")
    if status >= 400 and status not in _JUDGED:
        return left_out(f"refused with {status}, which does not depend on the request")
    if turn.reply_only and status >= 400:
        return left_out("a refusal without its request")
    if status < 400 and not isinstance(value.get("output"), list):
        return left_out("the reply holds no Response")
    if response.cut or (_is_streamed(response) and not _is_whole(response)):
        return left_out("the stream was cut")
    found = list(_events(response)) if _is_streamed(response) else None
    if turn.reply_only:
        body = _request_behind(value, streamed=found is not None)
    if not isinstance(body, dict):
        return left_out("no JSON in the request")
    if response.messages is not None:
        if body.get("type") != "response.create" or body.get("generate") is False:
            return left_out("a message that asks for no output")
        body = {**body, "stream": True}
        body = {name: each for name, each in body.items() if name not in ("type", "stream_id")}
    moment = recorded_at(turn)
    day = None if moment is None else f"{moment:%Y-%m-%d}"
    return RecordedReply(turn.source, body, status, value, found, day)


def _is_streamed(response: RecordedResponse) -> bool:
    """Whether a reply came as events."""
    return response.messages is not None or is_event_stream(response)


def _events(response: RecordedResponse) -> Iterator[Json]:
    for _, value in stream_events(response):
        if isinstance(value, dict) and isinstance(value.get("type"), str):
            yield value


def _is_whole(response: RecordedResponse) -> bool:
    return any(
        isinstance(event.get("response"), dict) and event["response"].get("status") not in _RUNNING
        for event in _events(response)
    )


def _request_behind(response: Json, *, streamed: bool) -> Json:
    """A request that a Response may have answered, made up from what it repeats."""
    facts = model_facts(str(response.get("model")))
    # `json_object` is refused unless the input speaks of JSON.
    request: Json = {"model": response.get("model"), "input": "JSON", "stream": streamed}
    for name, parameter in PARAMETERS.items():
        value = response.get(name)
        if parameter.echo == "always" and value not in (None, parameter.default_for(facts)):
            request[name] = value
    for name in STATE:
        request.pop(name, None)
    reasoning, text = response.get("reasoning") or {}, response.get("text") or {}
    wanted = text.get("format") or {}
    if wanted.get("type", "text") == "text":
        wanted = {}
    request |= {
        "include": [
            name for name, shows in _INCLUDED.items() if any(map(shows, response["output"]))
        ],
        "reasoning": {k: reasoning[k] for k in ("effort", "summary") if reasoning.get(k)},
        "text": {"format": wanted, "verbosity": text.get("verbosity")},
        "tool_choice": response.get("tool_choice"),
        "tools": response.get("tools"),
    }
    if response.get("service_tier") not in (None, "auto", "default"):
        request["service_tier"] = response["service_tier"]
    return {name: value for name, value in _without_nothing(request).items() if value != []}


def _without_nothing(value: Any) -> Any:
    """The value without nulls and empty objects, except in schemas."""
    if isinstance(value, list):
        return [_without_nothing(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: each if key in ("parameters", "schema", "metadata") else _without_nothing(each)
        for key, each in value.items()
        if each is not None
    }
    return {key: each for key, each in kept.items() if each != {} or key == "parameters"}


def _has_logprobs(item: Json) -> bool:
    return any(part.get("logprobs") for part in item.get("content") or [])


class Regeneration:
    """A server that is given the output of one recorded reply after another, and asked for the
    rest. It remembers what it answered, so that conversations go on.

    with_usage: whether it counts tokens itself, rather than being given them.
    """

    def __init__(self, settings: Settings, *, with_usage: bool = False) -> None:
        self._settings = settings
        self._with_usage = with_usage
        sessions = Sessions(settings)
        self._session = sessions.default
        self._session.logs_misses = False
        self._app = create_app(sessions)
        self._answered: set[str] = set()

    async def reply(self, recorded: RecordedReply) -> MadeReply:
        """What the server answers. Raises ScriptError where it cannot send such an output."""
        request, stateless = self._request(recorded)
        # A model that is not known is refused only where the service refused something as well.
        self._session.settings = replace(self._settings, strict_models=recorded.status >= 400)
        # Of steps that always stand the newest answers, also after a request that was refused.
        step = {"reply": self.given(recorded), "times": "always"}
        self._session.script([to_step(step, recorded.source)])
        status, body = await self._post(compact(request))
        if status == 200 and "id" in recorded.value:
            self._answered.add(recorded.value["id"])
        if status == 200 and request.get("stream"):
            sent = [parse(event.data.encode()) for event in events(body)]
            last: Json = next((e["response"] for e in reversed(sent) if "response" in e), {})
            return MadeReply(status, last, sent, stateless)
        return MadeReply(status, parse(body), None, stateless)

    def given(self, recorded: RecordedReply) -> Json:
        """What the server is given of a reply: what it could not know."""
        value = recorded.value
        if recorded.status >= 400:
            return {"output": ["The request was accepted."]}
        if value.get("status") in _RUNNING:
            return {"id": value.get("id"), "output": []}
        reply = {name: value[name] for name in _GIVEN if value.get(name)}
        if not self._with_usage and "usage" in value:
            reply["usage"] = value["usage"]
        return {**reply, "output": value["output"]}

    def _request(self, recorded: RecordedReply) -> tuple[Json, bool]:
        """The request, without what refers to state that nobody knows here."""
        request = recorded.request
        previous = request.get("previous_response_id")
        is_known = previous is None or previous in self._answered
        if recorded.status >= 400 or (is_known and not request.get("conversation")):
            return request, False
        request = {name: value for name, value in request.items() if name not in STATE}
        items = request.get("input")
        if isinstance(items, list):
            calls = {
                item.get("call_id") for item in items if str(item.get("type")).endswith("_call")
            }
            request["input"] = [
                item for item in items if not item.get("call_id") or item["call_id"] in calls
            ] or "x"
        return request, True

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        """Ask the application, as a server would; its status and its body."""
        sent: list[Any] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/responses",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }

        asked = iter([{"type": "http.request", "body": body}])

        async def receive() -> Json:
            return next(asked, None) or await asyncio.Future[Json]()  # The client stays.

        async def send(message: Any) -> None:
            sent.append(message)

        with suppress(Exception):  # It is raised again once it has been answered with a 500.
            await self._app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
