"""Example mode: what generated SDK tests send, with made-up ids and empty bodies, is answered on
every route.
"""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, OpenAI

from conftest import Serve, Served
from mockserver.api import conformance_errors
from mockserver.compose import EPOCH
from mockserver.settings import Settings

RESPONSE, CONVERSATION, ITEM = "resp_677efb5139a88190b512bc3fef8e535d", "conv_123", "msg_abc"
MARK = "x-mockserver-example"
MESSAGE: Any = {"content": "string", "role": "user", "type": "message"}
EVERYTHING: Any = {
    "background": True,
    "context_management": [{"type": "type", "compact_threshold": 1000}],
    "conversation": "string",
    "include": ["file_search_call.results"],
    "input": "string",
    "instructions": "instructions",
    "max_output_tokens": 0,
    "max_tool_calls": 0,
    "metadata": {"foo": "string"},
    "model": "gpt-4o",
    "parallel_tool_calls": True,
    "previous_response_id": "previous_response_id",
    "prompt": {"id": "id", "variables": {"foo": "string"}, "version": "version"},
    "prompt_cache_key": "prompt-cache-key-1234",
    "prompt_cache_retention": "in_memory",
    "reasoning": {"effort": "none", "generate_summary": "auto", "summary": "auto"},
    "safety_identifier": "safety-identifier-1234",
    "service_tier": "auto",
    "store": True,
    "temperature": 1,
    "text": {"format": {"type": "text"}, "verbosity": "low"},
    "tool_choice": "none",
    "tools": [
        {
            "name": "name",
            "parameters": {"foo": "bar"},
            "strict": True,
            "type": "function",
            "description": "description",
        }
    ],
    "top_logprobs": 0,
    "top_p": 1,
    "truncation": "auto",
    "user": "user-1234",
}


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve(settings=Settings(examples=True))


@pytest.fixture
def client(server: Served) -> Iterator[OpenAI]:
    with OpenAI(api_key="any", base_url=server.url, max_retries=0) as client:
        yield client


def send(
    server: Served, method: str, path: str, status: int = 200, **options: Any
) -> httpx2.Response:
    reply = httpx2.request(method, server.url + path, **options)
    assert reply.status_code == status, reply.text
    return reply


class TestFilesAndTheLike:
    def test_files(self, client: OpenAI) -> None:
        files = client.files
        assert files.retrieve("file_id").id == "file_id"
        assert files.content("file_id").content == b"Hello\n"
        assert files.delete("file_id").deleted
        assert files.list(after="after", limit=0, order="asc", purpose="purpose").data == []
        made = files.with_raw_response.create(file=b"x", purpose="assistants")
        assert MARK not in made.headers
        assert [each.id for each in files.list()] == [made.parse().id]

    def test_uploads(self, client: OpenAI) -> None:
        assert client.uploads.cancel("upload_abc123").status == "cancelled"
        assert client.uploads.parts.create("upload_abc123", data=b"x").upload_id == "upload_abc123"
        done = client.uploads.complete("upload_abc123", part_ids=["string"])
        assert done.file is not None
        assert done.file.bytes == 0

    def test_vector_stores(self, client: OpenAI) -> None:
        stores = client.vector_stores
        name: Any = {"vector_store_id": "vs_abc123"}
        assert stores.retrieve("vs_abc123").file_counts.total == 1
        assert stores.update("vs_abc123", name="name", metadata={"foo": "string"}).name == "name"
        assert stores.search("vs_abc123", query="hello").data[0].filename == "example.txt"
        assert stores.delete("vs_abc123").deleted
        assert stores.list(after="after", before="before", limit=0).data == []
        assert stores.files.create("vs_abc123", file_id="file_id").id == "file_id"
        assert stores.files.retrieve("file-abc123", **name).id == "file-abc123"
        assert stores.files.update("file-abc123", attributes={"foo": "string"}, **name)
        assert stores.files.delete("file_id", **name).deleted
        assert [each.text for each in stores.files.content("file-abc123", **name)] == ["Hello"]
        assert stores.file_batches.create("vs_abc123", file_ids=["string"]).status == "completed"
        assert stores.file_batches.retrieve("vsfb_abc123", **name).id == "vsfb_abc123"
        assert stores.file_batches.cancel("batch_id", **name).id == "batch_id"
        held = stores.file_batches.list_files("batch_id", limit=0, after="after", **name)
        assert len(held.data) == 1

    def test_containers(self, client: OpenAI) -> None:
        containers = client.containers
        assert containers.retrieve("container_id").id == "container_id"
        assert containers.list(after="after", limit=0).data == []
        containers.delete("container_id")
        within: Any = {"container_id": "container_id"}
        assert containers.files.retrieve("file_id", **within).id == "file_id"
        assert containers.files.create("container_id", file_id="file_id").source == "user"
        assert containers.files.content.retrieve("file_id", **within).content == b"Hello\n"
        containers.files.delete("file_id", **within)

    @pytest.mark.parametrize(
        "path", ["/uploads", "/vector_stores/x/search", "/containers", "/containers/x/files"]
    )
    def test_what_a_body_lacks_is_supplied(self, server: Served, path: str) -> None:
        assert send(server, "POST", path, json={}).headers[MARK] == "1"

    def test_an_example_is_of_one_request(self, server: Served) -> None:
        reply = send(server, "GET", "/vector_stores/vs_1")
        assert reply.headers[MARK] == "1"
        send(server, "POST", "/vector_stores/vs_1/files", json={"file_id": "file-1"})
        assert send(server, "GET", "/vector_stores").json()["data"] == []
        assert send(server, "GET", "/files").json()["data"] == []


class TestResponses:
    def test_create_of_nothing(self, client: OpenAI) -> None:
        raw = client.responses.with_raw_response.create()
        assert raw.headers[MARK] == "1"
        response = raw.parse()
        assert (response.status, response.object) == ("completed", "response")
        assert response.output

    def test_create_of_nothing_streamed(self, client: OpenAI) -> None:
        stream = client.responses.create(stream=True)
        assert stream.response.headers[MARK] == "1"
        assert [event.type for event in stream][-1] == "response.completed"

    def test_create_with_everything(self, client: OpenAI) -> None:
        raw = client.responses.with_raw_response.create(**EVERYTHING)
        assert raw.headers[MARK] == "1"
        response = raw.parse()
        assert (response.status, response.previous_response_id) == (
            "queued",
            "previous_response_id",
        )
        assert response.prompt is not None
        assert response.prompt.id == "id"

    def test_create_with_everything_streamed(self, client: OpenAI) -> None:
        events = list(
            client.responses.create(
                **EVERYTHING, stream=True, stream_options={"include_obfuscation": True}
            )
        )
        assert events[-1].type == "response.completed"

    def test_unknown_history_counts_as_empty(self, client: OpenAI) -> None:
        plain = client.responses.create(model="gpt-4o", input="Hello").usage
        chained = client.responses.create(
            model="gpt-4o", input="Hello", previous_response_id=RESPONSE
        )
        joined = client.responses.create(model="gpt-4o", input="Hello", conversation=CONVERSATION)
        assert chained.previous_response_id == RESPONSE
        assert joined.conversation is not None
        assert joined.conversation.id == CONVERSATION
        assert plain is not None
        for response in (chained, joined):
            assert response.usage is not None
            assert response.usage.input_tokens == plain.input_tokens

    def test_unknown_items_and_prompts_have_examples(self, server: Served) -> None:
        references = [{"type": "item_reference", "id": ITEM}, {"role": "user", "content": "Hi"}]
        for named in ({"input": references}, {"input": "Hi", "prompt": {"id": "pmpt_1"}}):
            reply = send(server, "POST", "/responses", json={"model": "gpt-4o", **named})
            assert reply.headers[MARK] == "1"
            assert reply.json()["status"] == "completed"

    def test_tools_with_every_member_that_the_description_lists(self, server: Served) -> None:
        servers = {"server_url": "string", "connector_id": "string", "tunnel_id": "string"}
        tool = {"type": "mcp", "server_label": "string", **servers}
        reply = send(
            server, "POST", "/responses", json={"model": "gpt-4o", "input": "Hi", "tools": [tool]}
        )
        assert (reply.status_code, reply.headers[MARK]) == (200, "1")

    def test_retrieve(self, client: OpenAI) -> None:
        raw = client.responses.with_raw_response.retrieve(
            RESPONSE,
            include=["file_search_call.results"],
            include_obfuscation=True,
            starting_after=0,
            stream=False,
        )
        response = raw.parse()
        assert (raw.headers[MARK], response.id, response.status) == ("1", RESPONSE, "completed")

    def test_retrieve_streamed(self, client: OpenAI) -> None:
        events = list(client.responses.retrieve(RESPONSE, stream=True, starting_after=0))
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert (events[0].type, events[-1].type) == ("response.created", "response.completed")

    def test_delete(self, client: OpenAI, server: Served) -> None:
        client.responses.delete(RESPONSE)
        body = send(server, "DELETE", f"/responses/{RESPONSE}").json()
        assert body == {"id": RESPONSE, "object": "response", "deleted": True}

    def test_cancel(self, client: OpenAI) -> None:
        response = client.responses.cancel(RESPONSE)
        assert (response.id, response.status) == (RESPONSE, "cancelled")

    def test_input_items(self, client: OpenAI) -> None:
        page = client.responses.input_items.list(
            RESPONSE, after="after", include=[], limit=0, order="asc"
        )
        assert len(page.data) == 1
        body = page.model_dump()
        assert body["first_id"] == body["last_id"] == page.data[0].id

    def test_input_tokens(self, client: OpenAI) -> None:
        assert client.responses.input_tokens.count().object == "response.input_tokens"
        counted = client.responses.input_tokens.count(
            conversation="string",
            input="string",
            model="model",
            previous_response_id="resp_123",
            personality="friendly",
            tools=EVERYTHING["tools"],
        )
        assert counted.input_tokens > 0

    def test_compact(self, client: OpenAI, server: Served) -> None:
        compacted = client.responses.compact(model="gpt-5.6-sol")
        assert [item.type for item in compacted.output] == ["compaction"]
        compacted = client.responses.compact(
            model="gpt-5.6-sol", input="string", previous_response_id="resp_123"
        )
        assert [item.type for item in compacted.output] == ["compaction"]
        assert send(server, "POST", "/responses/compact", json={}).headers[MARK] == "1"

    @pytest.mark.asyncio
    async def test_async(self, server: Served) -> None:
        async with AsyncOpenAI(api_key="any", base_url=server.url, max_retries=0) as client:
            assert (await client.responses.retrieve(RESPONSE)).id == RESPONSE
            assert (await client.responses.create()).status == "completed"


class TestConversations:
    def test_create(self, client: OpenAI, server: Served) -> None:
        assert client.conversations.create().object == "conversation"
        assert MARK not in send(server, "POST", "/conversations").headers
        many = {"items": [MESSAGE] * 21}
        assert send(server, "POST", "/conversations", json=many).headers[MARK] == "1"

    def test_retrieve(self, client: OpenAI) -> None:
        raw = client.conversations.with_raw_response.retrieve(CONVERSATION)
        assert (raw.headers[MARK], raw.parse().id) == ("1", CONVERSATION)

    def test_update(self, client: OpenAI, server: Served) -> None:
        updated = client.conversations.update(CONVERSATION, metadata={"foo": "string"})
        assert (updated.id, updated.metadata) == (CONVERSATION, {"foo": "string"})
        assert (
            send(server, "POST", f"/conversations/{CONVERSATION}", json={}).json()["metadata"] == {}
        )

    def test_delete(self, client: OpenAI) -> None:
        deleted = client.conversations.delete(CONVERSATION)
        assert (deleted.id, deleted.deleted, deleted.object) == (
            CONVERSATION,
            True,
            "conversation.deleted",
        )

    def test_create_items(self, client: OpenAI, server: Served) -> None:
        made = client.conversations.items.create(
            CONVERSATION, items=[MESSAGE], include=["file_search_call.results"]
        )
        assert (len(made.data), made.first_id) == (1, made.last_id)
        assert (
            send(server, "POST", f"/conversations/{CONVERSATION}/items", json={}).headers[MARK]
            == "1"
        )

    def test_list_items(self, client: OpenAI) -> None:
        page = client.conversations.items.list(CONVERSATION, after="after", limit=0, order="asc")
        assert len(page.data) == 1
        assert page.last_id == page.data[0].id
        assert len(list(page)) == 1

    def test_retrieve_item(self, client: OpenAI, server: Served) -> None:
        item = client.conversations.items.retrieve(ITEM, conversation_id=CONVERSATION)
        assert (item.id, item.type) == (ITEM, "message")
        assert (
            conformance_errors(
                "StoredItem",
                send(server, "GET", f"/conversations/{CONVERSATION}/items/{ITEM}").json(),
            )
            == []
        )

    def test_delete_item(self, client: OpenAI) -> None:
        deleted = client.conversations.items.delete(ITEM, conversation_id=CONVERSATION)
        assert (deleted.object, deleted.created_at, deleted.to_dict()["deleted"]) == (
            "conversation",
            EPOCH,
            True,
        )


class TestModels:
    def test_models(self, client: OpenAI) -> None:
        assert client.models.list().data
        assert client.models.retrieve("gpt-4o-mini").id == "gpt-4o-mini"
        assert client.models.delete("ft:gpt-4o-mini:acemeco:suffix:abc123").deleted


class TestWhatStaysReal:
    def test_nothing_of_an_example_is_kept(self, client: OpenAI, server: Served) -> None:
        client.responses.retrieve(RESPONSE)
        client.responses.create(input="Hi", previous_response_id=RESPONSE, store=False)
        client.conversations.retrieve(CONVERSATION)
        client.conversations.items.create(CONVERSATION, items=[MESSAGE])
        assert (len(server.state.responses), len(server.state.conversations)) == (0, 0)

    def test_stored_ids_behave_as_ever(self, client: OpenAI, server: Served) -> None:
        response = client.responses.create(model="gpt-4o", input="Hello")
        reply = send(server, "GET", f"/responses/{response.id}")
        assert MARK not in reply.headers
        assert reply.json()["output"][0]["id"] == response.output[0].id
        assert send(server, "POST", f"/responses/{response.id}/cancel", 400).json()["error"][
            "message"
        ]
        assert send(server, "GET", f"/responses/{response.id}/input_items?limit=1000", 400)
        send(server, "DELETE", f"/responses/{response.id}")
        assert send(server, "GET", f"/responses/{response.id}").headers[MARK] == "1"

    def test_items_of_a_real_conversation(self, client: OpenAI, server: Served) -> None:
        conversation = client.conversations.create(items=[MESSAGE])
        page = send(server, "GET", f"/conversations/{conversation.id}/items")
        assert MARK not in page.headers
        assert client.conversations.items.retrieve(ITEM, conversation_id=conversation.id).id == ITEM
        assert send(server, "DELETE", f"/conversations/{conversation.id}/items/{ITEM}").json()[
            "deleted"
        ]
        assert send(server, "GET", f"/conversations/{conversation.id}/items").json() == page.json()

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"model": 1}, "invalid_type"),
            ({"model": "gpt-4o", "input": "x", "nonsense": 1}, "unknown_parameter"),
            ({"model": "gpt-4o", "input": "x", "include": ["nonsense"]}, "invalid_value"),
        ],
    )
    def test_what_is_wrong_stays_wrong(self, server: Served, body: Any, code: str) -> None:
        reply = send(server, "POST", "/responses", 400, json=body)
        assert reply.json()["error"]["code"] == code
        assert MARK not in reply.headers

    def test_a_member_that_an_item_may_not_have_is_left_out(self, server: Served) -> None:
        message = {"role": "user", "content": "Hi", "phase": "commentary"}
        made = send(server, "POST", "/conversations", json={"items": [message]}).json()
        path = f"/conversations/{made['id']}/items"
        assert "phase" not in send(server, "GET", path).text

    def test_no_json(self, server: Served) -> None:
        assert (
            send(server, "POST", "/responses", 400, content=b"{").json()["error"]["code"]
            == "invalid_json"
        )
        assert (
            send(server, "POST", "/responses", 400, content=b"[]").json()["error"]["code"]
            == "invalid_json"
        )

    def test_plain_answers_carry_no_mark(self, server: Served) -> None:
        assert (
            MARK
            not in send(
                server, "POST", "/responses", json={"model": "gpt-4o", "input": "Hi"}
            ).headers
        )

    def test_examples_are_the_same_every_time(self, server: Served) -> None:
        path = f"/responses/{RESPONSE}"
        assert send(server, "GET", path).content == send(server, "GET", path).content

    def test_a_server_without_the_mode_refuses(self, serve: Serve) -> None:
        plain = serve()
        send(plain, "GET", f"/responses/{RESPONSE}", 404)
        send(plain, "GET", f"/conversations/{CONVERSATION}", 404)
        send(plain, "POST", "/responses", 400, json={})
        send(plain, "DELETE", "/models/ft:x", 404)
