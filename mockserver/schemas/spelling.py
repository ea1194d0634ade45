"""A text that a regular expression matches, of a wanted length."""

from __future__ import annotations

from string import ascii_lowercase

from mockserver.schemas.bounds import Budget
from mockserver.schemas.characters import alphabet
from mockserver.schemas.errors import OutOfWorkError
from mockserver.schemas.matching import charge_reading, matches
from mockserver.schemas.patterns import MANY, Node, PatternError, tree
from mockserver.schemas.rng import Rng
from mockserver.schemas.words import WORDS

# How far beyond the least length a text may go: first short, every four attempts longer. The last
# attempt of each four is made of all characters, the others are plain.
_REACH = (6, 12, 24, 48, 96)
_CHARACTERS_COPIED = 200  # What one unit of work copies of a text.


class _DeadEndError(Exception):
    """The lengths chosen so far cannot be met."""


def spell(
    source: str,
    rng: Rng,
    low: int = 0,
    high: int = MANY,
    also: tuple[str, ...] = (),
    tries: int = 40,
    budget: Budget | None = None,
) -> str | None:
    """A text of low to high characters in which `source` and all patterns of `also` are found; None
    when none is met.

    Look-arounds and the patterns of `also` are tried for: each is spelled too and laid over the
    text, which is checked. What is beyond `budget` raises OutOfWorkError; without one it is None.
    """
    if budget is not None:
        return _spelled(source, rng, low, high, also, tries, budget)
    try:
        return _spelled(source, rng, low, high, also, tries, Budget())
    except OutOfWorkError:
        return None


def _spelled(
    source: str,
    rng: Rng,
    low: int,
    high: int,
    also: tuple[str, ...],
    tries: int,
    budget: Budget,
) -> str | None:
    for each in (source, *also):
        charge_reading(each, budget)
    try:
        node = tree(source)
        others = [tree(other) for other in also]
    except PatternError:
        return None
    is_anchored = _edge(node, 0) == "^" and _edge(node, -1) == "$"
    if node.least > high or (is_anchored and node.most < low):
        return None
    overlaid = [part for part in _looks(node) if part.least] + others
    overlaid.sort(key=lambda part: -part.least)
    for attempt in range(tries):
        pen = _Pen(rng, attempt % 4 == 3, budget)
        longest = max(node.least, low) + _REACH[min(attempt // 4, 4)]
        try:
            text = pen.write(node, min(low, node.most), min(high, node.most, longest))
            if overlaid and (attempt or also):
                room = 3 * (attempt % 3)
                fragments = [pen.write(part, 0, max(part.least, room)) for part in overlaid]
                if _begins_behind(node) and attempt % 3 == 2:
                    text = "".join(fragments) + text
                elif also and attempt % 2:
                    text = _joined([(node, text), *zip(overlaid, fragments, strict=True)])
                else:
                    text = _overlay(text, fragments, rng)
        except _DeadEndError:
            continue
        budget.spend((len(text) + low) // _CHARACTERS_COPIED)
        for candidate in (text,) if len(text) >= low else _padded(text, low, rng, budget):
            if low <= len(candidate) <= high and all(
                matches(pattern, candidate, budget) for pattern in (source, *also)
            ):
                return candidate
    return None


def _edge(node: Node, place: int) -> str:
    """`^` or `$` if the pattern begins or ends so."""
    while node.kind in ("sequence", "group") and node.parts:
        node = node.parts[place]
    return node.text if node.kind == "edge" else ""


def _begins_behind(node: Node) -> bool:
    """Whether a pattern begins with what has to stand before it."""
    while node.kind in ("sequence", "group") and node.parts:
        node = node.parts[0]
    return node.kind == "look" and node.text == "<="


def _looks(node: Node) -> list[Node]:
    """What positive look-aheads and look-behinds ask for."""
    if node.kind == "look":
        return [_lean(node.parts[0])] if node.text in ("=", "<=") else []
    return [look for part in node.parts for look in _looks(part)]


def _lean(node: Node) -> Node:
    """The node without the `.*` and `^` that only lead to what it wants."""
    if node.kind == "sequence":
        wanted = [part for part in node.parts if part.least]
        return Node("sequence", node.least, node.most, wanted)
    return node


def _overlay(text: str, fragments: list[str], rng: Rng) -> str:
    """The text with the fragments laid over it somewhere; longer ones take its place."""
    for fragment in fragments:
        if len(fragment) >= len(text):
            text = fragment
        else:
            at = rng.below(len(text) - len(fragment) + 1)
            text = text[:at] + fragment + text[at + len(fragment) :]
    return text


def _joined(texts: list[tuple[Node, str]]) -> str:
    """The texts one after another, those that are to begin with `^` first and those to end with `$`
    last.
    """
    texts.sort(key=lambda pair: (_edge(pair[0], 0) != "^", _edge(pair[0], -1) == "$"))
    return "".join(text for _, text in texts)


def _padded(text: str, low: int, rng: Rng, budget: Budget) -> tuple[str, ...]:
    """The text made as long as low, in several ways."""
    missing = low - len(text)
    budget.spend(missing // 2)
    again = text * (missing // max(len(text), 1) + 1)
    more = "".join(rng.choice(ascii_lowercase) for _ in range(missing))
    return text + more, more + text, text + again[:missing], text + " " * missing


class _Pen:
    """Writes texts for nodes, remembering what groups held."""

    def __init__(self, rng: Rng, wide: bool, budget: Budget) -> None:
        self.rng = rng
        self.wide = wide
        self.budget = budget
        self.groups: dict[str, str] = {}

    def write(self, node: Node, low: int, high: int) -> str:
        """A text for the node of at most high characters, and at least low where the node can be as
        long.
        """
        self.budget.spend()
        kind = node.kind
        if kind == "text":
            return node.text
        if kind == "set":
            return self.rng.choice(self._alphabet(node))
        if kind == "sequence":
            return self._all(node.parts, low, high)
        if kind == "repeat":
            return self._repeat(node, low, high)
        if kind == "either":
            return self._either(node, low, high)
        if kind == "group":
            text = self.write(node.parts[0], low, high)
            self.groups[node.text] = text
            if node.name:
                self.groups[node.name] = text
            return text
        if kind != "again":
            return ""
        text = self.groups.get(node.name or node.text, "")
        self.budget.spend(len(text) // _CHARACTERS_COPIED)
        return text

    def _alphabet(self, node: Node) -> str:
        letters = alphabet(node.ranges, node.negated, self.wide)
        if not letters:
            raise _DeadEndError
        return letters

    def _all(self, parts: list[Node], low: int, high: int) -> str:
        """The parts one after another; each leaves the others their room."""
        least = sum(part.least for part in parts)
        most = sum(part.most for part in parts)
        texts = []
        for part in parts:
            least -= part.least
            most -= part.most
            top = min(part.most, high - least)
            if top < part.least:
                raise _DeadEndError
            text = self.write(part, max(part.least, low - most), top)
            texts.append(text)
            low -= len(text)
            high -= len(text)
        return "".join(texts)

    def _either(self, node: Node, low: int, high: int) -> str:
        options = [part for part in node.parts if part.least <= high]
        if not options:
            raise _DeadEndError
        long_enough = [part for part in options if part.most >= low]
        return self.write(self.rng.choice(long_enough or options), low, high)

    def _repeat(self, node: Node, low: int, high: int) -> str:
        (part,) = node.parts
        fewest = node.low
        if part.most:
            fewest = max(fewest, -(-low // part.most))
        most = min(node.high, high // part.least if part.least else max(fewest, node.low + 3))
        if fewest > most:
            raise _DeadEndError
        usual = fewest + (9 if part.kind == "set" and node.high > 9 else 3)
        count = self.rng.between(fewest, min(most, usual))
        self.budget.spend(count // 2)
        if part.kind == "set":
            return self._run(self._alphabet(part), count)
        return self._all([part] * count, low, high)

    def _run(self, letters: str, count: int) -> str:
        """Characters of one set: words where all small letters are allowed."""
        if count < 3 or self.wide or ascii_lowercase not in letters:
            return "".join(self.rng.choice(letters) for _ in range(count))
        text = self.rng.choice(WORDS)
        between = next((sign for sign in " -_" if sign in letters), "")
        while len(text) < count:
            text += between + self.rng.choice(WORDS)
        return text[:count] if text[count - 1] != between else text[: count - 1] + "s"
