"""The frozen tables (`tables.txt`), and plain English made of them, the same for the same Rng."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from mockserver.schemas.rng import Rng

Provider = Callable[[Rng], str]
"""Makes a believable text."""


class Table(Mapping[str, tuple[str, ...]]):
    """Lists of entries by their names. A list is taken apart when it is first asked for: most of
    them never are.

    Args:
        texts: What is written for each name.
        is_whole: Whether each has one entry, the whole text.
    """

    def __init__(self, texts: Mapping[str, list[str]], is_whole: bool = False) -> None:
        self._texts = texts
        self._is_whole = is_whole
        self._lists: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        entries = self._lists.get(name)
        if entries is None:
            texts = self._texts[name]
            each = [(text,) if self._is_whole else _split(text) for text in texts]
            entries = self._lists[name] = tuple(chain(*each))
        return entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def provider(self, name: str) -> Provider:
        """What makes one of the entries of a list."""
        return lambda rng: rng.choice(self[name])


def read_tables(file: str, whole: str = "") -> dict[str, Table]:
    """The sections of a file of tables in this folder; its first lines say how it is written.
    whole: the section whose lists have one entry, the whole text.
    """
    sections: dict[str, dict[str, list[str]]] = {}
    title = ""
    for line in _whole_lines(Path(__file__).with_name(file).read_text(encoding="utf-8")):
        if line.startswith("["):
            title = line.strip("[]")
            continue
        name, _, entries = line.partition(": ")
        sections.setdefault(title, {}).setdefault(name, []).append(entries)
    return {title: Table(texts, title == whole) for title, texts in sections.items()}


def _whole_lines(text: str) -> list[str]:
    """The lines, those that are indented behind what they go on with."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(" "):
            lines[-1] += f" {line.strip()}"
        elif line and not line.startswith("#"):
            lines.append(line)
    return lines


def _split(entries: str) -> tuple[str, ...]:
    if " |" not in entries:
        return tuple(entries.split())
    found = (entry.strip() for entry in entries.removeprefix("|").split(" |"))
    return tuple(entry for entry in found if entry)


TABLES = read_tables("tables.txt")
_ENGLISH = TABLES["english"]
WORDS = _ENGLISH["word"]
_NOUNS = _ENGLISH["noun"]
_VERBS = _ENGLISH["verb"]
_PHRASE = _ENGLISH["adjective"], _NOUNS


def phrase(rng: Rng) -> str:
    """A short noun phrase in small letters."""
    return " ".join(rng.choices(*_PHRASE))


def title(rng: Rng) -> str:
    """Two words with capital letters."""
    return f"{rng.choice(WORDS)} {rng.choice(WORDS)}".title()


def slug(rng: Rng) -> str:
    """Two words joined by a hyphen."""
    return f"{rng.choice(WORDS)}-{rng.choice(WORDS)}"


def sentence(rng: Rng) -> str:
    """A plausible English sentence of 6 to 20 words."""
    kind, who, does, other, what = rng.choices(*_PHRASE, _VERBS, *_PHRASE)
    text = f"the {kind} {who} {does} the {other} {what}"
    shape = rng.below(4)
    if shape == 1:
        text = f"{rng.choice(_ENGLISH['opening'])} {text}"
    elif shape == 2:
        text = f"{text} {rng.choice(_ENGLISH['ending'])}"
    elif shape == 3:
        who, does, what = rng.choices(_NOUNS, _VERBS, _NOUNS)
        text = f"{text}, and the {who} {does} each {what}"
    return text[0].upper() + text[1:] + "."


def paragraph(rng: Rng) -> str:
    """Three to five sentences."""
    return " ".join(sentence(rng) for _ in range(rng.between(3, 5)))
