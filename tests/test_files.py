"""Files and uploads, through the openai package and over plain HTTP."""

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import (
    AsyncOpenAI,
    BadRequestError,
    NotFoundError,
    OpenAI,
    UnprocessableEntityError,
)

from both_clients import both_clients, done, every, use
from conftest import Serve
from mockserver import MockServer
from mockserver.settings import Settings

Kind = type[OpenAI | AsyncOpenAI]
PURPOSE = ("purpose", "user_data")


@both_clients
def test_a_file_from_its_upload_to_its_end(serve: Serve, kind: Kind) -> None:
    served = serve()

    async def steps(client: Any) -> None:
        made = await done(
            client.files.create(
                file=("notes.jsonl", b'{"a": 1}\n'),
                purpose="batch",
                expires_after={"anchor": "created_at", "seconds": 3_600},
            )
        )
        assert (made.filename, made.bytes, made.purpose) == ("notes.jsonl", 9, "batch")
        assert made.expires_at == made.created_at + 3_600
        assert await done(client.files.retrieve(made.id)) == made
        assert (await done(client.files.wait_for_processing(made.id))).status == "processed"
        assert (await done(client.files.content(made.id))).content == b'{"a": 1}\n'
        assert (await done(client.files.delete(made.id))).deleted is True
        with pytest.raises(NotFoundError) as gone:
            await done(client.files.retrieve(made.id))
        assert gone.value.body == {
            "message": f"No such File object: {made.id}",
            "type": "invalid_request_error",
            "param": "id",
            "code": None,
        }

    use(kind, served.url, steps)


@both_clients
def test_files_are_listed_page_by_page(serve: Serve, kind: Kind) -> None:
    served = serve()

    async def steps(client: Any) -> None:
        made = []
        for number in range(5):
            purpose = "vision" if number == 2 else "user_data"
            file = (f"{number}.txt", b"x")
            made.append((await done(client.files.create(file=file, purpose=purpose))).id)
        newest_first = await every(client.files.list(limit=2))
        assert [file.id for file in newest_first] == made[::-1]
        oldest_first = await every(client.files.list(order="asc", limit=2))
        assert [file.id for file in oldest_first] == made
        seen = await every(client.files.list(purpose="vision"))
        assert [file.id for file in seen] == [made[2]]

    use(kind, served.url, steps)


@both_clients
def test_a_large_file_comes_in_parts(serve: Serve, kind: Kind) -> None:
    served = serve()
    content = b"0123456789" * 100

    async def steps(client: Any) -> None:
        upload = await done(
            client.uploads.upload_file_chunked(
                file=content,
                filename="digits.txt",
                bytes=len(content),
                mime_type="text/plain",
                purpose="batch",
                part_size=333,
                md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
            )
        )
        assert (upload.status, upload.bytes, upload.file.bytes) == ("completed", 1_000, 1_000)
        assert (await done(client.files.content(upload.file.id))).content == content
        with pytest.raises(BadRequestError, match="already completed"):
            await done(client.uploads.cancel(upload.id))

    use(kind, served.url, steps)


def test_an_upload_is_what_was_announced(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any", max_retries=0) as client:
        upload = client.uploads.create(
            bytes=4, filename="a.txt", mime_type="text/plain", purpose="user_data"
        )
        one = client.uploads.parts.create(upload.id, data=b"ab")
        two = client.uploads.parts.create(upload.id, data=b"cd")
        assert one.upload_id == upload.id
        assert one.id != two.id
        with pytest.raises(BadRequestError, match=r"hold 2 bytes, but .* for 4 bytes"):
            client.uploads.complete(upload.id, part_ids=[one.id])
        with pytest.raises(BadRequestError, match="Part with id 'part_x' not found"):
            client.uploads.complete(upload.id, part_ids=["part_x"])
        with pytest.raises(BadRequestError, match="but 'wrong' was expected"):
            client.uploads.complete(upload.id, part_ids=[one.id, two.id], md5="wrong")
        assert client.uploads.cancel(upload.id).status == "cancelled"
        with pytest.raises(BadRequestError, match="already cancelled"):
            client.uploads.parts.create(upload.id, data=b"ef")
        with pytest.raises(NotFoundError, match="Upload with id 'upload_x' not found"):
            client.uploads.cancel("upload_x")


def test_the_order_of_parts_is_the_one_at_the_end(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        upload = client.uploads.create(
            bytes=4, filename="a.txt", mime_type="text/plain", purpose="batch"
        )
        parts = [client.uploads.parts.create(upload.id, data=each).id for each in (b"ab", b"cd")]
        made = client.uploads.complete(upload.id, part_ids=parts[::-1])
        assert made.file is not None
        assert client.files.content(made.file.id).content == b"cdab"


def test_a_part_without_a_file_name_is_a_file(serve: Serve) -> None:
    url = serve().url
    made = httpx2.post(f"{url}/files", files={"file": (None, "hi"), "purpose": (None, "vision")})
    assert (made.json()["filename"], made.json()["bytes"]) == ("file", 2)


@pytest.mark.parametrize("purpose", ["assistants", "user_data"])
def test_some_files_cannot_be_downloaded(serve: Serve, purpose: Any) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        made = client.files.create(file=b"x", purpose=purpose)
        with pytest.raises(BadRequestError, match=f"download files of purpose: {purpose}"):
            client.files.content(made.id)


def test_equal_uploads_have_the_same_ids_in_every_run(serve: Serve) -> None:
    def run(seed: int) -> list[tuple[str, str]]:
        """The boundaries of the forms differ."""
        seen = []
        for boundary in ("one", "two-boundary"):
            body = (
                f'--{boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nvision\r\n'
                f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
                f"\r\n--x\r\n--{boundary}--\r\n"
            )
            kind = f"multipart/form-data; boundary={boundary}"
            url = serve(seed=seed).url
            reply = httpx2.post(f"{url}/files", content=body, headers={"content-type": kind})
            file_id = reply.json()["id"]
            assert httpx2.get(f"{url}/files/{file_id}/content").content == b"\r\n--x"
            seen.append((file_id, reply.headers["x-request-id"]))
        return seen

    first, second = run(7)
    assert first == second
    assert run(8)[0][0] != first[0]


def test_the_same_file_twice_is_two_files(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        ids = {client.files.create(file=b"x", purpose="vision").id for _ in range(3)}
        assert len(ids) == len(client.files.list().data) == 3


@pytest.mark.parametrize(
    ("fields", "files", "said"),
    [
        ([PURPOSE], {}, "Missing required parameter: 'file'."),
        ([], {"file": b"x"}, "Missing required parameter: 'purpose'."),
        ([("purpose", "x")], {"file": b"x"}, "Invalid value: 'x'. Supported values are: 'assist"),
        ([PURPOSE, ("purpos", "x")], {"file": b"x"}, "Unknown parameter: 'purpos'."),
        (
            [PURPOSE, ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "9")],
            {"file": b"x"},
            "Invalid 'expires_after.seconds': integer below minimum value.",
        ),
        (
            [("expires_after", "x"), ("expires_after[anchor]", "created_at")],
            {"file": b"x"},
            "'expires_after' is no object.",
        ),
    ],
)
def test_a_form_is_checked(
    serve: Serve, fields: list[tuple[str, str]], files: Any, said: str
) -> None:
    parts = [(name, (None, value)) for name, value in fields]
    sent = [*parts, *((name, ("a.txt", content)) for name, content in files.items())]
    reply = httpx2.post(f"{serve().url}/files", files=sent)
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("content_type", "body", "said"),
    [
        ("application/json", b"{}", "Expected a 'content-type' of 'multipart/form-data'"),
        ("multipart/form-data", b"x", "with a boundary"),
        ("multipart/form-data; boundary=b", b"--c\r\n", "Invalid body: failed to parse multipart"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--",
            '"name" must be provided',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="' + b"a" * 100_000,
            "Maximum header size exceeded",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n' * 1_001 + b"--b--",
            "Too many fields",
        ),
        ("multipart/form-data; boundary=b", b"", "Missing required parameter: 'file'."),
    ],
)
def test_what_is_no_form_says_so(serve: Serve, content_type: str, body: bytes, said: str) -> None:
    headers = {"content-type": content_type}
    reply = httpx2.post(f"{serve().url}/files", content=body, headers=headers)
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


def test_a_file_longer_than_a_body_may_be_is_refused(serve: Serve) -> None:
    served = serve(settings=Settings(max_body=1))
    large: Any = {"file": ("a", b"x" * 1_100_000), "purpose": (None, "vision")}
    assert httpx2.post(f"{served.url}/files", files=large).status_code == 413
    # Beyond what the form parser would put into a file on the disk, and not beyond the limit.
    fits: Any = {"file": ("a", b"x" * 1_048_000), "purpose": (None, "vision")}
    assert httpx2.post(f"{served.url}/files", files=fits).json()["bytes"] == 1_048_000


def test_the_oldest_files_are_forgotten_and_that_is_said(serve: Serve) -> None:
    with OpenAI(base_url=serve(store_size=1).url, api_key="any", max_retries=0) as client:
        made = [client.files.create(file=b"x" * 400_000, purpose="vision").id for _ in range(3)]
        assert [file.id for file in client.files.list()] == made[:0:-1]
        with pytest.raises(NotFoundError, match=r"has been forgotten.*--store-size"):
            client.files.retrieve(made[0])


def test_sessions_have_their_own_files(serve: Serve) -> None:
    one, two = serve(), serve()
    made = httpx2.post(
        f"{one.url}/files", files={"file": ("a", b"x"), "purpose": (None, "vision")}
    ).json()
    assert httpx2.get(f"{one.url}/files/{made['id']}").status_code == 200
    assert httpx2.get(f"{two.url}/files/{made['id']}").status_code == 404
    root = one.url.removesuffix("/v1")
    assert httpx2.post(f"{root}/__mockserver__/reset").status_code == 200
    assert httpx2.get(f"{one.url}/files").json()["data"] == []


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_file", "file_id": "file-missing"},
        {"type": "input_image", "file_id": "file-missing", "detail": "low"},
    ],
)
def test_files_are_looked_up_where_that_is_asked_for(serve: Serve, part: Any) -> None:
    asked = [{"role": "user", "content": [part]}]
    body = json.dumps({"model": "gpt-5", "input": asked})
    lax, strict = serve(), serve(strict_files=True)
    assert httpx2.post(f"{lax.url}/responses", content=body).status_code == 200
    refused = httpx2.post(f"{strict.url}/responses", content=body)
    assert refused.status_code == 404
    assert refused.json()["error"] == {
        "message": "File with id 'file-missing' not found.",
        "type": "invalid_request_error",
        "param": "input[0].content[0].file_id",
        "code": "file_not_found",
    }
    with OpenAI(base_url=strict.url, api_key="any") as client:
        made = client.files.create(file=("a.pdf", b"x"), purpose="user_data")
        part = {**part, "file_id": made.id}
        asked = [{"role": "user", "content": [part]}]
        known: Any = asked
        assert client.responses.create(model="gpt-5", input=known).status == "completed"
        client.files.delete(made.id)
        with pytest.raises(NotFoundError, match=made.id):
            client.responses.create(model="gpt-5", input=known)


def test_an_upload_that_was_recorded_is_replayed(tmp_path: Path) -> None:
    """Though the boundary of its parts is another one each time."""
    cassette = tmp_path / "upload.yaml"

    def run(server: MockServer) -> tuple[str, bytes]:
        with OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
            made = client.files.create(file=("a.txt", b"hello"), purpose="vision")
            return made.id, client.files.content(made.id).content

    with MockServer() as upstream:
        options: Any = {"record": "once", "upstream": upstream.base_url}
        with MockServer(cassette, **options) as recorder:
            recorded = run(recorder)
    with MockServer(cassette, record="none") as replayer:
        assert run(replayer) == recorded
        with (
            OpenAI(base_url=replayer.base_url, api_key="any", max_retries=0) as client,
            pytest.raises(UnprocessableEntityError, match="hello"),
        ):
            client.files.create(file=("a.txt", b"hullo"), purpose="vision")


def test_what_is_served_is_no_miss() -> None:
    with MockServer() as server:
        server.script("Hello")
        with OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
            client.files.create(file=b"x", purpose="vision")
            client.embeddings.create(model="text-embedding-3-small", input="x")
            with pytest.raises(NotFoundError):
                client.files.retrieve("file-x")
            client.responses.create(model="gpt-5", input="x")
        server.verify()


def test_a_script_comes_before_the_routes(serve: Serve) -> None:
    served = serve()
    served.script(
        {"when": {"method": "GET", "path": "/v1/files/*"}, "error": {"status": 503}},
    )
    with OpenAI(base_url=served.url, api_key="any", max_retries=0) as client:
        made = client.files.create(file=b"x", purpose="vision")
        assert httpx2.get(f"{served.url}/files/{made.id}").status_code == 503
        assert client.files.retrieve(made.id) == made
