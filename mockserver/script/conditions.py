"""What must hold for a step or stub to answer a request. A match is an empty list of
differences.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from mockserver.api.json import Json
from mockserver.api.json_path import find, parse_path
from mockserver.api.requests import CreateRequest
from mockserver.masking import holds_key, mask, mask_field
from mockserver.script.matchers import (
    Comparison,
    ItemPattern,
    Matcher,
    item_pattern,
    json_matcher,
    names_matcher,
    text_matcher,
    undecided,
)
from mockserver.script.places import Place
from mockserver.script.routes import ROUTE_KEYS, RoutePattern, RouteRequest, to_route
from mockserver.text_patterns import SearchStoppedError
from mockserver.wording import expected_got, show_value

Transport: TypeAlias = Literal["http", "sse", "websocket"]
Predicate: TypeAlias = Callable[[Any], Any]
"""A function of the request: a `CreateRequest`, or what the journal holds where a path is asked."""

TRANSPORTS = ("http", "sse", "websocket")
CONDITION_KEYS = (
    *ROUTE_KEYS,
    "model",
    "input",
    "instructions",
    "item",
    "tool_outputs",
    "tools",
    "previous_response_id",
    "metadata",
    "headers",
    "stream",
    "transport",
    "json",
    "predicate",
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came: header names in lower case, and by which transport the answer goes
    back.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    transport: Transport = "http"


@dataclass(frozen=True, slots=True)
class Difference:
    """One condition that does not hold: what it is about, what it wants (in words), what the
    request has.
    """

    path: str
    expected: str
    actual: Any

    def __str__(self) -> str:
        got = "nothing" if self.actual is None else show_value(self.actual, 200)
        return expected_got(self.path, self.expected, got)


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition. `name` is the tool, header, metadata key or JSON path that it is about."""

    key: str
    matcher: Matcher
    name: str = ""

    @property
    def path(self) -> str:
        return (
            self.name
            if self.key == "json"
            else f"{self.key}.{self.name}"
            if self.name
            else self.key
        )

    def difference(self, request: CreateRequest, arrival: Arrival) -> Difference | None:
        values = _values(self, request, arrival) or [None]
        expected = str(self.shown)
        try:
            if any(self.matcher.holds(value) for value in values):
                return None
        except SearchStoppedError as stopped:
            expected = undecided(self.shown, stopped)
        actual = [self._masked(value) for value in values]
        return Difference(self.path, expected, actual[0] if len(actual) == 1 else actual)

    @property
    def shown(self) -> Matcher:
        """What is compared, as people may see it: keys are masked."""
        tests = self.matcher.tests
        return Matcher(tuple(replace(test, operand=self._masked(test.operand)) for test in tests))

    def _masked(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if self.key == "headers":
            return mask_field(self.name, value)
        return mask(value) if holds_key(self.name.rpartition(".")[2]) else value


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions that must all hold; none at all hold for every create request. With a `route` they
    are about requests of any kind.
    """

    rules: tuple[Rule, ...] = ()
    items: tuple[ItemPattern, ...] = ()
    predicate: Predicate | None = None
    route: RoutePattern | None = None

    def differences(self, request: CreateRequest, arrival: Arrival = Arrival()) -> list[Difference]:
        """Every condition that does not hold, in the order in which they were written."""
        found = [rule.difference(request, arrival) for rule in self.rules]
        differences = [difference for difference in found if difference is not None]
        for pattern in self.items:
            differences += [
                Difference(*parts) for parts in pattern.differences(request.input_items)
            ]
        if self.predicate is not None:
            differences += _ask(self.predicate, request)
        return differences

    def route_differences(self, asked: RouteRequest, arrival: Arrival) -> list[Difference]:
        """The same for a request of any kind, whose body may be anything."""
        assert self.route is not None
        found = [Difference(*parts) for parts in self.route.differences(asked.method, asked.path)]
        if self.rules:
            body = asked.body
            request = CreateRequest(body if isinstance(body, dict) else {})
            differences = [rule.difference(request, arrival) for rule in self.rules]
            found += [difference for difference in differences if difference is not None]
        if self.predicate is not None and not found:
            found += _ask(self.predicate, asked)
        return found

    @property
    def specificity(self) -> tuple[int, int]:
        """How much this asks for: the number of comparisons, then their strength (equals before
        regex before rest).
        """
        sizes = [(len(rule.matcher.tests), rule.matcher.strength) for rule in self.rules]
        sizes += [pattern.specificity for pattern in self.items]
        sizes += [(1, 3)] if self.predicate is not None else []
        sizes += [(2, 6)] if self.route is not None else []
        return sum(count for count, _ in sizes), sum(strength for _, strength in sizes)

    def groups(self, request: CreateRequest) -> dict[int | str, str | None]:
        """The groups of the regular expression on `input`, by number and by name, for templates."""
        found: dict[int | str, str | None] = {}
        for rule in self.rules:
            if rule.key == "input":
                found.update(rule.matcher.groups(request.input_text))
        return found

    def __bool__(self) -> bool:
        return bool(self.rules or self.items or self.predicate or self.route)

    def __str__(self) -> str:
        words = [str(self.route)] if self.route is not None else []
        words += [f"{rule.path}: {rule.shown}" for rule in self.rules]
        words += [f"item: {pattern}" for pattern in self.items]
        words += [f"predicate: {_name(self.predicate)}"] if self.predicate is not None else []
        return ", ".join(words) or "any request"


ANY = Conditions()


def to_conditions(
    value: Mapping[str, Any] | Conditions | None,
    place: Place | str = "",
    also_known: Sequence[str] = (),
) -> Conditions:
    """Conditions from the mapping that a cassette's `when` holds, or from the keywords of a stub.

    also_known: what else may be said there, for the error that names the nearest key.

    Raises ScriptError for what can never hold: an unknown key, a bad regular expression, a value of
    the wrong type.
    """
    if isinstance(value, Conditions):
        return value
    place = Place(place) if isinstance(place, str) else place
    if value is None:
        return ANY
    when = place.mapping(value, "when")
    route = to_route(when, place)
    rules: list[Rule] = []
    items: list[ItemPattern] = []
    predicate: Predicate | None = None
    for key, wanted in when.items():
        if key in ROUTE_KEYS:
            continue
        if route is not None and key in CONDITION_KEYS and key not in _OF_ANY_ROUTE:
            raise place.error(
                f"'{key}' is about create requests, and '{route}' about any",
                when,
                key,
                next_step="Look into the body by its path: `json: {'$.model': …}`.",
            )
        if key == "item":
            patterns = wanted if isinstance(wanted, list) else [wanted]
            items += [item_pattern(pattern, place, when, key) for pattern in patterns]
        elif key == "predicate":
            predicate = _predicate(wanted, place, when)
        elif key in _PARSERS:
            rules += _PARSERS[key](wanted, place, when, key)
        else:
            raise place.unknown_key(key, (*CONDITION_KEYS, *also_known), "when", when)
    return Conditions(tuple(rules), tuple(items), predicate, route)


def tool_name(tool: Json) -> str:
    """What a tool is called: its name; the type of a hosted tool, which has none."""
    return str(tool.get("name") or tool.get("type") or "")


def _values(rule: Rule, request: CreateRequest, arrival: Arrival) -> list[Any]:
    """What the request has where a rule looks; one of them must hold."""
    if rule.key == "json":
        return find(request.body, parse_path(rule.name))
    if rule.key == "tool_outputs" and rule.name:
        return [output.text for output in request.tool_output_list if output.name == rule.name]
    return [_actual(rule, request, arrival)]


def _actual(rule: Rule, request: CreateRequest, arrival: Arrival) -> Any:
    """What the request has where there is one place to look; None for what is absent."""
    match rule.key:
        case "model":
            return request.model
        case "input":
            return request.input_text or None
        case "tools":
            return [tool_name(tool) for tool in request.tools] or None
        case "tool_outputs":
            return list(request.tool_outputs) or None
        case "metadata":
            return request.metadata.get(rule.name)
        case "headers":
            return arrival.headers.get(rule.name)
        case "stream":
            return request.stream or arrival.transport != "http"
        case "transport":
            return arrival.transport
        case _:  # instructions, previous_response_id
            return getattr(request, rule.key)


def _ask(predicate: Predicate, request: CreateRequest | RouteRequest) -> list[Difference]:
    try:
        answer = predicate(request)
    except Exception as error:  # the author's own code: whatever it raises explains the miss
        return [
            Difference(
                "predicate", f"{_name(predicate)} to be true", f"{type(error).__name__}: {error}"
            )
        ]
    return [] if answer else [Difference("predicate", f"{_name(predicate)} to be true", answer)]


def _name(predicate: Any) -> str:
    return str(getattr(predicate, "__qualname__", None) or predicate)


def _model(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    return [Rule(key, text_matcher(value, place, when, key, glob=True))]


def _text(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    return [Rule(key, text_matcher(value, place, when, key))]


def _tools(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    return [Rule(key, names_matcher(value, place, when, key))]


def _texts(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    """Texts by name. Header names are matched in lower case."""
    named = place.mapping(value, f"'{key}'", when, key)
    if key == "tool_outputs" and named.keys() == {"exists"} and isinstance(named["exists"], bool):
        return [Rule(key, Matcher((Comparison("exists", named["exists"]),)))]
    if not named:
        raise place.error(
            f"'{key}' is empty", when, key, next_step="Leave it out, or name what you expect."
        )
    lower = key == "headers"
    return [
        Rule(key, text_matcher(wanted, place, named, name), name.lower() if lower else name)
        for name, wanted in named.items()
    ]


def _stream(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    if not isinstance(value, bool):
        raise place.error(f"'stream' must be true or false, not {show_value(value)}", when, key)
    return [Rule(key, Matcher((Comparison("equals", value),)))]


def _transport(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    if value not in TRANSPORTS:
        raise place.error(
            f"'transport' must be one of {', '.join(TRANSPORTS)}, not {show_value(value)}",
            when,
            key,
        )
    return [Rule(key, Matcher((Comparison("equals", value),)))]


def _json(value: Any, place: Place, when: Json, key: str) -> list[Rule]:
    paths = place.mapping(value, "'json'", when, key)
    if not paths:
        raise place.error(
            "'json' is empty", when, key, next_step="Name a path, such as '$.temperature'."
        )
    rules = []
    for path, wanted in paths.items():
        try:
            if not path.startswith("$"):
                raise ValueError(f"the JSON path '{path}' does not begin with '$'")
            parse_path(path)
        except ValueError as error:
            raise place.error(
                str(error), paths, path, next_step="Write it as in '$.input[0].content'."
            ) from None
        rules.append(Rule(key, json_matcher(wanted, place, paths, path), path))
    return rules


def _predicate(value: Any, place: Place, when: Json) -> Predicate:
    if not callable(value):
        raise place.error(
            "'predicate' must be a Python function that takes the request, "
            f"not {show_value(value)}",
            when,
            "predicate",
            next_step="In a cassette, write `json: {'$.path': …}`.",
        )
    return value  # type: ignore[no-any-return]


_OF_ANY_ROUTE = (*ROUTE_KEYS, "headers", "json", "predicate")

_PARSERS: dict[str, Callable[[Any, Place, Json, str], list[Rule]]] = {
    "model": _model,
    "input": _text,
    "instructions": _text,
    "previous_response_id": _text,
    "tools": _tools,
    "tool_outputs": _texts,
    "metadata": _texts,
    "headers": _texts,
    "stream": _stream,
    "transport": _transport,
    "json": _json,
}
