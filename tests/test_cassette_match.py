"""Matching: equal requests have no differences, and each difference is found where it is."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mockserver.api import ANY, DEEP, Path
from mockserver.cassettes import (
    MISSING,
    IdMap,
    Interaction,
    MatchRules,
    MemoryPositions,
    RecordedRequest,
    RecordedResponse,
    RecordingDifference,
    RenamedId,
    RepliedIds,
    dates,
    differences,
    explain_miss,
    normaliser,
    render_path,
    request_pattern,
    route,
    temp_paths,
    uuids,
)

NAMES = st.sampled_from(
    ["model", "input", "a", "b", "x-y", "a.b", "", "body", "query", "*", '"', "é", "0"]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-4, 4, allow_nan=False, width=16)
    | st.text("ab1é ", max_size=3)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=4)


def post(body: Any, uri: str = "/v1/responses", method: str = "POST") -> RecordedRequest:
    return RecordedRequest(
        method, uri, (), body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shuffled(value[name]) for name in sorted(value, reverse=True)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def places(value: Any, path: Path = ("body",)) -> list[Path]:
    """The path of every leaf."""
    if isinstance(value, dict):
        return [found for name in value for found in places(value[name], (*path, name))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in places(item, (*path, index))]
    return [path]


def changed(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: changed(value[path[0]], path[1:], new)}
    return [
        changed(item, path[1:], new) if index == path[0] else item
        for index, item in enumerate(value)
    ]


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


@given(BODIES)
def test_a_request_matches_itself_however_it_is_written(body: dict[str, Any]) -> None:
    other = json.dumps(shuffled(body), indent=3, ensure_ascii=False).encode()
    assert differences(post(body), post(other)) == []


@given(BODIES, st.data())
def test_any_one_change_is_found_at_its_path_and_ignoring_it_matches(
    body: dict[str, Any], data: st.DataObject
) -> None:
    leaves = places(body)
    assume(leaves)
    path = data.draw(st.sampled_from(leaves))
    new = data.draw(LEAVES)
    old = at(body, path[1:])
    assume(type(old) is not type(new) or old != new)
    # equal as JSON: 1 and 1.0; and at the top an absent key is null
    assume(isinstance(old, bool) or isinstance(new, bool) or old != new)
    assume(len(path) > 2 or (old is not None and new is not None) or old != new)
    recorded, live = post(body), post(changed(body, path[1:], new))
    (found,) = differences(recorded, live)
    assert found.path == render_path(path)
    top = len(path) == 2
    assert found.recorded == (MISSING if top and old is None else old)
    assert found.live == (MISSING if top and new is None else new)
    assert differences(recorded, live, MatchRules(ignore=(found.path,))) == []
    assert [d.path for d in differences(live, recorded)] == [found.path]


def test_what_one_list_has_more_is_missing_in_the_other() -> None:
    short, long = post({"input": ["a"]}), post({"input": ["a", "b"]})
    (found,) = differences(short, long)
    assert (found.path, found.recorded, found.live) == ("input[1]", MISSING, "b")
    (found,) = differences(long, short)
    assert (found.path, found.recorded, found.live) == ("input[1]", "b", MISSING)


@given(
    st.lists(st.one_of(NAMES, st.integers(0, 30)), max_size=5), st.sampled_from(["body", "query"])
)
def test_paths_are_read_as_they_are_written(steps: list[str | int], part: str) -> None:
    path = (part, *steps)
    assert tuple(request_pattern(render_path(path))) == path


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("model", ("body", "model")),
        ("$.input[0].content", ("body", "input", 0, "content")),
        ("input[*].id", ("body", "input", ANY, "id")),
        ("input[].id", ("body", "input", ANY, "id")),
        ("**.id", ("body", DEEP, "id")),
        ("query.limit", ("query", "limit")),
        ("path", ("path",)),
        ('metadata["a.b"]', ("body", "metadata", "a.b")),
    ],
)
def test_patterns(text: str, steps: Path) -> None:
    assert tuple(request_pattern(text)) == steps


@pytest.mark.parametrize("text", ["", "a]", 'a["', "$"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        MatchRules(ignore=(text,))


@pytest.mark.parametrize(
    ("ignore", "same"),
    [
        ("tools[*].parameters", True),
        ("tools[0].parameters", False),
        ("**.parameters", True),
        ("tools", True),
        ("tools[*].*", True),
        ("**", True),
        ("tools[*]", True),
        ("tools.*.parameters.x", False),
        ("parameters", False),
    ],
)
def test_ignoring(ignore: str, same: bool) -> None:
    one = post({"tools": [{"name": "a", "parameters": 1}, {"name": "b", "parameters": 1}]})
    other = post({"tools": [{"name": "a", "parameters": 2}, {"name": "b"}]})
    assert (differences(one, other, MatchRules(ignore=(ignore,))) == []) is same


def test_an_ignored_element_leaves_the_others_in_place() -> None:
    one, other = post({"input": ["a", "b", "c"]}), post({"input": ["x", "b", "z"]})
    assert [d.path for d in differences(one, other, MatchRules(ignore=("input[0]",)))] == [
        "input[2]"
    ]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://api.openai.com/v1/responses", "/responses"),
        ("http://h:1/openai/v1/responses/resp_1?x=1", "/responses/resp_1"),
        ("/session/7/v1/responses/resp_1/input_items", "/responses/resp_1/input_items"),
        ("/v1/conversations/conv_1/items", "/conversations/conv_1/items"),
        ("/openai/deployments/gpt/chat/completions", "/chat/completions"),
        ("https://h/v1/unheard/of", "/unheard/of"),
        ("https://h/other", "/other"),
        ("https://h", "/"),
    ],
)
def test_route(uri: str, expected: str) -> None:
    assert route(uri) == expected


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (post({}), post({}, "/x/responses?beta=true&api-version=5"), []),
        (post({}), post({}, "/v1/conversations"), ["path"]),
        (post({}, method="GET"), post({}), ["method"]),
        (post({}, "/responses?a=1&b=2"), post({}, "/responses?b=2&a=1"), []),
        (post({}, "/responses?include[]=a"), post({}, "/responses?include%5B%5D=a"), []),
        (
            post({}, "/responses?include=a"),
            post({}, "/responses?include=a&include=b"),
            ["query.include"],
        ),
        (post({}, "/responses?limit=1"), post({}, "/responses?limit=2"), ["query.limit"]),
        (post({"stream": True}), post({}), ["stream"]),
        (post({"stream": False}), post({}), []),
        (post({"tools": None}), post({}), []),
        (post({"text": {"x": None}}), post({"text": {}}), ["text.x"]),
        (post({"temperature": 1}), post({"temperature": 1.0}), []),
        (post({"temperature": 1}), post({"temperature": True}), ["temperature"]),
        (
            post({"user": "me"}),
            post({"user": "you", "prompt_cache_key": "k", "safety_identifier": "s"}),
            [],
        ),
        (
            post({"input": [{"encrypted_content": "a"}]}),
            post({"input": [{"encrypted_content": "b"}]}),
            [],
        ),
        (post({"metadata": {"a": "1"}}), post({"metadata": {"a": "2"}}), ["metadata.a"]),
        (post(b""), post({}), ["body"]),
        (post(b"\xff not json"), post(b"\xff not json"), []),
        (post(b"--x\r\nform"), post(b"--y\r\nform"), ["body"]),
        (post([1, 2]), post([1, 3]), ["body[1]"]),
        (post({"method": 1}), post({"method": 2}), ["body.method"]),
    ],
)
def test_what_counts(one: RecordedRequest, other: RecordedRequest, found: list[str]) -> None:
    assert [difference.path for difference in differences(one, other)] == found


def test_arguments_of_calls_are_compared_as_json() -> None:
    def call(arguments: str) -> RecordedRequest:
        return post({"input": [{"type": "function_call", "name": "f", "arguments": arguments}]})

    assert differences(call('{"a":1,"b":"x"}'), call('{"b": "x", "a": 1}')) == []
    (found,) = differences(call('{"a":1}'), call('{"a":2}'))
    assert found == RecordingDifference("input[0].arguments.a", 1, 2)
    assert [d.path for d in differences(call("not json"), call("{}"))] == ["input[0].arguments"]


def test_ids_of_replies_may_go_by_other_names() -> None:
    reply = RecordedResponse(200, body=b'{"id": "resp_old", "output": [{"call_id": "call_old"}]}')
    positions = MemoryPositions()
    ids = IdMap(RepliedIds([Interaction(post({}), reply)]), positions)

    def follow(response: str, call: str) -> RecordedRequest:
        return post(
            {"previous_response_id": response, "input": [{"call_id": call}, {"call_id": call}]}
        )

    recorded = follow("resp_old", "call_old")
    assert differences(recorded, follow("resp_new", "call_new"), None, ids) == []
    assert [d.path for d in differences(recorded, follow("resp_new", "call_new"))] == [
        "input[0].call_id",
        "input[1].call_id",
        "previous_response_id",
    ]
    swapped = post(
        {
            "previous_response_id": "resp_new",
            "input": [{"call_id": "call_1"}, {"call_id": "call_2"}],
        }
    )
    assert [d.path for d in differences(recorded, swapped, None, ids)] == ["input[1].call_id"]
    renamed = ids.renamed(["call_old", "same"], ["call_1", "same"])
    assert renamed == [RenamedId("", "call_old", "call_1")]
    positions.rename(renamed)
    assert ids.renamed(["call_old"], ["call_1"]) == []
    assert [d.path for d in differences(recorded, follow("resp_new", "call_2"), None, ids)] == [
        "input[0].call_id",
        "input[1].call_id",
    ]
    stranger = post({"previous_response_id": "resp_stranger"})
    assert differences(stranger, post({"previous_response_id": "resp_new"}), None, ids) != []


def test_ids_stand_for_one_another_one_to_one() -> None:
    assert IdMap().fits(["own"], ["own"])
    assert not IdMap().fits(["own"], ["other"])
    ids = IdMap({"old_1", "old_2"})
    assert ids.fits(["old_1", "old_2", "old_1"], ["new_1", "new_2", "new_1"])
    assert not ids.fits(["old_1", "old_2"], ["new", "new"])
    assert not ids.fits(["old_1", "old_1"], ["new_1", "new_2"])
    assert not ids.fits(["old_1"], ["old_2"])
    assert ids.may_be_renamed(["old_1", "new"])
    assert not ids.may_be_renamed(["old_1", "old_2"])


def test_a_query_with_brackets_means_the_same() -> None:
    plain = post({}, "/v1/responses/resp_1?include=a&include=b&limit=", "GET")
    brackets = post({}, "/v1/responses/resp_1?limit=&include[]=a&include%5B%5D=b", "GET")
    assert differences(plain, brackets) == []
    (found,) = differences(plain, post({}, "/v1/responses/resp_1?include=a&limit=", "GET"))
    assert (found.path, found.recorded, found.live) == ("query.include", ["a", "b"], "a")


def test_a_method_is_shown_in_capitals() -> None:
    (found,) = differences(post({}, method="get"), post({}, method="Post"))
    assert (found.path, found.recorded, found.live) == ("method", "GET", "POST")
    assert differences(post({}, method="post"), post({})) == []


def test_roles_are_kept_apart() -> None:
    reply = RecordedResponse(200, body=b'{"id":"msg_1","call_id":"call_1"}')
    ids = IdMap(RepliedIds([Interaction(post({}), reply)]))
    one, other = post({"input": [{"id": "msg_1"}]}), post({"input": [{"id": "rs_1"}]})
    assert [d.path for d in differences(one, other, None, ids)] == ["input[0].id"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 2026-01-31.", "on <date>."),
        ("2026-01-31T10:00:00.123Z!", "<date>!"),
        ("2026-01-31 10:00 +0200", "<date>"),
        ("Monday, 5 January 2026", "<date>"),
        ("January 5th, 2026 at 10:30", "<date>"),
        ("version 1.2.3, 12-34", "version 1.2.3, 12-34"),
        ("12026-01-311", "12026-01-311"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert dates(text) == expected


def test_uuids_and_temporary_paths() -> None:
    assert uuids("pyd_ai_5f0a3c2b1e4d4a6f9b8c7d6e5f4a3b2c") == "pyd_ai_<uuid>"
    assert uuids("5f0a3c2b-1e4d-4a6f-9b8c-7d6e5f4a3b2c/x") == "<uuid>/x"
    assert uuids("f" * 40) == "f" * 40
    assert temp_paths("see /tmp/pytest-of-me/pytest-3/test_x0/a.txt, ok") == "see <tmp>/a.txt, ok"
    assert temp_paths("/private/var/folders/ab/cdefg/T/tmp1b2c3d4e/b.py") == "<tmp>/b.py"
    assert temp_paths(r"C:\Users\me\AppData\Local\Temp\x\c.md") == "<tmp>/c.md"
    assert temp_paths("/tmp/tmpab12cd34") == "<tmp>/<tmp>"
    assert temp_paths("/home/tmpfile") == "/home/tmpfile"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("epochs", '{"at": 1764172800.25, "ms": 1764172800123}', '{"at": <epoch>, "ms": <epoch>}'),
        ("epochs", "ticket 1234567, 21764172800, v1.1764172800.2", None),
        ("hex_ids", "commit 1b2c3d4 at 0x7f8ba7948350", "commit <hex> at <hex>"),
        ("hex_ids", "deadbeef, 12345678, 1b2c3d4z, 1b2c", None),
        (
            "call_ids",
            "see call_AbC123def456GHI of resp_0123456789abcdef",
            "see call_<id> of resp_<id>",
        ),
        ("call_ids", "get_weather, call_me, some_identifierwithoutdigits", None),
    ],
)
def test_what_varies_in_tool_outputs(name: str, text: str, expected: str | None) -> None:
    assert normaliser(name)(text) == (text if expected is None else expected)


def test_normalising_settings() -> None:
    one, other = post({"input": "run 17 on 2026-01-01"}), post({"input": "run 18 on 2026-02-02"})
    both = tuple(map(normaliser, ["dates", r"run \d+=>run"]))
    assert differences(one, other, MatchRules(normalise=both)) == []
    assert differences(one, other, MatchRules(normalise=both[:1])) == [
        RecordingDifference("input", "run 17 on <date>", "run 18 on <date>")
    ]
    for wrong in ("days", "(=>", r"a=>\9"):
        with pytest.raises(ValueError, match="normaliser"):
            normaliser(wrong)


def test_explaining() -> None:
    recorded = Interaction(
        post({"model": "a", "input": "x" * 100 + "1" + "y" * 100}),
        RecordedResponse(200),
        "c.yaml#3",
    )
    live = post({"model": "b", "input": "x" * 100 + "2" + "y" * 100})
    lines = explain_miss(live, recorded, differences(recorded.request, live))
    assert lines[0].startswith(
        'mockserver: no recorded interaction answers POST /responses (model b, input "xxx'
    )
    assert lines[1] == "Nearest: c.yaml#3. It differs in:"
    assert "…" in lines[2]
    assert "x1y" in lines[2]
    assert "x2y" in lines[2]
    assert lines[3] == '  model: recorded "a", this request "b"'
    assert lines[-1].startswith("Do: correct the request, or record again")
    assert all(len(line) < 200 for line in lines)


def test_explaining_what_would_help() -> None:
    one, other = post({"input": "on 2026-01-01"}), post({"input": "on 2026-01-02"})
    assert explain_miss(other, Interaction(one, RecordedResponse(200)), differences(one, other))[
        -1
    ].endswith(
        '`--match-normalise dates` (in a test: @pytest.mark.mockserver(match_normalise=["dates"])).'
    )
    assert "record this request" in explain_miss(other, None, [])[-1]
    many = [RecordingDifference(f"a[{n}]", n, MISSING) for n in range(20)]
    lines = explain_miss(other, Interaction(one, RecordedResponse(200)), many)
    assert "  … and 12 more" in lines
    assert "this request (absent)" in lines[2]
    few = [
        RecordingDifference("metadata", MISSING, {}),
        RecordingDifference("tools[*].name", "a", "b"),
    ]
    assert explain_miss(other, Interaction(one, RecordedResponse(200)), few)[-1].startswith(
        "Do: if that does not matter, `--match-ignore metadata --match-ignore 'tools[*].name'` "
        '(in a test: @pytest.mark.mockserver(match_ignore=["metadata","tools[*].name"])); '
        "otherwise correct"
    )


OUTPUT = "at 2026-01-0{0} {0}f0a3c2b-1e4d-4a6f-9b8c-7d6e5f4a3b2c /tmp/x{0}/a 176417280{0}"
CHAINED = "{0}a1b2c3d: call_{0}bcdefghij123"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("on 2026-01-0{0}, run 5f0a3c2b-1e4d-4a6f-9b8c-7d6e5f4a3b2{0}", ["dates", "uuids"]),
        (OUTPUT, ["dates", "uuids", "temp_paths", "epochs"]),
        (CHAINED, ["call_ids", "hex_ids"]),
        ("run {0}", []),
    ],
)
def test_the_advice_tries_normalisers_together(text: str, names: list[str]) -> None:
    """And what it advises helps."""
    one, other = (
        post(
            {"input": [{"type": "function_call_output", "call_id": "c", "output": text.format(n)}]}
        )
        for n in (1, 2)
    )
    found = differences(one, other)
    advice = explain_miss(other, Interaction(one, RecordedResponse(200)), found)[-1]
    if not names:
        assert advice.startswith("Do: correct the request")
        return
    assert " ".join(f"--match-normalise {name}" for name in names) + "`" in advice
    rules = MatchRules(normalise=tuple(map(normaliser, names)))
    assert differences(one, other, rules) == []


def test_the_advice_joins_what_varies_and_what_may_be_ignored() -> None:
    one, other = (
        post({"input": f"on 2026-01-0{n}", "metadata": {"run": str(n)}, "model": "a"})
        for n in (1, 2)
    )
    advice = explain_miss(other, Interaction(one, RecordedResponse(200)), differences(one, other))[
        -1
    ]
    assert "`--match-ignore metadata.run`" in advice
    assert "`--match-normalise dates`" in advice


def test_the_advice_for_masked_uris() -> None:
    """LangChain's tests write `**REDACTED**` in their place."""
    masked = RecordedRequest("POST", "**REDACTED**", (), b'{"input": "a"}')
    for asked, helps in (("a", "`--match-ignore path`"), ("b", "")):
        live = post({"input": asked})
        found = differences(masked, live)
        advice = explain_miss(live, Interaction(masked, RecordedResponse(200)), found)[-1]
        assert "`--match-order`" in advice
        assert helps in advice
        assert ("match-ignore" in advice) is bool(helps)
