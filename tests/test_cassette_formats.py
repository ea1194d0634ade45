"""Recordings that other tools wrote play as they are."""

import base64
import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.sync.client import connect

from mockserver import MockServer
from mockserver.cassettes import CassetteError, load, payload

GO_VCR = """\
---
version: {version}
interactions:
- {id}request:
    body: '{{"model":"gpt-5","input":"Hello"}}'
    form: {{}}
    headers:
      Content-Type: [application/json]
    url: https://api.openai.com/v1/responses
    method: POST
  response:
    body: '{{"id":"resp_1", "object":"response","status":"completed","output":[]}}'
    headers:
      Content-Type: [application/json]
    status: {status}
    code: {code}
    duration: 1.234567s
"""
REPLY = b'{"id":"resp_1", "object":"response","status":"completed","output":[]}'


def ask(cassette: Path, body: str = '{"model": "gpt-5", "input": "Hello"}') -> httpx2.Response:
    """The answer of a server that plays the cassette."""
    with MockServer(cassette=str(cassette)) as server:
        return httpx2.post(
            f"{server.base_url}/responses",
            content=body,
            headers={"content-type": "application/json", "authorization": "Bearer any"},
        )


@pytest.mark.parametrize(("version", "name"), [(1, ""), (2, "id: 0\n  ")])
def test_go_vcr(tmp_path: Path, version: int, name: str) -> None:
    path = tmp_path / "go.yaml"
    path.write_text(GO_VCR.format(version=version, id=name, status="200 OK", code=200))
    answer = ask(path)
    assert (answer.status_code, answer.content) == (200, REPLY)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [('"404 Not Found"', 404, "Not Found"), ('"429"', 429, ""), ('""', 200, "")],
)
def test_go_vcr_status(tmp_path: Path, status: str, code: int, reason: str) -> None:
    path = tmp_path / "go.yaml"
    path.write_text(GO_VCR.format(version=2, id="", status=status, code=code))
    (interaction,) = load(path)
    assert (interaction.response.status, interaction.response.reason) == (code, reason)
    assert payload(interaction.response) == REPLY


def test_go_vcr_without_a_status_is_named(tmp_path: Path) -> None:
    path = tmp_path / "go.yaml"
    path.write_text(GO_VCR.format(version=2, id="", status="200 OK", code="none"))
    with pytest.raises(CassetteError, match=r"go\.yaml, interaction 1: .* 'none', not a number"):
        load(path)


STREAM = (
    'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1"}}\n\n'
    'event: response.completed\ndata: {"type":"response.completed","response":'
    '{"id":"resp_1","object":"response","status":"completed","output":[],"note":"18 °C"}}\n\n'
).encode()
ASK = '{"model": "gpt-5", "input": "Hello"}'
ASK_STREAM = '{"model": "gpt-5", "input": "Hello", "stream": true}'
HEAD = b"HTTP/2 200 \r\ncontent-type: text/event-stream\r\nx-request-id: req_1\r\n\r\n"


@pytest.mark.parametrize(
    "before",
    [b"", b"\xef\xbb\xbf", HEAD, b"HTTP/1.1 200 Connection established\r\n\r\n" + HEAD],
    ids=["body", "mark", "head", "proxy"],
)
def test_what_curl_printed_plays_for_any_stream(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "dump.sse"
    path.write_bytes(before + STREAM)
    answer = ask(path, '{"model": "gpt-5-mini", "input": "Anything", "stream": true}')
    assert (answer.status_code, answer.content) == (200, STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    if HEAD in before:
        assert answer.headers["x-request-id"] == "req_1"


def test_a_refusal_that_curl_printed_plays(tmp_path: Path) -> None:
    path = tmp_path / "refusal.txt"
    error = b'{"error": {"message": "No", "type": "invalid_request_error"}}'
    path.write_bytes(b"HTTP/1.1 400 Bad Request\nContent-Type: application/json\n\n" + error)
    answer = ask(path)
    assert (answer.status_code, answer.content) == (400, error)


def test_a_dump_that_ends_too_soon_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "dump.sse"
    path.write_bytes(STREAM[:120])
    (interaction,) = load(path)
    assert interaction.response.cut
    assert payload(interaction.response) == STREAM[:120]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_dump_of_the_docs_plays(tmp_path: Path) -> None:
    """The command of docs/formats.md, with a server in the place of the real one."""
    page = Path(__file__).resolve().parents[1] / "docs" / "formats.md"
    block = page.read_text(encoding="utf-8").partition("```console\n$ ")[2].partition("```")[0]
    command, serve, *_ = block.split("\n$ ")
    path = tmp_path / serve.split()[-1]
    with MockServer() as server:
        server.script("Hello there")
        command = command.replace("https://api.openai.com/v1", server.base_url)
        variables = {**os.environ, "OPENAI_API_KEY": "any"}
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, env=variables)
    answer = ask(path, ASK_STREAM)
    assert path.read_bytes().endswith(answer.content)
    assert b"Hello there" in answer.content


def har(content: dict[str, object], **response: object) -> dict[str, object]:
    """A HAR file of one exchange, and of what a browser loads besides."""
    page = {
        "request": {"method": "GET", "url": "https://app.example/main.js", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"size": 9}},
    }
    request = {
        "method": "POST",
        "url": "https://api.openai.com/v1/responses",
        "httpVersion": "h2",
        "headers": [{"name": ":method", "value": "POST"}],
        "postData": {"mimeType": "application/json", "text": ASK},
    }
    headers = [{"name": "Content-Type", "value": "application/json"}]
    answer = {"status": 200, "statusText": "OK", "headers": headers, "content": content}
    exchange = {
        "startedDateTime": "2026-06-11T20:16:00.000Z",
        "request": request,
        "response": answer | response,
    }
    return {"log": {"version": "1.2", "entries": [page, exchange]}}


def save(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


ENCODED = [
    {"name": "Content-Type", "value": "application/json"},
    {"name": "Content-Encoding", "value": "gzip"},
]
PACKED = gzip.compress(REPLY, mtime=0)
HALVES = (PACKED[:10], PACKED[10:])


@pytest.mark.parametrize(
    ("content", "response"),
    [
        ({"text": REPLY.decode()}, {}),
        ({"text": base64.b64encode(REPLY).decode(), "encoding": "base64"}, {}),
        ({"text": REPLY.decode()}, {"headers": ENCODED}),
        (
            {
                "text": json.dumps([base64.b64encode(half).decode() for half in HALVES]),
                "encoding": "base64",
            },
            {"headers": ENCODED},
        ),
        ({"text": json.dumps([half.hex() for half in HALVES])}, {"headers": ENCODED}),
    ],
    ids=["text", "base64", "decoded", "polly", "polly-hex"],
)
def test_har(tmp_path: Path, content: dict[str, object], response: dict[str, object]) -> None:
    path = save(tmp_path / "a.har", har(content, **response))
    (interaction,) = load(path)
    assert interaction.recorded_at == "2026-06-11T20:16:00.000Z"
    assert interaction.request.headers == ()
    answer = ask(path)
    assert (answer.status_code, answer.content) == (200, REPLY)


def test_a_websocket_of_chrome_keeps_its_messages(tmp_path: Path) -> None:
    sent = json.dumps({"type": "response.create", **json.loads(ASK)})
    said = '{"type":"response.completed","response":{"id":"resp_1","output":[]}}'
    document = {
        "log": {
            "entries": [
                {
                    "request": {"method": "GET", "url": "wss://api.openai.com/v1/responses"},
                    "response": {"status": 101, "content": {"size": 0}},
                    "_webSocketMessages": [
                        {"type": "send", "time": 1781208960.0, "opcode": 1, "data": sent},
                        {"type": "receive", "time": 1781208960.5, "opcode": 1, "data": said},
                    ],
                }
            ]
        }
    }
    path = save(tmp_path / "a.har", document)
    (interaction,) = load(path)
    messages = interaction.response.messages or ()
    assert [(each.sender, each.offset_ms) for each in messages] == [("client", 0), ("server", 500)]
    with MockServer(cassette=str(path)) as server:
        url = server.base_url.replace("http", "ws", 1) + "/responses"
        with connect(url, additional_headers={"authorization": "Bearer any"}) as socket:
            socket.send(sent)
            assert socket.recv() == said


def node(**response: object) -> dict[str, object]:
    request = {
        "url": "https://api.openai.com/v1/responses",
        "method": "POST",
        "body": json.loads(ASK_STREAM if "chunks" in response else ASK),
        "timestamp": 1,
    }
    answer = {"status": 200, "statusText": "OK", **response}
    return {"hash": "0", "request": request, "response": answer}


def test_a_stream_of_a_node_recorder_keeps_its_chunks_and_times(tmp_path: Path) -> None:
    text = STREAM.decode()
    recording = node(
        headers={"content-type": "text/event-stream"},
        chunks=[text[:-10], text[-10:]],
        chunkTimings=[200, 50],
        isStreaming=True,
    )
    path = save(tmp_path / "node.json", {"meta": {"name": "x"}, "recordings": [recording]})
    (interaction,) = load(path)
    assert interaction.response.chunks == ((200, len(STREAM) - 11), (250, 11))  # ° has two bytes
    assert ask(path, ASK_STREAM).content == STREAM


def test_the_list_of_an_older_node_recorder(tmp_path: Path) -> None:
    recording = node(headers={"content-type": "application/json"}, body=json.loads(REPLY))
    path = save(tmp_path / "node.json", [recording])
    assert ask(path).json() == json.loads(REPLY)


MASK = "**REDACTED**"


def test_masked_cassettes_play_equal_bodies_in_order(tmp_path: Path) -> None:
    """As LangChain's tests write them: parallel lists, the URI and every header masked."""
    request = {"method": "POST", "uri": MASK, "body": ASK_STREAM, "headers": {"Accept": [MASK]}}
    second = STREAM.replace(b"18", b"19").decode()
    replies = [
        {"status": {"code": 200}, "headers": {"Content-Type": MASK}, "body": {"string": text}}
        for text in (STREAM.decode(), second)
    ]
    path = tmp_path / "masked.yaml"
    path.write_text(yaml.safe_dump({"requests": [request] * 2, "responses": replies}))
    with MockServer(cassette=str(path)) as server:
        answers = [
            httpx2.post(f"{server.base_url}/responses", content=ASK_STREAM) for _ in range(2)
        ]
    assert [answer.content for answer in answers] == [STREAM, second.encode()]
    assert answers[0].headers["content-type"].startswith("text/event-stream")
    assert "its URI is masked" in load(path)[0].note


def test_masked_chat_completions_are_not_taken_for_responses(tmp_path: Path) -> None:
    request = {"method": "POST", "uri": MASK, "body": '{"messages": []}', "headers": {}}
    reply = {"status": {"code": 200}, "headers": {}, "body": {"string": "{}"}}
    path = tmp_path / "masked.yaml"
    path.write_text(yaml.safe_dump({"requests": [request], "responses": [reply]}))
    assert load(path)[0].request.uri == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.har",
            har({"size": 7}),
            r"a\.har, entry 2: a HAR file: the answer's body was not saved",
        ),
        ("a.har", har({"text": "a", "encoding": "base64"}), r"entry 2: .* is not what its `enc"),
        ("a.har", {"log": {"entries": []}}, r"a HAR file in which no request to this API was kept"),
        ("a.har", {"log": {"entries": [3]}}, r"a\.har, entry 1: a HAR file: it has no `request`"),
        (
            "a.har",
            {"log": {"entries": [har({})["log"]["entries"][1] | {"_webSocketMessages": [1]}]}},  # type: ignore[index]
            r"entry 1: a HAR file: `_webSocketMessages` is no list",
        ),
        ("n.json", {"recordings": [{"request": {}}]}, r"entry 1: .* it has no `response`"),
        (
            "n.json",
            {"recordings": [node(chunks=["a", "b"], chunkTimings=[1])]},
            r"n\.json, entry 1: .*`chunkTimings` are not one number .* Delete `chunkTimings`",
        ),
        ("n.json", {"recordings": [node(chunks=[1])]}, r"`chunks` are not a list of texts"),
        ("f.json", {"fixtures": []}, r"f\.json: it is a file of aimock's fixtures\. .*convert"),
        ("c.json", {"object": "chat.completion"}, r"a reply of the Chat Completions API\. Record"),
        ("k.json", [{"scope": "", "path": "", "response": {}}], r"a recording of nock\. Record"),
        ("s.sse", b'data: {"object":"chat.completion.chunk"}\n\n', r"begins with 'chat.compl"),
        ("s.sse", b": only a comment\n\n", r"s\.sse: the dump holds no event"),
        ("s.sse", b"HTTP/1.1 200 OK\r\nA: b", r"s\.sse: the dump ends within its headers"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: object, said: str
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        save(path, content)
    with pytest.raises(CassetteError, match=said) as caught:
        load(path)
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda members: st.lists(members) | st.dictionaries(st.text(), members),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(part=st.sampled_from(["log", "recordings"]), keys=st.permutations(range(6)), value=JSON)
def test_any_damage_is_one_line(tmp_path: Path, part: str, keys: list[int], value: object) -> None:
    """One value somewhere in a file of each format is any other."""
    document = har({"text": "{}"}) if part == "log" else {"recordings": [node(chunks=["a"])]}
    place: object = document
    for key in keys:
        names = list(place) if isinstance(place, dict) else range(len(place))  # type: ignore[arg-type]
        if not names:
            return
        name = names[key % len(names)]
        child = place[name]  # type: ignore[index]
        if key == 0 or not isinstance(child, dict | list):
            place[name] = value  # type: ignore[index]
            break
        place = child
    path = save(tmp_path / "a.json", document)
    told = ""
    try:
        load(path)
    except CassetteError as error:
        told = str(error)
    assert not told or told.startswith(str(path))
    assert len(told.splitlines()) <= 1
