"""The virtual clock: when responses begin and end, by what they take rather than by the time of day."""

from itertools import pairwise
from typing import Any

import httpx2
import pytest

from conftest import Serve, Served

Json = dict[str, Any]


def post(served: Served, path: str = "/responses", **body: Any) -> Json:
    if path == "/responses":
        body = {"model": "gpt-4.1", "input": "Hello", **body}
    reply = httpx2.post(served.url + path, json=body)
    assert reply.status_code == 200, reply.text
    value: Json = reply.json()
    return value


def test_what_follows_a_response_begins_no_earlier_than_it_ended(serve: Serve) -> None:
    """The fault: each response begins at the epoch, or when the one before it began."""
    served = serve()
    served.script(*["word " * 500] * 4)
    chain = [post(served)]
    while len(chain) < 4:
        chain.append(post(served, previous_response_id=chain[-1]["id"]))
    for earlier, later in pairwise(chain):
        assert earlier["created_at"] < earlier["completed_at"] <= later["created_at"]


def test_a_conversation_goes_on_where_its_last_turn_ended(serve: Serve) -> None:
    """The fault: a short turn, or an incomplete one, puts the clock of a conversation back."""
    served = serve()
    served.script("word " * 500, {"reply": {"status": "incomplete", "output": ["cut"]}}, "short")
    conversation = post(served, "/conversations")
    begun = conversation["created_at"]
    for _ in range(3):
        turn = post(served, conversation=conversation["id"])
        assert turn["created_at"] >= begun
        begun = turn["completed_at"] or turn["created_at"]
    first = conversation["created_at"]
    assert begun >= first + 10


def test_a_branch_from_an_earlier_response_does_not_move_the_clock_of_another(
    serve: Serve,
) -> None:
    served = serve()
    served.script("word " * 500, "one", "two")
    root = post(served)
    one, two = (post(served, previous_response_id=root["id"]) for _ in range(2))
    assert one["created_at"] == two["created_at"] >= root["completed_at"]


@pytest.mark.parametrize("words", [1, 40, 60, 500])
def test_a_response_takes_a_second_for_fifty_tokens_or_fewer(serve: Serve, words: int) -> None:
    """The fault: another rate, a part of a second that is not rounded up, or no time at all."""
    served = serve()
    served.script("word " * words)
    response = post(served)
    tokens = response["usage"]["output_tokens"]
    assert tokens >= words
    assert response["completed_at"] - response["created_at"] == -(-tokens // 50)


def test_what_does_not_complete_has_no_time_of_completion(serve: Serve) -> None:
    served = serve()
    served.script({"reply": {"status": "incomplete", "output": ["cut"]}})
    assert post(served)["completed_at"] is None
