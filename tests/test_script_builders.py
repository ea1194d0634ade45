"""Builders: plain JSON in the words of a cassette, whole and valid once the server has completed
it.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import mockserver as b
from mockserver import ScriptError
from mockserver.api import ITEM_TYPES, conformance_errors
from mockserver.compose import EPOCH, Identity, complete_items
from mockserver.script import (
    NAMED_ERRORS,
    ErrorReply,
    error,
    faults,
    to_error,
    to_step,
)
from named import named

IDENTITY = Identity(bytes(16), EPOCH, "0" * 16)
TOOL: dict[str, Any] = {
    "type": "function",
    "name": "f",
    "description": None,
    "parameters": {},
    "strict": True,
}
RESULT = {"attributes": {}, "file_id": "file-1", "filename": "a.txt", "score": 0.5, "text": "found"}

ITEMS = [
    b.text("hi"),
    b.text(
        "hi", annotations=[b.url_citation("https://example.org", "Example")], phase="commentary"
    ),
    b.text("hi", annotations=[b.url_citation("https://example.org", start_index=0, end_index=2)]),
    b.message("one", {"type": "output_text", "text": "two"}, {"type": "refusal", "refusal": "no"}),
    b.message("cut", status="incomplete", phase="final_answer"),
    b.refusal("I cannot.", id="msg_1"),
    b.reasoning(),
    b.reasoning("first", "second", content="raw", encrypted_content="gAAAA"),
    b.function_call("f"),
    b.function_call(
        "f", x=1, call_id=2, name="n", status_="incomplete", call_id_="call_1", namespace_="ns"
    ),
    b.function_call("f", {"id_": 1}, id_="fc_1"),
    b.function_call("f", '{"x": 1'),
    b.custom_tool_call("grep", "needle", call_id="call_1"),
    b.computer_call({"type": "screenshot"}),
    b.computer_call({"type": "screenshot"}, {"type": "wait"}),
    b.local_shell_call("ls", "-l", env={"A": "b"}, working_directory="/", timeout_ms=5, user="me"),
    b.shell_call("ls", "pwd", timeout_ms=5, max_output_length=9),
    b.apply_patch_call("a.py", "@@"),
    b.apply_patch_call("a.py"),
    b.apply_patch_call("a.py", "new", operation="create_file"),
    b.web_search_call(),
    b.web_search_call("q", queries=["q", "r"], sources=["https://example.org"], status="failed"),
    b.web_search_call(action={"type": "open_page", "url": "https://example.org"}),
    b.file_search_call("a", "b", results=[RESULT]),
    b.code_interpreter_call("print(1)", logs="1"),
    b.code_interpreter_call(
        "plot()", outputs=[{"type": "image", "url": "https://example.org"}], container_id="c"
    ),
    b.image_generation_call(
        revised_prompt="a cat", size="1024x1024", quality="low", background="auto"
    ),
    b.mcp_call("server", "tool", {"x": 1}, output="done"),
    b.mcp_call("server", "tool", error={"type": "http_error", "code": 500, "message": "down"}),
    b.mcp_list_tools(
        "server",
        "one",
        {"name": "two", "input_schema": {}, "annotations": None, "description": "d"},
    ),
    b.mcp_approval_request("server", "tool", {"x": 1}),
    b.tool_search_call({"q": 1}),
    b.tool_search_call(execution="client", call_id="call_1"),
    b.tool_search_output(TOOL),
    b.additional_tools(TOOL),
    b.program("f()"),
    b.program_output("1"),
    b.multi_agent_call("send_message", {"message": "Hi"}, agent="/root"),
    b.multi_agent_call_output("sent", action="send_message", call_id="call_1", agent="/root"),
    b.agent_message("Hi", author="/root", recipient="/root/a", agent="/root/a"),
    b.compaction(),
    b.shell_call_output("out", "err", exit_code=1),
]


FROM_CLIENTS = {
    "function_call_output",
    "custom_tool_call_output",
    "computer_call_output",
    "local_shell_call_output",
    "apply_patch_call_output",
    "mcp_approval_response",
}
"""Items that only clients send, so that no reply needs them."""

BUILDERS = [name for name in dir(b) if inspect.isfunction(getattr(b, name))]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["type"])
def test_what_builders_make_is_valid_once_completed(item: dict[str, Any]) -> None:
    step = to_step(item)
    assert step.reply == {"output": [item]}
    (whole,) = complete_items(step.reply["output"], IDENTITY)
    assert conformance_errors("OutputItem", whole) == []


def test_there_is_a_builder_for_every_item_type() -> None:
    made = {item["type"] for item in ITEMS}
    assert made == set(ITEM_TYPES) - FROM_CLIENTS, (
        "build each in ITEMS above, or name it in FROM_CLIENTS where only clients write it; "
        "builders stand in mockserver/script/builders.py and hosted_builders.py"
    )
    assert made <= set(dir(b)), "import each builder in mockserver/__init__.py"


@pytest.mark.parametrize("name", BUILDERS)
def test_every_builder_is_public_typed_and_described(name: str) -> None:
    function = getattr(b, name)
    assert inspect.getdoc(function)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(
        each.annotation is not inspect.Parameter.empty for each in signature.parameters.values()
    )


def test_arguments_are_keywords_or_a_mapping_or_a_text() -> None:
    assert b.function_call("f", city="Paris") == {
        "type": "function_call",
        "name": "f",
        "arguments": {"city": "Paris"},
    }
    assert b.function_call("f", {"from": "a"})["arguments"] == {"from": "a"}
    assert b.function_call("f", "{bad")["arguments"] == "{bad"
    assert b.function_call("f", name="Ann", id=3)["arguments"] == {"name": "Ann", "id": 3}
    assert b.function_call("f", call_id_="call_1")["call_id"] == "call_1"
    with pytest.raises(TypeError, match="not both"):
        b.function_call("f", {"a": 1}, b=2)


def test_replies() -> None:
    assert b.reply("a", "b", model="m") == {"reply": {"output": ["a", "b"], "model": "m"}}
    assert b.reply() == {"reply": {"output": []}}
    assert b.reply(usage={}) == {"reply": {"usage": {}}}
    assert b.reply(
        "x", stream={"itl_ms": 1}, when={"model": "m"}, times="always", template=True
    ) == {
        "reply": {"output": ["x"]},
        "stream": {"itl_ms": 1},
        "when": {"model": "m"},
        "times": "always",
        "template": True,
    }
    assert b.generated() == {"generated": True}
    assert b.incomplete("Once")["reply"] == {
        "output": ["Once"],
        "status": "incomplete",
        "incomplete_details": {"reason": "max_output_tokens"},
    }
    failed = b.failed("Oh.", code="rate_limit_exceeded", output=["so far"])["reply"]
    assert failed == {
        "status": "failed",
        "error": {"code": "rate_limit_exceeded", "message": "Oh."},
        "output": ["so far"],
    }
    for step in (b.incomplete(reason="content_filter"), b.failed(), b.generated(times=3)):
        to_step(step)


# Errors.


@pytest.mark.parametrize("name", NAMED_ERRORS)
def test_every_row_of_the_catalogue_can_be_asked_for_by_name(name: str) -> None:
    row = NAMED_ERRORS[name]
    for value in (getattr(error, name)(), {"error": name}, {"error": {"kind": name}}):
        found = to_step(value).error
        assert found is not None
        raised = found.api_error(model="gpt-5", request_id="req_1")
        assert (raised.status, raised.type, raised.code) == (row.status, row.type, row.code)
        assert raised.param == row.param
        assert "{" not in raised.message
    assert name in dir(error)


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "1ms"), (0.25, "250ms"), (2, "2s"), (90, "1m30s"), (3600, "60m0s")]
)
@pytest.mark.parametrize("counted", ["tokens", "requests"])
def test_a_rate_limit_says_the_same_in_its_message_and_its_headers(
    counted: str, seconds: float | None, said: str
) -> None:
    about = {} if seconds is None else {"retry_after": seconds}
    raised = made({"kind": f"rate_limit_{counted}", **about}).api_error(model="gpt-5")
    assert raised.message.endswith(f"Please try again in {said}.")
    limit = raised.headers[f"x-ratelimit-limit-{counted}"]
    assert f"Limit {limit}, Used {limit}, " in raised.message
    assert raised.headers[f"x-ratelimit-remaining-{counted}"] == "0"
    assert raised.headers[f"x-ratelimit-reset-{counted}"] == said


def test_a_date_to_retry_at_is_sent_as_it_is() -> None:
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    raised = made({"kind": "rate_limit_tokens", "headers": {"Retry-After": date}}).api_error()
    assert raised.headers["retry-after"] == date


def test_what_is_left_out_comes_from_the_catalogue() -> None:
    found = made({"status": 429, "code": "insufficient_quota"})
    assert (found.type, found.param) == ("insufficient_quota", None)
    assert "quota" in found.message
    assert made({"code": "context_length_exceeded"}).status == 400
    assert made({"status": 429}).code == "rate_limit_exceeded"
    assert made({"status": 429, "code": "rate_limit_exceeded", "type": "requests"}).message.count(
        "RPM"
    )
    assert made({"status": 418}).type == "invalid_request_error"
    assert made({"status": 502}).type == "server_error"
    assert made({"status": 400, "code": None, "message": "No."}).code is None
    assert made(503).status == 503
    spelled = made(
        {"status": 499, "code": "c", "type": "t", "message": "{m}", "param": "p"}
    ).api_error()
    assert (spelled.status, spelled.code, spelled.type, spelled.message, spelled.param) == (
        499,
        "c",
        "t",
        "{m}",
        "p",
    )


def test_a_catalogue_message_is_about_the_request() -> None:
    assert "for gpt-5 in" in made("rate_limit").api_error(model="gpt-5").message
    assert (
        "'temperature'"
        in made({"kind": "invalid_type", "param": "temperature"}).api_error().message
    )


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        ({"status": 429}, {"retry-after-ms": "1", "retry-after": "0.001"}),
        ({"status": 500}, {"retry-after-ms": "1", "retry-after": "0.001"}),
        ({"status": 429, "retry_after": 0.01}, {"retry-after-ms": "10", "retry-after": "0.01"}),
        ({"status": 429, "retry_after": 20}, {"retry-after-ms": "20000", "retry-after": "20"}),
        ({"status": 429, "retry_after": None}, {}),
        ({"status": 400}, {}),
        ({"status": 400, "retry_after": 1}, {"retry-after-ms": "1000", "retry-after": "1"}),
        ({"status": 429, "headers": {"X-Should-Retry": "false"}}, {"x-should-retry": "false"}),
        ({"status": 429, "headers": {"Retry-After": 7}}, {"retry-after": "7"}),
        (
            {"status": 429, "headers": {"x-a": "b"}},
            {"retry-after-ms": "1", "retry-after": "0.001", "x-a": "b"},
        ),
    ],
    ids=named,
)
def test_retries_come_at_once_unless_said_otherwise(
    value: dict[str, Any], headers: dict[str, str]
) -> None:
    assert made(value).headers == headers


def test_the_builder_says_the_same() -> None:
    assert error(429, code="x", retry_after=0.5) == {
        "error": {"status": 429, "code": "x", "retry_after": 0.5}
    }
    assert error(429, retry_after=None) == {"error": {"status": 429, "retry_after": None}}
    assert error.overloaded(message="m", times=2) == {
        "error": {"kind": "server_is_overloaded", "message": "m"},
        "times": 2,
    }
    assert error.invalid_value(param="temperature")["error"] == {
        "kind": "invalid_value",
        "param": "temperature",
    }


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (
            lambda: error.rate_limits(),  # type: ignore[attr-defined]
            "unknown error 'rate_limits'; did you mean 'rate_limit'?",
        ),
        (
            lambda: error.nonsense(),  # type: ignore[attr-defined]
            "unknown error 'nonsense'. Any other is spelled by its status, as in error(401)",
        ),
        (
            lambda: error.rate_limit(retry=3),  # type: ignore[call-arg]
            "'retry' of error.rate_limit(); did you mean 'retry_after'?",
        ),
        (
            lambda: error.timeout(retry=3),  # type: ignore[call-arg]
            "'retry' of error.timeout(); did you mean 'retry_after'?",
        ),
        (
            lambda: error(429, cod="x"),  # type: ignore[call-arg]
            "'cod' of error(); did you mean 'code'?",
        ),
        (
            lambda: faults.drop(after_event=6),  # type: ignore[call-arg]
            "'after_event' of drop(); did you mean 'after_events'?",
        ),
        (
            lambda: faults.dropp(),  # type: ignore[attr-defined]
            "unknown fault 'dropp'; did you mean 'drop'?",
        ),
        (
            lambda: to_step(b.reply("x", streem={})),
            "unknown key 'streem' in reply; did you mean 'stream'?",
        ),
        (
            lambda: to_step({"reply": {"times": 2}}),
            "'times' is no field of a reply. It stands beside 'reply'.",
        ),
    ],
)
def test_what_is_misspelt_is_told_with_what_is_near(write: Callable[[], Any], said: str) -> None:
    with pytest.raises((AttributeError, TypeError, ScriptError)) as caught:
        write()
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("authentication", 401, "invalid_api_key"),
        ("unauthorized", 401, "invalid_api_key"),
        ("permission", 403, None),
        ("not_found", 404, None),
        ("timeout", 408, None),
        ("conflict", 409, "conflict"),
    ],
)
def test_errors_have_the_names_that_people_give_them(
    name: str, status: int, code: str | None
) -> None:
    found = made(name)
    assert (found.status, found.code) == (status, code)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "an error needs a 'status', a 'code' or a 'kind'"),
        ("rate_limits", "unknown error 'rate_limits'; did you mean 'rate_limit'?"),
        ({"kind": "quota", "status": 429}, "unknown error 'quota'"),
        ({"status": 200}, "an error's status is 400 or above"),
        ({"status": "429"}, "'status' must be a status"),
        ({"code": "nonsense"}, 'no known error has the code "nonsense"'),
        ({"status": 429, "cod": "x"}, "did you mean 'code'?"),
        ({"status": 429, "retry_after": 0}, "'retry_after' must be seconds above 0"),
        ({"status": 429, "retry_after": "1s"}, "'retry_after' must be seconds above 0"),
        ({"status": 429, "message": 5}, "'message' must be a string"),
        ({"status": 429, "type": None}, "'type' must be a string"),
        ({"status": 429, "headers": ["a"]}, "'headers' must be a mapping"),
        (True, "'error' must be a mapping"),
        ([], "'error' must be a mapping"),
    ],
    ids=named,
)
def test_what_an_error_cannot_be(value: Any, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        to_step({"error": value}, "t.py:1")
    assert said in str(caught.value)


def made(value: Any) -> ErrorReply:
    return to_error(value)
