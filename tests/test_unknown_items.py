"""The world is open: an item of a type that the server does not know passes through, if it has an
id.
"""

import contextlib
from typing import Any

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import Serve, Served
from mockserver.api import OPENAI, ApiError, CreateRequest, check_pairing, create_request
from mockserver.compose import estimate, input_tokens

NEW: dict[str, Any] = {
    "type": "acme:telemetry",
    "id": "tel_1",
    "span": {"ms": 12, "note": None},
    "parts": [1, "two", None],
}
HELLO = {"role": "user", "content": "Hi"}


def create(server: Served, **body: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}/responses", json={"model": "gpt-5", **body})


def test_a_sent_item_of_an_unknown_type_is_kept_as_it_is(serve: Serve) -> None:
    server = serve()
    response = create(server, input=[HELLO, NEW])
    assert response.status_code == 200
    listed = httpx2.get(f"{server.url}/responses/{response.json()['id']}/input_items").json()
    assert listed["data"][0] == NEW


def test_a_conversation_takes_an_item_of_an_unknown_type(serve: Serve) -> None:
    server = serve()
    conversation = httpx2.post(f"{server.url}/conversations", json={"items": [NEW]}).json()
    items = httpx2.get(f"{server.url}/conversations/{conversation['id']}/items").json()
    assert items["data"] == [NEW]


def test_an_unknown_type_without_id_is_an_error(serve: Serve) -> None:
    response = create(serve(), input=[HELLO, {"type": "functoin_call", "name": "f"}])
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["code"], error["param"]) == ("invalid_value", "input[1]")
    assert error["message"].startswith("Invalid value: 'functoin_call'. Supported values are: ")


def test_a_scripted_item_of_an_unknown_type_is_sent_as_it_is(serve: Serve) -> None:
    server = serve(watched=False)
    server.script(NEW, [NEW, "Done."])
    assert create(server, input="Hi").json()["output"] == [NEW]
    lines = create(server, input="Hi", stream=True).text.splitlines()
    kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert kinds[2:4] == ["response.output_item.added", "response.output_item.done"]


KEYS = st.sampled_from(
    [
        "call_id",
        "content",
        "output",
        "tools",
        "encrypted_content",
        "role",
        "status",
        "name",
        "arguments",
        "action",
        "summary",
        "approval_request_id",
        "execution",
        "text",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=6,
)
KINDS = st.sampled_from(["acme:x", "acme_call", "acme_call_output"])


@example("acme_call_output", {"output": [None, "text", {"text": 1}]}, "auto")
@given(KINDS, st.dictionaries(KEYS, VALUES, max_size=4), st.sampled_from(["auto", "required"]))
def test_nothing_in_an_unknown_item_breaks_the_server(
    kind: str, fields: dict[str, Any], choice: str
) -> None:
    item = {"type": kind, "id": "x_1", **fields}
    tools = [{"type": "function", "name": "f", "parameters": {}}]
    body = {"model": "gpt-5", "input": [HELLO, item], "tools": tools, "tool_choice": choice}
    with contextlib.suppress(ApiError):
        _read(create_request(body, dialect=OPENAI))


def _read(request: CreateRequest) -> None:
    check_pairing(request.input_items)
    assert isinstance(request.tool_outputs, dict)
    assert isinstance(request.input_text, str)
    assert input_tokens(request.body, request.items, "gpt-5", estimate()) > 0


def test_an_empty_id_is_none() -> None:
    with pytest.raises(ApiError, match="Invalid value: 'acme:telemetry'"):
        create_request({"model": "gpt-5", "input": [{**NEW, "id": ""}]}, dialect=OPENAI)
