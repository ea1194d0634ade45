"""Scrubbing: no secret reaches the disk, and what held none stays as it was."""

import base64
import itertools
import json
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.cassettes import (
    DEFAULT_SCRUB_RULES,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    SocketMessage,
    append_interactions,
    find_secrets,
    load,
    scrub_interaction,
    scrub_request,
    scrub_rules,
)
from mockserver.cassettes.json_text import scan_json
from mockserver.cassettes.secret_search import find_edits
from mockserver.sse import events

KEY = "sk-proj-T3stAbCdEfGh1234567890_abcdefghijkl-XYZ"
JSON_TYPE = (("content-type", "application/json"),)
SSE_TYPE = (("content-type", "text/event-stream; charset=utf-8"),)


def interaction(
    request: Any = None,
    response: Any = None,
    *,
    uri: str = "https://api.openai.com/v1/responses",
    **kept: Any,
) -> Interaction:
    body = (
        response if isinstance(response, bytes) else json.dumps(response or {}, indent=2).encode()
    )
    return Interaction(
        RecordedRequest("POST", uri, JSON_TYPE, json.dumps(request or {}).encode()),
        RecordedResponse(200, "OK", kept.pop("headers", JSON_TYPE), body, **kept),
    )


def stream(pieces: list[str], *, done: bool = True, **extra: Any) -> bytes:
    """A stream that delivers a text in these pieces and then as a whole, padded as the API pads."""
    all_events = [
        {
            "type": "response.output_text.delta",
            "content_index": 0,
            "delta": piece,
            "item_id": "msg_1",
            "obfuscation": "abcdefghijklmnop"[: -len(piece) % 16],
            **extra,
        }
        for piece in pieces
    ]
    if done:
        all_events.append(
            {"type": "response.output_text.done", "item_id": "msg_1", "text": "".join(pieces)}
        )
    return b"".join(
        (
            f"event: {e['type']}\ndata: "
            f"{json.dumps(e, separators=(',', ':'), ensure_ascii=False)}\n\n"
        ).encode()
        for e in all_events
    )


def data_of(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(event.data) for event in events(body)]


def body_of(given: Interaction) -> bytes:
    assert given.response.body is not None
    return given.response.body


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (KEY, "SCRUBBED-API-KEY"),
        (f"use {KEY}.", "use SCRUBBED-API-KEY."),
        ("sk-ant-api03-abcdefghijklmnop", "SCRUBBED-API-KEY"),
        (
            "Incorrect API key provided: sk-abc********wxyz.",
            "Incorrect API key provided: SCRUBBED-API-KEY.",
        ),
        ("AKIAIOSFODNN7EXAMPLE", "SCRUBBED-API-KEY"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer SCRUBBED-TOKEN"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0xx.s3cr3t-sig", "SCRUBBED-TOKEN"),
        ("in organization org-AbCdEfGhIjKlMnOpQrSt on", "in organization SCRUBBED-ORGANIZATION on"),
        ("proj_AbCdEfGhIjKlMnOp", "SCRUBBED-PROJECT"),
        ("postgres://me:pa55word@db.example/x", "postgres://SCRUBBED-PASSWORD@db.example/x"),
        ("PASSWORD=hunter2hunter2 next", "PASSWORD=SCRUBBED-PASSWORD next"),
        ('{"api_key": "abcd1234efgh"}', '{"api_key": "SCRUBBED-PASSWORD"}'),
        ("?a=1&X-Amz-Signature=0abc&b=2", "?a=1&X-Amz-Signature=SCRUBBED-SIGNATURE&b=2"),
        ("?sv=2024&sig=a%2Fb%3D", "?sv=2024&sig=SCRUBBED-SIGNATURE"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\n",
            "SCRUBBED-PRIVATE-KEY\n",
        ),
        ("a%20" + KEY.replace("-", "%2D"), "a%20SCRUBBED-API-KEY"),
        (base64.b64encode(KEY.encode()).decode(), base64.b64encode(b"SCRUBBED-API-KEY").decode()),
    ],
)
def test_known_shapes_give_way_to_their_kind(text: str, scrubbed: str) -> None:
    assert (
        json.loads(scrub_interaction(interaction({"input": text})).request.body)["input"]
        == scrubbed
    )


@pytest.mark.parametrize(
    "text",
    [
        "risk-assessment-management-and-task-scheduling",
        "bearer responsibilities weigh on the bearer of news",
        "max_output_tokens: 1000000000, token: the",
        "resp_0123456789abcdef0123456789abcdef0123456789abcdef",
        "https://example.com/a?page=2&key=x&order=asc",
        "Password: please choose one",
        "the organization org-chart",
        base64.b64encode(bytes(range(256)) * 4).decode(),
        "100%25 of 50%",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    given = interaction({"input": text}, {"output": text})
    assert scrub_interaction(given) == given
    assert find_secrets(given) == []


def test_only_listed_headers_stay() -> None:
    headers = (
        ("content-type", "application/json"),
        ("authorization", f"Bearer {KEY}"),
        ("cookie", "a=b"),
        ("x-stainless-os", "Linux"),
        ("openai-organization", "org-AbCdEfGhIjKlMnOpQrSt"),
    )
    given = Interaction(
        RecordedRequest("POST", "/v1/responses", headers),
        RecordedResponse(
            200,
            "OK",
            (
                ("set-cookie", "__cf_bm=abcdef"),
                ("x-ratelimit-limit-tokens", "1"),
                ("x-request-id", "req_1"),
            ),
            b"",
        ),
    )
    scrubbed = scrub_interaction(given)
    assert scrubbed.request.headers == headers[:1]
    assert scrubbed.response.headers == (
        ("x-ratelimit-limit-tokens", "1"),
        ("x-request-id", "req_1"),
    )
    kept = scrub_interaction(given, scrub_rules(headers=["X-Stainless-OS"]))
    assert ("x-stainless-os", "Linux") in kept.request.headers


def test_members_are_known_by_name() -> None:
    request = {
        "user": "ann@example.com",
        "safety_identifier": "hash-1",
        "metadata": {"openai_api_key": "short"},
        "tools": [
            {
                "type": "mcp",
                "authorization": "tok",
                "headers": {"X-Own": "val", "Content-Type": "text/plain"},
            }
        ],
        "input": [{"role": "user", "content": "hi"}],
    }
    body = json.loads(scrub_interaction(interaction(request)).request.body)
    assert body == {
        "user": "SCRUBBED-USER",
        "safety_identifier": "SCRUBBED-USER",
        "metadata": {"openai_api_key": "SCRUBBED-API-KEY"},
        "tools": [
            {
                "type": "mcp",
                "authorization": "SCRUBBED-TOKEN",
                "headers": {"X-Own": "SCRUBBED-TOKEN", "Content-Type": "text/plain"},
            }
        ],
        "input": [{"role": "user", "content": "hi"}],
    }


def test_a_schema_that_speaks_of_passwords_stays() -> None:
    schema = {
        "properties": {"password": {"type": "string"}, "user": {"type": "string"}},
        "required": ["password"],
    }
    given = interaction({"text": {"format": {"type": "json_schema", "schema": schema}}})
    assert scrub_interaction(given) == given


def test_only_the_secret_changes_in_a_json_body() -> None:
    raw = '{ "a" : 1.0,\n\t"b": "caf\\u00e9 ' + KEY + '", "b": [ 1e5 ], "é": "x" }'
    given = Interaction(
        RecordedRequest("POST", "/v1/responses", JSON_TYPE, raw.encode()),
        RecordedResponse(200, "OK"),
    )
    assert scrub_interaction(given).request.body == raw.replace(KEY, "SCRUBBED-API-KEY").encode()


def test_an_escaped_secret_is_seen() -> None:
    raw = '{"input":"' + "".join(f"\\u{ord(c):04x}" for c in KEY) + '"}'
    request = RecordedRequest("POST", "/v1/responses", JSON_TYPE, raw.encode())
    assert scrub_request(request).body == b'{"input":"SCRUBBED-API-KEY"}'


def test_a_key_split_over_deltas_is_one_key() -> None:
    text = f"The key is {KEY}, keep it."
    body = stream(
        [text[i : i + 7] for i in range(0, len(text), 7)],
        logprobs=[{"token": "sk", "bytes": [115]}],
    )
    scrubbed = body_of(scrub_interaction(interaction({}, body, headers=SSE_TYPE)))
    *deltas, done = data_of(scrubbed)
    assert (
        "".join(event["delta"] for event in deltas)
        == done["text"]
        == "The key is SCRUBBED-API-KEY, keep it."
    )
    assert all((len(event["delta"]) + len(event["obfuscation"])) % 16 == 0 for event in deltas)
    assert [event["logprobs"] for event in deltas[1:8]] == [[]] * 7
    assert deltas[0]["logprobs"]


def test_streams_that_run_side_by_side_are_told_apart() -> None:
    half = len(KEY) // 2
    pieces = [
        ("msg_1", KEY[:half]),
        ("msg_2", "other text "),
        ("msg_1", KEY[half:]),
        ("msg_2", "stays"),
    ]
    body = b"".join(stream([piece], done=False, item_id=item) for item, piece in pieces)
    scrubbed = data_of(body_of(scrub_interaction(interaction({}, body, headers=SSE_TYPE))))
    assert [event["delta"] for event in scrubbed] == [
        "SCRUBBED-API-KEY",
        "other text ",
        "",
        "stays",
    ]


def test_tokens_with_log_probabilities_are_dropped_when_they_spell_a_secret() -> None:
    def spell(text: str) -> list[dict[str, Any]]:
        return [
            {"token": c, "logprob": -0.1, "bytes": [ord(c)], "top_logprobs": [{"token": c}]}
            for c in text
        ]

    body = json.loads(
        body_of(
            scrub_interaction(
                interaction({}, {"a": {"logprobs": spell(KEY)}, "b": {"logprobs": spell("hi")}})
            )
        )
    )
    assert body == {"a": {"logprobs": []}, "b": {"logprobs": spell("hi")}}


def test_a_secret_that_runs_into_a_cut_event_takes_it_along() -> None:
    body = stream([f"x {KEY[:30]}"], done=False)
    cut = stream([KEY[30:]], done=False).partition(b'XYZ"')[0]
    scrubbed = body_of(scrub_interaction(interaction({}, body + cut, headers=SSE_TYPE, cut=True)))
    assert [event["delta"] for event in data_of(scrubbed)] == ["x SCRUBBED-API-KEY"]
    harmless = stream(["x"], done=False) + b'event: a\ndata: {"delta":"half'
    assert (
        body_of(scrub_interaction(interaction({}, harmless, headers=SSE_TYPE, cut=True)))
        == harmless
    )


def test_a_stream_keeps_its_shape() -> None:
    body = (
        b'\xef\xbb\xbf: note\r\nevent: a\r\ndata: {\r\ndata:  "k": "' + KEY.encode() + b'"}\r\n\r\n'
        b"data: not json " + KEY.encode() + b"\n\ndata: [DONE]\n\n"
    )
    assert body_of(scrub_interaction(interaction({}, body, headers=SSE_TYPE))) == body.replace(
        KEY.encode(), b"SCRUBBED-API-KEY"
    )


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_chunks_still_add_up(size: int) -> None:
    body = stream(["a", KEY[:20], KEY[20:], "z"])
    chunks = tuple((float(i), len(body[i : i + size])) for i in range(0, len(body), size))
    scrubbed = scrub_interaction(interaction({}, body, headers=SSE_TYPE, chunks=chunks)).response
    assert scrubbed.chunks is not None
    assert scrubbed.body is not None
    assert [offset for offset, _ in scrubbed.chunks] == [offset for offset, _ in chunks]
    assert sum(length for _, length in scrubbed.chunks) == len(scrubbed.body) < len(body)
    untouched = stream(["a", "b"])
    chunks = tuple((float(i), len(untouched[i : i + size])) for i in range(0, len(untouched), size))
    assert (
        scrub_interaction(
            interaction({}, untouched, headers=SSE_TYPE, chunks=chunks)
        ).response.chunks
        == chunks
    )


def test_conversations_are_streams_too() -> None:
    frames = [event.data for event in events(stream([KEY[:9], KEY[9:25], KEY[25:]]))]
    messages = (
        SocketMessage(
            "client", 0.0, json.dumps({"type": "response.create", "input": KEY, "user": "ann"})
        ),
        *(SocketMessage("server", 1.0 + i, data) for i, data in enumerate(frames)),
        SocketMessage("client", 9.0, f"no json {KEY}"),
    )
    scrubbed = scrub_interaction(interaction({}, b"", messages=messages)).response.messages
    assert scrubbed is not None
    assert json.loads(scrubbed[0].data) == {
        "type": "response.create",
        "input": "SCRUBBED-API-KEY",
        "user": "SCRUBBED-USER",
    }
    assert [json.loads(m.data)["delta"] for m in scrubbed[1:4]] == ["SCRUBBED-API-KEY", "", ""]
    assert scrubbed[5].data == "no json SCRUBBED-API-KEY"


def test_a_value_without_bytes_is_scrubbed() -> None:
    given = Interaction(
        RecordedRequest("POST", "/v1/responses"),
        RecordedResponse(200, value={"a": [KEY], "n": 1.0}),
    )
    assert scrub_interaction(given).response.value == {"a": ["SCRUBBED-API-KEY"], "n": 1.0}


def test_own_patterns_and_known_values() -> None:
    by = scrub_rules([r"customer (\d+)", "(?i)acme"], secrets=["not-shaped-like-a-key", "any"])
    hidden = base64.b64encode(b"x not-shaped-like-a-key y").decode()
    text = f"ACME customer 12345 has any not-shaped-like-a-key {hidden}"
    found = json.loads(scrub_interaction(interaction({"input": text}), by).request.body)["input"]
    assert found.startswith("SCRUBBED-SECRET customer SCRUBBED-SECRET has any SCRUBBED-API-KEY ")
    assert base64.b64decode(found.split()[-1]) == b"x SCRUBBED-API-KEY y"
    assert scrub_interaction(
        scrub_interaction(interaction({"input": text}), by), by
    ) == scrub_interaction(interaction({"input": text}), by)


@pytest.mark.parametrize("pattern", ["(", "x*", ""])
def test_a_useless_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="the pattern"):
        scrub_rules([pattern])


def test_findings_say_where_and_never_what() -> None:
    body = stream([f"two keys {KEY[:12]}", f"{KEY[12:]} and AKIAIOSFODNN7EXAMPLE."])
    given = interaction(
        {"input": [{"content": f"key {KEY}!"}]},
        body,
        headers=SSE_TYPE,
        uri=f"/v1/responses?api_key={KEY}",
    )
    findings = find_secrets(given)
    assert ("request.body.input[0].content", "api-key", f"key <{len(KEY)} characters>!") in [
        (f.path, f.kind, f.excerpt) for f in findings
    ]
    assert {f.path for f in findings} == {
        "request.uri",
        "request.body.input[0].content",
        "response.body[0].delta",
        "response.body[2].text",
    }
    for finding in findings:
        assert KEY[:12] not in finding.excerpt
        assert "AKIA" not in finding.excerpt
    assert find_secrets(scrub_interaction(given)) == []


SHAPES: list[Callable[[random.Random], str]] = [
    lambda r: "sk-" + _word(r, 48),
    lambda r: "sk-proj-" + _word(r, 60, "-_"),
    lambda r: "sk-svcacct-" + _word(r, 40, "-_"),
    lambda r: "sk-ant-api03-" + _word(r, 50, "-_"),
    lambda r: "AKIA" + "".join(r.choices(string.ascii_uppercase + string.digits, k=16)),
    lambda r: "ghp_" + _word(r, 36),
    lambda r: "AIza" + _word(r, 35),
    lambda r: "hf_" + _word(r, 34),
    lambda r: "xoxb-" + _word(r, 30),
    lambda r: "org-" + _word(r, 24),
    lambda r: "gsk_" + _word(r, 40),
]


def _word(chance: random.Random, length: int, extra: str = "") -> str:
    word = "".join(chance.choices(string.ascii_letters + string.digits + extra, k=length - 1))
    return word + chance.choice(string.digits)


def _cut(chance: random.Random, text: str) -> list[str]:
    places = sorted(chance.sample(range(1, len(text)), chance.randint(1, min(9, len(text) - 1))))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def _planted(chance: random.Random, plant: Callable[[], str]) -> Interaction:
    """One interaction with ten secrets: in headers, bodies, URLs, prompts, base64, and across
    borders of a stream.
    """
    packed = base64.b64encode(f"{_word(chance, 5)} {plant()} {_word(chance, 3)}".encode()).decode()
    request = {
        "input": [
            {
                "role": "user",
                "content": f"My key: {plant()}; the file: data:text/plain;base64,{packed}",
            }
        ],
        "tools": [
            {
                "type": "mcp",
                "headers": {"Authorization": f"Bearer {plant()}"},
                "server_url": f"https://x/?k={plant()}",
            }
        ],
        "metadata": {plant(): json.dumps({"nested": plant()})},
    }
    text = (
        f"You said {plant()} and "
        f"{base64.urlsafe_b64encode(plant().encode()).decode().rstrip('=')} éà."
    )
    body = stream(_cut(chance, text))
    size = chance.randint(1, 99)
    return Interaction(
        RecordedRequest(
            "POST",
            f"https://{_word(chance, 5)}:{plant()}@api.openai.com/v1/responses?q={quote('a ' + plant(), safe='')}",
            (("authorization", f"Bearer {plant()}"), ("content-type", f"text/plain; x={plant()}")),
            json.dumps(request).encode(),
        ),
        RecordedResponse(
            200,
            "OK",
            (*SSE_TYPE, ("set-cookie", plant()), ("location", f"/x?token={plant()}")),
            body,
            chunks=tuple((0.0, len(body[i : i + size])) for i in range(0, len(body), size)),
        ),
    )


def test_of_a_thousand_planted_secrets_none_is_on_disk(tmp_path: Path) -> None:
    chance = random.Random(20260101)
    planted: list[str] = []

    def plant() -> str:
        planted.append(chance.choice(SHAPES)(chance))
        return planted[-1]

    given: list[Interaction] = []
    while len(planted) < 1000:
        given.append(_planted(chance, plant))
    path = tmp_path / "a.yaml"
    append_interactions(path, [scrub_interaction(each) for each in given])

    disk = path.read_text("utf-8")
    read = load(path)
    joined = "".join(e.get("delta", "") for each in read for e in data_of(body_of(each)))
    everything = disk + joined + _unpacked(disk) + _unpacked(joined)
    # Not even a part that is long enough to recognise the whole by.
    parts = [secret[-12:] for secret in planted] + [secret[4:16] for secret in planted]
    packed = [base64.b64encode(secret.encode()[:36]).decode()[:40] for secret in planted]
    assert [part for part in (*parts, *packed) if part in everything] == []
    assert [finding for each in read for finding in find_secrets(each)] == []
    assert all(data_of(body_of(each))[-1]["text"].startswith("You said SCRUBBED-") for each in read)


def _unpacked(text: str) -> str:
    """Everything in a text that may be base64, decoded."""
    import re

    runs = re.findall(r"[A-Za-z0-9+/_-]{24,}", text)
    decoded = (
        base64.urlsafe_b64decode(
            run.translate(str.maketrans("+/", "-_"))[skip:][: (len(run) - skip) // 4 * 4]
        )
        for run in runs
        for skip in range(4)
    )
    return b"\n".join(decoded).decode("latin-1")


_WORDS = st.lists(
    st.sampled_from(
        [
            KEY,
            KEY[:15],
            "Bearer ",
            "abc123abc123",
            "SCRUBBED-API-KEY",
            "-",
            "org-",
            "a" * 16,
            "%20",
            "=",
            "é",
        ]
    ),
    max_size=6,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(_WORDS, st.lists(st.integers(0, 120), max_size=5))
def test_scrubbing_twice_is_scrubbing_once(text: str, places: list[int]) -> None:
    cuts = [0, *sorted(place for place in places if place < len(text)), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(cuts)]
    given = interaction({"input": text, text: text}, stream(pieces), headers=SSE_TYPE)
    scrubbed = scrub_interaction(given)
    assert scrub_interaction(scrubbed) == scrubbed
    assert find_secrets(scrubbed) == []
    *deltas, done = data_of(body_of(scrubbed))
    assert "".join(event["delta"] for event in deltas) == done["text"]


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


def _strings(
    value: Any, path: tuple[str | int, ...] = ()
) -> list[tuple[tuple[str | int, ...], str, bool]]:
    found: list[tuple[tuple[str | int, ...], str, bool]] = []
    if isinstance(value, str):
        found.append((path, value, False))
    elif isinstance(value, dict):
        for name, inner in value.items():
            found += [((*path, name), name, True), *_strings(inner, (*path, name))]
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _strings(inner, (*path, index))
    return found


@given(_VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_every_string_of_a_json_text_is_found_in_its_place(
    value: Any, escaped: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=escaped, indent=indent)
    found = scan_json(text)
    assert [(each.path, each.value, each.key) for each in found.literals] == _strings(value)
    assert [json.loads(text[each.start : each.end]) for each in found.literals] == [
        e.value for e in found.literals
    ]
    for path, (start, end) in found.arrays.items():
        inner = value
        for key in path:
            inner = inner[key]
        assert json.loads(text[start:end]) == inner


def test_a_large_picture_is_searched_quickly() -> None:
    picture = base64.b64encode(random.Random(1).randbytes(300_000)).decode()
    assert find_edits(f"data:image/png;base64,{picture}", DEFAULT_SCRUB_RULES) == []
