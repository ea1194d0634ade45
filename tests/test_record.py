"""Recording over HTTP: everything passes at once, everything finished is kept, nothing is kept by
halves.
"""

import asyncio
import gzip
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import InternalServerError, OpenAI

from mockserver.cassettes import CassetteError, Recorder, RecordMode, load, scrub_rules
from patience import SECONDS
from upstream_double import Asked, Play, World, free_port, raw, reply, running_world, stream

KEY = "sk-proj-T3stAbCdEfGh1234567890_abcdefghijkl-XYZ"
EVENTS = [
    b'event: response.created\ndata: {"type":"response.created","sequence_number":0}\n\n',
    b"event: response.output_text.delta\ndata: "
    b'{"type":"response.output_text.delta","delta":"a"}\n\n',
    b'event: response.completed\ndata: {"type":"response.completed","sequence_number":2}\n\n',
]
MODES: tuple[RecordMode, ...] = ("all", "none")
"""Recording, then replaying."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
JSON = b'{\n  "id": "resp_1",\n  "object": "response"\n}'


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[World]:
    with running_world() as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.play = reply(JSON)
    return shared


def test_json_is_recorded_and_replayed(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    world.play = reply(JSON[:9], JSON[9:], extra="x-request-id: req_1\r\nset-cookie: a=b\r\n")
    with world.recording(path) as client:
        live = client.create({"input": "hi"})
    assert (live.status_code, live.content, live.headers["x-request-id"]) == (200, JSON, "req_1")
    assert live.headers["content-length"] == str(len(JSON))
    [kept] = load(path)
    assert (kept.request.method, kept.request.uri) == ("POST", world.upstream_url + "/v1/responses")
    assert json.loads(kept.request.body) == {"input": "hi"}
    assert kept.response.headers == (
        ("content-type", "application/json"),
        ("x-request-id", "req_1"),
    )
    assert (kept.response.status, kept.response.reason, kept.response.body) == (200, "Fine", JSON)
    with world.recording(path, "none") as client:
        replayed = client.create({"input": "hi"})
        assert world.asked == []
    assert (replayed.status_code, replayed.content) == (200, JSON)


def test_each_chunk_passes_at_once_with_its_offset(world: World, tmp_path: Path) -> None:
    received = threading.Event()
    now = [100.0]

    async def play(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: "
            b"chunked\r\n\r\n"
        )
        for number, event in enumerate(EVENTS):
            now[0] = 100.0 + number / 8
            received.clear()
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await asyncio.get_running_loop().run_in_executor(None, received.wait, SECONDS)
        writer.write(b"0\r\n\r\n")

    world.play = play
    path = tmp_path / "a.yaml"
    with (
        world.recording(path, clock=lambda: now[0]) as client,
        client.http.stream("POST", "/responses", json={"stream": True}) as live,
    ):
        got = []
        for chunk in live.iter_raw():
            got.append(chunk)
            received.set()
    assert got == EVENTS
    [kept] = load(path)
    assert kept.response.body == b"".join(EVENTS)
    assert kept.response.chunks == tuple(
        (number * 125.0, len(event)) for number, event in enumerate(EVENTS)
    )
    assert not kept.response.cut


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/responses", 429), ("GET", "/models?limit=2", 200), ("DELETE", "/x", 404)],
)
def test_errors_and_other_routes_are_recorded(
    world: World, tmp_path: Path, method: str, path: str, status: int
) -> None:
    world.play = reply(
        b'{"error": null}',
        status=status,
        extra="retry-after-ms: 1\r\nx-ratelimit-limit-tokens: 9\r\n",
    )
    with world.recording(tmp_path / "a.yaml") as client:
        live = client.http.request(method, path)
    [kept] = load(tmp_path / "a.yaml")
    assert (live.status_code, kept.response.status) == (status, status)
    assert kept.request.uri == world.upstream_url + "/v1" + path
    assert ("retry-after-ms", "1") in kept.response.headers
    assert world.asked[0].target == "/v1" + path


FAILED_EVENT = (
    b'event: error\ndata: {"type":"error","code":"rate_limit_exceeded","message":"Slow down"}\n\n'
)
FAILED_RESPONSE = (
    b'event: response.failed\ndata: {"type":"response.failed","response":'
    b'{"id":"resp_1","error":{"code":"server_error","message":"Sorry"}}}\n\n'
)
FAULTY_PROMPT = FAILED_RESPONSE.replace(b"server_error", b"invalid_prompt")


@pytest.mark.parametrize(
    ("play", "is_left_out"),
    [
        (reply(b"{}", status=401), True),
        (reply(b"{}", status=403), True),
        (reply(b"{}", status=429), True),
        (reply(b"{}", status=500), True),
        (reply(b"{}", status=529), True),
        (reply(b"{}", status=400), False),
        (reply(b"{}", status=404), False),
        (stream(EVENTS[0], FAILED_EVENT), True),
        (stream(EVENTS[0], FAILED_RESPONSE), True),
        (stream(EVENTS[0], FAULTY_PROMPT), False),
        (stream(*EVENTS), False),
    ],
)
@pytest.mark.parametrize("mode", ["once", "new_episodes"])
def test_failures_are_left_out_unless_they_are_wanted(
    world: World, tmp_path: Path, mode: RecordMode, play: Play, is_left_out: bool
) -> None:
    path = tmp_path / "a.yaml"
    world.play = play
    with world.recording(path, mode) as client:
        live = client.create()
        assert len(client.upstream.recorder.left_out) == is_left_out
    assert path.exists() is not is_left_out
    path.unlink(missing_ok=True)
    with world.recording(path, mode, keeps_errors=True) as client:
        assert client.create().content == live.content
    assert len(load(path)) == 1


def test_a_reply_without_a_body(world: World, tmp_path: Path) -> None:
    async def play(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 204 No Content\r\nx-request-id: req_1\r\n\r\n")

    world.play = play
    with world.recording(tmp_path / "a.yaml") as client:
        assert client.http.delete("/responses/resp_1").status_code == 204
        assert client.http.head("/responses/resp_1").status_code == 204
    assert [kept.response.status for kept in load(tmp_path / "a.yaml")] == [204, 204]


@pytest.mark.parametrize("base", ["", "/v1", "/openai/v1"])
def test_any_prefix_reaches_the_upstreams_path(world: World, tmp_path: Path, base: str) -> None:
    with world.recording(tmp_path / "a.yaml"):
        httpx2.post(f"{world.url}{base}/responses?a=%2F", json={}, trust_env=False)
    assert world.asked[0].target == "/v1/responses?a=%2F"


def test_a_client_that_leaves_changes_nothing(world: World, tmp_path: Path) -> None:
    gone = threading.Event()

    async def play(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(
            HEAD + b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(EVENTS[0]), EVENTS[0])
        )
        await asyncio.get_running_loop().run_in_executor(None, gone.wait, SECONDS)
        rest = b"".join(EVENTS[1:])
        writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(rest), rest))

    world.play = play
    with world.recording(tmp_path / "a.yaml") as client:
        with client.http.stream("POST", "/responses", json={}) as live:
            next(live.iter_raw())
        gone.set()
    [kept] = load(tmp_path / "a.yaml")
    assert kept.response.body == b"".join(EVENTS)
    assert not kept.response.cut


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"transfer-encoding: chunked\r\n\r\n%x\r\n", 0),
        (b"content-length: 9999\r\n\r\n", 0),
        (b"\r\n", 9),
    ],
    ids=["chunked", "length", "until-close"],
)
def test_an_upstream_killed_in_mid_stream_is_kept_as_cut(
    world: World, tmp_path: Path, head: bytes, size: int
) -> None:
    sent = EVENTS[0] + EVENTS[1][: size or None]
    world.play = raw(HEAD + (head % len(sent) if b"%x" in head else head) + sent)
    with (
        world.recording(tmp_path / "a.yaml") as client,
        client.http.stream("POST", "/responses", json={}) as live,
    ):
        got, broken = _read(live)
    [kept] = load(tmp_path / "a.yaml")
    assert (kept.response.body, kept.response.cut) == (sent, True)
    assert (got, broken) == (sent, True)
    with (
        world.recording(tmp_path / "a.yaml", "none") as client,
        client.http.stream("POST", "/responses", json={}) as again,
    ):
        assert _read(again) == (sent, True)


def test_an_sdk_sees_of_a_stream_that_broke_what_it_will_see_on_replay(
    world: World, tmp_path: Path
) -> None:
    world.play = raw(HEAD + b"content-length: 9999\r\n\r\n" + EVENTS[0])
    outcomes = []
    for mode in MODES:
        with (
            world.recording(tmp_path / "a.yaml", mode),
            OpenAI(base_url=world.url + "/v1", api_key="any") as sdk,
        ):
            events = sdk.responses.create(model="gpt-5", input="hi", stream=True)
            assert next(events).type == "response.created"
            with pytest.raises(Exception) as raised:  # noqa: PT011
                next(events)
            outcomes.append((raised.type, str(raised.value)))
    assert outcomes[0] == outcomes[1]


def test_what_is_no_stream_breaks_off_on_replay_as_well(world: World, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 99\r\n\r\n"
    world.play = raw(head + b"half a song")
    for mode in MODES:
        with (
            world.recording(tmp_path / "a.yaml", mode) as client,
            client.http.stream("POST", "/audio/speech", json={}) as live,
        ):
            assert _read(live) == (b"half a song", True)


def _read(live: httpx2.Response) -> tuple[bytes, bool]:
    """The body as far as it came, and whether it broke off."""
    got = b""
    try:
        for chunk in live.iter_raw():
            got += chunk
    except httpx2.RemoteProtocolError:
        return got, True
    return got, False


BROKEN: dict[str, tuple[Play, str]] = {
    "killed in mid-body": (
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"),
        "upstream_disconnected",
    ),
    "killed before a word": (raw(b""), "upstream_disconnected"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "upstream_disconnected"),
    "killed before the first event": (
        raw(HEAD + b"content-length: 9\r\n\r\n"),
        "upstream_disconnected",
    ),
    "says gzip, is plain": (reply(JSON, extra="content-encoding: gzip\r\n"), "upstream_encoding"),
    "says plain, is gzip": (reply(gzip.compress(JSON)), "upstream_encoding"),
    "gzip that ends early": (
        reply(gzip.compress(JSON)[:-9], extra="content-encoding: gzip\r\n"),
        "upstream_encoding",
    ),
    "an encoding unasked": (reply(JSON, extra="content-encoding: br\r\n"), "upstream_encoding"),
    "encoded twice": (reply(JSON, extra="content-encoding: gzip, gzip\r\n"), "upstream_encoding"),
    "a circle": (reply(status=307, extra="location: /v1/responses\r\n"), "upstream_redirected"),
    "a POST turned GET": (reply(status=302, extra="location: /v1/x\r\n"), "upstream_redirected"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_upstream_is_a_clear_error_and_no_recording(
    world: World, tmp_path: Path, name: str
) -> None:
    world.play, code = BROKEN[name]
    if "mid-body" in name:
        world.play = raw(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
        )
    with world.recording(tmp_path / "a.yaml") as client:
        live = client.create()
    error = live.json()["error"]
    assert (live.status_code, error["code"], error["type"]) == (502, code, "server_error")
    assert set(error) == {"message", "type", "param", "code"}
    assert live.headers["x-should-retry"] == "false"
    assert not (tmp_path / "a.yaml").exists()


def test_an_upstream_that_is_down(world: World, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with (
        world.recording(tmp_path / "a.yaml", upstream=nobody),
        OpenAI(base_url=world.url + "/v1", api_key="any") as sdk,
        pytest.raises(InternalServerError) as caught,
    ):
        sdk.responses.create(model="gpt-5", input="hi")
    assert caught.value.status_code == 502
    assert caught.value.code == "upstream_unreachable"
    assert nobody in str(caught.value)
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize(
    "sent", [b"", HEAD + b"content-length: 9\r\n\r\n"], ids=["no head", "no body"]
)
def test_an_upstream_that_is_slow(world: World, tmp_path: Path, sent: bytes) -> None:
    done = threading.Event()

    async def play(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await asyncio.get_running_loop().run_in_executor(None, done.wait, SECONDS)

    world.play = play
    with world.recording(tmp_path / "a.yaml", timeout=0.05) as client:
        live = client.create()
        done.set()
    assert (live.status_code, live.json()["error"]["code"]) == (504, "upstream_timeout")
    assert not (tmp_path / "a.yaml").exists()


def test_honest_compression_is_undone(world: World, tmp_path: Path) -> None:
    world.play = reply(gzip.compress(JSON), extra="content-encoding: gzip\r\n")
    with world.recording(tmp_path / "a.yaml") as client:
        live = client.create()
    assert live.content == JSON
    assert "content-encoding" not in live.headers
    [kept] = load(tmp_path / "a.yaml")
    assert kept.response.body == JSON
    assert world.asked[0].headers["accept-encoding"] == "identity"


def test_a_compressed_request_is_recorded_as_it_means(world: World, tmp_path: Path) -> None:
    body = json.dumps({"input": KEY}).encode()
    with world.recording(tmp_path / "a.yaml") as client:
        client.http.post(
            "/responses", content=gzip.compress(body), headers={"content-encoding": "gzip"}
        )
        refused = client.http.post("/responses", content=b"x", headers={"content-encoding": "br"})
    assert refused.status_code == 415
    assert [asked.body for asked in world.asked] == [body]
    assert b"SCRUBBED-API-KEY" in load(tmp_path / "a.yaml")[0].request.body


def test_no_key_reaches_the_disk_or_the_log(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    own, callers = "own-key-of-no-shape", "callers-key-of-no-shape"
    world.play = reply(json.dumps({"echo": [own, callers, KEY]}).encode())
    sent = {"authorization": f"Bearer {callers}"}
    with world.recording(tmp_path / "a.yaml", api_key=own) as client:
        client.create({"input": f"{own} {callers} {KEY}"}, headers=sent)
    written = (tmp_path / "a.yaml").read_text() + caplog.text
    assert [secret for secret in (own, callers, KEY) if secret in written] == []


def test_the_callers_key_is_passed_on_and_its_cookies_are_not(world: World, tmp_path: Path) -> None:
    sent = {"authorization": "Bearer callers", "cookie": "a=b", "openai-organization": "org-x"}
    with world.recording(tmp_path / "a.yaml") as client:
        client.create(headers=sent)
    [asked] = world.asked
    assert asked.headers["authorization"] == "Bearer callers"
    assert asked.headers["openai-organization"] == "org-x"
    assert "cookie" not in asked.headers


def test_the_own_key_takes_the_place_of_the_callers(world: World, tmp_path: Path) -> None:
    with world.recording(tmp_path / "a.yaml", api_key="own-key") as client:
        client.create({}, headers={"authorization": "Bearer callers", "x-api-key": "callers"})
        client.create({}, headers={"api-key": "callers"})
    first, second = world.asked
    assert first.headers["authorization"] == "Bearer own-key"
    assert "x-api-key" not in first.headers
    assert second.headers["api-key"] == "own-key"
    assert "authorization" not in second.headers


def test_only_redirects_within_the_upstream_are_followed(world: World, tmp_path: Path) -> None:
    async def play(asked: Asked, writer: asyncio.StreamWriter) -> None:
        moved = reply(status=307, extra="location: /v1/moved?x=1\r\n")
        await (reply(JSON) if asked.target.startswith("/v1/moved") else moved)(asked, writer)

    world.play = play
    with world.recording(tmp_path / "a.yaml") as client:
        assert client.create().content == JSON
    assert [asked.target for asked in world.asked] == ["/v1/responses", "/v1/moved?x=1"]
    world.play = reply(status=307, extra=f"location: http://localhost:{free_port()}/v1\r\n")
    with world.recording(tmp_path / "b.yaml") as client:
        live = client.create()
    assert live.json()["error"]["code"] == "upstream_redirected"
    assert not (tmp_path / "b.yaml").exists()


@pytest.mark.parametrize(
    "url", ["api.openai.com", "ftp://x/v1", "https://me:pw@x/v1", "https://x/v1?key=1"]
)
def test_an_upstream_must_be_a_plain_url(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="upstream"):
        Recorder(tmp_path / "a.yaml", url)


@pytest.mark.parametrize(
    ("mode", "first", "known", "new", "kept"),
    [
        ("none", [422], 200, 422, 1),
        ("once", [200, 200], 200, 422, 2),
        ("new_episodes", [200, 200], 200, 200, 3),
        ("all", [200, 200], 200, 200, 4),
        ("rewrite", [200, 200], 200, 200, 2),
    ],
)
def test_modes_mean_what_they_mean_in_vcr(
    world: World,
    tmp_path: Path,
    mode: RecordMode,
    first: list[int],
    known: int,
    new: int,
    kept: int,
) -> None:
    path = tmp_path / "a.yaml"
    with world.recording(path, mode) as client:
        assert [
            client.create({"input": str(number)}).status_code for number in range(len(first))
        ] == first
    if mode == "none":
        with world.recording(path, "all") as client:
            client.create({"input": "0"})
    assert len(load(path)) == len([status for status in first if status == 200]) or mode == "none"
    with world.recording(path, mode) as client:
        asked = len(world.asked)
        assert client.create({"input": "0"}).status_code == known
        assert (len(world.asked) == asked) is (mode in ("none", "once", "new_episodes"))
        answer = client.create({"input": "new"})
        assert answer.status_code == new
        if new == 422:
            assert "--mode new_episodes" in answer.json()["error"]["message"]
            assert answer.headers["x-should-retry"] == "false"
    assert len(load(path)) == kept


def test_a_rewrite_takes_effect_only_on_success(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with world.recording(path) as client:
        client.create({"input": "old"})
    before = path.read_bytes()
    with world.recording(path, "rewrite", commit=False) as client:
        client.create({"input": "new"})
        assert path.read_bytes() == before
    assert path.read_bytes() == before
    with world.recording(path, "rewrite") as client:
        client.create({"input": "new"})
        assert path.read_bytes() == before
    assert [json.loads(kept.request.body) for kept in load(path)] == [{"input": "new"}]


def test_matching_compares_the_scrubbed_form(world: World, tmp_path: Path) -> None:
    path, by = tmp_path / "a.yaml", scrub_rules([r"ticket-\d+"])
    body = {"input": f"key {KEY} of ticket-1", "user": "ann"}
    with world.recording(path, rules=by) as client:
        client.create(body)
    with world.recording(path, "none", rules=by) as client:
        other = {"input": "key sk-another1234567890abcdef of ticket-2", "user": "bob"}
        assert client.create(other).status_code == 200
        assert client.create({"input": "something else"}).status_code == 422


def test_what_cannot_be_written_is_an_error_and_written_later(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"

    def full(path: Path, *_: object) -> None:
        raise CassetteError(path, "it cannot be written: No space left on device")

    with world.recording(path) as client:
        with monkeypatch.context() as patch:
            patch.setattr("mockserver.cassettes.record.append_interactions", full)
            lost = client.create({"input": "1"})
            refused = client.create({"input": "2"})
            assert len(world.asked) == 1
        assert [each.json()["error"]["code"] for each in (lost, refused)] == [
            "cassette_not_written"
        ] * 2
        assert "No space left" in lost.json()["error"]["message"]
        assert client.create({"input": "3"}).status_code == 200
    assert [json.loads(kept.request.body)["input"] for kept in load(path)] == ["1", "3"]


def test_a_stream_that_cannot_be_written_does_not_end_well(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object) -> None:
        raise CassetteError(path, "it cannot be written: No space left on device")

    world.play = stream(*EVENTS)
    with world.recording(tmp_path / "a.yaml") as client, monkeypatch.context() as patch:
        patch.setattr("mockserver.cassettes.record.append_interactions", full)
        with (
            client.http.stream("POST", "/responses", json={}) as live,
            pytest.raises(httpx2.RemoteProtocolError),
        ):
            live.read()
        patch.undo()
    assert [kept.response.body for kept in load(tmp_path / "a.yaml")] == [b"".join(EVENTS)]


def test_odd_requests_pass_as_they_are(world: World, tmp_path: Path) -> None:
    with world.recording(tmp_path / "a.yaml") as client:
        headers = [(b"x-name", "é".encode("latin-1")), (b"content-type", b"text/plain")]
        client.http.put("/files/a%20b?include[]=c&q=d%26e", content=b"\x00\xff", headers=headers)
    [asked] = world.asked
    assert (asked.method, asked.body) == ("PUT", b"\x00\xff")
    assert asked.target in (
        "/v1/files/a%20b?include[]=c&q=d%26e",
        "/v1/files/a%20b?include%5B%5D=c&q=d%26e",
    )
    assert asked.headers["x-name"] == "é"
    [kept] = load(tmp_path / "a.yaml")
    assert (kept.request.body, kept.response.body) == (b"\x00\xff", JSON)


def test_a_failure_of_the_recorder_is_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("unforeseen")

    with world.recording(tmp_path / "a.yaml") as client, monkeypatch.context() as patch:
        patch.setattr("mockserver.cassettes.record.scrub_interaction", broken)
        answer = client.create()
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "recording_failed")
    assert "unforeseen" in caplog.text


def test_many_clients_at_once(world: World, tmp_path: Path) -> None:
    async def play(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(asked.body)(asked, writer)

    world.play = play
    path = tmp_path / "a.yaml"
    with world.recording(path) as client:
        threads = [
            threading.Thread(target=client.create, args=({"input": str(n)},)) for n in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    kept = load(path)
    assert sorted(json.loads(each.request.body)["input"] for each in kept) == sorted(
        map(str, range(12))
    )
    assert all(each.request.body == each.response.body for each in kept)


def test_health(world: World, tmp_path: Path) -> None:
    with world.recording(tmp_path / "a.yaml"):
        assert httpx2.get(world.url + "/__mockserver__/health", trust_env=False).status_code == 200
    assert world.asked == []


def test_vcrpy_replays_what_was_recorded(world: World, tmp_path: Path) -> None:
    vcr = pytest.importorskip("vcr", reason="vcrpy needs Python 3.11")

    path = tmp_path / "a.yaml"
    with world.recording(path) as client:
        client.create({"input": "json"})
        world.play = stream(*EVENTS)
        client.create({"input": "stream", "stream": True})
    before = load(path)
    with (
        vcr.use_cassette(
            str(path), record_mode="none", match_on=["method", "uri", "body"]
        ) as cassette,
        httpx2.Client(base_url=world.upstream_url + "/v1", trust_env=False, verify=False) as http,
    ):
        streamed = http.post("/responses", json={"stream": True, "input": "stream"})
        answered = http.post("/responses", json={"input": "json"})
        assert cassette.all_played
        cassette._save(force=True)
    assert (answered.content, streamed.content) == (JSON, b"".join(EVENTS))
    assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert load(path) == before


_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_JSON = st.dictionaries(_TEXT, _VALUES, max_size=4)
_BODIES = _JSON.map(lambda value: json.dumps(value, indent=2).encode()) | st.binary(max_size=60)
_FRAMES = st.one_of(
    _JSON.map(
        lambda value: b"event: x\ndata: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"
    ),
    st.sampled_from(
        [b": keepalive\n\n", b"data: [DONE]\n\n", b"data: a\r\ndata: b\r\n\r\n", b"event: cut\nda"]
    ),
)


@st.composite
def _answers(draw: st.DrawFn) -> tuple[int, str, list[bytes], bool]:
    """Status, content type, chunks, and whether the length is said beforehand."""
    streamed = draw(st.booleans())
    body = b"".join(draw(st.lists(_FRAMES, min_size=1, max_size=5))) if streamed else draw(_BODIES)
    if not streamed and body[:2] == b"\x1f\x8b":
        body = b""
    places = sorted(draw(st.lists(st.integers(1, max(1, len(body))), max_size=5, unique=True)))
    chunks = [
        body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True) if body[a:b]
    ]
    kind = (
        "text/event-stream; charset=utf-8"
        if streamed
        else draw(st.sampled_from(["application/json", "text/plain"]))
    )
    return (
        draw(st.sampled_from([200, 201, 400, 404, 429, 500, 503])),
        kind,
        chunks,
        draw(st.booleans()),
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(answer=_answers(), asked=_JSON)
def test_replaying_a_recording_is_the_recording(
    world: World,
    tmp_path: Path,
    answer: tuple[int, str, list[bytes], bool],
    asked: dict[str, object],
) -> None:
    path = tmp_path / "a.yaml"
    path.unlink(missing_ok=True)
    status, kind, chunks, length = answer
    world.play = reply(*chunks, status=status, kind=kind, length=length)
    with world.recording(path, "once", keeps_errors=True) as client:
        live = client.create(asked)
    with world.recording(path, "once") as client:
        again = client.create(asked)
    assert live.content == b"".join(chunks)
    assert (
        (again.status_code, again.content)
        == (live.status_code, live.content)
        == (status, live.content)
    )
    assert again.headers.get("content-type") == live.headers.get("content-type") == kind
    [kept] = load(path)
    assert not kept.response.cut
    assert kept.response.chunks is not None
    assert sum(size for _, size in kept.response.chunks) == len(live.content)
