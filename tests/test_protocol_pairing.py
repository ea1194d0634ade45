from typing import Any

import pytest

from mockserver.api import OPEN_RESPONSES, ApiError, Json, check_pairing

USER: Json = {"type": "message", "role": "user", "content": []}
ANSWER: Json = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
REASONING: Json = {"type": "reasoning", "id": "rs_1", "summary": []}


def call(kind: str = "function_call", call_id: str | None = "call_1", **more: Any) -> Json:
    return {"type": kind, "call_id": call_id, "name": "f", **more}


def output(kind: str = "function_call_output", call_id: str | None = "call_1", **more: Any) -> Json:
    return {"type": kind, "call_id": call_id, "output": "", **more}


def refused(*items: Json, start: int = 0) -> ApiError:
    with pytest.raises(ApiError) as caught:
        check_pairing(items, start=start)
    assert (caught.value.status, caught.value.code, caught.value.param) == (400, None, "input")
    return caught.value


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("function_call", "function_call_output"),
        ("custom_tool_call", "custom_tool_call_output"),
        ("computer_call", "computer_call_output"),
        ("local_shell_call", "local_shell_call_output"),
        ("shell_call", "shell_call_output"),
        ("apply_patch_call", "apply_patch_call_output"),
        ("tool_search_call", "tool_search_output"),
    ],
)
def test_call_and_output_belong_together(kind: str, answer: str) -> None:
    check_pairing([USER, call(kind), output(answer), USER])
    words = answer.replace("_", " ")
    assert (
        refused(USER, output(answer)).message
        == f"No tool call found for {words} with call_id call_1."
    )
    assert (
        refused(output(answer), call(kind)).message
        == f"No tool call found for {words} with call_id call_1."
    )
    assert (
        refused(call(kind), USER).message
        == f"No tool output found for {kind.replace('_', ' ')} call_1."
    )
    assert refused(call(kind, "call_2"), call(kind), output(answer)).message.endswith(" call_2.")


def test_an_output_answers_a_call_of_its_own_kind() -> None:
    refused(call("custom_tool_call"), output())
    check_pairing([call("tool_search_call", execution="client"), output()])


def test_calls_that_nobody_has_to_answer() -> None:
    check_pairing(
        [
            call("tool_search_call", None, execution="server"),
            call("tool_search_call", "tsc_1", execution="server"),
            call("tool_search_call", None),
            output("tool_search_output", None),
            {**call(), "async": True},
            {"type": "web_search_call", "id": "ws_1"},
            output(call_id=None),
        ]
    )


def test_several_calls_and_their_outputs_in_any_order() -> None:
    check_pairing(
        [USER, call(), call(call_id="call_2"), output(call_id="call_2"), output(), ANSWER]
    )


def test_local_shell_output_may_carry_the_id_of_its_call() -> None:
    check_pairing(
        [
            call("local_shell_call", id="lsh_1"),
            {"type": "local_shell_call_output", "id": "lsh_1", "output": ""},
        ]
    )
    check_pairing(
        [
            call("local_shell_call", id="lsh_1"),
            {"type": "local_shell_call_output", "id": "call_1", "output": ""},
        ]
    )


def test_approval_needs_its_request() -> None:
    answer = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
    check_pairing([{"type": "mcp_approval_request", "id": "mcpr_1"}, answer])
    assert "mcpr_1" in refused(USER, answer).message


def test_an_id_stands_for_one_item() -> None:
    assert refused(ANSWER, USER, ANSWER).message.startswith("Duplicate item found with id msg_1.")
    check_pairing([USER, USER])


@pytest.mark.parametrize(
    "following", [[], [USER], [{**ANSWER, "id": None}], [call(), output()][1:]]
)
def test_reasoning_needs_what_it_led_to(following: list[Json]) -> None:
    items = [
        call(),
        USER,
        REASONING,
        *following,
        *([] if following and "call_id" in following[0] else [output()]),
    ]
    assert refused(*items).message == (
        "Item 'rs_1' of type 'reasoning' was provided without its required following item."
    )
    check_pairing(items, start=3)
    check_pairing(items, dialect=OPEN_RESPONSES)


@pytest.mark.parametrize(
    "following",
    [
        [ANSWER],
        [call(), output()],
        [{**REASONING, "id": "rs_2"}, ANSWER],
        [{"type": "web_search_call", "id": "ws_1"}],
        [{"type": "item_reference", "id": "msg_9"}],
    ],
)
def test_reasoning_with_what_it_led_to(following: list[Json]) -> None:
    check_pairing([USER, REASONING, *following])


def test_a_stateless_client_may_rewrite_what_followed_encrypted_reasoning() -> None:
    rewritten = {**ANSWER, "id": None}
    encrypted = {**REASONING, "encrypted_content": "gAAAAA"}
    check_pairing([USER, encrypted, rewritten, USER], stored=False)
    for items, stored in (
        ([USER, encrypted, rewritten, USER], True),
        ([USER, REASONING, rewritten, USER], False),
        ([USER, encrypted, USER], False),
        ([USER, encrypted], False),
    ):
        with pytest.raises(ApiError, match="without its required following item"):
            check_pairing(items, stored=stored)


def test_items_without_type_are_messages() -> None:
    check_pairing([{"role": "user", "content": "Hi"}])
