"""Writing cassettes: what is written is read again exactly, by us and by vcrpy, and never by
halves.
"""

import errno
import multiprocessing
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.cassettes import (
    CassetteError,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    SocketMessage,
    append_interactions,
    load,
    render_interaction,
    replace_interactions,
    yaml_scalar,
)

SSE = b'event: response.created\ndata: {"type":"response.created"}\n\ndata: [DONE]\n\n'
JSON = b'{\n  "id": "resp_1",\n  "text": "caf\\u00e9"\n}'


def interaction(
    body: bytes = JSON,
    *,
    request: bytes = b'{"input":"hi"}',
    content_type: str = "application/json",
    **kept: Any,
) -> Interaction:
    return Interaction(
        RecordedRequest(
            "POST",
            "https://api.openai.com/v1/responses",
            (("content-type", "application/json"),),
            request,
        ),
        RecordedResponse(
            200, "OK", (("content-type", content_type), ("x-request-id", "req_1")), body, **kept
        ),
    )


def same(one: Interaction, other: Interaction) -> bool:
    return (one.request, one.response) == (other.request, other.response)


def test_a_new_cassette_reads_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "chat.yaml"
    first = interaction()
    second = interaction(
        SSE, content_type="text/event-stream", chunks=((1.5, 30), (20.25, len(SSE) - 30)), cut=True
    )
    append_interactions(path, [first])
    append_interactions(path, [second])
    one, two = load(path)
    assert same(one, first)
    assert two.response.body == SSE
    assert two.response.cut
    assert two.response.chunks == ((1.5, 30), (20.2, len(SSE) - 30))
    assert two.source == f"{path}#2"


def test_a_conversation_keeps_its_messages(tmp_path: Path) -> None:
    messages = (
        SocketMessage("client", 0.0, '{"type":"response.create"}'),
        SocketMessage("server", 3.5, "line\n  two\n\n"),
    )
    append_interactions(
        tmp_path / "a.yaml", [interaction(b"", messages=messages), interaction(b"", messages=())]
    )
    first, second = load(tmp_path / "a.yaml")
    assert first.response.messages == messages
    assert second.response.messages == ()


def test_bodies_are_literal_blocks_in_a_stable_order() -> None:
    assert render_interaction(
        interaction(SSE, content_type="text/event-stream", chunks=((0.0, len(SSE)),))
    ) == (
        "- request:\n"
        "    method: POST\n"
        "    uri: https://api.openai.com/v1/responses\n"
        "    headers:\n"
        "      content-type:\n"
        "      - application/json\n"
        "    body: |-\n"
        '      {"input":"hi"}\n'
        "  response:\n"
        "    status:\n"
        "      code: 200\n"
        "      message: OK\n"
        "    headers:\n"
        "      content-type:\n"
        "      - text/event-stream\n"
        "      x-request-id:\n"
        "      - req_1\n"
        "    body:\n"
        "      string: |+\n"
        "        event: response.created\n"
        '        data: {"type":"response.created"}\n'
        "\n"
        "        data: [DONE]\n"
        "\n"
        "    mockserver:\n"
        f"      chunks: [[0, {len(SSE)}]]\n"
    )


HARD = [
    b"",
    b"\n",
    b"\n\n\n",
    b" ",
    b"  leading",
    b"\ttab",
    b"\n\n  late start",
    b"trailing \nspace ",
    b" \n \n",
    b"a\r\nb\r\n",
    b"a\rb",
    b"\xef\xbb\xbfbom",
    b"nul\x00",
    b"bell\x07 del\x7f",
    b"\xff\xfe\x00",
    b"next\xc2\x85line",
    "line\u2028sep\u2029".encode(),
    "\U0001f600 \ufffd \uffff \ue000".encode(),
    b"- request:\n# comment\n---\n...\n%YAML",
    b"null",
    b"1.0",
    b"x" * 70_000,
    b"'quotes\" and \\ back",
    b": colon # hash",
]


@pytest.mark.parametrize("body", HARD, ids=[repr(body)[:24] for body in HARD])
def test_hard_bodies_survive(tmp_path: Path, body: bytes) -> None:
    given = interaction(body, request=body)
    append_interactions(tmp_path / "a.yaml", [given, given])
    append_interactions(tmp_path / "a.yaml", [given])
    assert all(same(read, given) for read in load(tmp_path / "a.yaml"))


_LINES = st.lists(
    st.text(st.sampled_from(" \t\n\r:#-|>ab\u2028\x85é\U0001f600\x00"), max_size=6), max_size=5
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=40),
        st.text(max_size=40).map(lambda t: t.encode("utf-8", "replace")),
        _LINES.map(lambda lines: "\n".join(lines).encode()),
    )
)
def test_any_bytes_survive(body: bytes) -> None:
    if body[:2] == b"\x1f\x8b":
        return
    document = yaml.safe_load(
        "interactions:\n" + render_interaction(interaction(body, request=body))
    )
    item = document["interactions"][0]
    for kept in (item["request"]["body"], item["response"]["body"]["string"]):
        assert (kept.encode() if isinstance(kept, str) else kept) == body


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_scalar_survives(text: str) -> None:
    assert yaml.safe_load(f"key: {yaml_scalar(text)}\n") == {"key": text}


@pytest.mark.parametrize(
    "text",
    ["yes", "Null", "on", "2020-10-01", "1e3", "", "a: b", "a #b", "a:", "- a", "~", "=", "[a]"],
)
def test_a_scalar_stays_text(text: str) -> None:
    assert yaml.safe_load(f"key: {yaml_scalar(text)}\n") == {"key": text}


def test_a_new_file_is_for_its_owner_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    append_interactions(path, [interaction()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    append_interactions(path, [interaction()])
    replace_interactions(path, [interaction()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "real" / "a.yaml")
    append_interactions(link, [interaction()])
    append_interactions(link, [interaction()])
    assert link.is_symlink()
    assert len(load(tmp_path / "real" / "a.yaml")) == 2


def test_replace_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    append_interactions(path, [interaction(), interaction()])
    replace_interactions(path, [interaction(SSE)])
    assert [read.response.body for read in load(path)] == [SSE]
    replace_interactions(path, [])
    assert load(path) == []
    append_interactions(path, [interaction()])
    assert len(load(path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "interactions:\n- request: {method: GET, uri: /v1/models}\n  response:\n    status: "
        "{code: 200}\n"
        "    body: {string: |+\n        a\n\n      }\nversion: 1\n",
        "version: 1\ninteractions:\n  - request: {method: GET, uri: /v1/models}\n    response: "
        "{status: {code: 200}}\n",
        '{"interactions": [{"request": {"method": "GET", "uri": "/v1/models"},'
        ' "response": {"status": {"code": 200}}}]}',
        "# by hand\ninteractions:\n# one\n- request: {method: GET, uri: /v1/models}\n  response: "
        "{status: {code: 200}}",
        "interactions:\r\n- request: {method: GET, uri: /v1/models}\r\n  response: {status: "
        "{code: 200}}\r\n",
        "{version: 1, interactions: [{request: {method: GET, uri: /v1/models}, response: {status: "
        "{code: 200}}}]}\n",
    ],
    ids=["list-first", "indented", "json", "comments", "crlf", "flow"],
)
def test_cassettes_in_other_layouts_grow_too(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    text = text.replace(
        "    body: {string: |+\n        a\n\n      }\n",
        "    body:\n      string: |+\n        a\n\n",
    )
    path.write_bytes(text.encode())
    append_interactions(path, [interaction()])
    append_interactions(path, [interaction(SSE)])
    read = load(path)
    assert [item.request.uri for item in read[:1]] == ["/v1/models"]
    assert [item.response.body for item in read[1:]] == [JSON, SSE]


def test_what_vcrpy_wrote_is_extended_without_a_change(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    append_interactions(path, [interaction()])
    _rewrite_with_vcrpy(path)
    before = path.read_bytes()
    append_interactions(path, [interaction(SSE)])
    after = path.read_bytes()
    head, _, tail = before.rpartition(b"version: 1\n")
    assert after.startswith(head)
    assert after.endswith(tail)
    assert [item.response.body for item in load(path)] == [JSON, SSE]


def test_vcrpy_loads_rewrites_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    messages = (SocketMessage("client", 0.0, "{}"), SocketMessage("server", 1.5, '{"type":"x"}'))
    given = [
        *(interaction(body, request=body) for body in HARD),
        interaction(SSE, chunks=((1.5, 10), (20.0, len(SSE) - 10)), cut=True),
        interaction(b"", messages=messages),
    ]
    append_interactions(path, given)
    for _ in range(2):
        _rewrite_with_vcrpy(path)
        assert all(same(read, kept) for read, kept in zip(load(path), given, strict=True))


def test_an_unfit_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match=r"Choose a name that ends in `\.yaml`"):
        append_interactions(tmp_path / "a.json", [interaction()])


def test_what_is_no_cassette_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("- just\n- a list\n")
    with pytest.raises(CassetteError, match="not a mapping"):
        append_interactions(path, [interaction()])
    assert path.read_text() == "- just\n- a list\n"
    assert os.listdir(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "a.yaml"
    append_interactions(path, [interaction()])
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if call == "fsync":
            patch.setattr(os, "fsync", full)
        else:
            patch.setattr(Path, "replace", full)
        with pytest.raises(CassetteError, match="No space left on device"):
            append_interactions(path, [interaction()])
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.yaml"]


def test_a_crash_leftover_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".a.yaml.tmp").write_text("half of")
    append_interactions(tmp_path / "a.yaml", [interaction()])
    assert os.listdir(tmp_path) == ["a.yaml"]


def _append_some(path: Path, writer: int) -> None:
    for number in range(10):
        append_interactions(path, [interaction(f"{writer}.{number}".encode())])


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_two_writers_lose_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.yaml"
    start: Callable[..., Any] = (
        threading.Thread if kind == "threads" else multiprocessing.get_context("spawn").Process
    )
    writers = [start(target=_append_some, args=(path, writer)) for writer in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    bodies = [item.response.body or b"" for item in load(path)]
    assert sorted(bodies) == sorted(f"{w}.{n}".encode() for w in range(2) for n in range(10))


def _rewrite_with_vcrpy(path: Path) -> None:
    pytest.importorskip("vcr", reason="vcrpy needs Python 3.11")
    from vcr.persisters.filesystem import FilesystemPersister  # type: ignore[import-untyped]
    from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

    requests, responses = FilesystemPersister.load_cassette(str(path), yamlserializer)
    FilesystemPersister.save_cassette(
        str(path), {"requests": requests, "responses": responses}, yamlserializer
    )
