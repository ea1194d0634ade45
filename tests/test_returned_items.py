"""Items that come back: what the server holds of them, and what led to them."""

from typing import Any

import httpx2
import pytest

from conftest import Serve, Served

TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
ASKED = {"role": "user", "content": "call f"}
SEALED = {"type": "reasoning", "id": "rs_9", "summary": [], "encrypted_content": "gAAAAAB1"}
UNKNOWN = "Item with id 'rs_9' not found."
NOT_KEPT = (
    " Items are not persisted when `store` is set to false. Try again with `store` set to true, or "
    "remove this item from your input."
)


def create(server: Served, *input_items: Any, **body: Any) -> httpx2.Response:
    body = {"model": "gpt-5", "input": list(input_items), "tools": [TOOL], **body}
    return httpx2.post(f"{server.url}/responses", json=body)


def error(response: httpx2.Response) -> tuple[int, Any, Any, str]:
    told = response.json()["error"]
    return response.status_code, told["code"], told["param"], told["message"]


def called(server: Served, **body: Any) -> list[dict[str, Any]]:
    """The reasoning and the call of a first turn."""
    output: list[dict[str, Any]] = create(server, ASKED, tool_choice="required", **body).json()[
        "output"
    ]
    assert [item["type"] for item in output] == ["reasoning", "function_call"]
    return output


def answered(call: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call["call_id"], "output": "1"}


def test_a_call_needs_the_reasoning_that_led_to_it(serve: Serve) -> None:
    server = serve()
    reasoning, call = called(server)
    alone = (400, None, "input", missing(call, reasoning))
    assert error(create(server, ASKED, call, answered(call))) == alone
    reference = {"type": "item_reference", "id": call["id"]}
    assert error(create(server, ASKED, reference, answered(call))) == alone
    assert create(server, ASKED, reasoning, call, answered(call)).status_code == 200
    without_id = {key: value for key, value in call.items() if key != "id"}
    assert create(server, ASKED, without_id, answered(call)).status_code == 200


def missing(item: dict[str, Any], reasoning: dict[str, Any]) -> str:
    return (
        f"Item '{item['id']}' of type '{item['type']}' was provided without its required "
        f"'reasoning' item: '{reasoning['id']}'."
    )


def test_a_message_needs_the_reasoning_that_led_to_it(serve: Serve) -> None:
    server = serve()
    server.script({"reply": [{"type": "reasoning"}, "Hello"]}, {"reply": "Bye"})
    reasoning, message = create(server, ASKED).json()["output"]
    assert error(create(server, ASKED, message, ASKED))[3] == missing(message, reasoning)
    assert create(server, ASKED, reasoning, message, ASKED).status_code == 200


def test_the_reasoning_may_stand_in_the_history(serve: Serve) -> None:
    server = serve()
    first = create(server, ASKED, tool_choice="required").json()
    response = create(server, answered(first["output"][1]), previous_response_id=first["id"])
    assert response.status_code == 200


def test_what_the_server_no_longer_holds_is_paired_no_more(serve: Serve) -> None:
    server = serve()
    first = create(server, ASKED, tool_choice="required").json()
    httpx2.delete(f"{server.url}/responses/{first['id']}")
    call = first["output"][1]
    assert create(server, ASKED, call, answered(call)).status_code == 200


@pytest.mark.parametrize(("store", "advice"), [(True, ""), (False, NOT_KEPT)])
def test_reasoning_that_is_neither_held_nor_sealed(serve: Serve, store: bool, advice: str) -> None:
    bare = {"type": "reasoning", "id": "rs_9", "summary": []}
    message = {"type": "message", "id": "msg_9", "role": "assistant", "content": "Hello"}
    response = create(serve(), bare, message, ASKED, store=store)
    assert error(response) == (404, None, "input", UNKNOWN + advice)


@pytest.mark.parametrize(("store", "advice"), [(True, ""), (False, NOT_KEPT)])
def test_a_reference_to_what_is_not_held(serve: Serve, store: bool, advice: str) -> None:
    response = create(serve(), {"type": "item_reference", "id": "rs_9"}, ASKED, store=store)
    assert error(response) == (404, None, "input", UNKNOWN + advice)


def test_reasoning_of_a_turn_that_was_not_stored_must_be_sealed(serve: Serve) -> None:
    server = serve()
    reasoning, call = called(server, store=False, include=["reasoning.encrypted_content"])
    assert create(server, ASKED, reasoning, call, answered(call), store=False).status_code == 200
    bare = {key: value for key, value in reasoning.items() if key != "encrypted_content"}
    response = create(server, ASKED, bare, call, answered(call), store=False)
    assert error(response)[::3] == (404, f"Item with id '{bare['id']}' not found.{NOT_KEPT}")


@pytest.mark.parametrize("store", [True, False])
def test_a_message_may_lose_its_id_when_nothing_is_stored(serve: Serve, store: bool) -> None:
    response = create(serve(), SEALED, {"role": "assistant", "content": "Hi"}, ASKED, store=store)
    if store:
        assert error(response)[3].startswith("Item 'rs_9' of type 'reasoning' was provided without")
    else:
        assert response.status_code == 200


def test_a_seal_that_the_service_does_not_write(serve: Serve) -> None:
    server = serve()
    broken = {**SEALED, "encrypted_content": "Working it out."}
    message = {"type": "message", "id": "msg_9", "role": "assistant", "content": "Hello"}
    assert error(create(server, broken, message, ASKED)) == (
        400,
        "invalid_encrypted_content",
        None,
        "The encrypted content Work...out. could not be verified. Reason: Encrypted content could "
        "not be decrypted or parsed.",
    )


def test_what_a_script_brought_in_passes(serve: Serve) -> None:
    server = serve()
    given = [
        {"type": "reasoning", "id": "rs_9", "summary": []},
        {"type": "message", "id": "msg_9", "content": "Hello"},
    ]
    sealed = [
        {"type": "reasoning", "encrypted_content": "Working it out."},
        {"type": "message", "content": "Hello"},
    ]
    server.script(
        {"reply": {"output": given}},
        {"reply": {"output": sealed}},
        {"reply": "Bye", "times": "always"},
    )
    first = create(server, ASKED, store=False).json()["output"]
    include = ["reasoning.encrypted_content"]
    second = create(server, ASKED, store=False, include=include).json()["output"]
    bare = {key: value for key, value in first[0].items() if key != "encrypted_content"}
    assert create(server, bare, first[1], ASKED, store=False).status_code == 200
    assert create(server, *second, ASKED, store=False).status_code == 200


def test_open_responses_knows_nothing_of_this(serve: Serve) -> None:
    server = serve(dialect_name="open-responses")
    bare = {"type": "reasoning", "id": "rs_9", "summary": []}
    assert create(server, bare, ASKED).status_code == 200
