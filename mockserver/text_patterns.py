"""Regular expressions that a script or an option brings along, which must not stop the server.

They are written as for Python's `re`, and are searched for by the package `regex`, which can be
stopped: a pattern such as `(a|a)*$` makes `re` try two ways at every character, and nothing but the
end of the process ends that.
"""

import re
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SECONDS: Final = 1.0
"""What one search may take, or all that are made for one request: a thousand times as long as one
of a usual pattern in a long text.
"""

MAX_SIZE: Final = 100_000
"""The characters that a match must have at least. `regex` spells repetitions out: a hundred
thousand take 30 ms and 30 MB, a thousand million all there is.
"""

_FLAGS: Final = {
    re.ASCII: "ASCII",
    re.IGNORECASE: "IGNORECASE",
    re.MULTILINE: "MULTILINE",
    re.DOTALL: "DOTALL",
    re.VERBOSE: "VERBOSE",
}
_TOKEN = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<comment>\(\?\#[^)]*\))"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<count>\{(?:(?P<least>\d+)(?:,\d*)?|,\d*)\})"
    r"|(?P<remark>\#[^\n]*|\s+)"
    r"|(?P<character>.)",
    re.DOTALL,
)
_BRACKET = re.compile(r"(\\.)|\[", re.DOTALL)


class SearchStoppedError(ValueError):
    """A search that took too long was stopped: whether the pattern matches is not known.

    has_begun: whether it was this search, and not those before it for the same request.
    """

    def __init__(self, source: str, *, has_begun: bool = True) -> None:
        self.pattern = source
        said = (
            f"was stopped after {SECONDS:g} s"
            if has_begun
            else f"was not begun, since others for this request took {SECONDS:g} s"
        )
        super().__init__(f"the search for the regular expression {source!r} {said}")


class search_time:  # noqa: N801 - it is used as a function
    """A block in which all searches take so long together, and not each of them.

    left: the seconds that are left. at_end: called when that is over, before the search fails; it
    may raise something else.
    """

    __slots__ = ("_token", "at_end", "left")

    def __init__(self, seconds: float = SECONDS, at_end: Callable[[], None] = lambda: None) -> None:
        self.left = seconds
        self.at_end = at_end

    def __enter__(self) -> None:
        self._token = _TIME.set(self)

    def __exit__(self, *_: object) -> None:
        _TIME.reset(self._token)


_TIME: ContextVar[search_time | None] = ContextVar("search time", default=None)


def in_search_time(work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """What the work returns, all searches of which take no longer together than one may."""
    with search_time():
        return work(*arguments, **keywords)


@dataclass(frozen=True)
class TextPattern:
    """A regular expression whose searches end, with a match, without one, or with
    `SearchStoppedError`.
    """

    source: str
    flags: int
    _compiled: Any = field(compare=False, repr=False)
    _overran: list[str] = field(default_factory=list, compare=False, repr=False)
    """The last text whose search was stopped: it is asked about again when a miss is explained."""

    @property
    def groups(self) -> int:
        """How many groups it has."""
        return int(self._compiled.groups)

    def search(self, text: str, start: int = 0) -> "re.Match[str] | None":
        """The first match from a place on. Raises SearchStoppedError."""
        found: re.Match[str] | None = self._run(text, self._compiled.search, text, pos=start)
        return found

    def sub(self, replacement: str, text: str) -> str:
        """The text with every match replaced. Raises SearchStoppedError."""
        return str(self._run(text, self._compiled.sub, replacement, text))

    def _run(self, text: str, method: Any, *arguments: Any, **options: Any) -> Any:
        if text in self._overran:
            raise SearchStoppedError(self.source)
        time = _TIME.get() or search_time()
        has_begun = time.left > 0
        is_whole = time.left > 0.9 * SECONDS
        if has_begun:
            start = monotonic()
            try:
                # Other threads go on meanwhile.
                return method(*arguments, **options, timeout=time.left, concurrent=True)
            except (TimeoutError, MemoryError):
                time.left = 0
            finally:
                time.left -= monotonic() - start
        time.at_end()
        if is_whole:
            self._overran[:] = [text]
        raise SearchStoppedError(self.source, has_begun=has_begun)


def text_pattern(source: "str | re.Pattern[str]") -> TextPattern:
    """The pattern that an author wrote, or compiled with `re`.

    Raises ValueError for what is no regular expression, and for one that asks for too much.
    """
    if isinstance(source, re.Pattern):
        return _compile(source.pattern, source.flags)
    return _compile(source, 0)


@lru_cache(maxsize=1024)
def _compile(source: str, flags: int) -> TextPattern:
    import regex  # type: ignore[import-untyped]

    try:
        # What is legal is what `re` says; that `[[a` may come to mean more is not the reader's.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            flags = re.compile(source, flags).flags
        translated = _translated(source, is_verbose=bool(flags & re.VERBOSE))
        names = [name for flag, name in _FLAGS.items() if flags & flag]
        compiled = regex.compile(translated, sum(getattr(regex, name) for name in names))
    except (re.error, regex.error) as error:
        raise ValueError(str(error)) from None
    except (RecursionError, OverflowError) as error:
        raise ValueError("it is too large") from error
    return TextPattern(source, flags, compiled)


def _translated(source: str, *, is_verbose: bool) -> str:
    """The same pattern for `regex`, to which `{e}` and `[[:alpha:]]` would mean more than to `re`.

    Raises ValueError when it asks for too long a match.
    """
    written = []
    groups = [_Size()]
    for token in _TOKEN.finditer(source):
        kind, text = token.lastgroup, token[0]
        if kind == "comment" or (kind == "remark" and is_verbose):
            written.append(text)
            continue
        if kind == "set":
            text = "[" + _BRACKET.sub(lambda found: found[1] or r"\[", text[1:])
        if kind == "count":
            groups[-1].repeat(int(token["least"] or 0))
        elif text == "(":
            groups.append(_Size())
        elif text == ")" and len(groups) > 1:
            groups[-2].add(groups.pop().whole)
        else:
            groups[-1].add(1)
        written.append(r"\{" if text == "{" else text)
    return "".join(written)


class _Size:
    """How many characters a group asks for at least, counted generously."""

    def __init__(self) -> None:
        self.whole = 0
        self._last = 0

    def add(self, size: int) -> None:
        self.whole += size
        self._last = size

    def repeat(self, count: int) -> None:
        self.whole += self._last * max(count - 1, 0)
        if self.whole > MAX_SIZE:
            raise ValueError(f"it asks for more than {MAX_SIZE:,} characters")
