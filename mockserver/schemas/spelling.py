"""A text that a regular expression matches, of a wanted length."""

from __future__ import annotations

from string import ascii_lowercase

from mockserver.schemas.characters import alphabet
from mockserver.schemas.patterns import MANY, Node, PatternError, matches, tree
from mockserver.schemas.rng import Rng
from mockserver.schemas.words import WORDS


class _DeadEndError(Exception):
    """The lengths chosen so far cannot be met."""


def spell(
    source: str,
    rng: Rng,
    low: int = 0,
    high: int = MANY,
    also: tuple[str, ...] = (),
    tries: int = 40,
) -> str | None:
    """A text of low to high characters in which `source` and all patterns of `also` are found; None
    when none is met.

    Look-arounds and the patterns of `also` are tried for: each is spelled too and laid over the
    text, which is checked.
    """
    try:
        node = tree(source)
        overlaid = [part for part in _looks(node) if part.least] + [tree(other) for other in also]
    except PatternError:
        return None
    if node.least > high or (node.most < low and _edge(node, 0) == "^" and _edge(node, -1) == "$"):
        return None
    overlaid.sort(key=lambda part: -part.least)
    for attempt in range(tries):
        # First short and plain, then longer, then of all characters.
        reach = max(node.least, low) + (6, 12, 24, 48, 96)[min(attempt // 4, 4)]
        pen = _Pen(rng, wide=attempt % 4 == 3)
        try:
            text = pen.write(node, min(low, node.most), min(high, node.most, max(reach, low)))
            if overlaid and (attempt or also):
                fragments = [
                    pen.write(part, 0, max(part.least, 3 * (attempt % 3))) for part in overlaid
                ]
                if also and attempt % 2:
                    text = _joined([(node, text), *zip(overlaid, fragments, strict=True)])
                else:
                    text = _overlay(text, fragments, rng)
        except _DeadEndError:
            continue
        for candidate in (text,) if len(text) >= low else _padded(text, low, rng):
            if (
                low <= len(candidate) <= high
                and matches(source, candidate)
                and all(matches(other, candidate) for other in also)
            ):
                return candidate
    return None


def _edge(node: Node, place: int) -> str:
    """`^` or `$` if the pattern begins or ends so."""
    while node.kind in ("sequence", "group") and node.parts:
        node = node.parts[place]
    return node.text if node.kind == "edge" else ""


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


def _padded(text: str, low: int, rng: Rng) -> tuple[str, ...]:
    more = "".join(rng.choice(ascii_lowercase) for _ in range(low - len(text)))
    return (
        text + more,
        more + text,
        text + (text * low)[: low - len(text)],
        text + " " * (low - len(text)),
    )


class _Pen:
    """Writes texts for nodes, remembering what groups held."""

    def __init__(self, rng: Rng, wide: bool) -> None:
        self.rng, self.wide = rng, wide
        self.groups: dict[str, str] = {}

    def write(self, node: Node, low: int, high: int) -> str:
        """A text for the node of at most high characters, and at least low where the node can be as
        long.
        """
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
        return self.groups.get(node.name or node.text, "") if kind == "again" else ""

    def _alphabet(self, node: Node) -> str:
        letters = alphabet(node.ranges, node.negated, self.wide)
        if not letters:
            raise _DeadEndError
        return letters

    def _all(self, parts: list[Node], low: int, high: int) -> str:
        least = sum(part.least for part in parts)
        most = sum(part.most for part in parts)
        texts = []
        for part in parts:
            least, most = least - part.least, most - part.most
            top = min(part.most, high - least)
            if top < part.least:
                raise _DeadEndError
            texts.append(text := self.write(part, max(part.least, low - most), top))
            low, high = low - len(text), high - len(text)
        return "".join(texts)

    def _either(self, node: Node, low: int, high: int) -> str:
        options = [part for part in node.parts if part.least <= high]
        options = [part for part in options if part.most >= low] or options
        if not options:
            raise _DeadEndError
        return self.write(self.rng.choice(options), low, high)

    def _repeat(self, node: Node, low: int, high: int) -> str:
        (part,) = node.parts
        fewest = max(node.low, -(-low // part.most) if part.most else 0)
        most = min(node.high, high // part.least if part.least else max(fewest, node.low + 3))
        if fewest > most:
            raise _DeadEndError
        usual = fewest + (9 if part.kind == "set" and node.high > 9 else 3)
        count = self.rng.between(fewest, min(most, max(usual, 1)))
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
