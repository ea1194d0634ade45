"""A request that a session received, as a test asks about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from mockserver.api.json import Json, parse
from mockserver.api.requests import CreateRequest, input_text
from mockserver.cassettes import Interaction
from mockserver.compose import Answer
from mockserver.names import NearestName
from mockserver.script.conditions import Arrival, Transport, tool_name
from mockserver.script.delivery import PLAIN, Delivery
from mockserver.session.masked import SentHeaders, mask_json, mask_text
from mockserver.wording import show_value

By: TypeAlias = Literal[
    "step",
    "interaction",
    "stub",
    "recorded",
    "upstream",
    "generated",
    "echo",
    "api",
    "refused",
    "miss",
    "script_error",
    "chaos",
]
"""What answered: a step of the script, an interaction of a scripted cassette, a stub, a recorded
interaction, the upstream, a made-up reply, the request's own text, the API itself (stored
responses, models …), an error of the API for a bad request, nothing at all, a step that failed (in
its function or template, or because it could not answer the request in reality), or chaos.
"""

MISS_CODES: Mapping[str | None, By] = MappingProxyType(
    {
        "mockserver_miss": "miss",
        "mockserver_script_error": "script_error",
        "mockserver_impossible_step": "script_error",
    }
)

_SHOWN = 120


class SentBody(dict[str, Any]):
    """The JSON object of a request: a dict, which the pytest plugin compares with others path by
    path.
    """


@dataclass(slots=True, eq=False)
class Received(NearestName):
    """One request, as a test asks about it.

    Attributes:
        path: without the prefix that names the session.
        headers: with keys masked; `.headers.get(name, reveal=True)` has them as they were sent.
        content: the bytes of the body.
        at: when it came, in seconds on a monotonic clock.
        number: its place in the session, from 1.
        by, source: what answered, and the `file:line` or cassette where that is written.
        status: of the reply; None while there is none, and when the connection was dropped before.
        text: what an error said.
        seconds: how long it took, once its answer has ended.
        delivery: how the answer travelled.
        played: the recorded interaction that answered.
    """

    method: str = "POST"
    path: str = "/v1/responses"
    headers: SentHeaders = field(default_factory=SentHeaders)
    content: bytes = b""
    transport: Transport = "http"
    at: float = 0.0
    number: int = 0
    by: By | None = None
    source: str = ""
    status: int | None = None
    text: str = ""
    answer: Answer | None = None
    request: CreateRequest | None = None
    seconds: float | None = None
    delivery: Delivery = PLAIN
    played: Interaction | None = None
    _kept: bool = field(default=False, init=False, repr=False)
    _counted: int = field(default=0, init=False, repr=False)

    def answered(self, by: By, source: str = "", text: str = "") -> None:
        """Note what answers; the first to say so is right."""
        if self.by is None:
            self.by, self.source, self.text = by, source, text

    def _unanswered(self) -> None:
        """Forget what answered, which never left."""
        self.by, self.source, self.text, self.status = None, "", "", None
        self.answer, self.played, self.delivery = None, None, PLAIN
        self.seconds = None

    @property
    def size(self) -> int:
        """How many bytes it takes, about: the body is there as it came, as it was read, and in its
        canonical spelling.
        """
        size = 3 * len(self.content) + self.headers.size
        return size if self.answer is None else size + self.answer.size

    @property
    def response_id(self) -> str | None:
        """The id of the Response that answered."""
        return None if self.answer is None else self.answer.id

    @property
    def usage(self) -> Json | None:
        """The tokens of the Response that answered."""
        return None if self.answer is None else self.answer.response["usage"]

    @property
    def body(self) -> Any:
        """The body as it was sent, as a JSON value; None when it is none."""
        try:
            value = parse(self.content) if self.content else None
        except ValueError:
            return None
        return SentBody(value) if isinstance(value, dict) else value

    @property
    def json(self) -> Any:
        """The same as `body`."""
        return self.body

    @property
    def arrival(self) -> Arrival:
        """How it came, for conditions."""
        return Arrival(self.headers.fields, self.transport)

    @property
    def model(self) -> str:
        """The model asked for."""
        return self._asked.model

    @property
    def input_text(self) -> str:
        """The text of the last user message; "" when there is none."""
        return self._asked.input_text

    @property
    def input_items(self) -> list[Json]:
        """The input as items; a string is one user message."""
        return self._asked.input_items

    @property
    def instructions(self) -> str | None:
        """The system prompt, if one was given so."""
        return self._asked.instructions

    @property
    def tools(self) -> list[Json]:
        """The tools offered."""
        return self._asked.tools

    @property
    def tool_names(self) -> list[str]:
        """The names of the tools offered; a hosted tool goes by its type."""
        return [tool_name(tool) for tool in self.tools]

    @property
    def tool_outputs(self) -> dict[str, str]:
        """Tool name to output text, of the outputs since the last user message."""
        return self._asked.tool_outputs

    @property
    def previous_response_id(self) -> str | None:
        """The response that the request continues."""
        return self._asked.previous_response_id

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata given."""
        return self._asked.metadata

    @property
    def text_format(self) -> Json:
        """`text.format`: what the output must look like."""
        return self._asked.text_format

    @property
    def stream(self) -> bool:
        """Whether the answer was to be streamed."""
        return self.transport != "http" or self._asked.stream

    @property
    def _asked(self) -> CreateRequest:
        if self.request is not None:
            return self.request
        value = self.body
        sent = value if isinstance(value, dict) else {}
        return CreateRequest({key: each for key, each in sent.items() if each is not None})

    def as_json(self) -> Json:
        """What is told of it over HTTP: no keys."""
        body = self.body
        shown = mask_json(body)
        if body is None and self.content:
            shown = mask_text(self.content.decode("utf-8", "replace"))
        return {
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "transport": self.transport,
            "headers": dict(self.headers),
            "body": shown,
            "answered": {
                "by": self.by,
                "source": self.source,
                "status": self.status,
                "error": self.text,
            },
            "response_id": self.response_id,
            "usage": self.usage,
        }

    def __str__(self) -> str:
        words = [f"{self.number}. {self.method} {self.path}"]
        words += (
            [describe_request(self.request)]
            if self.request is not None
            else _describe_body(self.body)
        )
        words += ["over a WebSocket"] if self.transport == "websocket" else []
        return mask_text(f"{', '.join(words)} → {self.outcome}")

    def __repr__(self) -> str:
        return f"<{self}>"

    @property
    def outcome(self) -> str:
        """What became of it, in a few words."""
        if self.by is None:
            return "no answer yet" if self.status is None else f"status {self.status}"
        said = {
            "miss": "nothing answered it",
            "script_error": "its step failed",
            "generated": "made-up reply",
        }
        words = said.get(self.by, self.by)
        if self.source:
            words += f" {self.source}"
        if self.status is not None and self.status >= 400:
            words += f", status {self.status}"
        if self.by == "refused" and self.text:
            reason = self.text.partition("\n")[0]
            words += f": {reason if len(reason) <= _SHOWN else f'{reason[: _SHOWN - 1]}…'}"
        return words


def _describe_body(body: Any) -> list[str]:
    """A few words about a request that need not be valid."""
    model = body.get("model") if isinstance(body, dict) else None
    text = input_text(body)
    words = [f"model {model}"] if isinstance(model, str) else []
    return words + ([f"input {show_value(text, _SHOWN)}"] if isinstance(text, str) and text else [])


def describe_request(request: CreateRequest) -> str:
    """A request in a few words: model, what the user said, tools, whether it streams."""
    words = [f"model {request.model}", f"input {show_value(request.input_text, _SHOWN)}"]
    if request.tool_output_list:
        words.append("outputs of " + ", ".join(output.name for output in request.tool_output_list))
    if request.tools:
        words.append("tools " + ", ".join(map(tool_name, request.tools)))
    if request.stream:
        words.append("streamed")
    return ", ".join(words)
