"""Templates in scripted text: Jinja2 in its sandbox, with nothing in reach but the request.

A step says `template: true`; without it braces are just braces, since they are common in JSON and
code. Only expressions, `if` and `for` are there: no assignment, macro, include or import, no call
of anything but the listed methods, no filter that makes long texts out of short ones. What is left
is counted (`template_budget`). So a template always ends, and soon.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.errors import ScriptError
from mockserver.script.generation import Fake
from mockserver.script.template_budget import (
    TooManyStepsError,
    budget,
    install,
    instrument,
    weigh,
)
from mockserver.wording import show_value

if TYPE_CHECKING:
    from jinja2 import Environment, Template

MAX_RANGE = 1000
MAX_OUTPUT = 1 << 20
"""Characters that one rendered text may have."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


METHODS: Mapping[type, frozenset[str]] = {
    str: _names(
        "upper lower title capitalize strip lstrip rstrip split rsplit splitlines startswith "
        "endswith removeprefix removesuffix find count isdigit"
    ),
    dict: _names("get items keys values"),
    list: _names("index count"),
}
"""The methods that templates may call."""

LOOP = _names("index index0 revindex revindex0 first last length")
NAMES = _names("request input tool_outputs match range fake")
FILTERS = _names(
    "abs capitalize default d first float int items join last length count list lower max min "
    "reject rejectattr replace reverse round select selectattr map sort string sum title trim "
    "unique upper urlencode"
)
STATEMENTS = _names(
    "Template Output TemplateData If For Name Const Test List Tuple Dict Pair Compare Operand And "
    "Or Not Add Sub Mul Div FloorDiv Mod Neg Pos Concat CondExpr Filter Call Getattr Getitem Slice "
    "Keyword"
)


def variables(request: CreateRequest, groups: Mapping[int | str, str | None]) -> Json:
    """What templates see: `request` (the body), `input` (text of the last user message),
    `tool_outputs` (text by tool name) and `match` (groups of the regular expression on `input`, by
    number and name).
    """
    return {
        "request": request.body,
        "input": request.input_text,
        "tool_outputs": request.tool_outputs,
        "match": dict(groups),
    }


def check(value: Any, source: str) -> None:
    """Compile every template in a reply. Raises ScriptError for what can never be rendered."""
    for text in _texts(value):
        if _is_template(text):
            _compiled(text, source)


def render(value: Any, values: Mapping[str, Any], source: str) -> Any:
    """The same value with every text in it rendered; keys are left alone. Raises ScriptError."""
    with budget():
        return _filled_in(value, values, source)


def _filled_in(value: Any, values: Mapping[str, Any], source: str) -> Any:
    if isinstance(value, str):
        return _rendered(value, values, source) if _is_template(value) else value
    if isinstance(value, list):
        return [_filled_in(member, values, source) for member in value]
    if isinstance(value, dict):
        return {key: _filled_in(member, values, source) for key, member in value.items()}
    return value


def _is_template(text: str) -> bool:
    return "{{" in text or "{%" in text or "{#" in text


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts(member)


def _rendered(text: str, values: Mapping[str, Any], source: str) -> str:
    template = _compiled(text, source)
    pieces, length = [], 0
    try:
        for piece in template.generate(values):
            length += len(piece)
            _bound(length)
            pieces.append(piece)
    except Exception as error:  # whatever an expression can raise is the template's fault
        raise _error(text, error, source) from error
    return "".join(pieces)


def _compiled(text: str, source: str) -> "Template":
    from jinja2 import TemplateError

    try:
        return _compile(text)
    except (TemplateError, RecursionError) as error:
        raise _error(text, error, source) from error


def _replaced(text: object, old: str, new: str) -> str:
    text = str(text)
    _bound(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _joined(members: Iterable[object], separator: str = "") -> str:
    texts = [str(member) for member in members]
    _bound(sum(map(len, texts)) + len(texts) * len(separator))
    return separator.join(texts)


def _bound(length: int) -> None:
    if length > MAX_OUTPUT:
        raise ValueError(f"the text grows beyond {MAX_OUTPUT} characters")


def _error(text: str, error: Exception, source: str) -> ScriptError:
    next_step = "Templates know request, input, tool_outputs, match and fake."
    if isinstance(error, TooManyStepsError):
        next_step = "Let its loops have fewer turns, or do less in each."
    return ScriptError(
        f"the template {show_value(text)} failed: {error or type(error).__name__}",
        source=source,
        next_step=next_step,
    )


@lru_cache(maxsize=1024)
def _compile(text: str) -> "Template":
    from jinja2 import TemplateSyntaxError, nodes
    from jinja2.meta import find_undeclared_variables

    environment = _environment()
    tree = environment.parse(text)
    for node in tree.find_all(nodes.Node):
        if type(node).__name__ not in STATEMENTS:
            raise TemplateSyntaxError(
                f"'{type(node).__name__.lower()}' is not allowed here", node.lineno
            )
    if any(
        outer.find(nodes.For)
        for loop in tree.find_all(nodes.For)
        for outer in loop.find_all(nodes.For)
    ):
        raise TemplateSyntaxError("loops may stand two deep at most", 1)
    strangers = sorted((find_undeclared_variables(tree) | _specials(tree)) - NAMES)
    if strangers:
        raise TemplateSyntaxError(f"'{strangers[0]}' is unknown", 1)
    instrument(tree, environment)
    return environment.from_string(tree)


def _specials(tree: Any) -> set[str]:
    """Names that Jinja2 itself gives a meaning to, in which nothing for a template's author
    lies.
    """
    from jinja2 import nodes

    return {name.name for name in tree.find_all(nodes.Name)} & {
        "self",
        "super",
        "varargs",
        "kwargs",
        "caller",
    }


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.runtime import LoopContext
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"+", "*", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            weigh(left, right)
            numbers = isinstance(left, int | float) and isinstance(right, int | float)
            if operator != "+" and not numbers:
                raise SecurityError(f"'{operator}' is for numbers")
            return super().call_binop(context, operator, left, right)

        def call(self, context: Any, function: Any, *arguments: Any, **named: Any) -> Any:
            owner = getattr(function, "__self__", None)
            weigh(*arguments, *named.values(), None if isinstance(owner, dict) else owner)
            return super().call(context, function, *arguments, **named)

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
            if isinstance(obj, Fake):
                return not attr.startswith("_")  # It refuses what makes no value.
            return attr in (LOOP if isinstance(obj, LoopContext) else METHODS.get(type(obj), ()))

        def wrap_str_format(self, value: Any) -> None:  # noqa: ARG002
            return None  # `format` can pad without end; it is no method of ours

        def getattr(self, obj: Any, attribute: str) -> Any:
            # A key of the request comes before a method of the same name.
            if isinstance(obj, dict) and attribute in obj:
                return obj[attribute]
            return super().getattr(obj, attribute)

    def numbers(*bounds: int) -> range:
        found = range(*bounds)
        if len(found) > MAX_RANGE:
            raise SecurityError(f"a range has at most {MAX_RANGE} members")
        return found

    environment = Sandbox(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, cache_size=0
    )
    environment.globals = {"range": numbers}
    environment.filters = {
        name: used for name, used in environment.filters.items() if name in FILTERS
    }
    environment.filters |= {"replace": _replaced, "join": _joined}
    environment.filters["tojson"] = lambda value: json.dumps(
        value, ensure_ascii=False, separators=(",", ":")
    )
    install(environment)
    return environment
