"""What counts as a secret: the known shapes, patterns of the user's own, and known values.

A placeholder names its kind (`SCRUBBED-API-KEY`), is the same for every secret of that kind, and
holds only characters that mean nothing in JSON, URLs, headers and server-sent events.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mockserver.cassettes.assignments import assigned_value, assignment
from mockserver.cassettes.secret_shapes import NAMING_WORDS, PREFIXED, SHAPES, VENDORS
from mockserver.cassettes.secret_values import TESTS
from mockserver.text_patterns import TextPattern, text_pattern

_SHORTEST_KNOWN = 8
# Pictures and other data: what may be a secret there is at the beginning.
_LONG_RUN = re.compile(r"([A-Za-z0-9+/]{200})[A-Za-z0-9+/]{200,}")


Spot: TypeAlias = "Callable[[re.Match[str]], tuple[int, int] | None]"
"""Where in a match the secret stands; None when it is none."""


@dataclass(frozen=True, slots=True)
class SecretShape:
    """One shape of secrets; `hints` are in lower case, and one of them is in every text that has a
    match; without any, every text is searched.
    """

    kind: str
    expression: re.Pattern[str] | TextPattern
    spot: Spot
    hints: tuple[str, ...] = ()

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where such secrets stand in a text.

        Raises SearchStoppedError for a pattern of the user's.
        """
        at = 0
        while (match := self.expression.search(text, at)) is not None:
            span = self.spot(match)
            at = max(match.end(), match.start() + 1)
            if span is not None and span[0] < span[1]:
                yield (*span, self.kind)
                at = max(at, span[1])


@dataclass(frozen=True, slots=True)
class ScrubRules:
    """What counts as a secret, beside the members of JSON that are known by their names.

    `headers` are further header fields to keep, by lower-case name. Make one with `scrub_rules`.
    """

    shapes: tuple[SecretShape, ...]
    headers: frozenset[str] = frozenset()

    def shapes_in(self, text: str) -> tuple[SecretShape, ...]:
        """The shapes that may be in a text or in any part of it, with the hints that are there."""
        lowered = _LONG_RUN.sub(r"\1", text).lower()
        found: list[SecretShape] = []
        for shape in self.shapes:
            hints = [hint for hint in shape.hints if hint in lowered]
            if hints or not shape.hints:
                found.append(SecretShape(shape.kind, shape.expression, shape.spot, tuple(hints)))
        return tuple(found)


def narrowed(shapes: tuple[SecretShape, ...], lowered: str) -> list[SecretShape]:
    """Those of the shapes that may be in a text in lower case."""
    return [shape for shape in shapes if not shape.hints or _has_any(lowered, shape.hints)]


def _has_any(text: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 - a generator costs three times as much
        if word in text:
            return True
    return False


def scrub_rules(
    patterns: Iterable[str] = (), *, secrets: Iterable[str] = (), headers: Iterable[str] = ()
) -> ScrubRules:
    """Rules with the user's own patterns (the first group, else the whole match, is replaced) and
    known secrets.

    Secrets of fewer than 8 characters are not looked for by value.

    Raises ValueError for a pattern that is no regular expression, or that matches the empty text.
    """
    own = tuple(SecretShape("secret", _checked(pattern), _secret_if()) for pattern in patterns)
    rules = ScrubRules((*own, *_KNOWN), frozenset(name.lower() for name in headers))
    return with_secrets(rules, secrets)


def with_secrets(by: ScrubRules, secrets: Iterable[str]) -> ScrubRules:
    """The same rules, and more secrets known by value."""
    known = tuple(
        SecretShape("api-key", re.compile(re.escape(secret)), _secret_if())
        for secret in secrets
        if len(secret) >= _SHORTEST_KNOWN
    )
    return ScrubRules((*known, *by.shapes), by.headers)


def placeholder(kind: str) -> str:
    """What stands for a secret of this kind."""
    return f"SCRUBBED-{kind.upper()}"


def kind_of(held: str) -> str:
    """The kind of the secret that a placeholder stands for."""
    return held.removeprefix("SCRUBBED-").lower()


def _checked(pattern: str) -> TextPattern:
    try:
        compiled = text_pattern(pattern)
    except ValueError as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression: {error}") from None
    if compiled.search("") is not None:
        raise ValueError(
            f"the pattern {pattern!r} matches the empty text, so it would match everywhere"
        )
    return compiled


def _secret_if(test: Callable[[str], bool] | None = None) -> Spot:
    """The first group of a match, else the whole, if it passes the test."""

    def spot(match: re.Match[str]) -> tuple[int, int] | None:
        group = 1 if match.re.groups and match.start(1) >= 0 else 0
        return match.span(group) if test is None or test(match[group]) else None

    return spot


def _prefixed(kind: str, prefixes: str, rest: str) -> SecretShape:
    """The shape of keys that begin with one of the prefixes."""
    beginnings = sorted(prefixes.split(), key=len, reverse=True)
    either = "|".join(map(re.escape, beginnings))
    # Not in the middle of something long, which is encoded or encrypted.
    expression = re.compile(rf"(?<![A-Za-z0-9])(?<![\w-]{{24}})(?:{either}){rest}")
    hints = tuple(each.lower() for each in beginnings)
    return SecretShape(kind, expression, _secret_if(TESTS["key"]), hints)


_KNOWN = (
    *(
        SecretShape(kind, re.compile(shape), _secret_if(TESTS.get(test)), tuple(hints.split()))
        for kind, shape, hints, test in SHAPES
    ),
    *(_prefixed(*row) for row in PREFIXED),
    *(
        SecretShape("password", assignment(words), assigned_value, tuple(words.split()))
        for words in (NAMING_WORDS, VENDORS)
    ),
)
DEFAULT_SCRUB_RULES = scrub_rules()
"""What is known, and nothing else."""
