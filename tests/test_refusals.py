"""What api.openai.com refuses, and in which words.

The rows were measured against gpt-5.6-terra on 30 and 31 August 2026, unless a comment says
otherwise. Each is a request that is right but for what stands in the row.
"""

from typing import Any

import httpx2
import pytest

from conftest import Serve
from sockets import Socket

Json = dict[str, Any]
ABSENT = object()
USER: Json = {"role": "user", "content": "ping"}
FUNCTION: Json = {"type": "function", "name": "f", "parameters": {"type": "object"}}
LOGPROBS = "message.output_text.logprobs"


def ask(url: str, **parameters: Any) -> tuple[int, Json]:
    body = {"model": "gpt-5.6-terra", "input": "ping", "max_output_tokens": 16, **parameters}
    sent = {name: value for name, value in body.items() if value is not ABSENT}
    reply = httpx2.post(f"{url}/responses", json=sent)
    return reply.status_code, reply.json()


def refused(url: str, **parameters: Any) -> tuple[int, str | None, str | None, str]:
    """Status, code, param and message."""
    status, answer = ask(url, **parameters)
    assert status >= 400, answer
    error = answer["error"]
    assert error["type"] == "invalid_request_error"
    return status, error["code"], error["param"], error["message"]


@pytest.fixture
def url(serve: Serve) -> str:
    return serve().url


# What is missing.

NOTHING_GIVEN = (
    "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided."
)
MISSING: list[tuple[Json, str, str | None, str]] = [
    (
        {"model": ABSENT},
        "missing_required_parameter",
        "model",
        "Missing required parameter: 'model'.",
    ),
    (
        {"model": None},
        "invalid_type",
        "model",
        "Invalid type for 'model': expected a string, but got an object instead.",
    ),
    ({"model": ""}, "model_not_found", "model", "The requested model '' does not exist."),
    (
        {"input": ABSENT},
        "missing_required_parameter",
        "input",
        "Missing required parameter: 'input'.",
    ),
    (
        {"input": ABSENT, "previous_response_id": "resp_x"},
        "missing_required_parameter",
        "input",
        "Missing required parameter: 'input'.",
    ),
    (
        {"input": None},
        "invalid_type",
        "input",
        "Invalid type for 'input': expected a string, but got an object instead.",
    ),
    ({"input": ""}, "missing_required_parameter", None, NOTHING_GIVEN),
    ({"input": []}, "missing_required_parameter", None, NOTHING_GIVEN),
]


@pytest.mark.parametrize(("parameters", "code", "param", "message"), MISSING)
def test_what_a_request_needs(
    url: str, parameters: Json, code: str, param: str | None, message: str
) -> None:
    assert refused(url, **parameters) == (400, code, param, message)


def test_what_may_be_given_instead(url: str) -> None:
    # A prompt brings both (recorded, 3 of 3); a conversation has items already.
    assert refused(url, input=ABSENT, model=ABSENT, prompt={"id": "pmpt_x"})[0] == 404
    created = httpx2.post(f"{url}/conversations", json={"items": [USER]}).json()
    assert ask(url, input=ABSENT, conversation=created["id"])[0] == 200
    first = ask(url)[1]["id"]
    assert ask(url, input=[], previous_response_id=first)[0] == 200


def test_null_stands_for_absent_elsewhere(url: str) -> None:
    names = ("truncation", "store", "user", "metadata", "instructions", "temperature", "tools")
    assert ask(url, **dict.fromkeys(names))[0] == 200


# Names.


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("zzz_unknown", ""),
        ("n", ""),
        ("seed", ""),
        ("logprobs", ""),
        ("max_tokens", ""),  # again in September 2026, with gpt-6
        ("stop", "'store'"),
        ("sto", "'store'"),
        ("st", ""),
        ("stre", "'store' or 'stream'"),
        ("strem", "'stream' or 'store'"),
        ("tool", "'tools'"),
        ("usr", "'user'"),
        ("inclde", "'include'"),
        ("inpu", ""),  # Sent already, as are the next two.
        ("modell", ""),
        ("max_output_token", ""),
        ("z" * 100_000, ""),
    ],
)
def test_unknown_names(url: str, name: str, meant: str) -> None:
    hint = f" Did you mean {meant}?" if meant else ""
    message = f"Unknown parameter: '{name}'.{hint}"
    assert refused(url, **{name: 1}) == (400, "unknown_parameter", name, message)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("messages", "input"),
        # Told in issues and logs.
        ("max_completion_tokens", "max_output_tokens"),
        ("response_format", "text.format"),
        ("reasoning_effort", "reasoning.effort"),
        ("verbosity", "text.verbosity"),
    ],
)
def test_names_that_have_moved(url: str, name: str, place: str) -> None:
    message = (
        f"Unsupported parameter: '{name}'. In the Responses API, this parameter has moved to "
        f"'{place}'. Try again with the new parameter. See the API documentation for more "
        "information: https://platform.openai.com/docs/api-reference/responses/create."
    )
    for parameters in ({}, {"input": ABSENT}):
        found = refused(url, **{name: [USER]}, **parameters)
        assert found == (400, "unsupported_parameter", None, message)


def test_names_that_have_moved_are_ignored_where_unknown_ones_are(serve: Serve) -> None:
    for server in (serve(allow_unknown=True), serve(dialect_name="open-responses")):
        assert ask(server.url, messages=[USER], strem=True)[0] == 200


# Types.

TYPES: list[tuple[Json, str]] = [
    ({"model": 7}, "model: a string | an integer"),
    ({"input": 7}, "input: one of a string or array of input items | an integer"),
    ({"input": {"a": 1}}, "input: one of a string or array of input items | an object"),
    ({"input": [7]}, "input[0]: an input item | an integer"),
    ({"input": [None]}, "input[0]: an input item | null"),
    ({"metadata": "x"}, "metadata: a metadata object | a string"),
    ({"tools": "x"}, "tools: an array of tools | a string"),
    (
        {"tool_choice": 7},
        "tool_choice: one of an object or 'none', 'auto', or 'required' | an integer",
    ),
    (
        {"include": "x"},
        "include: an array of one of 'fil...lts', 'web...lts', 'web...ces', 'mes...url', "
        "'com...url', 'cod...uts', 'rea...ent', or 'mes...obs' | a string",
    ),
    ({"reasoning": "low"}, "reasoning: an object | a string"),
    (
        {"reasoning": {"effort": ["low"]}},
        "reasoning.effort: one of one of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', or "
        "'max' or integer | an array",
    ),
    (
        {"reasoning": {"effort": 5}},
        "reasoning.effort: one of 'minimal', 'low', 'medium', or 'high' | an integer",
    ),
    ({"temperature": "hot"}, "temperature: a decimal | a string"),
    ({"top_p": "wide"}, "top_p: a decimal | a string"),
    ({"presence_penalty": "x"}, "presence_penalty: a decimal | a string"),
    ({"frequency_penalty": "x"}, "frequency_penalty: a decimal | a string"),
    ({"top_logprobs": "x"}, "top_logprobs: an integer | a string"),
    ({"previous_response_id": {"a": 1}}, "previous_response_id: a string | an object"),
    ({"prompt": "x"}, "prompt: an object | a string"),
    ({"truncation": {"a": 1}}, "truncation: one of 'auto' or 'disabled' | an object"),
    ({"max_tool_calls": "x"}, "max_tool_calls: an integer | a string"),
    ({"max_output_tokens": "x"}, "max_output_tokens: an integer | a string"),
    # The words for 2.5: measured with the images of the same API.
    ({"max_output_tokens": 20.5}, "max_output_tokens: an integer | a decimal number"),
    (
        {"service_tier": {"a": 1}},
        "service_tier: one of 'auto', 'default', 'fast', 'flex', or 'priority' | an object",
    ),
    (
        {"prompt_cache_retention": {"a": 1}},
        "prompt_cache_retention: one of 'in_memory' or '24h' | an object",
    ),
    ({"prompt_cache_key": {"a": 1}}, "prompt_cache_key: a string | an object"),
    ({"prompt_cache_options": "x"}, "prompt_cache_options: an object | a string"),
    ({"stream": "yes"}, "stream: a boolean | a string"),
    ({"stream_options": "x"}, "stream_options: an object | a string"),
    ({"background": "yes"}, "background: a boolean | a string"),
    ({"store": "yes"}, "store: a boolean | a string"),
    ({"parallel_tool_calls": "yes"}, "parallel_tool_calls: a boolean | a string"),
    ({"instructions": {"a": 1}}, "instructions: a string | an object"),
    ({"user": {"a": 1}}, "user: a string | an object"),
    ({"safety_identifier": {"a": 1}}, "safety_identifier: a string | an object"),
    ({"text": "x"}, "text: an object | a string"),
    # Told in three logs.
    ({"text": {"format": "x"}}, "text.format: a text format | a string"),
    ({"context_management": "x"}, "context_management: an array of objects | a string"),
    ({"moderation": "x"}, "moderation: an object | a string"),
]


@pytest.mark.parametrize(("parameters", "told"), TYPES, ids=[told for _, told in TYPES])
def test_wrong_types(url: str, parameters: Json, told: str) -> None:
    param, _, words = told.partition(": ")
    expected, _, got = words.partition(" | ")
    message = f"Invalid type for '{param}': expected {expected}, but got {got} instead."
    assert refused(url, **parameters) == (400, "invalid_type", param, message)


# Values.

INCLUDES = (
    "'file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', "
    "'message.input_image.image_url', 'computer_call_output.output.image_url', "
    "'code_interpreter_call.outputs', 'reasoning.encrypted_content', and "
    "'message.output_text.logprobs'"
)
ROLES = "'assistant', 'system', 'developer', and 'user'"
VALUES: list[tuple[Json, str, str, str]] = [
    ({"truncation": "bogus"}, "truncation", "bogus", "'auto' and 'disabled'"),
    ({"prompt_cache_retention": "x"}, "prompt_cache_retention", "x", "'in_memory' and '24h'"),
    ({"include": ["bogus"]}, "include[0]", "bogus", INCLUDES),
    (
        {"service_tier": "bogus"},
        "service_tier",
        "bogus",
        "'auto', 'default', 'fast', 'flex', and 'priority'",
    ),
    (
        {"reasoning": {"effort": "bogus"}},
        "reasoning.effort",
        "bogus",
        "'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'",
    ),
    (
        {"reasoning": {"summary": "bogus"}},
        "reasoning.summary",
        "bogus",
        "'concise', 'detailed', and 'auto'",
    ),
    ({"text": {"verbosity": "bogus"}}, "text.verbosity", "bogus", "'low', 'medium', and 'high'"),
    (
        {"text": {"format": {"type": "bogus"}}},
        "text.format.type",
        "bogus",
        "'json_object', 'text', and 'json_schema'",
    ),
    (
        {"tools": [FUNCTION], "tool_choice": "bogus"},
        "tool_choice",
        "bogus",
        "'none', 'auto', and 'required'",
    ),
    ({"input": [{"role": "bogus", "content": "x"}]}, "input[0]", "bogus", ROLES),
    ({"input": [{}]}, "input[0]", "", ROLES),
    (
        {"input": [{"role": "user", "content": [{"type": "bogus", "text": "x"}]}]},
        "input[0].content[0].type",
        "bogus",
        "'input_text', 'input_image', 'input_audio', 'output_text', 'refusal', 'input_file', "
        "'computer_screenshot', 'summary_text', and 'encrypted_content'",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]},
        "input[0].content[0]",
        "output_text",
        "'input_text', 'input_image', 'input_file', 'scoped_content', and 'input_audio'",
    ),
    (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        "input[0].content[0]",
        "input_text",
        "'output_text' and 'refusal'",
    ),
]


@pytest.mark.parametrize(("parameters", "param", "got", "supported"), VALUES)
def test_wrong_values(url: str, parameters: Json, param: str, got: str, supported: str) -> None:
    message = f"Invalid value: '{got}'. Supported values are: {supported}."
    assert refused(url, **parameters) == (400, "invalid_value", param, message)


@pytest.mark.parametrize(("kind", "got"), [("bogus_item", "bogus_item"), (7, "")])
def test_wrong_types_of_items(url: str, kind: Any, got: str) -> None:
    status, code, param, message = refused(url, input=[{"type": kind, "role": "user"}])
    assert (status, code, param) == (400, "invalid_value", "input[0]")
    assert message.startswith(f"Invalid value: '{got}'. Supported values are: 'additional_tools', ")
    listed = [name.strip("'") for name in message[message.index("'additional") : -1].split(", ")]
    assert listed[-1] == "and 'web_search_call"
    assert listed[:-1] == sorted(listed[:-1])
    assert {"message", "item_reference", "shell_call_output"} <= set(listed)


def test_services_that_only_the_sdk_knows_are_accepted(url: str) -> None:
    assert [ask(url, service_tier=tier)[0] for tier in ("scale", "ultrafast")] == [200, 200]


def test_long_names_of_properties(url: str) -> None:
    name = "k" * 70
    assert refused(url, metadata={name: "v"}) == (
        400,
        "property_name_above_max_length",
        f"metadata.{name}",
        "Invalid property name in 'metadata': 'kkk...kkk' is too long. Expected a string with "
        "maximum length 64, but got a string with length 70 instead.",
    )


def test_parameters_that_exclude_each_other(url: str) -> None:
    assert refused(url, conversation="conv_x", previous_response_id="resp_x") == (
        400,
        "mutually_exclusive_parameters",
        None,
        "Mutually exclusive parameters: ''. Ensure you are only providing one of: 'pre..._id' or "
        "'conversation'.",
    )


MCP_SERVERS = {
    "server_url": "https://example.com/mcp",
    "connector_id": "connector_dropbox",
    "tunnel_id": f"tunnel_{'a' * 32}",
}


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        (("server_url", "connector_id"), "'server_url' or 'connector_id'"),
        (("tunnel_id", "server_url"), "'server_url' or 'tunnel_id'"),
        (("tunnel_id", "connector_id"), "'connector_id' or 'tunnel_id'"),
    ],
)
def test_an_mcp_tool_has_one_server(url: str, servers: tuple[str, str], named: str) -> None:
    tool = {"type": "mcp", "server_label": "docs", "authorization": "token"}
    given = {name: MCP_SERVERS[name] for name in servers}
    assert refused(url, tools=[FUNCTION, {**tool, **given}]) == (
        400,
        "mutually_exclusive_parameters",
        "tools[1]",
        f"Mutually exclusive parameters: 'tools[1]'. Ensure you are only providing one of: {named}.",
    )


def test_a_server_that_is_null_excludes_none(url: str) -> None:
    servers = {**MCP_SERVERS, "connector_id": None, "tunnel_id": None}
    assert ask(url, tools=[{"type": "mcp", "server_label": "docs", **servers}])[0] == 200


# What the model supports.

LOGPROBS_MESSAGE = "logprobs are not supported with reasoning models."
UNSUPPORTED: list[tuple[Json, str | None, str, str]] = [
    *(
        (
            {name: 0.5},
            None,
            name,
            f"Unsupported parameter: '{name}' is not supported with this model.",
        )
        for name in ("temperature", "top_p", "presence_penalty", "frequency_penalty")
    ),
    ({"top_logprobs": 1}, "unsupported_parameter", "top_logprobs", LOGPROBS_MESSAGE),
    ({"include": [LOGPROBS]}, "unsupported_parameter", "include", LOGPROBS_MESSAGE),
    (
        {"prompt_cache_retention": "in_memory"},
        "invalid_parameter",
        "prompt_cache_retention",
        "This model is compatible only with 24h extended prompt caching",
    ),
    (
        {"reasoning": {"generate_summary": "concise"}},
        "unknown_parameter",
        "reasoning.generate_summary",
        "Unknown parameter: 'reasoning.generate_summary'.",
    ),
    (
        {"reasoning": {"effort": "minimal"}},
        "unsupported_value",
        "reasoning.effort",
        "Unsupported value: 'minimal' is not supported with the 'gpt-5.6-terra' model. Supported "
        "values are: 'none', 'low', 'medium', 'high', 'xhigh', and 'max'.",
    ),
    # September 2026.
    (
        {"model": "gpt-6-astra", "reasoning": {"effort": "none"}},
        "unsupported_value",
        "reasoning.effort",
        "Unsupported value: 'none' is not supported with the 'gpt-6-astra' model. Supported "
        "values are: 'low', 'medium', 'high', 'xhigh', and 'max'.",
    ),
]


@pytest.mark.parametrize(("parameters", "code", "param", "message"), UNSUPPORTED)
def test_what_the_model_lacks(
    url: str, parameters: Json, code: str | None, param: str, message: str
) -> None:
    assert refused(url, **parameters) == (400, code, param, message)


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("gpt-4.1", {"top_logprobs": 2, "include": [LOGPROBS]}),
        ("gpt-4.1", {"presence_penalty": 0.5, "frequency_penalty": -0.5}),
        ("gpt-4.1", {"prompt_cache_retention": "in_memory"}),
        ("gpt-5.4", {"top_logprobs": 2, "temperature": 0.2}),  # It does not reason by default.
        ("gpt-5.4", {"prompt_cache_retention": "in_memory"}),
        ("gpt-5.6-terra", {"reasoning": {"effort": "none"}, "temperature": 0.2}),
        ("gpt-5.6-terra", {"temperature": 1, "top_p": 0.98, "top_logprobs": 0}),
        ("gpt-5.6-terra", {"prompt_cache_retention": "24h"}),
        ("gpt-5.1", {"reasoning": {"effort": "low", "generate_summary": "concise"}}),
        ("gpt-5", {"reasoning": {"effort": "minimal"}}),  # Recorded, 4 of 4.
        ("gpt-5.6-sol", {"reasoning": {"effort": "minimal"}}),  # Recorded in July 2026.
        ("mine", {"top_logprobs": 2, "prompt_cache_retention": "in_memory"}),
    ],
)
def test_what_the_model_has(url: str, model: str, parameters: Json) -> None:
    assert ask(url, model=model, **parameters)[0] == 200


def test_penalties_are_echoed(url: str) -> None:
    answer = ask(url, model="gpt-4.1", presence_penalty=0.5, frequency_penalty=-1)[1]
    assert (answer["presence_penalty"], answer["frequency_penalty"]) == (0.5, -1.0)


# Which of two faults is told.

BAD: Json = {
    "input": 7,
    "previous_response_id": 7,
    "prompt": "x",
    "moderation": "x",
    "include": 7,
    "tools": 7,
    "tool_choice": 7,
    "metadata": 7,
    "text": 7,
    "temperature": "x",
    "top_p": "x",
    "presence_penalty": "x",
    "frequency_penalty": "x",
    "parallel_tool_calls": 7,
    "stream": 7,
    "stream_options": 7,
    "background": 7,
    "max_output_tokens": "x",
    "max_tool_calls": "x",
    "reasoning": 7,
    "user": 7,
    "safety_identifier": 7,
    "prompt_cache_options": 7,
    "prompt_cache_key": 7,
    "prompt_cache_retention": 7,
    "truncation": 7,
    "instructions": 7,
    "store": 7,
    "service_tier": 7,
    "top_logprobs": "x",
    "context_management": 7,
}
"""Wrong values in the API's order."""


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_types_are_told_in_the_order_of_the_api(url: str, backwards: bool) -> None:
    left = dict(BAD)
    told = []
    while left:
        sent = dict(reversed(left.items())) if backwards else left
        body = {**sent, **({} if "input" in sent else {"input": "ping"}), "model": "gpt-5.6-terra"}
        reply = httpx2.post(f"{url}/responses", json=body).json()["error"]
        told.append(reply["param"])
        del left[reply["param"]]
    assert told == list(BAD)


STAGES: list[tuple[Json, str | None]] = [
    ({"model": ABSENT, "zzz": 1}, "model"),
    ({"model": ABSENT, "input": ABSENT}, "model"),
    ({"input": ABSENT, "zzz": 1}, "input"),
    ({"input": ABSENT, "truncation": "bogus"}, "input"),
    ({"input": [{"role": "user", "content": 7}], "zzz": 1}, "zzz"),
    ({"input": [], "zzz": 1}, "zzz"),
    ({"input": [], "truncation": "bogus"}, "truncation"),
    ({"input": [{}], "previous_response_id": "resp_x"}, "input[0]"),
    ({"input": [], "previous_response_id": "resp_x"}, "previous_response_id"),
    ({"input": [], "temperature": 0.5}, None),
    ({"prompt": {"id": "pmpt_x"}, "truncation": "bogus"}, "truncation"),
    ({"previous_response_id": "resp_x", "truncation": "bogus"}, "truncation"),
    ({"prompt": {"id": "pmpt_x"}, "include": ["bogus"]}, "include[0]"),
    ({"previous_response_id": "resp_x", "temperature": 0.5}, "previous_response_id"),
    ({"include": [LOGPROBS], "tools": "x"}, "tools"),
    ({"top_logprobs": 1, "context_management": "x"}, "context_management"),
    ({"top_logprobs": 1, "temperature": 0.5}, "temperature"),
    ({"include": [LOGPROBS], "temperature": 0.5}, "temperature"),
    ({"include": [LOGPROBS], "top_logprobs": 1}, "include"),
]


@pytest.mark.parametrize(("parameters", "param"), STAGES)
def test_the_first_fault_is_told(url: str, parameters: Json, param: str | None) -> None:
    assert refused(url, **parameters)[2] == param


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"conversation": "conv_x"}, "Conversation with id 'conv_x' not found."),
        (
            {"conversation": "conv_x", "prompt": {"id": "p"}},
            "Conversation with id 'conv_x' not found.",
        ),
        ({"prompt": {"id": "p"}}, "Prompt with id 'p' not found."),
        (
            {"prompt": {"id": "p"}, "previous_response_id": "resp_x"},
            "Prompt with id 'p' not found.",
        ),
    ],
)
def test_what_is_looked_up_comes_before_what_the_model_supports(
    url: str, parameters: Json, message: str
) -> None:
    for more in ({}, {"temperature": 0.5}):
        assert refused(url, **parameters, **more) == (404, None, None, message)


def test_what_the_model_lacks_is_told_after_what_was_found(url: str) -> None:
    first = ask(url)[1]["id"]
    assert refused(url, previous_response_id=first, temperature=0.5)[2] == "temperature"
    conversation = httpx2.post(f"{url}/conversations", json={}).json()["id"]
    assert refused(url, conversation=conversation, top_logprobs=1)[2] == "top_logprobs"


# What clients say of themselves.


def test_client_metadata_is_taken_and_not_repeated(serve: Serve) -> None:
    server = serve()
    said = {"client_metadata": {"x-codex-installation-id": "0000", "session": "1"}}
    status, answer = ask(server.url, **said)
    assert status == 200
    assert "client_metadata" not in answer
    with Socket(server.url) as socket:
        assert socket.ask("Hello", **said)["status"] == "completed"
    for wrong in ("x", {"a": 1}):
        assert refused(server.url, client_metadata=wrong)[1] == "invalid_type"


def test_client_metadata_does_not_make_another_request(serve: Serve) -> None:
    said = [{"client_metadata": {"turn": str(turn)}} for turn in range(2)]
    one, other = (ask(serve().url, **each)[1] for each in said)
    assert one == other


# Where rules are lenient.


@pytest.mark.parametrize(
    "parameters",
    [
        {"model": ABSENT},
        {"model": None},
        {"model": ""},
        {"input": ABSENT},
        {"input": None},
        {"input": ""},
        {"input": [], "previous_response_id": ABSENT},
        {"input": ABSENT, "previous_response_id": "resp_x"},
        {"top_logprobs": 1},
        {"include": [LOGPROBS]},
        {"presence_penalty": 0.5},
        {"prompt_cache_retention": "in_memory"},
        {"reasoning": {"effort": "minimal"}},
        {"reasoning": {"generate_summary": "auto"}},
        {"metadata": {"k" * 70: "v"}},
        {"previous_response_id": "resp_x", "conversation": "conv_x", "temperature": 0.5},
    ],
)
def test_example_mode_forgives(serve: Serve, parameters: Json) -> None:
    assert ask(serve(examples=True).url, **parameters)[0] == 200


@pytest.mark.parametrize("parameters", [{"strem": True}, {"messages": [USER]}, {"tools": "x"}])
def test_example_mode_does_not_forgive_mistakes(serve: Serve, parameters: Json) -> None:
    assert ask(serve(examples=True).url, **parameters)[0] == 400


def test_a_number_that_no_json_can_repeat_is_refused_as_others_are(serve: Serve) -> None:
    """The fault: a shape of the request that cannot be read again."""
    url = f"{serve().url}/responses"
    for content in (
        b'{"model": 1e999, "input": "Hi"}',
        b'{"model": "gpt-5", "input": "Hi", "x": 1e999}',
    ):
        refused = httpx2.post(url, content=content, headers={"content-type": "application/json"})
        assert refused.status_code == 400, refused.text
