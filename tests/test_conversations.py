"""Conversations: their routes, their items, and the responses that read from them and append to
them.
"""

import re
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from conftest import Serve, Served
from mockserver.api import Json, conformance_errors

MODEL = "gpt-4o-mini"
FAILED: Json = {"reply": {"status": "failed", "output": []}}


def api(served: Served) -> OpenAI:
    return OpenAI(base_url=served.url, api_key="any", max_retries=0)


def said(number: int) -> Any:
    return {"type": "message", "role": "user", "content": f"Message {number}."}


def texts(client: OpenAI, conversation_id: str) -> list[str]:
    """What is said in a conversation, oldest first."""
    items: Any = client.conversations.items.list(conversation_id, order="asc")
    return [item.content[0].text for item in items]


def test_life_of_a_conversation(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(metadata={"topic": "tea"})
        assert made.object == "conversation"
        assert made.metadata == {"topic": "tea"}
        assert client.conversations.retrieve(made.id) == made
        assert client.conversations.update(made.id, metadata={"topic": "coffee"}).metadata == {
            "topic": "coffee"
        }
        assert client.conversations.update(made.id, metadata=None).metadata == {}
        assert client.conversations.delete(made.id).model_dump() == {
            "id": made.id,
            "deleted": True,
            "object": "conversation.deleted",
        }
        for ask in (client.conversations.delete, client.conversations.retrieve):
            with pytest.raises(openai.NotFoundError) as refused:
                ask(made.id)
            assert refused.value.body == {
                "message": f"Conversation with id '{made.id}' not found.",
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }


def test_body_as_the_api_writes_it(serve: Serve) -> None:
    served = serve()
    reply = httpx2.post(served.url + "/conversations")
    assert reply.status_code == 200
    assert list(reply.json()) == ["id", "object", "created_at", "metadata"]
    assert not conformance_errors("Conversation", reply.json())
    assert reply.text.startswith('{\n  "id": "conv_')


def test_equal_requests_make_different_conversations_the_same_in_every_run(serve: Serve) -> None:
    with api(serve()) as client, api(serve()) as again:
        first, second = client.conversations.create(), client.conversations.create()
        assert first.id != second.id
        assert [again.conversations.create().id for _ in range(2)] == [first.id, second.id]


@pytest.mark.parametrize(
    ("path", "body", "code", "param"),
    [
        ("", {"items": [said(1)] * 21}, "array_above_max_length", "items"),
        ("", {"topic": "tea"}, "unknown_parameter", "topic"),
        ("/{id}", {}, "missing_required_parameter", "metadata"),
        ("/{id}", {"metadata": {"key": 1}}, "invalid_type", "metadata.key"),
        ("/{id}/items", {}, "missing_required_parameter", "items"),
        ("/{id}/items", {"items": [said(1)] * 21}, "array_above_max_length", "items"),
        ("/{id}/items", {"items": "Hello"}, "invalid_type", "items"),
    ],
)
def test_bodies_refused(serve: Serve, path: str, body: Json, code: str, param: str) -> None:
    served = serve()
    with api(served) as client:
        made = client.conversations.create()
    reply = httpx2.post(served.url + "/conversations" + path.format(id=made.id), json=body)
    assert reply.status_code == 400
    assert (reply.json()["error"]["code"], reply.json()["error"]["param"]) == (code, param)


def test_an_unknown_parameter_is_ignored_in_open_responses(serve: Serve) -> None:
    served = serve(dialect_name="open-responses")
    assert httpx2.post(served.url + "/conversations", json={"topic": "tea"}).status_code == 200


def test_ids_tell_the_conversation(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(1)])
        assert re.fullmatch(r"conv_[0-9a-f]{48}", made.id)
        assert int(made.id[5:13], 16) == made.created_at
        partition = made.id[-16:]
        [inserted] = client.conversations.items.list(made.id).data
        assert re.fullmatch(
            rf"msg_{made.created_at:08x}[0-9a-f]{{4}}81[0-9a-f]{{18}}{partition}", str(inserted.id)
        )
        response = client.responses.create(model=MODEL, conversation=made.id, input="Hello")
        assert response.id.startswith(f"resp_{partition}00")
        assert response.output[0].id is not None
        assert response.output[0].id.startswith(f"msg_{partition}00")


def test_items_of_every_origin(serve: Serve) -> None:
    items: list[Any] = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "I shall see."},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "Rain."},
    ]
    with api(serve()) as client:
        made = client.conversations.create(items=items[:1])
        added = client.conversations.items.create(made.id, items=items[1:])
        assert added.object == "list"
        assert [item.type for item in added.data] == [
            "message",
            "function_call",
            "function_call_output",
        ]
        assert (added.first_id, added.last_id) == (added.data[0].id, added.data[-1].id)
        listed = client.conversations.items.with_raw_response.list(
            made.id, order="asc"
        ).http_response.json()
        assert not conformance_errors("ItemList", listed)
        assert [item["id"][:3] for item in listed["data"]] == ["msg", "msg", "fc_", "fco"]
        assert listed["data"][0]["content"] == [{"type": "input_text", "text": "Weather?"}]
        assert listed["data"][1]["content"][0]["type"] == "output_text"


def test_one_item(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(1), said(2)])
        newest, oldest = client.conversations.items.list(made.id).data
        assert newest.id is not None
        assert client.conversations.items.retrieve(newest.id, conversation_id=made.id) == newest
        deleted = client.conversations.items.with_raw_response.delete(
            newest.id, conversation_id=made.id
        )
        assert deleted.http_response.json() == {
            "id": newest.id,
            "object": "conversation.item.deleted",
            "deleted": True,
        }
        assert client.conversations.items.list(made.id).data == [oldest]
        for ask in (client.conversations.items.delete, client.conversations.items.retrieve):
            with pytest.raises(
                openai.NotFoundError, match=f"Item with id '{newest.id}' not found in conversation."
            ):
                ask(newest.id, conversation_id=made.id)


def test_pages_both_ways(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(number) for number in range(20)])
        client.conversations.items.create(made.id, items=[said(number) for number in range(20, 33)])
        first = client.conversations.items.list(made.id)
        assert len(first.data) == 20
        assert first.has_more
        forward: Any = list(client.conversations.items.list(made.id, order="asc", limit=7))
        backward: Any = list(client.conversations.items.list(made.id, limit=5))
        assert [item.content[0].text for item in forward] == [
            f"Message {number}." for number in range(33)
        ]
        assert backward == forward[::-1]


def test_an_empty_page(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create()
        page = client.conversations.items.with_raw_response.list(made.id).http_response.json()
    assert page == {
        "object": "list",
        "data": [],
        "first_id": None,
        "has_more": False,
        "last_id": None,
    }


def test_a_limit_too_high(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create()
        with pytest.raises(openai.BadRequestError) as refused:
            client.conversations.items.list(made.id, limit=1000)
        assert (refused.value.code, refused.value.param) == ("integer_above_max_value", "limit")


@pytest.mark.asyncio
async def test_async(serve: Serve) -> None:
    async with AsyncOpenAI(base_url=serve().url, api_key="any", max_retries=0) as client:
        made = await client.conversations.create(items=[said(number) for number in range(5)])
        await client.responses.create(model=MODEL, conversation=made.id, input="Hello")
        listed = [item async for item in client.conversations.items.list(made.id, limit=2)]
        assert len(listed) == 7
        last = listed[-1].id
        assert last is not None
        await client.conversations.items.delete(last, conversation_id=made.id)
        assert (await client.conversations.delete(made.id)).deleted
        with pytest.raises(openai.NotFoundError):
            await client.conversations.retrieve(made.id)


def test_a_response_reads_and_appends(serve: Serve) -> None:
    served = serve()
    served.script("First answer.", "Second answer.")
    with api(served) as client:
        made = client.conversations.create(items=[said(1)])
        for text in ("First question.", "Second question."):
            client.responses.create(model=MODEL, conversation={"id": made.id}, input=text)
        assert texts(client, made.id) == [
            "Message 1.",
            *("First question.", "First answer."),
            *("Second question.", "Second answer."),
        ]


def test_a_streamed_response_appends_when_it_ends(serve: Serve) -> None:
    served = serve()
    served.script("An answer.")
    with api(served) as client:
        made = client.conversations.create()
        with client.responses.create(
            model=MODEL, conversation=made.id, input="Hello", stream=True
        ) as stream:
            events = list(stream)
        assert events[0].type == "response.created"
        assert events[0].response.conversation is not None
        assert events[0].response.conversation.id == made.id
        assert texts(client, made.id) == ["Hello", "An answer."]


def test_the_context_counts(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(1), said(2)])
        alone = client.responses.create(model=MODEL, input="Hello")
        within = client.responses.create(model=MODEL, conversation=made.id, input="Hello")
        flat = client.responses.create(
            model=MODEL, input=[said(1), said(2), {"role": "user", "content": "Hello"}]
        )
        assert alone.usage is not None
        assert within.usage is not None
        assert flat.usage is not None
        assert within.usage.input_tokens == flat.usage.input_tokens > alone.usage.input_tokens
        assert within.conversation is not None
        assert alone.conversation is None
        resolved: Any = list(client.responses.input_items.list(within.id, order="asc"))
        assert [item.content[0].text for item in resolved] == ["Message 1.", "Message 2.", "Hello"]


def test_calls_and_outputs_meet_in_the_conversation(serve: Serve) -> None:
    served = serve()
    served.script({"type": "function_call", "name": "weather", "arguments": {}}, "Rain.")
    with api(served) as client:
        made = client.conversations.create()
        asked: Any = client.responses.create(model=MODEL, conversation=made.id, input="Weather?")
        output: Any = {
            "type": "function_call_output",
            "call_id": asked.output[0].call_id,
            "output": "Rain.",
        }
        with pytest.raises(openai.BadRequestError, match="No tool output found for function call"):
            client.responses.create(model=MODEL, conversation=made.id, input="Well?")
        assert (
            client.responses.create(model=MODEL, conversation=made.id, input=[output]).output_text
            == "Rain."
        )
        kinds = [item.type for item in client.conversations.items.list(made.id, order="asc")]
        assert kinds == ["message", "function_call", "function_call_output", "message"]


def test_nothing_is_appended_by_a_response_that_is_not_stored(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(1)])
        response = client.responses.create(
            model=MODEL, conversation=made.id, input="Hello", store=False
        )
        assert response.conversation is not None
        assert texts(client, made.id) == ["Message 1."]


def test_nothing_is_appended_by_a_response_that_failed(serve: Serve) -> None:
    served = serve()
    served.script(FAILED)
    with api(served) as client:
        made = client.conversations.create()
        client.responses.create(model=MODEL, conversation=made.id, input="Hello")
        assert texts(client, made.id) == []
        assert (
            client.responses.create(model=MODEL, conversation=made.id, input="Again").status
            == "completed"
        )


def test_a_conversation_excludes_a_previous_response(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create()
        response = client.responses.create(model=MODEL, input="Hello")
        with pytest.raises(
            openai.BadRequestError, match=r"^Error code: 400 - Mutually exclusive"
        ) as refused:
            client.responses.create(
                model=MODEL, conversation=made.id, previous_response_id=response.id, input="Well?"
            )
        assert (refused.value.code, refused.value.param) == ("mutually_exclusive_parameters", None)


def test_an_unknown_conversation(serve: Serve) -> None:
    with api(serve()) as client:
        for stream in (False, True):
            with pytest.raises(openai.NotFoundError) as refused:
                client.responses.create(
                    model=MODEL, conversation="conv_123", input="Hello", stream=stream
                )
            assert refused.value.body == {
                "message": "Conversation with id 'conv_123' not found.",
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }


def test_deleting_a_conversation_keeps_its_responses(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(1)])
        response = client.responses.create(model=MODEL, conversation=made.id, input="Hello")
        client.conversations.delete(made.id)
        assert client.responses.retrieve(response.id) == response
        resolved: Any = client.responses.input_items.list(response.id, order="asc")
        assert [item.content[0].text for item in resolved] == ["Message 1.", "Hello"]


def test_references_to_items_of_a_conversation(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create(items=[said(1)])
        item_id = client.conversations.items.list(made.id).data[0].id
        reference: Any = {"type": "item_reference", "id": item_id}
        response = client.responses.create(model=MODEL, input=[reference])
        [seen] = client.responses.input_items.list(response.id).data
        assert seen.id == item_id
        other = client.conversations.create(items=[reference])
        assert texts(client, other.id) == ["Message 1."]
        with pytest.raises(openai.BadRequestError, match="Duplicate item found with id"):
            client.conversations.items.create(other.id, items=[reference])


def test_a_run_in_the_background_locks_its_conversation(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create()
        running = client.responses.create(
            model=MODEL, conversation=made.id, input="Hello", background=True
        )
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model=MODEL, conversation=made.id, input="Me too")
        assert (refused.value.code, refused.value.param) == ("conversation_locked", "conversation")
        with pytest.raises(openai.BadRequestError, match="conversation"):
            client.conversations.items.create(made.id, items=[said(1)])
        assert texts(client, made.id) == []
        while running.status in ("queued", "in_progress"):
            running = client.responses.retrieve(running.id)
        assert texts(client, made.id) == ["Hello", running.output_text]
        assert (
            client.responses.create(model=MODEL, conversation=made.id, input="Me too").status
            == "completed"
        )


def test_a_cancelled_run_unlocks_its_conversation(serve: Serve) -> None:
    with api(serve()) as client:
        made = client.conversations.create()
        running = client.responses.create(
            model=MODEL, conversation=made.id, input="Hello", background=True
        )
        client.responses.cancel(running.id)
        assert (
            client.responses.create(model=MODEL, conversation=made.id, input="Next").status
            == "completed"
        )
        assert texts(client, made.id)[0] == "Next"


def test_a_stream_on_its_way_locks_and_an_abandoned_one_does_not(serve: Serve) -> None:
    served = serve(watched=False)
    served.script({"reply": "A slow answer.", "stream": {"itl_ms": 60_000}})
    with api(served) as client:
        made = client.conversations.create()
        with client.responses.create(
            model=MODEL, conversation=made.id, input="Hello", stream=True
        ) as stream:
            assert next(iter(stream)).type == "response.created"
            with pytest.raises(openai.BadRequestError, match="Another process"):
                client.responses.create(model=MODEL, conversation=made.id, input="Me too")
        conversation = served.state.conversations[made.id]
        for _ in range(200):
            if conversation.holder is None:
                break
            client.conversations.retrieve(made.id)
        assert conversation.holder is None
        assert texts(client, made.id) == []


def test_the_oldest_leave_when_there_are_too_many(serve: Serve) -> None:
    with api(serve(store_limit=2)) as client:
        ids = [client.conversations.create().id for _ in range(3)]
        with pytest.raises(openai.NotFoundError):
            client.conversations.retrieve(ids[0])
        assert client.conversations.retrieve(ids[2]).id == ids[2]
