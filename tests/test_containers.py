"""Containers: those that clients make, and those that responses name."""

from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI

from both_clients import both_clients, done, every, use
from conftest import Serve
from mockserver import code_interpreter_call, message

Kind = type[OpenAI | AsyncOpenAI]
INTERPRETER: Any = {"type": "code_interpreter", "container": {"type": "auto"}}


@both_clients
def test_a_container_from_its_making_to_its_end(serve: Serve, kind: Kind) -> None:
    served = serve()

    async def steps(client: Any) -> None:
        file = await done(client.files.create(file=("data.csv", b"1,2"), purpose="user_data"))
        containers = client.containers
        made = await done(containers.create(name="mine", file_ids=[file.id], memory_limit="4g"))
        assert made.id.startswith("cntr_")
        assert (made.status, made.memory_limit, made.expires_after.minutes) == ("running", "4g", 20)
        assert (await done(containers.retrieve(made.id))).name == "mine"
        other = await done(containers.create(name="other"))
        assert [each.id for each in await every(containers.list())] == [other.id, made.id]
        assert [each.id for each in await every(containers.list(name="mine"))] == [made.id]
        (copied,) = await every(containers.files.list(made.id))
        assert (copied.path, copied.source, copied.bytes) == ("/mnt/data/data.csv", "user", 3)
        sent = await done(containers.files.create(made.id, file=("b.txt", b"hello")))
        again = await done(containers.files.create(made.id, file_id=file.id))
        assert again.path == "/mnt/data/data.csv"
        assert await done(containers.files.retrieve(sent.id, container_id=made.id)) is not None
        content = await done(containers.files.content.retrieve(sent.id, container_id=made.id))
        assert content.content == b"hello"
        await done(containers.files.delete(sent.id, container_id=made.id))
        with pytest.raises(NotFoundError, match=f"'{sent.id}' not found in container"):
            await done(containers.files.retrieve(sent.id, container_id=made.id))
        await done(containers.delete(made.id))
        with pytest.raises(NotFoundError, match=f"Container with id '{made.id}' not found"):
            await done(containers.files.list(made.id))

    use(kind, served.url, steps)


def test_what_a_container_must_be(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        with pytest.raises(BadRequestError, match="integer above maximum value"):
            client.containers.create(
                name="x", expires_after={"anchor": "last_active_at", "minutes": 21}
            )
        with pytest.raises(NotFoundError, match="No file found with id 'file-1'"):
            client.containers.create(name="x", file_ids=["file-1"])
        made = client.containers.create(name="x")
        for body in ({"file_id": "file-1"}, None):
            # As JSON, and as a form.
            sent: Any = {"json": body} if body else {"files": {"file_id": (None, "file-1")}}
            reply = httpx2.post(f"{client.base_url}containers/{made.id}/files", **sent)
            assert reply.status_code == 404
            assert "No file found with id 'file-1'" in reply.text


@pytest.mark.parametrize("stream", [False, True], ids=["json", "sse"])
def test_the_container_of_a_response_can_be_fetched(serve: Serve, stream: bool) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        file = client.files.create(file=("data.csv", b"1,2"), purpose="user_data")
        auto = {"type": "auto", "file_ids": [file.id], "memory_limit": "16g"}
        asked: Any = {
            "model": "gpt-4.1",
            "input": "Add them",
            "tools": [{"type": "code_interpreter", "container": auto}],
            "tool_choice": "required",
            "store": False,
        }
        if stream:
            with client.responses.stream(**asked) as events:
                response = events.get_final_response()
        else:
            response = client.responses.create(**asked)
        (call,) = (each for each in response.output if each.type == "code_interpreter_call")
        container = client.containers.retrieve(call.container_id)
        assert (container.status, container.memory_limit) == ("running", "16g")
        (held,) = client.containers.files.list(call.container_id)
        content = client.containers.files.content.retrieve(held.id, container_id=container.id)
        assert (held.path, content.content) == ("/mnt/data/data.csv", b"1,2")


def cite(container_id: str, file_id: str, name: str) -> Any:
    annotation = {
        "type": "container_file_citation",
        "container_id": container_id,
        "file_id": file_id,
        "filename": name,
        "start_index": 0,
        "end_index": 4,
    }
    return message({"type": "output_text", "text": "Here", "annotations": [annotation]})


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("plot.png", b"\x89PNG\r\n\x1a\n"),
        ("data.csv", b"name,value\n"),
        ("data.json", b"{"),
        ("notes.txt", b"mockserver made up what notes.txt holds.\n"),
    ],
)
def test_a_file_that_a_message_cites_can_be_fetched(serve: Serve, name: str, start: bytes) -> None:
    served = serve()
    with OpenAI(base_url=served.url, api_key="any") as client:
        served.script(
            [
                code_interpreter_call("plot()", container_id="cntr_1"),
                cite("cntr_1", "cfile_1", name),
            ],
            [cite("cntr_1", "cfile_2", "more.txt")],
        )
        for _ in range(2):
            client.responses.create(model="gpt-4.1", input="Plot it", tools=[INTERPRETER])
        held = client.containers.files.list("cntr_1", order="asc")
        assert [each.id for each in held] == ["cfile_1", "cfile_2"]
        assert held.data[0].path == f"/mnt/data/{name}"
        assert held.data[0].source == "assistant"
        content = client.containers.files.content.retrieve("cfile_1", container_id="cntr_1")
        assert content.content.startswith(start)


def test_what_is_known_of_a_container_stays(serve: Serve) -> None:
    served = serve()
    with OpenAI(base_url=served.url, api_key="any") as client:
        mine = client.containers.create(name="mine")
        client.containers.files.create(mine.id, file=("a.txt", b"hello"))
        served.script([code_interpreter_call("1", container_id=mine.id), "Done."])
        tool: Any = {"type": "code_interpreter", "container": mine.id}
        client.responses.create(model="gpt-4.1", input="x", tools=[tool])
        assert client.containers.retrieve(mine.id).name == "mine"
        assert len(client.containers.files.list(mine.id).data) == 1


def test_a_stub_names_another_container_each_time(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        asked: Any = {
            "model": "gpt-4.1",
            "input": "Add",
            "tools": [INTERPRETER],
            "tool_choice": "required",
        }
        ids = set()
        for _ in range(3):
            output = client.responses.create(**asked).output
            ids |= {each.container_id for each in output if each.type == "code_interpreter_call"}
        assert len(ids) == 3
        assert {each.id for each in client.containers.list()} == ids


def test_containers_are_looked_up_where_that_is_asked_for(serve: Serve) -> None:
    with OpenAI(base_url=serve(strict_files=True).url, api_key="any") as client:
        named: Any = {"type": "code_interpreter", "container": "cntr_1"}
        with pytest.raises(NotFoundError, match="Container with id 'cntr_1' not found"):
            client.responses.create(model="gpt-4.1", input="x", tools=[named])
        auto: Any = {**INTERPRETER, "container": {"type": "auto", "file_ids": ["file-1"]}}
        with pytest.raises(NotFoundError, match="File with id 'file-1' not found"):
            client.responses.create(model="gpt-4.1", input="x", tools=[auto])
        made = client.containers.create(name="mine")
        known: Any = {**named, "container": made.id}
        assert client.responses.create(model="gpt-4.1", input="x", tools=[known]).output
