"""Example mode: clients that call every route with made-up ids and empty bodies are answered, not
refused.

SDKs' generated tests and other clients driven by the API's description do that. Its rules are
lenient: what a body lacks, or has too much of, is forgiven. An id that the server never issued is
answered with an example, which is made for this one request; what the server did issue behaves as
ever. Such answers carry the header `x-mockserver-example: 1`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mockserver.api import DEFAULT_MODEL, ApiError, CreateRequest, Json, Leniency, lenient, parse
from mockserver.compose import EPOCH, Answer, Identity, identify
from mockserver.http.call import Call
from mockserver.http.example_things import example_thing, is_about_things
from mockserver.neighbours import Kept
from mockserver.script import Pace
from mockserver.script.loader import StoredPrompt
from mockserver.session.background import BackgroundRun, Timeline
from mockserver.session.conversations import StoredConversation
from mockserver.session.state import StoredResponse, View

__all__ = ["HEADER", "exampled"]

Answering: TypeAlias = Callable[[Call, Request, Any], Awaitable[Response]]

HEADER = "x-mockserver-example"
_QUESTION = "Hello"


def exampled(answer: Answering) -> Answering:
    """The same way to answer a call, with lenient rules and with examples of what is not there."""

    async def answer_or_example(call: Call, request: Request, route: Any) -> Response:
        leniency = Leniency()
        call.rules = lenient(call.dialect, leniency)
        names = _Names(request.path_params, _json_object(call.body or b""))
        example_maker = _ExampleMaker(call, names, request)
        examples = await call.transact(example_maker.make, None, *names.ids)
        call.supply = examples
        if examples.is_named_in_path:
            # What the query asks of an example is forgotten, but for `stream`.
            is_stream = request.query_params.get("stream") == "true"
            request = Request(
                {**request.scope, "query_string": b"stream=true" if is_stream else b""},
                request.receive,
            )
        try:
            reply = await answer(call, request, route)
        except ApiError as error:
            if error.kind != "model_unknown" or call.method != "DELETE":
                raise
            deleted = {"id": names.path["model"], "object": "model", "deleted": True}
            return _Marked(call.reply(deleted))
        if not (leniency.was_needed or examples):
            return reply
        return _Marked(_described(call, request, reply))

    return answer_or_example


@dataclass(frozen=True, slots=True)
class _Names:
    """What a request names by ids, in its path and in its body."""

    path: Mapping[str, Any]
    body: Json

    @property
    def ids(self) -> list[str]:
        """The ids of responses, conversations and items."""
        path = (self.path.get(key) for key in ("response_id", "conversation_id", "item_id"))
        body = (self.previous_response, self.conversation, *self.items)
        return [name for name in (*path, *body) if isinstance(name, str)]

    @property
    def previous_response(self) -> Any:
        return self.body.get("previous_response_id")

    @property
    def conversation(self) -> Any:
        conversation = self.body.get("conversation")
        return conversation.get("id") if isinstance(conversation, dict) else conversation

    @property
    def prompt(self) -> Any:
        prompt = self.body.get("prompt")
        return prompt.get("id") if isinstance(prompt, dict) else None

    @property
    def items(self) -> list[str]:
        listed = self.body.get("input", self.body.get("items"))
        items = listed if isinstance(listed, list) else ()
        return [item["id"] for item in items if _is_reference(item)]


@dataclass(slots=True)
class Examples:
    """Examples of what one request names and the session does not hold."""

    responses: dict[str, StoredResponse] = field(default_factory=dict)
    conversations: dict[str, StoredConversation] = field(default_factory=dict)
    items: dict[str, Json] = field(default_factory=dict)
    prompts: dict[str, StoredPrompt] = field(default_factory=dict)
    things: set[str] = field(default_factory=set)
    is_named_in_path: bool = False
    path_names: Mapping[str, str] | None = None
    """What the path names, where it is about files and the like."""

    def __bool__(self) -> bool:
        kinds = (self.responses, self.conversations, self.items, self.prompts, self.things)
        return any(kinds)

    def response(self, response_id: str) -> StoredResponse | None:
        """The example of a response."""
        return self.responses.get(response_id)

    def conversation(self, conversation_id: str) -> StoredConversation | None:
        """The example of a conversation."""
        return self.conversations.get(conversation_id)

    def item(self, item_id: str) -> Json | None:
        """The example of an item."""
        return self.items.get(item_id)

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        """The example of a stored prompt."""
        return self.prompts.get(prompt_id)

    def thing(self, kind: type[Kept], some_id: str) -> Kept | None:
        """The example of a file, an upload, a vector store or a container."""
        if self.path_names is None:
            return None
        self.things.add(some_id)
        return example_thing(kind, some_id, self.path_names)


class _ExampleMaker:
    def __init__(self, call: Call, names: _Names, request: Request) -> None:
        self._session = call.session
        self._dialect = call.dialect
        self._names = names
        self._is_stream = request.query_params.get("stream") == "true"
        self._is_about_things = is_about_things(request.url.path)
        self._asks_for_page = _asks_for_odd_page(request.query_params)
        self._runs = self._is_stream or request.url.path.endswith("/cancel")

    def make(self, view: View, _: object) -> Examples:
        """Examples of what the view does not know.

        What the path names is shown, so that there is something in it; what the body names only
        goes before, and is empty.
        """
        examples = Examples()
        names, path = self._names, self._names.path
        if self._is_about_things:
            examples.path_names = path
            examples.is_named_in_path = self._asks_for_page
            return examples
        response_id = path.get("response_id")
        if response_id is not None and view.response(response_id) is None:
            examples.responses[response_id] = self._response(response_id)
        conversation_id = path.get("conversation_id")
        if conversation_id is not None and self._is_missing(conversation_id, view):
            examples.conversations[conversation_id] = self._conversation(conversation_id)
        examples.is_named_in_path = bool(examples)

        previous = names.previous_response
        if isinstance(previous, str) and view.response(previous) is None:
            body = {"model": DEFAULT_MODEL, "input": []}
            examples.responses[previous] = StoredResponse(
                self._answer(previous, body, {"output": []})
            )
        joined = names.conversation
        if isinstance(joined, str) and view.conversation(joined) is None:
            own_id = self._identity(joined).dated_id("conv_", "conversation")
            examples.conversations[joined] = StoredConversation(own_id, EPOCH, {})
        if isinstance(names.prompt, str) and view.prompt(names.prompt) is None:
            examples.prompts[names.prompt] = StoredPrompt(names.prompt, None, {}, "example")
        for item_id in names.items:
            if view.item(item_id) is None:
                examples.items[item_id] = _message(item_id)
        return examples

    def _is_missing(self, conversation_id: str, view: View) -> bool:
        """Whether there is no such conversation, or not the item in it."""
        conversation = view.conversation(conversation_id)
        item_id = self._names.path.get("item_id")
        if conversation is None:
            return True
        return item_id is not None and item_id not in conversation.items

    def _response(self, response_id: str) -> StoredResponse:
        """A response to a greeting; one that runs where it is to be followed or cancelled."""
        # Imported once a reply is made up, since most servers make up none.
        from mockserver.compose import generated_reply

        asked: Json = {"model": DEFAULT_MODEL, "input": _QUESTION}
        reply = generated_reply(CreateRequest(asked), self._session.seed)
        body = {**asked, "background": self._runs, "stream": self._is_stream}
        answer = self._answer(response_id, body, reply)
        run = BackgroundRun(Timeline(answer, Pace()), 0.0) if self._runs else None
        return StoredResponse(answer, run)

    def _conversation(self, conversation_id: str) -> StoredConversation:
        """A conversation of one message."""
        item_id = self._names.path.get("item_id")
        if item_id is None:
            item_id = self._identity(conversation_id).dated_id("msg_", 0)
        return StoredConversation(conversation_id, EPOCH, {}, {item_id: _message(item_id)})

    def _answer(self, response_id: str, body: Json, reply: Json) -> Answer:
        return Answer(
            CreateRequest(body),
            {"id": response_id, **reply},
            self._identity(response_id),
            dialect=self._dialect,
            tokenizer=self._session.tokenizer,
        )

    def _identity(self, name: str) -> Identity:
        return identify(seed=self._session.seed, request=f"example {name}".encode(), occurrence=0)


def _asks_for_odd_page(query: Mapping[str, str]) -> bool:
    """Whether a query asks for a page that is none, or that begins at something made up."""
    return any(query.get(name) for name in ("after", "before")) or query.get("limit") == "0"


def _is_reference(item: Any) -> bool:
    """Whether an input item, which need not be valid, only names another."""
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        return False
    return item.get("type") == "item_reference" or ("type" not in item and "role" not in item)


def _message(item_id: str) -> Json:
    return {
        "id": item_id,
        "type": "message",
        "status": "completed",
        "content": [{"type": "input_text", "text": _QUESTION}],
        "role": "user",
    }


def _json_object(raw: bytes) -> Json:
    """The JSON object that a body is; an empty one where it is none."""
    try:
        value = parse(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _described(call: Call, request: Request, reply: Response) -> Response:
    """The reply in the form that the API's description gives it, where the API itself is known to
    answer otherwise.
    """
    if call.received.by != "api":
        return reply
    if request.scope["path"] == "/responses/compact":
        body = parse(bytes(reply.body))
        kept = [item for item in body["output"] if item["type"] == "compaction"]
        return call.reply({**body, "output": kept})
    item_id = request.path_params.get("item_id")
    if call.method == "DELETE" and item_id is not None:
        # The description returns the conversation, which it says is deleted.
        conversation = StoredConversation(item_id, EPOCH, {}).body()
        return call.reply({**conversation, "deleted": True})
    return reply


class _Marked(Response):
    """A reply whose header says that it is an example."""

    def __init__(self, reply: Response) -> None:
        self._reply = reply
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marking(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"]]}
                MutableHeaders(raw=message["headers"])[HEADER] = "1"
            await send(message)

        await self._reply(scope, receive, marking)
