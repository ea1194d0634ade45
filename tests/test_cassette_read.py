"""Reading cassettes of every dialect, and refusing what cannot be read safely."""

import base64
import gzip
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver import content_coding
from mockserver.cassettes import (
    CassetteError,
    Interaction,
    SocketMessage,
    cassette_kind,
    document,
    iterate,
    load,
    payload,
)
from mockserver.session import load_cassettes
from mockserver.sse import events

REPLY = b'{\n  "id": "resp_1",\n  "text": "caf\\u00e9",\n  "n": 1.0\n}'
ASK = b'{"model":"gpt-5","input":"Hi"}'

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def save(text: str | bytes, name: str = "a.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return save


def cassette(
    body: str = "string: '{}'",
    *,
    headers: str = "{}",
    request: str = 'body: "{}"',
    status: str = "{code: 200}",
) -> str:
    return f"""interactions:
- request:
    method: POST
    uri: https://api.openai.com/v1/responses
    headers: {{Accept: [application/json]}}
    {request}
  response:
    status: {status}
    headers: {headers}
    body:
      {body}
version: 1
"""


def only(path: Path) -> Interaction:
    (interaction,) = load(path)
    return interaction


def test_plain_vcr(write: Write) -> None:
    path = write(
        cassette(
            f"string: {json.dumps(REPLY.decode())}", request=f"body: {json.dumps(ASK.decode())}"
        )
    )
    got = only(path)
    assert (got.request.method, got.request.uri) == ("POST", "https://api.openai.com/v1/responses")
    assert got.request.headers == (("accept", "application/json"),)
    assert got.request.body == ASK
    assert (got.response.status, got.response.body) == (200, REPLY)
    assert got.source == f"{path}#1"


def binary(body: bytes) -> str:
    return f"string: !!binary {base64.b64encode(body).decode()}"


def raw_deflate(body: bytes) -> bytes:
    codec = zlib.compressobj(wbits=-15)
    return codec.compress(body) + codec.flush()


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (REPLY, ""),
        (REPLY, "gzip"),
        (REPLY, "deflate"),
        (REPLY, "br"),
        (REPLY, "zstd"),
        (REPLY, "unheard-of"),
        (gzip.compress(REPLY, mtime=0), "gzip"),
        (gzip.compress(REPLY, mtime=0), "x-gzip"),
        (gzip.compress(REPLY, mtime=0), ""),
        (gzip.compress(REPLY, mtime=0), "br"),
        (gzip.compress(REPLY[:9], mtime=0) + gzip.compress(REPLY[9:], mtime=0), "gzip"),
        (zlib.compress(REPLY), "deflate"),
        (raw_deflate(REPLY), "deflate"),
        (gzip.compress(zlib.compress(REPLY), mtime=0), "deflate, gzip"),
    ],
)
def test_bodies_are_decoded_whatever_the_header_says(
    write: Write, body: bytes, header: str
) -> None:
    headers = f"{{Content-Encoding: {json.dumps(header)}}}" if header else "{}"
    assert only(write(cassette(binary(body), headers=headers))).response.body == REPLY


@pytest.mark.parametrize("header", ["br", ""])
def test_brotli(write: Write, header: str) -> None:
    brotli = pytest.importorskip("brotli", reason="the extra `decode` is not installed")
    packed = brotli.compress(REPLY)
    got = only(
        write(cassette(binary(packed), headers=f"{{content-encoding: {json.dumps(header)}}}"))
    )
    assert got.response.body == (REPLY if header else packed)  # brotli has no mark of its own


@pytest.mark.parametrize("header", ["zstd", ""])
def test_zstd(write: Write, header: str) -> None:
    zstandard = pytest.importorskip("zstandard", reason="the extra `decode` is not installed")
    packed = zstandard.ZstdCompressor().compress(REPLY)
    got = only(
        write(cassette(binary(packed), headers=f"{{content-encoding: {json.dumps(header)}}}"))
    )
    assert got.response.body == REPLY


def test_missing_codec_names_the_extra(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    path = write(cassette(binary(b"\x8b\x00\x80abc\x03"), headers="{content-encoding: br}"))
    with pytest.raises(
        CassetteError, match=r"interaction 1: .*`br`.*`brotli`.*mockserver\[decode\]"
    ):
        load(path)


def test_parsed_body_keeps_values(write: Write) -> None:
    text = """interactions:
- request: {method: POST, uri: /v1/responses, headers: {}, parsed_body: {model: gpt-5, when: 2026-01-01, 1: one}}
  response: {status: {code: 200, message: OK}, headers: {}, parsed_body: {a: 1.0, b: [true, null], day: 2026-01-01}}
"""
    got = only(write(text))
    assert json.loads(got.request.body) == {"model": "gpt-5", "when": "2026-01-01", "1": "one"}
    assert got.response.body is None
    assert got.response.value == {"a": 1.0, "b": [True, None], "day": "2026-01-01"}
    assert json.loads(payload(got.response)) == got.response.value
    assert b"1.0" in payload(got.response)


def test_json_serializer(write: Write) -> None:
    value = {
        "version": 1,
        "interactions": [
            {
                "request": {
                    "method": "POST",
                    "uri": "/v1/responses",
                    "body": ASK.decode(),
                    "headers": {},
                },
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {},
                    "body": {"string": "é"},
                },
            }
        ],
    }
    got = only(write(b"\xef\xbb\xbf" + json.dumps(value, indent=2).encode(), "a.json"))
    assert (got.request.body, got.response.body, got.response.reason) == (ASK, "é".encode(), "OK")


def test_yaml_in_flow_style_is_not_taken_for_json(write: Write) -> None:
    got = only(
        write(
            "{interactions: [{request: {uri: /responses, method: get}, response: {status: 200, "
            "content: hi}}]}"
        )
    )
    assert (got.request.method, got.response.status, got.response.body) == ("GET", 200, b"hi")


@pytest.mark.parametrize(
    "headers",
    [
        "{X-A: [one, two], x-b: '3'}",
        "{X-A: [one, two], x-b: 3}",
        "{X-A: [!!binary b25l, !!binary dHdv], x-b: !!binary Mw==}",
        "[[X-A, one], [X-A, two], [x-b, '3']]",
        "[!!python/tuple [X-A, [one, two]], !!python/tuple [x-b, ['3']]]",
        '{X-A: ["one\\r\\n", two], !!python/unicode x-b: !!python/unicode "3"}',
    ],
)
def test_headers_of_every_shape(write: Write, headers: str) -> None:
    got = only(write(cassette(headers=headers)))
    assert got.response.headers == (("x-a", "one"), ("x-a", "two"), ("x-b", "3"))


def test_harmless_tags_become_plain_data(write: Write) -> None:
    bytes_io = (
        "body: !!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary "
        "eyJhIjoxfQ==, 0, null]}"
    )
    iterator = (
        "body: !!python/object/apply:builtins.iter {args: [[!!binary eyJh, 'Ijox'], ignored]}"
    )
    assert only(write(cassette(request=bytes_io))).request.body == b'{"a":1}'
    assert only(write(cassette(request=iterator))).request.body == b'{"aIjox'
    assert only(write(cassette('string: !!python/unicode "é"'))).response.body == "é".encode()
    assert only(write(cassette("string: !binary aGk="))).response.body == b"hi"


def test_langchain_parallel_lists_in_a_gzipped_file(write: Write) -> None:
    text = """requests:
- {method: POST, uri: /v1/responses, body: one, headers: {}}
- {method: POST, uri: /v1/responses, body: two, headers: {}}
responses:
- {status: {code: 200}, headers: {}, body: {string: first}}
- {status: {code: 200}, headers: {}, body: {string: second}}
"""
    path = write(gzip.compress(text.encode()), "a.yaml.gz")
    assert [(i.request.body, i.response.body) for i in load(path)] == [
        (b"one", b"first"),
        (b"two", b"second"),
    ]
    with pytest.raises(CassetteError, match="2 requests but 1 responses"):
        load(write(text.rpartition("- {status")[0]))


def test_betamax(write: Write) -> None:
    text = f"""http_interactions:
- recorded_at: Mon, 01 Jan 2026 00:00:00 GMT
  request: {{method: post, uri: /v1/responses, headers: {{}}, body: {{encoding: utf-8, string: hi}}}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{}}
    body: {{encoding: ASCII-8BIT, base64_string: {base64.b64encode(REPLY).decode()}}}
"""
    got = only(write(text))
    assert (got.request.method, got.request.body, got.response.body) == ("POST", b"hi", REPLY)
    assert got.recorded_at == "Mon, 01 Jan 2026 00:00:00 GMT"


def test_empty_bodies_anchors_and_unknown_keys(write: Write) -> None:
    text = """interactions:
- {request: {method: DELETE, uri: /r, body: null, headers: &h {a: b}}, response: {status: {code: 204}, body: null}}
- {request: {method: GET, uri: /r, headers: *h, new: 1}, response: {status: {code: 200}, body: {string: null}}, x: 1}
unknown: {deep: [1, 2]}
"""
    first, second = load(write(text))
    assert (first.response.status, first.response.body, first.response.headers) == (204, b"", ())
    assert second.request.headers == (("a", "b"),)


def test_what_our_own_recordings_add(write: Write) -> None:
    added = """string: abcdef
    mockserver:
      recorded_at: '2026-02-03T00:00:00Z'
      cut: true
      chunks: [[0, 2], [12.5, 4]]
      websocket: [{from: client, offset_ms: 0, data: a}, {from: server, offset_ms: 3, data: b}]"""
    got = only(write(cassette(added)))
    assert got.recorded_at == "2026-02-03T00:00:00Z"
    assert (got.response.cut, got.response.chunks) == (True, ((0.0, 2), (12.5, 4)))
    assert got.response.messages == (
        SocketMessage("client", 0.0, "a"),
        SocketMessage("server", 3.0, "b"),
    )


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("chunks: [[0, 2]]", r"add up to 2 bytes, but its body has 6.*delete `chunks`"),
        ("chunks: [[0, -1], [0, 7]]", "add up to 6"),
        ("chunks: 5", r"not a list of \[offset_ms, length\]"),
        ("chunks: [[.nan, 6]]", "not a list"),
        ("websocket: [{from: nobody, data: x}]", "from, offset_ms, data"),
    ],
)
def test_additions_that_do_not_fit(write: Write, added: str, says: str) -> None:
    with pytest.raises(CassetteError, match=says):
        load(write(cassette(f"string: abcdef\n    mockserver: {{{added}}}")))


def test_event_list(write: Write) -> None:
    path = write(
        '{"type":"response.created","n":1}\n{"type":"response.broken",]\n\nnot json\n',
        "a.chunks.txt",
    )
    got = only(path)
    assert got.reply_only
    assert cassette_kind(path) == "recorded"
    assert [(e.name, e.data) for e in events(payload(got.response))] == [
        ("response.created", '{"type":"response.created","n":1}'),
        ("response.broken", '{"type":"response.broken",]'),
        ("", "not json"),
    ]


def test_bare_answers(write: Write) -> None:
    response = only(write('{"id": "resp_1", "object": "response", "error": null}', "a.json"))
    error = only(write('{"error": {"message": "no", "type": "invalid_request_error"}}', "b.json"))
    assert (response.response.status, response.reply_only) == (200, True)
    assert (error.response.status, error.reply_only) == (400, True)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("interactions:\n- reply: hi\n", "scripted"),
        ("interactions:\n- error: {status: 400, message: no, type: x}\n", "scripted"),
        ("interactions:\n- when: {model: m}\n  reply: hi\n", "scripted"),
        ("interactions:\n- repyl: hi\n", "scripted"),
        (cassette(), "recorded"),
        ("version: 1\ninteractions: []\n", "scripted"),
        ('{"interactions": [{"reply": "hi"}]}', "scripted"),
    ],
)
def test_kind(write: Write, text: str, answer: str) -> None:
    assert cassette_kind(write(text)) == answer


def test_kind_reads_no_further_than_it_must(write: Write) -> None:
    assert cassette_kind(write(cassette().replace("version: 1", "- {]"))) == "recorded"


def test_mixed_cassettes(write: Write) -> None:
    path = write(cassette().replace("interactions:\n", "interactions:\n- reply: hi\n"))
    contents = load_cassettes([str(path)])
    assert [each.source for each in contents.recorded] == [f"{path}#2"]
    assert [each.source for each in contents.steps] == [f"{path}:2"]
    with pytest.raises(
        CassetteError, match=r"it is scripted, where only recordings are read\..*`show`"
    ):
        load(path)
    with pytest.raises(
        CassetteError, match="interaction 2: it is scripted, in a cassette that begins with a rec"
    ):
        load(write(cassette().replace("version: 1\n", "- reply: hi\n")))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("version: 1\n", "no list `interactions`"),
        ('{"version": 1}', "no list `interactions`"),
        ("interactons: []\n", "no list `interactions`. Write it in place of `interactons`."),
        ('{"interactons": []}', "no list `interactions`. Write it in place of `interactons`."),
        ("- request: {}\n", "before vcrpy 1.0.*vcr.migration"),
        ("[1]", "not a mapping"),
        ("just a text", "not a mapping. A cassette is a mapping with a list `interactions`"),
        ("- reply: hi\n", "a list of scripted interactions.*Put it below a line `interactions:`"),
        ('[{"error": 1}]', "a list of scripted interactions.*Put it below a line `interactions:`"),
        ("interactions: 5\n", "line 1: `interactions` is not a list"),
        ('{"interactions": 5}', "`interactions` is not a list"),
        (
            "interactions:\n- 5\n",
            "interaction 1: this is no recorded interaction: it is no mapping",
        ),
        (
            "interactions:\n- request: {}\n",
            "interaction 1: this is no recorded interaction: it has the keys request",
        ),
        ("interactions: []\n---\na: 1\n", "more than one YAML document"),
        (cassette()[:-14], "line 1[0-9]: it is not valid YAML"),
        ("interactions:\n- \x00\n", "not readable text"),
        (b"interactions:\n- \xff\xfe\n", "not readable text"),
        (b"\x1f\x8b\x08broken", "cannot be read"),
        ("a: " + "[" * 5000, "line|nested"),
        ("interactions:\n- &a [*a]\n", "line 2.*absurdly large or endless"),
        (cassette(request="body: !!int abc"), "a value cannot be read|valid YAML"),
        (
            cassette(status="{code: abc}"),
            "interaction 1: the response's status is 'abc', not a number",
        ),
        (cassette(status="{code: 7}"), "7, not an HTTP status"),
        (cassette(headers="5"), "neither a mapping nor a list of pairs"),
        (cassette("base64_string: '*'"), "not base64|base64"),
        (cassette().replace("uri: ", "url_: "), "the request has no `uri`"),
        (
            cassette().replace("  response:\n", "  response: 5\n  other:\n"),
            "`response` is not a mapping",
        ),
    ],
)
def test_refused(write: Write, text: str | bytes, says: str) -> None:
    path = write(text)
    with pytest.raises(CassetteError, match=rf"(?s){path.name}.*({says})"):
        load(path)


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.getpid []",
        "!!python/object:vcr.request.Request {}",
        "!!python/name:os.system",
    ],
)
def test_object_tags_are_refused_and_never_run(
    write: Write, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: pytest.fail("the tag was run"))
    with pytest.raises(
        CassetteError,
        match=rf"a.yaml, line 6: the tag {tag.split()[0]} asks for more than plain data",
    ):
        load(write(cassette(request=f"body: {tag}")))


def test_aliases_cannot_explode(write: Write) -> None:
    levels = "\n".join(f"    - &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    text = cassette(f"parsed: {{}}\n    parsed_body:\n    - &l0 [x]\n{levels}")
    with pytest.raises(CassetteError, match="absurdly large"):
        load(write(text))


def test_merge_keys_cannot_explode(write: Write) -> None:
    levels = "\n".join(
        f"  l{n}: &l{n}\n    <<: [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9)
    )
    text = f"interactions:\n- l0: &l0 {{a: 1, b: 2}}\n{levels}\n"
    with pytest.raises(CassetteError, match=r"line .*absurdly large"):
        load(write(text))


def test_a_merged_mapping_counts_as_written(write: Write) -> None:
    text = cassette(request="<<: {body: merged, method: GET}")
    assert only(write(text)).request.body == b"merged"
    assert only(write(text)).request.method == "POST"


def test_bombs_and_absurd_sizes(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = binary(gzip.compress(b"x" * 200_000))
    path = write(cassette(bomb, headers="{content-encoding: gzip}"))
    monkeypatch.setattr(content_coding, "MAX_BODY", 100_000)
    with pytest.raises(
        CassetteError, match="interaction 1: the response's body is a decompression bomb"
    ):
        load(path)
    monkeypatch.setattr(document, "MAX_FILE", 100_000)
    packed = write(gzip.compress(b"# " + b"x" * 200_000), "b.yaml.gz")
    big = write(b"# " + b"x" * 200_000, "c.yaml")
    flow = write(gzip.compress(b"{" + b" " * 200_000), "d.json")
    for file in (packed, big, flow):
        with pytest.raises(CassetteError, match="larger than"):
            load(file)


@pytest.mark.parametrize("codec", ["brotli", "zstandard"])
def test_bombs_of_other_codecs(write: Write, monkeypatch: pytest.MonkeyPatch, codec: str) -> None:
    module: Any = pytest.importorskip(codec, reason="the extra `decode` is not installed")
    plain = b"x" * 300_000
    body = module.compress(plain) if codec == "brotli" else module.ZstdCompressor().compress(plain)
    monkeypatch.setattr(content_coding, "MAX_BODY", 100_000)
    header = "br" if codec == "brotli" else "zstd"
    with pytest.raises(CassetteError, match="decompression bomb"):
        load(write(cassette(binary(body), headers=f"{{content-encoding: {header}}}")))


def test_loading_tells_how_far_it_is(write: Write) -> None:
    item = cassette().partition("\n")[2].partition("version")[0]
    path = write("interactions:\n" + item * 400)
    told: list[tuple[int, int]] = []
    assert len(load(path, progress=lambda done, size: told.append((done, size)))) == 400
    assert told[-1][1] == path.stat().st_size
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert 0 < told[0][0] < told[-1][0] <= told[-1][1]


def test_interactions_come_one_at_a_time(write: Write) -> None:
    item = cassette().partition("\n")[2].partition("version")[0]
    stream = iterate(write("interactions:\n" + item * 3 + "- {]\n"))
    assert next(stream).request.method == "POST"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match=r"nowhere\.yaml: it cannot be read: No such file"):
        load(tmp_path / "nowhere.yaml")


def test_without_libyaml(write: Write) -> None:
    """PyYAML may have been built without its C library: the same result, more slowly."""
    good = write(cassette("string: 'é'"), "good.yaml")
    bad = write(cassette(request="body: !!python/name:os.system ''"), "bad.yaml")
    code = (
        "import sys, yaml; del yaml.CSafeLoader\n"
        "from mockserver.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "show", f"{good}#1", str(bad)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert "é" in done.stdout
    assert "line 6: the tag !!python/name:os.system asks for more than plain data" in done.stderr


# fmt: off
PIECES = st.sampled_from([
    "- ", ": ", "[", "]", "{", "}", "'", '"', "\n", "  ", "!!binary ", "!!python/tuple ", "!!int ", "!!map ", "&a ",
    "*a", "!!python/object/new:_io.BytesIO ", "!!python/object/apply:builtins.iter ", "state", "args", "5", "null", "x",
    "#", "<<: ", "string", "parsed_body", "base64_string", "mockserver", "chunks", "\t", "é", "\x00", "---\n",
    "2026-01-01",
])
# fmt: on
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), PIECES), min_size=1, max_size=6)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS, st.booleans())
def test_whatever_is_broken_is_refused_or_read(
    write: Write, edits: list[tuple[int, int, str]], packed: bool
) -> None:
    text = cassette("string: !!binary aGk=", headers="{A: [b]}")
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    raw = gzip.compress(text.encode()) if packed else text.encode()
    with suppress(CassetteError):
        for interaction in load(write(raw)):
            payload(interaction.response)
    with suppress(CassetteError):
        cassette_kind(write(raw))


def corpus() -> Iterator[Path]:
    shared = Path(
        os.environ.get("MOCKSERVER_SHARED")
        or Path(__file__).resolve().parent.parent.parent / "shared"
    )
    return iter(sorted((shared / "corpus" / "dialects").glob("*.*")))


def test_the_collected_dialects() -> None:
    files = list(corpus())
    if not files:
        pytest.skip(
            "the collection of recordings is not beside the repository (set MOCKSERVER_SHARED)"
        )
    pytest.importorskip("brotli", reason="the extra `decode` is not installed")
    pytest.importorskip("zstandard", reason="the extra `decode` is not installed")
    assert sum(len(load(path)) for path in files) == 56
    for path in (files[0].parent / "must_refuse").iterdir():
        with pytest.raises(CassetteError):
            load(path)
