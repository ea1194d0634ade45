"""Log probabilities by formula."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.compose import estimate, exact, logprobs

TOKENS = estimate()


@given(text=st.text(), top=st.integers(0, 20), seed=st.integers(0, 2**64))
def test_entries_are_probable(text: str, top: int, seed: int) -> None:
    entries = logprobs(text, top, TOKENS, seed)
    assert "".join(entry["token"] for entry in entries) == text
    for entry in entries:
        assert list(entry) == ["bytes", "logprob", "token", "top_logprobs"]
        assert bytes(entry["bytes"]) == entry["token"].encode()
        assert len(entry["top_logprobs"]) == top
        scores = [other["logprob"] for other in entry["top_logprobs"]]
        assert entry["logprob"] <= 0
        assert scores == sorted(scores, reverse=True)
        assert sum(map(math.exp, scores)) < 1.001
        assert len({other["token"] for other in entry["top_logprobs"]}) == top
        assert not top or entry["top_logprobs"][0] == {
            k: entry[k] for k in ("bytes", "logprob", "token")
        }


def test_they_depend_on_the_seed_alone() -> None:
    assert logprobs("Hello there", 2, TOKENS, 7) == logprobs("Hello there", 2, TOKENS, 7)
    assert logprobs("Hello there", 2, TOKENS, 7) != logprobs("Hello there", 2, TOKENS, 8)


def test_the_formula_stays_as_it_is() -> None:
    hi = {"bytes": [72, 105], "logprob": -0.012345, "token": "Hi"}
    other = {"bytes": [32, 105, 110], "logprob": -5.093705, "token": " in"}
    assert logprobs("Hi", 2, TOKENS, 0) == [{**hi, "top_logprobs": [hi, other]}]


@pytest.mark.parametrize("text", ["🇩🇪", "नमस्ते", "👩‍👩‍👧"])
def test_a_character_is_never_split(text: str) -> None:
    entries = logprobs(text, 0, exact(), 0)
    assert all(entry["token"] for entry in entries)
    assert b"".join(bytes(entry["bytes"]) for entry in entries).decode() == text
