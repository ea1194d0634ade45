"""`max_output_tokens`: what is left of an output."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api import Json
from mockserver.compose import cut_output, estimate, logprobs, output_tokens

TOKENS = estimate()
LONG = "All happy families are alike; each unhappy family is unhappy in its own way. " * 4
ARGUMENTS = json.dumps({"text": LONG})
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "status": "completed",
    "name": "f",
    "arguments": ARGUMENTS,
}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": []}


def said(*texts: str, **more: Any) -> Json:
    parts = [
        {"type": "output_text", "annotations": [], "logprobs": [], "text": text, **more}
        for text in texts
    ]
    return {
        "type": "message",
        "id": "msg_1",
        "status": "completed",
        "role": "assistant",
        "content": parts,
    }


def shorter(
    items: list[Json], limit: int, *, model: str = "gpt-4o", thought: int = 0
) -> list[Json]:
    before = copy.deepcopy(items)
    kept, was_cut = cut_output(items, limit, {}, model, TOKENS, thought)
    assert was_cut
    assert items == before
    return kept


def test_what_fits_is_left_alone() -> None:
    assert cut_output([said("Hi")], 16, {}, "gpt-4o", TOKENS) == ([said("Hi")], False)
    assert cut_output([said(LONG)], None, {}, "gpt-4o", TOKENS) == ([said(LONG)], False)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5", "gpt-5.4", "o1"])
@pytest.mark.parametrize("item", [said(LONG), CALL], ids=["message", "call"])
@pytest.mark.parametrize("limit", [16, 17, 40])
def test_the_cut_output_costs_the_limit(item: Json, limit: int, model: str) -> None:
    (kept,) = shorter([item], limit, model=model)
    assert kept["status"] == "incomplete"
    assert output_tokens([kept], {}, model, TOKENS) == limit


def test_text_is_cut_in_the_part_that_crosses_the_limit() -> None:
    (kept,) = shorter([said("First part. ", LONG, "never seen")], 16)
    first, second = kept["content"]
    assert first["text"] == "First part. "
    assert second["text"]
    assert LONG.startswith(second["text"])


def test_what_follows_the_cut_vanishes() -> None:
    kept = shorter([said("Hi"), said(LONG), CALL], 20)
    assert [item["status"] for item in kept] == ["completed", "incomplete"]


def test_an_item_without_text_vanishes_whole() -> None:
    search = {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"query": LONG},
    }
    assert shorter([said("Hi"), search], 20) == [said("Hi")]


def test_reasoning_may_eat_it_all() -> None:
    assert shorter([THOUGHT, said("Hi")], 64, model="gpt-5", thought=64) == [THOUGHT]
    assert shorter([said("Hi")], 64, model="gpt-5", thought=100) == []


def test_reasoning_leaves_the_rest_to_the_text() -> None:
    _, message = shorter([THOUGHT, said(LONG)], 100, model="gpt-5.4", thought=64)
    assert output_tokens([THOUGHT, message], {}, "gpt-5.4", TOKENS, 64) == 100


def test_a_refusal_is_cut_like_a_text() -> None:
    refused = {**said(), "content": [{"type": "refusal", "refusal": LONG}]}
    (kept,) = shorter([refused], 16)
    (part,) = kept["content"]
    assert part.keys() == {"type", "refusal"}
    assert LONG.startswith(part["refusal"])
    assert 0 < len(part["refusal"]) < len(LONG)
    assert output_tokens([kept], {}, "gpt-4o", TOKENS) == 16


def test_of_several_thoughts_the_first_is_left_when_they_eat_it_all() -> None:
    thoughts = [{**THOUGHT, "id": f"rs_{number}"} for number in range(3)]
    assert shorter([*thoughts, said("Hi")], 64, model="gpt-5", thought=192) == thoughts[:1]


def test_annotations_and_logprobs_end_with_the_text() -> None:
    notes = [
        {"type": "url_citation", "start_index": 0, "end_index": 3},
        {"start_index": 200, "end_index": 210},
    ]
    scores = logprobs(LONG, 0, TOKENS, 1)
    (kept,) = shorter([said(LONG, annotations=notes, logprobs=scores)], 16)
    (part,) = kept["content"]
    assert part["annotations"] == notes[:1]
    assert "".join(entry["token"] for entry in part["logprobs"]) == part["text"]


@given(texts=st.lists(st.text(max_size=300), min_size=1, max_size=4), limit=st.integers(16, 120))
def test_a_cut_never_exceeds_the_limit_and_keeps_a_beginning(texts: list[str], limit: int) -> None:
    items = [said(*texts), CALL]
    kept, was_cut = cut_output(items, limit, {}, "gpt-5.4", TOKENS)
    assert was_cut == (output_tokens(items, {}, "gpt-5.4", TOKENS) > limit)
    text = "".join(part["text"] for part in kept[0]["content"])
    assert "".join(texts).startswith(text)
    assert [item["type"] for item in kept] == ["message", "function_call"][: len(kept)]
