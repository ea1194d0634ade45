"""A step: what one request is answered with. Whatever an author writes becomes one."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pydantic import BaseModel

from mockserver.api.errors import ApiError
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.errors import ScriptError
from mockserver.names import nearest
from mockserver.script.conditions import ANY, Conditions, to_conditions
from mockserver.script.delivery import PLAIN, STREAM_KEYS, Delivery, to_delivery
from mockserver.script.error_replies import ErrorReply, to_error
from mockserver.script.generation import Fake, Generation, to_generation
from mockserver.script.items import check_output
from mockserver.script.places import Place, caller
from mockserver.script.replies import Times, check_reply
from mockserver.script.routes import HttpReply, Respond, to_http
from mockserver.text_patterns import SearchStoppedError
from mockserver.wording import show_value

Compute: TypeAlias = Callable[[CreateRequest], Any]

STEP_KEYS = (
    "when",
    "reply",
    "error",
    "generated",
    "http",
    "stream",
    "times",
    "scenario",
    "template",
)
STARTED = "started"
"""The state in which every scenario begins."""

SCENARIO_KEYS = ("name", "requires", "sets")
ALLOWED = (
    "a string, an item, a list of strings and items (one reply), a mapping with 'reply', "
    "'error', 'generated' or 'http', "
    "a pydantic instance (a structured output), or a function that takes the request and returns "
    "any of these"
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named state that a step requires and sets. Every scenario begins in the state `started`."""

    name: str = "scenario"
    requires: str | None = None
    sets: str | None = None


def in_state(scenario: Scenario | None, states: MutableMapping[str, str]) -> bool:
    """Whether a step may answer in the present states (scenario name to state)."""
    if scenario is None or scenario.requires is None:
        return True
    return states.get(scenario.name, STARTED) == scenario.requires


def advance(scenario: Scenario | None, states: MutableMapping[str, str]) -> None:
    """Set the state that a step sets, once it has answered."""
    if scenario is not None and scenario.sets is not None:
        states[scenario.name] = scenario.sets


@dataclass(frozen=True, slots=True)
class Step:
    """What one request is answered with: exactly one of `reply`, `error`, `generated`, `http` and
    `compute`, or a fault alone.

    `reply` is a partial Response whose `output`, where there is one, is a list of strings and
    items, abbreviated or whole. `generated` asks for output made from the request; `reply` may add
    Response fields to it, and `generation` says how it is made. `compute` is a function of the
    request; see `resolve`. `source` is the `file:line` that scripted the step.
    """

    when: Conditions = ANY
    reply: Json | None = None
    error: ErrorReply | None = None
    generated: bool = False
    generation: Generation | None = None
    compute: Compute | None = None
    http: HttpReply | Respond | None = None
    stream: Delivery = PLAIN
    times: Times = 1
    scenario: Scenario | None = None
    template: bool = False
    source: str = ""

    @property
    def is_stub(self) -> bool:
        """Whether this answers always, rather than once in the order of the queue."""
        return self.times == "always"

    def __str__(self) -> str:
        """Where it stands, what it answers, and when: as people are told of it."""
        only = f" (only when {self.when})" if self.when else ""
        return f"{self.source or 'a step'}: {self.answer}{only}"

    @property
    def answer(self) -> str:
        """What it answers, in a few words."""
        if self.error is not None:
            return f"error {self.error.status} {self.error.code or self.error.type}"
        if self.generated:
            return "a made-up reply"
        function = self.compute or (self.http if callable(self.http) else None)
        if function is not None:
            return f"the function {getattr(function, '__qualname__', '')}"
        if self.http is not None:
            return str(self.http)
        if self.reply is None:
            return "a fault"
        output = self.reply.get("output", [])
        return f"reply {show_value(output[0] if len(output) == 1 else output, 100)}"

    def resolve(self, request: CreateRequest, fake: Fake | None = None) -> "Step":
        """This step with its function called and its templates filled in, with values that `fake`
        makes.

        Raises ScriptError when the author's function fails or returns what is no step, or when a
        template fails.
        """
        step = self if self.compute is None else self._computed(self.compute, request)
        if not step.template or step.reply is None:
            return step
        from mockserver.script.templates import render, variables

        try:
            values = {**variables(request, step.when.groups(request)), "fake": fake}
        except SearchStoppedError as stopped:
            raise ScriptError(str(stopped), source=step.source) from stopped
        return replace(step, reply=render(step.reply, values, step.source), template=False)

    def _computed(self, compute: Compute, request: CreateRequest) -> "Step":
        name = getattr(compute, "__qualname__", repr(compute))
        try:
            value = compute(request)
        except ScriptError:
            raise
        except Exception as error:
            raise ScriptError(
                f"the function {name} raised {type(error).__name__}: {error}", source=self.source
            ) from error
        step = to_step(value, self.source)
        if step.compute is not None:
            raise ScriptError(f"the function {name} returned a function", source=self.source)
        if step.when or step.scenario is not None or step.times != 1:
            raise ScriptError(
                f"the function {name} returned a step with 'when', 'times' or 'scenario'",
                source=self.source,
                next_step="It is too late for these: the function has been chosen already.",
            )
        return replace(
            step,
            when=self.when,
            times=self.times,
            scenario=self.scenario,
            stream=step.stream or self.stream,
            template=step.template or self.template,
        )


StepLike: TypeAlias = (
    Step
    | str
    | Mapping[str, Any]
    | Sequence[str | Mapping[str, Any] | BaseModel]
    | BaseModel
    | Compute
)
"""What `script()` takes for a step; see `to_step`."""


def to_step(value: Any, source: str | Place | None = None) -> Step:
    """The step that a value stands for; `source` is the caller outside this package unless it is
    given.

    A string, an item, a list of strings and items (one reply), a mapping as in a cassette, what a
    builder returns, a pydantic instance (of the API's types: an item or a Response; any other: a
    structured output), or a function that takes the request and returns any of these. Raises
    ScriptError for anything else.
    """
    place = source if isinstance(source, Place) else Place(caller() if source is None else source)
    if isinstance(value, Step):
        return value if value.source else replace(value, source=place.at())
    if isinstance(value, BaseModel):
        return _from_model(value, place)
    if isinstance(value, ApiError | ErrorReply):
        return Step(error=to_error(value, place), source=place.at())
    if isinstance(value, Mapping):
        return _from_mapping(value, place)
    if isinstance(value, str | list | tuple):
        return _of_output(value, place, value)
    if callable(value):
        return Step(compute=_function(value, place), source=place.at())
    raise place.error(f"{show_value(value)} is no step", next_step=f"A step is {ALLOWED}.")


def check_any(steps: Sequence[Any], place: Place) -> None:
    """Raise ScriptError for a script that holds nothing."""
    if not steps:
        raise place.error(
            "a script without a step",
            next_step='Give it what answers the next requests, as in script("Hello!").',
        )


def entry(value: Any, place: Place, container: Any = None, key: Any = None) -> Step:
    """The step that a mapping in a cassette stands for, whose keys are those of a step. Raises
    ScriptError.
    """
    given = place.mapping(value, "an interaction", container, key)
    place.check_keys(given, STEP_KEYS, "an interaction")
    answers = [name for name in ("reply", "error", "http") if given.get(name) is not None]
    generated, generation = to_generation(given.get("generated", False), place, given)
    if len(answers) > 1 or (generated and answers not in ([], ["reply"])):
        what = answers[-1]
        raise place.error(f"'{what}' stands instead of a reply, not beside it", given, what)
    stream = (
        to_delivery(given["stream"], place, given, "stream")
        if given.get("stream") is not None
        else PLAIN
    )
    if not answers and not generated and not stream.replaces_response:
        raise place.error(
            "an interaction without 'reply', 'error', 'generated' or 'http'",
            given,
            next(iter(given), None),
            next_step="Write `reply: …` with a text, a list of items or fields of the Response.",
        )
    reply = given.get("reply")
    step = Step(
        when=to_conditions(given.get("when"), place),
        reply=None if reply is None else check_reply(_plain(reply, place), place, given, "reply"),
        error=to_error(given["error"], place, given, "error") if "error" in answers else None,
        generated=generated,
        generation=generation,
        http=to_http(given["http"], place, given, "http") if "http" in answers else None,
        stream=stream,
        times=to_times(given.get("times", 1), place, given),
        scenario=_scenario(given["scenario"], place, given)
        if given.get("scenario") is not None
        else None,
        template=_checked_template(reply, place, given)
        if _flag(given, "template", place)
        else False,
        source=place.at(container, key) if container is not None else place.at(given),
    )
    return check_route(step, place)


def check_route(step: Step, place: Place) -> Step:
    """The step itself. Raises ScriptError when it would answer any route as if it were create."""
    route = step.when.route
    if route is None or (step.reply is None and not step.generated and step.compute is None):
        return step
    raise place.error(
        f"a reply answers create requests, and '{route}' is about any",
        next_step="Write `http: {json: …}` (in Python: `.respond(json=…)`) or `error: …`, or leave "
        "out method and path.",
    )


def to_times(value: Any, place: Place, container: Any = None) -> Times:
    """How often a step answers: a number from 1 upwards, or `always`. Raises ScriptError."""
    if value == "always":
        return "always"
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise place.error(
            f"'times' must be a number from 1 upwards or 'always', not {show_value(value)}",
            container,
            "times",
        )
    return value


def _from_mapping(value: Mapping[Any, Any], place: Place) -> Step:
    given = place.mapping(value, "a step")
    if given and given.keys() <= set(STREAM_KEYS):
        return entry({"stream": given}, place)
    known = given.keys() & set(STEP_KEYS)
    if "type" in given or ("content" in given and not known):
        return _of_output([given], place, given)
    if "output" in given and not known:
        raise place.error(
            "a mapping with 'output' is the inside of a reply",
            given,
            "output",
            next_step='Write {"reply": {…}}.',
        )
    if given and not known and not any(nearest(key, STEP_KEYS) for key in given):
        raise place.error(
            f"{show_value(given)} is neither an item, which has a 'type', nor an interaction, "
            f"whose keys are {', '.join(STEP_KEYS)}",
            given,
            next_step="For a structured output, give its JSON text or a pydantic instance.",
        )
    return entry(given, place)


def _from_model(value: BaseModel, place: Place) -> Step:
    module = type(value).__module__
    if module.startswith(("openai.types.", "openresponses_types.", "mockserver.api.")):
        dumped = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if dumped.get("object") == "response":
            return Step(reply=check_reply(dumped, place), source=place.at())
        return _from_mapping(dumped, place)
    return _of_output(value.model_dump_json(by_alias=True), place, value)


def _of_output(value: Any, place: Place, container: Any) -> Step:
    output = check_output(_plain(value, place), place, container)
    return Step(reply={"output": output}, source=place.at(container))


def _plain(value: Any, place: Place) -> Any:
    """The same with pydantic instances inside lists turned into what they stand for."""
    if isinstance(value, BaseModel):
        return (_from_model(value, place).reply or {})["output"]
    if isinstance(value, list | tuple) and any(isinstance(member, BaseModel) for member in value):
        parts = [
            _plain(member, place) if isinstance(member, BaseModel) else [member] for member in value
        ]
        return [member for part in parts for member in part]
    if isinstance(value, Mapping) and (
        output := _plain(value.get("output"), place)
    ) is not value.get("output"):
        return {**value, "output": output}
    return value  # the very same object, whose lines are known


def _function(value: Callable[..., Any], place: Place) -> Compute:
    import inspect

    if isinstance(value, type):
        raise place.error(
            f"the class {value.__qualname__} is no step",
            next_step=(
                "Give an instance of it, or generated() for an output made from the "
                "request's schema."
            ),
        )
    if inspect.iscoroutinefunction(value):
        raise place.error(
            f"{value.__qualname__} is an async function",
            next_step="A step's function must be a plain `def`.",
        )
    try:
        inspect.signature(value).bind(None)
    except TypeError:
        raise place.error(
            f"{getattr(value, '__qualname__', value)} cannot be called with one argument",
            next_step="A step's function takes the request.",
        ) from None
    except ValueError:  # some builtins have no signature
        pass
    return value


def _scenario(value: Any, place: Place, container: Any) -> Scenario:
    given = place.mapping(value, "'scenario'", container, "scenario")
    place.check_keys(given, SCENARIO_KEYS, "scenario")
    for name, text in given.items():
        if not isinstance(text, str) or not text:
            raise place.error(
                f"'{name}' must be a string that is not empty, not {show_value(text)}", given, name
            )
    if not given.keys() & {"requires", "sets"}:
        raise place.error("a scenario needs 'requires' or 'sets'", container, "scenario")
    return Scenario(**given)


def _flag(given: Json, name: str, place: Place) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise place.error(f"'{name}' must be true or false, not {show_value(value)}", given, name)
    return value


def _checked_template(reply: Any, place: Place, container: Any) -> bool:
    from mockserver.script.templates import check

    check(reply, place.at(container, "reply"))
    return True
