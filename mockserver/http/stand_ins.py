"""What stands in, for the time of one request, for what a client names and the server never
issued.
"""

from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from mockserver.api.dialects import Dialect
from mockserver.api.json import Json
from mockserver.api.models import DEFAULT_MODEL
from mockserver.api.requests import CreateRequest
from mockserver.compose import EPOCH, Answer, Identity, compose, identify
from mockserver.script.delivery import Delivery
from mockserver.script.loader import StoredPrompt
from mockserver.session.background import BackgroundRun, Timeline
from mockserver.session.conversations import Conversation
from mockserver.session.session import Session
from mockserver.session.state import StoredResponse

__all__ = ["StandIns"]

_QUESTION = "Hello"


class StandIns:
    """The stand-ins of one request; the session asks them before its own state."""

    def __init__(self, session: Session, dialect: Dialect) -> None:
        self._session = session
        self._dialect = dialect
        self._view = session.view
        self._responses: dict[str, StoredResponse] = {}
        self._conversations: dict[str, Conversation] = {}
        self._prompts: dict[str, StoredPrompt] = {}

    @property
    def used(self) -> bool:
        """Whether there are any."""
        return bool(self._responses or self._conversations or self._prompts)

    def response(self, response_id: str) -> StoredResponse | None:
        """The response that stands in under this id."""
        return self._responses.get(response_id)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation that stands in under this id."""
        return self._conversations.get(conversation_id)

    def prompt(self, prompt_id: str) -> StoredPrompt | None:
        """The stored prompt that stands in under this id."""
        return self._prompts.get(prompt_id)

    def item(self, item_id: str) -> Json | None:
        """An item of what stands in."""
        for conversation in self._conversations.values():
            if item_id in conversation.items:
                return conversation.items[item_id]
        return None

    def place(self, request: Request) -> None:
        """Place examples of what the path of a request names, where nothing of that id is there.

        What the query asks of them is forgotten, but for `stream`.
        """
        names = request.path_params
        response_id, conversation_id = names.get("response_id"), names.get("conversation_id")
        if response_id is not None and self._view.response(response_id) is None:
            self._place_example(response_id, request)
        elif conversation_id is not None:
            real = self._view.conversation(conversation_id)
            item_id = names.get("item_id")
            if real is not None and (item_id is None or item_id in real.items):
                return
            self._conversations[conversation_id] = _conversation(
                conversation_id, item_id, self._session.seed
            )
        else:
            return
        request.scope["query_string"] = b"stream=true" if _streams(request) else b""
        request.__dict__.pop("_query_params", None)

    def place_response(self, response_id: Any) -> bool:
        """Place a response that says nothing after nothing; False when there can be none of that
        id.
        """
        if not isinstance(response_id, str) or self._view.response(response_id) is not None:
            return False
        if response_id in self._responses:
            return False
        empty = self._answer(response_id, {"model": DEFAULT_MODEL, "input": []}, {"output": []})
        self._responses[response_id] = StoredResponse(empty)
        return True

    def place_conversation(self, conversation_id: Any) -> bool:
        """Place an empty conversation; False when there can be none of that id."""
        if not isinstance(conversation_id, str) or conversation_id in self._conversations:
            return False
        if self._view.conversation(conversation_id) is not None:
            return False
        identity = _identity(conversation_id, self._session.seed)
        own_id = identity.dated_id("conv_", "conversation")
        self._conversations[conversation_id] = Conversation(own_id, EPOCH, {})
        return True

    def place_prompt(self, prompt_id: Any) -> bool:
        """Place a prompt that prescribes nothing, in place of one that is there in another
        version.
        """
        if prompt_id in self._prompts:
            return False
        self._prompts[prompt_id] = StoredPrompt(prompt_id, None, {}, "example")
        return True

    def _place_example(self, response_id: str, request: Request) -> None:
        from mockserver.compose import generated_reply

        streams, cancels = _streams(request), request.url.path.endswith("/cancel")
        body = {
            "model": DEFAULT_MODEL,
            "input": _QUESTION,
            "background": streams or cancels,
            "stream": streams,
        }
        reply = generated_reply(
            CreateRequest({"model": DEFAULT_MODEL, "input": _QUESTION}), self._session.seed
        )
        answer = self._answer(response_id, body, reply)
        run: BackgroundRun | None = None
        if streams or cancels:
            run = BackgroundRun(Timeline(answer, Delivery()), self._view.now)
        self._responses[response_id] = StoredResponse(answer, run)

    def _answer(self, response_id: str, body: Json, reply: Json) -> Answer:
        return compose(
            CreateRequest(body),
            {"id": response_id, **reply},
            _identity(response_id, self._session.seed),
            dialect=self._dialect,
            tokenizer=self._session.tokenizer,
        )


def _identity(name: str, seed: int) -> Identity:
    return identify(seed=seed, request=f"example {name}".encode(), occurrence=0)


def _conversation(conversation_id: str, item_id: str | None, seed: int) -> Conversation:
    """A conversation of one message."""
    conversation = Conversation(conversation_id, EPOCH, {})
    message_id = item_id or _identity(conversation_id, seed).dated_id("msg_", 0)
    content = [{"type": "input_text", "text": _QUESTION}]
    item = {
        "id": message_id,
        "type": "message",
        "status": "completed",
        "content": content,
        "role": "user",
    }
    conversation.items[message_id] = item
    return conversation


def _streams(request: Request) -> bool:
    return QueryParams(request.scope["query_string"].decode("latin-1")).get("stream") == "true"
