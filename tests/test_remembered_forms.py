"""The law of what is remembered: filled in, an answer is what it is when it is composed, byte for
byte.

Requests of a few shapes go to two sessions of the same seed, of which one remembers nothing.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver import generated
from mockserver.api import OPENAI, ApiError, CreateRequest, parse_create
from mockserver.http import Background, create_app, listen, url_of
from mockserver.script import to_step
from mockserver.session import Session, Sessions
from mockserver.settings import Settings
from sockets import Socket

ODD_TEXTS = [
    " ",
    "\n\n",
    "naïve café 😀",
    '"quoted" \\ back',
    "1e-05 and -0.0000",
    "\x7f",
    "a" * 40,
    "日本語のテキスト",
    "<~0~00~> 100000000001000000",
    "tab\tand\x00zero",
    "long word " * 200,
    "Answer in JSON.",
]
TEXTS = st.text(max_size=40) | st.sampled_from(ODD_TEXTS)
SHAPES: list[dict[str, Any]] = [
    {"model": "gpt-4o"},
    {"model": "gpt-5"},
    {"model": "gpt-5", "reasoning": {"effort": "minimal"}, "metadata": {"a": "1e-05"}},
    {"model": "gpt-4.1", "instructions": "Be brief. <~1~00~>", "temperature": 0.00001},
    {"model": "gpt-4o", "max_output_tokens": 16},
    {"model": "gpt-4o", "store": False, "include": ["message.output_text.logprobs"]},
    {"model": "gpt-4o", "stream_options": {"include_obfuscation": False}},
    {"model": "gpt-4o", "truncation": "auto", "service_tier": "flex", "user": "é"},
    {"model": "gpt-4o", "tools": [{"type": "function", "name": "f", "parameters": {}}]},
    {"model": "gpt-4o", "moderation": {"model": "omni-moderation-latest"}},
    {"model": "gpt-4o", "text": {"format": {"type": "json_object"}}, "metadata": {}},
    {"model": "gpt-4o", "instructions": "word " * 1200},
    {"model": "o3", "store": False, "include": ["reasoning.encrypted_content"]},
    {"model": "gpt-5", "reasoning": {"effort": "high", "summary": "auto"}},
    {"model": "gpt-4o", "metadata": {"b": "1", "a": "2"}},
    {"model": "gpt-4o", "metadata": {"a": "2", "b": "1"}},
    {"model": "gpt-4", "truncation": "auto"},
]
CALL = {"type": "function_call", "name": "f", "arguments": {"x": 1}}


def as_text(text: str) -> Any:
    return text


def as_message(text: str) -> Any:
    return [{"role": "user", "content": text}]


def as_messages(text: str) -> Any:
    before = {"role": "developer", "content": "Be brief. " * 40}
    part = {"type": "input_text", "text": text}
    return [before, {"type": "message", "role": "user", "content": [part]}]


def after_an_answer(text: str) -> Any:
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    return [*said, {"role": "user", "content": text}]


def before_another(text: str) -> Any:
    return [{"role": "user", "content": text}, {"role": "user", "content": "and more"}]


def after_too_much(text: str) -> Any:
    """The first message leaves where the window is small."""
    return [{"role": "user", "content": "word " * 8_170}, {"role": "user", "content": text}]


def after_a_call(text: str) -> Any:
    call = {"type": "function_call", "call_id": text, "name": "f", "arguments": text}
    output = {"type": "function_call_output", "call_id": text, "output": text}
    return [{"role": "user", "content": "Call f."}, call, output]


def with_a_tool(text: str) -> Any:
    """What an item brings in is echoed."""
    tool = {"type": "function", "name": f"f{len(text)}", "parameters": {}}
    brought = {"type": "additional_tools", "role": "developer", "tools": [tool]}
    return [brought, {"role": "user", "content": text}]


def to_be_compacted(text: str) -> Any:
    return [{"role": "user", "content": text}, {"type": "compaction_trigger"}]


INPUTS = [
    as_text,
    as_message,
    as_messages,
    after_an_answer,
    before_another,
    after_too_much,
    after_a_call,
    with_a_tool,
    to_be_compacted,
]
TEMPLATES: list[Any] = [
    ["{{ input }}"],
    ["{{ input }}", "and"],
    [{"type": "function_call", "name": "f", "arguments": {"x": "{{ input }}"}}],
]


class Pair:
    """A session that remembers, and one that does not, with the same steps."""

    def __init__(self) -> None:
        self._sessions = Sessions()
        sock = listen("127.0.0.1", 0)
        self.server = Background(create_app(self._sessions), sock)
        self.urls = [f"{url_of(sock)}/s/{name}/v1/responses" for name in ("one", "other")]
        self.client = httpx2.Client()

    def begin(self, steps: list[Any]) -> None:
        """Begin anew with these steps."""
        for name, remembers in (("one", 256), ("other", 0)):
            session = Session(Settings(seed=3, strict_steps="off"), remembers=remembers)
            session.script(map(to_step, steps))
            self._sessions.open(name, make=lambda session=session: session)  # type: ignore[misc]

    def ask(self, body: dict[str, Any]) -> list[tuple[int, str, bytes]]:
        """What each answers."""
        replies = [self.client.post(url, json=body) for url in self.urls]
        return [(each.status_code, each.headers["x-request-id"], each.content) for each in replies]

    def do(self, path: str, **content: Any) -> str:
        """What is made in both, by its id."""
        urls = [url.removesuffix("responses") + path for url in self.urls]
        made = {self.client.post(url, **content).json()["id"] for url in urls}
        (some_id,) = made
        return str(some_id)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    made = Pair()
    made.server.start()
    yield made
    made.client.close()
    made.server.stop()


@settings(max_examples=150)
@given(
    shape=st.sampled_from(SHAPES),
    ways=st.lists(st.sampled_from(INPUTS), min_size=1, max_size=2),
    stream=st.booleans(),
    texts=st.lists(TEXTS.filter(bool), min_size=3, max_size=5),
    replies=st.none() | st.lists(TEXTS | st.just(CALL), min_size=5, max_size=5),
    lasting=st.booleans(),
)
@example(SHAPES[0], [as_text], True, ["a", "b", "c"], None, True)
@example(SHAPES[1], [as_text], True, ["a", "b", "c"], None, True)
@example(
    SHAPES[4], [as_text], False, ["a", "b", "a"], ["a", "b c", "one two " * 9, "a", "b"], False
)
@example(SHAPES[5], [as_text], False, ["a", "b", "a"], ["a", "b c", "d", "a", "b"], False)
@example(SHAPES[0], [as_text], True, ["a", "b", "a"], [CALL] * 5, True)
@example(SHAPES[12], [as_message], False, ["a", "b", "a"], None, True)
@example(SHAPES[0], [as_messages], True, ["a", "b", "a"], ["c"] * 5, True)
@example(SHAPES[0], [after_a_call], True, ["a", "b", "a"], ["c"] * 5, True)
@example(SHAPES[0], [with_a_tool], False, ["a", "bb", "ccc"], ["c"] * 5, True)
@example(SHAPES[0], [after_a_call] * 3 + [to_be_compacted], False, [*"abcd"], ["c"] * 5, True)
@example(SHAPES[13], [as_text], True, ["a", "b", "a"], None, True)
def test_what_is_remembered_is_what_would_be_composed(
    pair: Pair,
    shape: dict[str, Any],
    ways: list[Callable[[str], Any]],
    stream: bool,
    texts: list[str],
    replies: list[Any] | None,
    lasting: bool,
) -> None:
    times = "always" if lasting else 1
    pair.begin([{"reply": {"output": [each]}, "times": times} for each in replies or ()])
    for text, written in zip(texts, cycle(ways)):
        one, other = pair.ask({**shape, "input": written(text), "stream": stream})
        assert one == other
        assert one[0] in (200, 400)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("written", [as_text, as_message])
@pytest.mark.parametrize(
    "steps",
    [
        *([{"reply": {"output": each}, "template": True}] for each in TEMPLATES),
        [{"reply": {"output": ["a"], "metadata": {"q": "{{ input }}"}}, "template": True}],
        [generated(metadata={"q": str(number)}, times=1) for number in range(5)],
    ],
    ids=["a template", "two", "a call", "metadata", "made up"],
)
def test_what_a_step_makes_of_a_request_is_no_other_requests(
    pair: Pair, steps: list[Any], written: Callable[[str], Any], stream: bool
) -> None:
    pair.begin([{"times": "always", **each} if isinstance(each, dict) else each for each in steps])
    for text in ("a", "a", "b", "c", "a"):
        one, other = pair.ask({"model": "gpt-4o", "input": written(text), "stream": stream})
        assert one == other
        assert one[0] == 200


@pytest.mark.parametrize("written", [as_text, as_message, after_an_answer])
def test_the_order_within_a_parameter_is_the_requests_own(
    pair: Pair, written: Callable[[str], Any]
) -> None:
    pair.begin([{"reply": "Yes.", "times": "always"}])
    for names in ("ba", "ba", "ab", "ab", "ba"):
        properties = {name: {"type": "string"} for name in names}
        schema = {
            "type": "object",
            "properties": properties,
            "required": ["a", "b"],
            "additionalProperties": False,
        }
        tool = {"type": "function", "name": "f", "parameters": schema, "strict": True}
        metadata = dict.fromkeys(names, "x")
        body = {"model": "gpt-4o", "input": written("Hi"), "tools": [tool], "metadata": metadata}
        one, other = pair.ask(body)
        assert one == other
        shown = json.loads(one[2])
        assert [*shown["metadata"]] == [*shown["tools"][0]["parameters"]["properties"]] == [*names]


def test_what_a_search_finds_is_looked_up_each_time(pair: Pair) -> None:
    """The fault: the results of a stub's call are those of the first time."""
    call = {"type": "file_search_call", "queries": ["price"]}
    pair.begin([{"reply": {"output": [call, "Found."]}, "times": "always"}])
    store = pair.do("vector_stores", json={"name": "s"})
    tool = {"type": "file_search", "vector_store_ids": [store]}
    body = {"model": "gpt-4o", "input": "price?", "tools": [tool]}
    body["include"] = ["file_search_call.results"]
    found = []
    for number in range(4):
        text = f"The price is {number}.".encode()
        file_id = pair.do(
            "files", files={"file": (f"{number}.txt", text)}, data={"purpose": "assistants"}
        )
        pair.do(f"vector_stores/{store}/files", json={"file_id": file_id})
        one, other = pair.ask(body)
        assert one == other
        found.append(len(json.loads(one[2])["output"][0]["results"]))
    assert found == [1, 2, 3, 4]


def test_a_history_and_a_new_session_are_no_exceptions(pair: Pair) -> None:
    """The fault: what a chained request continues, or the length of its context, is left out of
    what is remembered.
    """
    pair.begin([{"reply": "Yes.", "times": "always"}])
    for _ in range(3):
        first, same = pair.ask({"model": "gpt-4o", "input": "a"})
        assert first == same
        response_id = httpx2.Response(200, content=first[2]).json()["id"]
        for _ in range(2):
            chained = {"model": "gpt-4o", "input": "b", "previous_response_id": response_id}
            one, other = pair.ask(chained)
            assert one == other
    listed = [{"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]
    for text in ("e", "f", "e", "e"):
        asked = [*listed, {"role": "user", "content": text}]
        one, other = pair.ask({"model": "gpt-4o", "input": asked, "stream": True})
        assert one == other


@pytest.mark.parametrize("replies", [None, ["Yes.", "naïve 😀 \x7f"], [CALL]])
def test_turns_of_a_websocket_are_no_exceptions(pair: Pair, replies: list[Any] | None) -> None:
    steps = [{"reply": {"output": [each]}} for each in replies or ()] * 4
    pair.begin(steps)
    one, other = (Socket(url.removesuffix("/responses")) for url in pair.urls)
    with one, other:
        for text in ("a", "b", "b", "c"):
            for model in ("gpt-4o", "gpt-5") if replies is None else ("gpt-4o",):
                turns = []
                for socket in (one, other):
                    socket.create(text, model=model)
                    turns.append(socket.turn())
                assert turns[0] == turns[1]


@given(
    shape=st.sampled_from(SHAPES),
    written=st.sampled_from(INPUTS),
    more=st.dictionaries(st.sampled_from(["instructions", "user", "safety_identifier"]), TEXTS),
    text=TEXTS,
)
def test_a_request_of_a_known_shape_is_what_it_would_be_unknown(
    shape: dict[str, Any], written: Callable[[str], Any], more: dict[str, str], text: str
) -> None:
    """The fault: what is validated once for each shape loses a parameter, or spells the request in
    another way, so that its ids are others.
    """
    body = {"metadata": None, **shape, **more, "input": written(text)}
    sent = {key: value for key, value in body.items() if value is not None}
    with contextlib.suppress(ApiError):
        for _ in range(2):
            request = parse_create(json.dumps(body).encode(), dialect=OPENAI)
            assert json.dumps(request.body) == json.dumps(sent)
            assert request.canonical == CreateRequest(sent).canonical
