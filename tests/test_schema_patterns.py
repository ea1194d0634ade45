"""Regular expressions: read, matched, and texts spelled that they match."""

from __future__ import annotations

import re
from contextlib import suppress

import jsonschema_rs
import pytest

from mockserver.schemas import Rng, SchemaError, generate, spell
from mockserver.schemas.matching import matches
from mockserver.schemas.patterns import PatternError, tree
from schema_samples import PATTERNS


@pytest.mark.parametrize("source", PATTERNS)
def test_a_pattern_is_spelled(source: str) -> None:
    texts = [spell(source, Rng("spell", at)) for at in range(20)]
    assert all(text is not None and matches(source, text) for text in texts)
    with suppress(jsonschema_rs.ValidationError):
        test = jsonschema_rs.Draft202012Validator({"pattern": source}).is_valid
        assert all(map(test, texts))


# These the judge does not read.
@pytest.mark.parametrize(
    ("source", "matched", "unmatched"),
    [
        ("^(?<year>\\d{4})-\\k<year>$", "2024-2024", "2024-2025"),
        ("^(?P<x>[^a])(?P=x)\\b$", "bb", "aa"),
        ("^[A-Za-z0-9+/]{4}*=?$", "abcd=", "abcd=!"),
        ("^(?<x>a)\\B(b|[^])\\2\\k<x>\\D$", "abba!", "abba1"),
        ("^(?i)(?<x>a)\\k<x>$", "aA", "ab"),
        ("^(?s)(?<x>.)\\k<x>$", "\n\n", "\na"),
        ("^(?<x>.)\\k<x>$", "aa", "\n\n"),
        ("^(?<x>a)(?=b)(?!bc).\\k<x>?$", "aba", "aca"),
        ("^(?<x>a|[]|b{2,70000})\\k<x>$", "bbbb", "bb"),
        ("^(?>a)(?#comment)b{2,3}(?:c|d)\\Z", "abbc", "abc"),
        ("\\A[^]\\Z", "x", "xx"),
        ("[]", None, "anything"),
        ("^\\u12$", "u12", "\u0012"),
    ],
)
def test_what_the_judge_does_not_read_is_matched_all_the_same(
    source: str, matched: str | None, unmatched: str
) -> None:
    assert matched is None or matches(source, matched)
    assert not matches(source, unmatched)
    text = spell(source, Rng(1))
    assert (text is None) == (matched is None)
    assert text is None or matches(source, text)


@pytest.mark.parametrize(
    "source", ["(?<=a+)\\k<x>", "^a{70000}*$", "a)", "\\uD83D\\uXY", "(?i", "\\p{L", "(?<a"]
)
def test_what_nothing_reads_is_an_error_of_its_own(source: str) -> None:
    with pytest.raises(PatternError):
        matches(source, "a")
    schema = {"type": "string", "pattern": source}
    with pytest.raises(SchemaError, match="itself is not valid"):
        generate(schema, 1)


@pytest.mark.parametrize(
    "source", ["[^\\x00-\\u{10FFFF}]", "a^", "^(?!a)a$", "(?=b)^a", "(a|b){0}[]"]
)
def test_what_nothing_matches_is_not_spelled(source: str) -> None:
    assert spell(source, Rng(1), tries=8) is None


@pytest.mark.parametrize(("low", "high"), [(0, 3), (4, 4), (7, 9), (30, 40)])
def test_the_length_is_kept(low: int, high: int) -> None:
    for at in range(20):
        text = spell("^[a-z]+(-[a-z]+)*$", Rng(at), low, high)
        assert text is not None
        assert low <= len(text) <= high
        assert re.fullmatch("[a-z]+(-[a-z]+)*", text)


def test_a_length_out_of_reach_is_none() -> None:
    assert spell("^[a-z]{3}$", Rng(1), 5) is None
    assert spell("^[a-z]{3}$", Rng(1), 0, 2) is None


@pytest.mark.parametrize("source", ["(", "[a", "a{3,1}", "*", "\\", "(?<a", "[z-a]"])
def test_a_broken_pattern_is_an_error_of_its_own(source: str) -> None:
    with pytest.raises(PatternError):
        tree(source)
    assert spell(source, Rng(1)) is None


def test_patterns_that_backtrack_without_end_do_not_hang() -> None:
    assert not matches("^(a+)+$", "a" * 60 + "!")
    schema = {"type": "string", "pattern": "^([a-z0-9]+\\s?)*$", "minLength": 60}
    assert len(generate(schema, 1)) >= 60


@pytest.mark.parametrize("source", ["^(a{1,9})\\1bb$", "^(a{1,9})\\1(b|c)$", "^([ab]+)\\1c{2}$"])
def test_a_repeated_group_leaves_room_for_the_rest(source: str) -> None:
    for at in range(20):
        text = spell(source, Rng(at), 0, 5)
        assert text is not None
        assert len(text) <= 5
        assert matches(source, text)


@pytest.mark.parametrize("source", ["b", "^a", "c$", "(?=x)", "b|cc", "[ab]{2}"])
def test_a_pattern_that_is_not_anchored_fills_the_length(source: str) -> None:
    for at in range(10):
        text = spell(source, Rng(at), 12, 14)
        assert text is not None
        assert 12 <= len(text) <= 14
        assert matches(source, text)


@pytest.mark.parametrize(
    ("source", "also"),
    [
        ("^a", ("z$", "m")),
        ("z$", ("^a",)),
        ("^[a-z]{6}$", ("b", "c")),
        ("a", ("b", "c", "d")),
        ("^\\w+$", ("\\d", "[A-Z]", "^.{8}$")),
    ],
)
def test_several_patterns_are_met_at_once(source: str, also: tuple[str, ...]) -> None:
    for at in range(10):
        text = spell(source, Rng(at), also=also, tries=120)
        assert text is not None
        assert all(matches(pattern, text) for pattern in (source, *also))
    assert spell(source, Rng(1), also=("(",)) is None


def test_texts_are_plain_where_they_may_be() -> None:
    """Words of small letters first; every fourth attempt is of all characters."""
    assert [spell("^[ -~]{5,9}$", Rng(at)) for at in range(4)] == [
        "cottons",
        "journals",
        "metrics",
        "west c",
    ]
    assert [spell("^[^a-z]{3}$", Rng(at)) for at in range(3)] == ["G71", "PKY", "TNQ"]
    assert spell("^[\\u0600-\\u06ff]{2}$", Rng(1)) == "\u0658\u0641"
