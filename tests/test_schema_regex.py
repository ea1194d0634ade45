"""Regular expressions drawn at random, against Python's own: what is written for them, what they
match, and how long that is.
"""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.schemas import Budget, OutOfWorkError, Rng, spell
from mockserver.schemas.matching import matches
from mockserver.schemas.patterns import tree

CHARACTERS = [*"abc1-_ ", r"\.", r"\x61", r"\u0062", r"\u{63}", r"\t", r"\n", r"\/"]
SETS = [".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"]
CLASSES = ["[ab]", "[^a]", "[a-c]", r"[\d-]", r"[^\w]", r"[a\]]", r"[^\D1]", r"[ -.]", r"[\x61-c]"]
ATOMS = [*CHARACTERS, *SETS, *CLASSES]
REPEATS = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "+?", "{0}", "{0,2}?"]
TEXTS = st.lists(st.text("abc1-_ \t\n.]{2,", min_size=1, max_size=7), min_size=3, max_size=6)


@st.composite
def patterns(draw: st.DrawFn, depth: int = 0) -> str:
    """What means the same here and in Python, as far as ASCII goes."""
    parts = []
    for _ in range(draw(st.integers(1, 4 - depth))):
        kind = draw(st.integers(0, 9)) if depth < 3 else 0
        if kind < 5:
            part = draw(st.sampled_from(ATOMS)) + draw(st.sampled_from(REPEATS))
        elif kind < 8:
            group = draw(st.sampled_from(["({})", "(?:{})"])).format(draw(patterns(depth + 1)))
            part = group + draw(st.sampled_from(REPEATS))
        elif kind == 8:
            part = draw(st.sampled_from(["^", "$", r"\b"]))
        else:
            look = draw(st.sampled_from(["(?={})", "(?!{})"]))
            part = look.format(draw(patterns(depth + 1)))
        parts.append(part)
    if draw(st.integers(0, 5)) == 0:
        parts.insert(draw(st.integers(0, len(parts))), "|")
    return "".join(parts)


def in_python(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("$", r"\Z").replace(r"\u{63}", "c"), re.ASCII)


@given(patterns(), TEXTS, st.integers(0, 99))
@settings(max_examples=120, deadline=None)
def test_a_pattern_means_what_it_means_to_python(pattern: str, texts: list[str], seed: int) -> None:
    """Twice: as the judge's engine reads it, and as it is rewritten where that does not."""
    expected = in_python(pattern)
    # Names of groups are what only Python reads.
    rewritten = f"(?:{pattern})(?<q>)\\k<q>"
    # What looks ahead is for Python's engine in any case.
    may_fail = [OutOfWorkError] if "(?=" in pattern or "(?!" in pattern else []
    node = tree(pattern)
    spelled = spell(pattern, Rng(seed))
    for text in (*texts, spelled):
        if text:
            found = expected.search(text)
            assert found or text is not spelled
            with suppress(*may_fail):
                assert matches(pattern, text) == bool(found)
            with suppress(OutOfWorkError):  # Python's engine may have to go back.
                assert matches(rewritten, text) == bool(found)
            assert found is None or node.least <= len(found[0]) <= node.most


@given(patterns(), st.integers(0, 12), st.integers(0, 12), st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_a_text_is_of_the_wanted_length(pattern: str, low: int, more: int, seed: int) -> None:
    text = spell(pattern, Rng(seed), low, low + more)
    if text is not None:
        assert low <= len(text) <= low + more
        assert not text or in_python(pattern).search(text)


@given(patterns(), patterns(), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_a_text_for_two_patterns_meets_both(one: str, other: str, seed: int) -> None:
    text = spell(one, Rng(seed), also=(other,), tries=60)
    if text:
        assert in_python(one).search(text)
        assert in_python(other).search(text)


@given(patterns(), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_work_is_counted_alike_each_time_and_ends_where_the_budget_does(
    pattern: str, seed: int
) -> None:
    budgets = [Budget(), Budget()]
    try:
        texts = [spell(pattern, Rng(seed), budget=budget) for budget in budgets]
    except OutOfWorkError:
        return
    assert texts[0] == texts[1]
    assert budgets[0].left == budgets[1].left
    work = Budget().left - budgets[0].left
    assert spell(pattern, Rng(seed), budget=Budget(work)) == texts[0]
    with pytest.raises(OutOfWorkError):
        spell(pattern, Rng(seed), budget=Budget(work - 1))
