"""What a template may cost. It is counted, not timed, so that the same one always ends alike.

A step is a turn of a loop, a call, a member of a list or an object that an operation looks at, or
two hundred characters of a text that it reads.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment, nodes

MAX_STEPS = 500_000
"""The steps of all texts of one reply, which take about half a second."""

_CHARACTERS_A_STEP = 200
_COUNTED, _WEIGHED = "$counted", "$weighed"
"""Filters that only `instrument` can write."""

_AT_ONCE = frozenset(["count", "d", "default", "first", "last", "length"])
"""Filters that do not look at what they are given."""

_DEAR = {"title": 50, "urlencode": 50}
"""Filters that take so many times as long for a text (measured: 133 and 41 ns a character)."""


class TooManyStepsError(ValueError):
    """A template costs more than it may."""

    def __init__(self) -> None:
        super().__init__(f"it takes more than {MAX_STEPS:,} steps")


class _Budget:
    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self, steps: int) -> None:
        """Raises TooManyStepsError."""
        self.left -= steps
        if self.left < 0:
            raise TooManyStepsError

    def weigh(self, value: Any, factor: int = 1) -> None:
        """Take what it costs to look at a value, with all that is in it."""
        waiting = [value]
        while waiting:
            each = waiting.pop()
            steps = 1
            if isinstance(each, str):
                steps += len(each) // _CHARACTERS_A_STEP
            elif isinstance(each, range):
                steps += len(each)
            elif isinstance(each, dict):
                waiting += (*each, *each.values())
            elif isinstance(each, list | tuple):
                waiting += each
            self.take(steps * factor)


_current: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def budget() -> Iterator[None]:
    """Whatever is rendered within has one budget."""
    token = _current.set(_Budget())
    try:
        yield
    finally:
        _current.reset(token)


def weigh(*values: Any, factor: int = 1) -> None:
    """Take what it costs to look at values. Raises TooManyStepsError."""
    current = _current.get()
    # Jinja2 computes constants while it compiles: they are as long as their template.
    if current is not None:
        for value in values:
            current.weigh(value, factor)


def install(environment: "Environment") -> None:
    """Make all filters and tests of an environment count, and add those of `instrument`."""
    functions: dict[str, Callable[..., Any]]
    for functions in (environment.filters, environment.tests):  # type: ignore[assignment]
        for name, function in functions.items():
            if name not in _AT_ONCE:
                functions[name] = _weighing(function, _DEAR.get(name, 1))
    environment.filters[_COUNTED] = _counted
    environment.filters[_WEIGHED] = _weighed


def instrument(tree: "nodes.Template", environment: "Environment") -> None:
    """Make the loops, comparisons, joined texts and slices of a template count."""
    from jinja2 import nodes

    def through(name: str, value: Any) -> nodes.Expr:
        if isinstance(value, nodes.Const):
            return value
        return nodes.Filter(value, name, [], [], None, None, lineno=value.lineno)

    for loop in list(tree.find_all(nodes.For)):
        loop.iter = through(_COUNTED, loop.iter)
    for comparison in list(tree.find_all(nodes.Compare)):
        comparison.expr = through(_WEIGHED, comparison.expr)
        for operand in comparison.ops:
            operand.expr = through(_WEIGHED, operand.expr)
    for joined in list(tree.find_all(nodes.Concat)):
        joined.nodes = [through(_WEIGHED, each) for each in joined.nodes]
    for item in list(tree.find_all(nodes.Getitem)):
        if isinstance(item.arg, nodes.Slice):
            item.node = through(_WEIGHED, item.node)
    tree.set_environment(environment)


def _weighing(function: Callable[..., Any], factor: int) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        weigh(*arguments, *named.values(), factor=factor)
        return function(*arguments, **named)

    return call


def _counted(members: Iterable[Any]) -> Iterator[Any]:
    current = _current.get()
    for member in members:
        if current is not None:
            current.take(1)
        yield member


def _weighed(value: Any) -> Any:
    weigh(value)
    return value
