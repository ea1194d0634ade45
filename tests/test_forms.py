"""Bodies that are forms, which the specification of Open Responses allows beside JSON."""

import json
from typing import Any

import httpx2
import pytest

from conftest import Serve

Json = dict[str, Any]
TOOL: Json = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}


def create(serve: Serve, fields: list[tuple[str, Any]], dialect: str = "open-responses") -> Json:
    """What is answered to a form."""
    body = str(httpx2.QueryParams(fields)).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    url = serve(dialect_name=dialect).url
    answer: Json = httpx2.post(f"{url}/responses", content=body, headers=headers).json()
    return answer


def test_values_are_what_their_parameters_are(serve: Serve) -> None:
    answer = create(
        serve,
        [
            ("model", "gpt-4.1"),
            ("input", "Hi & bye = é"),
            ("instructions", "42"),
            ("user", "true"),
            ("truncation", "auto"),
            ("temperature", "0.5"),
            ("max_output_tokens", "100"),
            ("store", "false"),
            ("tools", json.dumps([TOOL])),
            ("tool_choice", "none"),
            ("metadata", json.dumps({"a": "1"})),
            ("text", json.dumps({"verbosity": "medium"})),
        ],
    )
    assert answer.get("status") == "completed", answer
    assert (answer["instructions"], answer["user"], answer["truncation"]) == ("42", "true", "auto")
    assert (answer["temperature"], answer["max_output_tokens"]) == (0.5, 100)
    assert (answer["store"], answer["tool_choice"]) == (False, "none")
    assert answer["tools"][0]["name"] == "f"
    assert answer["metadata"] == {"a": "1"}


@pytest.mark.parametrize(("text", "said"), [("7", "7"), ('[{"role":"user","content":"a"}]', "a")])
def test_input_is_a_text_or_a_list(serve: Serve, text: str, said: str) -> None:
    server = serve(dialect_name="open-responses")
    body = str(httpx2.QueryParams([("model", "gpt-4.1"), ("input", text)])).encode()
    name = httpx2.post(f"{server.url}/responses", content=body).json()["id"]
    (item,) = httpx2.get(f"{server.url}/responses/{name}/input_items").json()["data"]
    assert item["content"][0]["text"] == said


def test_names_may_be_repeated_and_have_members(serve: Serve) -> None:
    include = ["reasoning.encrypted_content", "message.output_text.logprobs"]
    for name in ("include", "include[]"):
        answer = create(
            serve,
            [
                ("model", "gpt-4.1"),
                ("input", "Hi"),
                *((name, value) for value in include),
                ("metadata[a]", "1"),
                ("metadata[b]", "2"),
            ],
        )
        assert answer.get("metadata") == {"a": "1", "b": "2"}, answer
        assert answer["output"][0]["content"][0]["logprobs"]


def test_wrong_values_are_refused_as_in_json(serve: Serve) -> None:
    error = create(serve, [("model", "gpt-4.1"), ("temperature", "hot")])["error"]
    assert (error["code"], error["param"]) == ("invalid_type", "temperature")


@pytest.mark.parametrize(
    "body", [b"input=a&&b", b"metadata[a]=1&metadata=2&metadata[b]=3", b"\xff=1"]
)
def test_what_is_no_form_either_is_refused(serve: Serve, body: bytes) -> None:
    reply = httpx2.post(f"{serve(dialect_name='open-responses').url}/responses", content=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_json")


def test_json_that_says_that_it_is_a_form_is_json(serve: Serve) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = b' {"model": "gpt-4.1", "input": "a=b"}'
    for dialect in ("openai", "open-responses"):
        url = serve(dialect_name=dialect).url
        assert httpx2.post(f"{url}/responses", content=body, headers=headers).status_code == 200


def test_the_api_itself_knows_no_forms(serve: Serve) -> None:
    error = create(serve, [("model", "gpt-4.1"), ("input", "Hi")], dialect="openai")["error"]
    assert error["code"] == "invalid_json"
