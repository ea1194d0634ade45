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
    assert spell("^[\\u0600-\\u06ff]{2}$", Rng(1)) == "\u066e\u0651"


def meaning(source: str, text: str) -> bool:
    """Whether a text matches, as the tree of the pattern says and not the judge's engine, which does
    not read references to groups by their names.
    """
    return matches(f"(?:{source})(?<q>)\\k<q>", text)


SAMPLE = [*map(chr, range(0x180)), *"\u2028\u2029\ufeff\u0391\u03b1\u0410\u4e00\u3042\u30a2", "😀"]
ASCII_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("source", "characters"),
    [
        (r"\d", "0123456789"),
        (r"\w", f"0123456789_{ASCII_LETTERS}"),
        (r"\s", " \t\n\v\f\r\xa0\u2028\u2029\ufeff"),
        (r"\t", "\t"),
        (r"\n", "\n"),
        (r"\r", "\r"),
        (r"\f", "\f"),
        (r"\v", "\v"),
        (r"\0", "\0"),
        (r"\cJ", "\n"),
        (r"\cj", "\n"),
        (r"\x41", "A"),
        (r"\x4", ""),
        (r"\u0041", "A"),
        (r"\u{41}", "A"),
        (r"\u{1F600}", "😀"),
        (r"\uD83D\uDE00", "😀"),
        ("[\\uD83D\\uDE00]", "😀"),
        (r"\X", "X"),
        (r"\-", "-"),
        (r"\$", "$"),
        (r"\/", "/"),
        (r"[\b]", "\b"),
        (r"[a\-c]", "a-c"),
        (r"[a-]", "a-"),
        (r"[-a]", "-a"),
        (r"[a-c\d]", "abc0123456789"),
        (r"[\da-c]", "abc0123456789"),
        (r"[\d-f]", "-f0123456789"),
        (r"[a-\d]", "-a0123456789"),
        (r"[\x41-\x43]", "ABC"),
        (r"[\]]", "]"),
        (r"[\^a]", "^a"),
        (r"[a^]", "^a"),
        ("[.]", "."),
        ("[]", ""),
        (r"\p{Nd}", "0123456789"),
        (r"\p{gc=Nd}", "0123456789"),
        (r"\p{Greek}", "\u0391\u03b1"),
        (r"\p{Script=Cyrillic}", "\u0410"),
        (r"\p{sc=Han}", "\u4e00"),
        (r"\p{Hiragana}", "\u3042"),
        (r"\p{Emoji_Presentation}", "😀"),
    ],
)
def test_an_escape_or_a_class_stands_for_these(source: str, characters: str) -> None:
    found = {sign for sign in SAMPLE if meaning(f"^{source}$", sign)}
    assert found == set(characters)
    texts = [spell(f"^{source}$", Rng(at)) for at in range(8)]
    assert all(meaning(source, text) for text in texts if text is not None)
    assert not characters or any(text is not None for text in texts)


@pytest.mark.parametrize(
    ("source", "opposite"),
    [
        (r"\D", r"\d"),
        (r"\W", r"\w"),
        (r"\S", r"\s"),
        (r"[^\d]", r"\d"),
        (r"[^\D]", r"\D"),
        (r"[\W]", r"\w"),
        (r"[^a-c]", "[a-c]"),
        (r"\P{Lu}", r"\p{Lu}"),
        (r"[\P{L}]", r"\p{L}"),
        (".", r"[\n\r]"),
        ("(?s).", "[]"),
        ("[^]", "[]"),
    ],
)
def test_an_opposite_stands_for_all_others(source: str, opposite: str) -> None:
    for sign in SAMPLE:
        assert meaning(f"^{source}$", sign) != meaning(f"^{opposite}$", sign)


@pytest.mark.parametrize(
    ("source", "matched", "unmatched"),
    [
        ("^a{2}$", ["aa"], ["a", "aaa"]),
        ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
        ("^a{1,3}$", ["a", "aaa"], ["", "aaaa"]),
        ("^a{,3}$", ["a{,3}"], ["a", "aaa"]),
        ("^a{2$", ["a{2"], ["aa"]),
        ("^a{x}$", ["a{x}"], ["a"]),
        ("^(?:ab){2}$", ["abab"], ["ab", "ababab"]),
        ("^a*?b+?c??$", ["b", "aabbc"], ["a", "bcc"]),
        ("^a{2}{3}$", ["a" * 6], ["aa", "aaa"]),
        ("^ab|cd$", ["abx", "xcd"], ["xab", "cdx"]),
        ("^(?:|a)b$", ["b", "ab"], ["aab"]),
        ("^(?:a|b|cc)$", ["a", "b", "cc"], ["c", "ab"]),
        ("(?i)^straße$", ["STRAßE", "straße"], ["strasse"]),
        ("^(?i:a)b$", ["ab", "AB"], ["c"]),
        ("^(?-i)a$", ["a"], ["A"]),
        ("^(?=ab)a", ["ab"], ["ac"]),
        ("^(?!ab)a", ["ac"], ["ab"]),
        ("(?<=a)b", ["ab"], ["cb", "b"]),
        ("(?<!a)b", ["cb", "b"], ["ab"]),
        (r"\bcat\b", ["a cat", "cat."], ["cats", "bobcat"]),
        (r"\Bcat", ["bobcat"], ["cat"]),
        (r"\Acat\Z", ["cat"], ["cat\n", "a cat"]),
        (r"\Acat\z", ["cat"], ["cats"]),
        ("^cat$", ["cat"], ["cat\n"]),
        (r"^(a|b)\1$", ["aa", "bb"], ["ab"]),
        (r"^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\10$", ["abcdefghijj"], ["abcdefghija0"]),
        (r"^(?P<x>a|b)(?P=x)$", ["aa"], ["ab"]),
        (r"^(?<x>a|b)-\k<x>$", ["b-b"], ["a-b"]),
        ("^a(?#said)b$", ["ab"], ["a"]),
        ("^(?>a|ab)c$", ["ac"], ["c"]),
        ("^[[:digit:]]$", [":]"], ["1"]),
    ],
)
def test_what_a_pattern_matches(source: str, matched: list[str], unmatched: list[str]) -> None:
    assert all(meaning(source, text) for text in matched)
    assert not any(meaning(source, text) for text in unmatched)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a)", "an unmatched '\\)'"),
        ("(a", "a '\\(' that is not closed"),
        ("*a", "nothing to repeat before '\\*'"),
        ("a|+", "nothing to repeat before '\\+'"),
        ("a{3,1}", "bounds are out of order"),
        ("[z-a]", "a range out of order: z-a"),
        ("[a", "cannot be read"),
        ("\\u{110000}", "cannot be read"),
        ("\\uD83D\\u12", "half a character"),
        ("(" * 101 + ")" * 101, "groups nested too deeply"),
        ("a" + "{1}" * 101, "too many repetitions of a repetition"),
    ],
)
def test_an_unreadable_pattern_is_told_why(source: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        tree(source)
    assert spell(source, Rng(1)) is None


@pytest.mark.parametrize("sign", [*map(chr, range(32, 127))])
def test_a_character_stands_for_itself(sign: str) -> None:
    source = f"\\{sign}" if sign in "^$.*+?()[]{}|\\" else sign
    assert [each for each in SAMPLE if meaning(f"^{source}$", each)] == [sign]
    assert spell(f"^{source}{{3}}$", Rng(1)) == sign * 3


def test_what_is_just_not_nested_too_deeply_is_read() -> None:
    assert meaning("(?:" * 90 + "a" + ")" * 90, "a")
    assert tree("a" + "{1}" * 100).least == 1
    assert tree("(" * 99 + "a" + ")" * 99).most == 1
