"""The frozen tables (`tables.txt`), and plain English made of them, the same for the same Rng."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mockserver.schemas.rng import Rng

Table = dict[str, tuple[str, ...]]
Provider = Callable[[Rng], str]
"""Makes a believable text."""


def one_of(entries: tuple[str, ...]) -> Provider:
    """What makes one of these."""
    return lambda rng: rng.choice(entries)


def read_tables(text: str, whole: str = "") -> dict[str, Table]:
    """The sections of a file of tables; its first lines say how it is written. whole: the section
    whose tables have one entry, the whole text.
    """
    sections: dict[str, Table] = {}
    title = ""
    for line in _whole_lines(text):
        if line.startswith("["):
            title = line.strip("[]")
            continue
        section = sections.setdefault(title, {})
        name, _, entries = line.partition(": ")
        entry = (entries,) if title == whole else _split(entries)
        section[name] = (*section.get(name, ()), *entry)
    return sections


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


TABLES = read_tables(Path(__file__).with_name("tables.txt").read_text(encoding="utf-8"))
_ENGLISH = TABLES["english"]
WORDS = _ENGLISH["word"]
_NOUNS = _ENGLISH["noun"]
_VERBS = _ENGLISH["verb"]


def phrase(rng: Rng) -> str:
    """A short noun phrase in small letters."""
    return f"{rng.choice(_ENGLISH['adjective'])} {rng.choice(_NOUNS)}"


def title(rng: Rng) -> str:
    """Two words with capital letters."""
    return f"{rng.choice(WORDS)} {rng.choice(WORDS)}".title()


def slug(rng: Rng) -> str:
    """Two words joined by a hyphen."""
    return f"{rng.choice(WORDS)}-{rng.choice(WORDS)}"


def sentence(rng: Rng) -> str:
    """A plausible English sentence of 6 to 20 words."""
    text = f"the {phrase(rng)} {rng.choice(_VERBS)} the {phrase(rng)}"
    shape = rng.below(4)
    if shape == 1:
        text = f"{rng.choice(_ENGLISH['opening'])} {text}"
    elif shape == 2:
        text = f"{text} {rng.choice(_ENGLISH['ending'])}"
    elif shape == 3:
        clause = f"the {rng.choice(_NOUNS)} {rng.choice(_VERBS)} each {rng.choice(_NOUNS)}"
        text = f"{text}, and {clause}"
    return text[0].upper() + text[1:] + "."


def paragraph(rng: Rng) -> str:
    """Three to five sentences."""
    return " ".join(sentence(rng) for _ in range(rng.between(3, 5)))
