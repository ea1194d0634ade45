"""What counts when two requests are compared: paths that are left out, and text made equal.

Paths into a recorded request (`model`, `input[0].content`, `query.limit`) start at the body unless
their first name is `method`, `path`, `query` or `body`. Text that differs from run to run without
meaning anything is normalised: dates, UUIDs, temporary paths, and the user's own.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mockserver.api import ANY, DEEP, Path, join_path, parse_path
from mockserver.api.json_path import PathError, Pattern
from mockserver.cassettes.interaction import RecordedRequest
from mockserver.text_patterns import text_pattern

PARTS: Final = ("method", "path", "query", "body")

_REMEMBERED = 1000


def render_path(path: Path) -> str:
    """The text of a path from the request as a whole, as `request_pattern` reads it."""
    inner = join_path(path[1:]) if path[:1] == ("body",) else ""
    if not inner or inner.startswith("[") or path[1] in PARTS:
        return join_path(path)
    return inner


def request_pattern(text: str) -> Pattern:
    """The pattern that a text means. Raises ValueError when it is none."""
    example = "write it like `input[0].content`"
    try:
        pattern = parse_path(text.strip())
    except PathError as error:
        raise ValueError(
            f"{text!r} is no path: nothing fits at {error.rest!r}; {example}"
        ) from None
    if not pattern:
        raise ValueError(f"{text!r} is no path: it is empty; {example}")
    return pattern if pattern[0] in PARTS else ("body", *pattern)


class PatternsAhead:
    """Patterns on the way down a value. Falsy when none of them can match any more."""

    __slots__ = ("_next", "_patterns")

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._next: dict[str | int, PatternsAhead | None] = {}

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def step(self, step: str | int) -> "PatternsAhead | None":
        """What is left after one step down; None when a pattern is used up, that is, it matches."""
        try:
            return self._next[step]
        except KeyError:
            left = self._compute(step)
            if len(self._next) < _REMEMBERED:
                self._next[step] = left
            return left

    def _compute(self, step: str | int) -> "PatternsAhead | None":
        left = [rest for pattern in self._patterns for rest in _after(pattern, step)]
        return PatternsAhead(left) if all(left) else None


def _after(pattern: Pattern, step: str | int) -> list[Pattern]:
    first, rest = pattern[0], pattern[1:]
    if first == DEEP:
        return [pattern, *(_after(rest, step) if rest else [rest])]
    return [rest] if first in (ANY, step) else []


Normaliser: TypeAlias = Callable[[str], str]
"""Turns a text into one that is the same in every run."""

_TIME = r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
_DATES = re.compile(
    rf"(?<!\d)\d{{4}}-\d{{2}}-\d{{2}}(?:[T ,]+(?:at )?{_TIME})?(?!\d)"
    rf"|\b{_DAY}(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
    rf"(?:[ ,]+(?:at )?{_TIME})?(?!\d)"
)
_HEX = "[0-9a-fA-F]"
_UUIDS = re.compile(
    rf"(?<!{_HEX}){_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}(?!{_HEX})"
    rf"|(?<!{_HEX}){_HEX}{{12}}[1-8]{_HEX}{{3}}[89abAB]{_HEX}{{15}}(?!{_HEX})"
)
_TEMP_PATHS = re.compile(
    r"""(?:(?:/private)?/(?:var/folders/[^/\s"']+/[^/\s"']+/[^/\s"']+|(?:var/)?tmp)"""
    r"""|[A-Za-z]:[\\/]+Users[\\/]+[^\\/\s"']+[\\/]+AppData[\\/]+Local[\\/]+Temp)"""
    r"""(?:[\\/]+[^\\/\s"'`,;:()\[\]{}<>]+)*[\\/]+(?P<name>[^\\/\s"'`,;:()\[\]{}<>]+)"""
)
_RANDOM_NAME = re.compile(r"tmp[a-z0-9_]{6,8}")


# Seconds since 1970 from September 2001 to May 2033, or milli-, micro- and nanoseconds.
_EPOCHS = re.compile(r"(?<![\w.])1\d{9}(?:\d{3}){0,3}(?:\.\d+)?(?![\w.]*\d)")
_HEX_IDS = re.compile(
    r"(?<![0-9A-Za-z])(?:0x[0-9a-fA-F]{4,}"
    r"|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,}"
    r"|(?=[0-9]*[A-F])(?=[A-F]*[0-9])[0-9A-F]{7,})(?![0-9A-Za-z])"
)
_CALL_IDS = re.compile(r"(?<![A-Za-z0-9])([a-z]{2,8}[_-])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{12,}")


def dates(text: str) -> str:
    """Days and moments, in ISO form or with an English month name, become `<date>`."""
    return _DATES.sub("<date>", text)


def uuids(text: str) -> str:
    """UUIDs, with or without their dashes, become `<uuid>`."""
    return _UUIDS.sub("<uuid>", text)


def temp_paths(text: str) -> str:
    """The folder of a file below a system's temporary folder becomes `<tmp>`; the file's own name
    stays.
    """
    return _TEMP_PATHS.sub(lambda found: f"<tmp>/{_RANDOM_NAME.sub('<tmp>', found['name'])}", text)


def epochs(text: str) -> str:
    """Moments as numbers, seconds since 1970 or parts of them, become `<epoch>`."""
    return _EPOCHS.sub("<epoch>", text)


def hex_ids(text: str) -> str:
    """Hexadecimal ids of seven digits or more, such as hashes and addresses, become `<hex>`."""
    return _HEX_IDS.sub("<hex>", text)


def call_ids(text: str) -> str:
    """Ids with a prefix, such as `call_…` and `resp_…`, keep the prefix alone: `call_<id>`."""
    return _CALL_IDS.sub(r"\1<id>", text)


BUILT_IN: Final[dict[str, Normaliser]] = {
    "dates": dates,
    "uuids": uuids,
    "temp_paths": temp_paths,
    "epochs": epochs,
    "call_ids": call_ids,
    "hex_ids": hex_ids,
}
"""In the order in which they are best applied: a hexadecimal text may be part of another id."""


def normalised(text: str, names: Iterable[str]) -> str:
    """A text that built-in normalisers have gone over, in turn."""
    for name in names:
        text = BUILT_IN[name](text)
    return text


def normaliser(spec: str) -> Normaliser:
    """One of the built-in ones by name, or `PATTERN=>REPLACEMENT` with a regular expression.

    Raises ValueError when it is neither. The normaliser raises SearchStoppedError.
    """
    if spec in BUILT_IN:
        return BUILT_IN[spec]
    pattern, arrow, replacement = spec.partition("=>")
    if not arrow:
        raise ValueError(
            f"{spec!r} is no normaliser; use one of {', '.join(BUILT_IN)}, or PATTERN=>REPLACEMENT"
        )
    try:
        compiled = text_pattern(pattern)
        re.sub(pattern, replacement, "")
    except (ValueError, re.error, IndexError) as error:
        raise ValueError(f"the normaliser {spec!r} is no regular expression: {error}") from None
    return lambda text: compiled.sub(replacement, text)


VOLATILE = (
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "input[*].encrypted_content",
    "query.api-version",
    "query.beta",
)
"""What never changes the meaning of a request: who asks, hints for caches, tokens that only echo an
earlier reply.
"""


def as_recorded(request: RecordedRequest) -> RecordedRequest:
    """The request as the recorder would have written it: without secrets."""
    from mockserver.cassettes.scrub import scrub_request

    return scrub_request(request)


@dataclass(frozen=True, slots=True)
class MatchRules:
    """What counts when two requests are compared.

    `ignore`: paths or patterns of them (`metadata`, `input[*].id`, `query.limit`, `**.timestamp`);
    `volatile`: the same, what is ignored by default. `normalise`: applied to every text in turn.
    `scrub`: what recording did to requests; a live one that does not match as it is is compared in
    that form. `order_only`: the next interaction answers, whatever is asked.

    Raises ValueError for a path that cannot be understood.
    """

    ignore: tuple[str, ...] = ()
    normalise: tuple[Normaliser, ...] = ()
    scrub: Callable[[RecordedRequest], RecordedRequest] | None = as_recorded
    order_only: bool = False
    volatile: tuple[str, ...] = VOLATILE
    ahead: PatternsAhead = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "ahead",
            PatternsAhead(request_pattern(text) for text in (*self.volatile, *self.ignore)),
        )


def make_match_rules(*, ignore: Iterable[str], normalise: Iterable[str], order: bool) -> MatchRules:
    """The rules that options name: paths, normalisers by name or `PATTERN=>TEXT`, and whether order
    alone counts.

    Raises ValueError for a path or a normaliser that cannot be understood.
    """
    return MatchRules(
        ignore=tuple(ignore), normalise=tuple(map(normaliser, normalise)), order_only=order
    )
