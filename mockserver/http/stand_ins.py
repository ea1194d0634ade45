"""What stands in, for the time of one request, for what a client names and the server never
issued.
"""

import asyncio
from collections.abc import Callable
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
from mockserver.session.background import BackgroundRun
from mockserver.session.conversations import Conversation
from mockserver.session.session import Session
from mockserver.session.store import Stored

__all__ = ["StandIns"]

_QUESTION = "Hello"


class StandIns:
    """The stand-ins of one request. Whoever places one removes it before anything else is
    served.
    """

    def __init__(self, session: Session, dialect: Dialect) -> None:
        self._session, self._dialect = session, dialect
        self._undo: list[Callable[[], Any]] = []

    @property
    def used(self) -> bool:
        """Whether there are any."""
        return bool(self._undo)

    def remove(self) -> None:
        """Take all of them away."""
        while self._undo:
            self._undo.pop()()

    def place(self, request: Request) -> None:
        """Place examples of what the path of a request names, where nothing of that id is there.

        What the query asks of them is forgotten, but for `stream`.
        """
        names, session = request.path_params, self._session
        response_id, conversation_id = names.get("response_id"), names.get("conversation_id")
        if response_id is not None and session.store.get(response_id) is None:
            self._place_example(response_id, request)
        elif conversation_id is not None:
            real = session.conversations.get(conversation_id)
            item_id = names.get("item_id")
            if real is not None and (item_id is None or real.item(item_id) is not None):
                return
            self._place_conversation(
                conversation_id, _conversation(conversation_id, item_id, session.seed)
            )
        else:
            return
        request.scope["query_string"] = b"stream=true" if _streams(request) else b""
        request.__dict__.pop("_query_params", None)

    def place_response(self, response_id: Any) -> bool:
        """Place a response that says nothing after nothing; False when there can be none of that
        id.
        """
        if not isinstance(response_id, str) or self._session.store.get(response_id) is not None:
            return False
        self._place_stored(
            Stored(self._answer(response_id, {"model": DEFAULT_MODEL, "input": []}, {"output": []}))
        )
        return True

    def place_conversation(self, conversation_id: Any) -> bool:
        """Place an empty conversation; False when there can be none of that id."""
        conversations = self._session.conversations
        if not isinstance(conversation_id, str) or conversations.get(conversation_id) is not None:
            return False
        identity = _identity(conversation_id, self._session.seed)
        conversation = Conversation(identity.dated_id("conv_", "conversation"), EPOCH, {})
        self._place_conversation(conversation_id, conversation)
        return True

    def place_prompt(self, prompt_id: Any) -> bool:
        """Place a prompt that prescribes nothing; one that is there in another version makes room
        for it.
        """
        prompts = self._session.prompts
        before = prompts.get(prompt_id)
        prompts[prompt_id] = StoredPrompt(prompt_id, None, {}, "example")
        self._undo.append(
            lambda: (
                prompts.pop(prompt_id) if before is None else prompts.update({prompt_id: before})
            )
        )
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
        run = (
            BackgroundRun(answer, Delivery(), now=asyncio.get_running_loop().time())
            if streams or cancels
            else None
        )
        self._place_stored(Stored(answer, run=run))

    def _answer(self, response_id: str, body: Json, reply: Json) -> Answer:
        return compose(
            CreateRequest(body),
            {"id": response_id, **reply},
            _identity(response_id, self._session.seed),
            dialect=self._dialect,
            tokenizer=self._session.tokenizer,
        )

    def _place_stored(self, stored: Stored) -> None:
        store, response_id = self._session.store, stored.answer.response["id"]
        store.add(stored)
        self._undo.append(lambda: store.remove(response_id))

    def _place_conversation(self, conversation_id: str, conversation: Conversation) -> None:
        conversations = self._session.conversations
        before = conversations.put(conversation_id, conversation)
        self._undo.append(lambda: conversations.put(conversation_id, before))


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
    conversation.add([item])
    return conversation


def _streams(request: Request) -> bool:
    return QueryParams(request.scope["query_string"].decode("latin-1")).get("stream") == "true"
