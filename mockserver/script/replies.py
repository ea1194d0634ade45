"""A reply: a partial Response, of which its author writes only what matters, in Python and in a
cassette.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

from mockserver.api.error_table import FAILURE
from mockserver.api.json import Json
from mockserver.api.responses import Reason, Response, Status
from mockserver.names import without_none
from mockserver.script.generation import ByPlace
from mockserver.script.items import check_output
from mockserver.script.places import Place
from mockserver.wording import show_value

Times: TypeAlias = int | Literal["always"]


RESPONSE_KEYS = Response.__required_keys__ | Response.__optional_keys__
"""Every field of the Response object."""

BESIDE = ("when", "stream", "times", "scenario", "template")
"""What stands beside a reply; the builders take it among the fields."""

STATUSES: tuple[str, ...] = get_args(Status)
REASONS: tuple[str, ...] = get_args(Reason)


def reply(
    *output: Any,
    stream: Mapping[str, Any] | None = None,
    when: Mapping[str, Any] | None = None,
    times: Times | None = None,
    scenario: Mapping[str, str] | None = None,
    template: bool | None = None,
    **response: Any,
) -> Json:
    """A reply: its output (strings and items), and any other fields of the Response, which are kept
    as given.

    `stream` says how it travels (`pace`, `drop`, …), `when` what must hold, `times` how often it
    answers, `template` whether its texts are templates.
    """
    fields = {"output": list(output), **response} if output or not response else response
    return _step({"reply": fields}, stream, when, times, scenario, template)


def generated(
    *,
    stream: Mapping[str, Any] | None = None,
    when: Mapping[str, Any] | None = None,
    times: Times | None = None,
    scenario: Mapping[str, str] | None = None,
    locale: str | None = None,
    providers: Mapping[str, ByPlace] | None = None,
    **response: Any,
) -> Json:
    """A reply made from the request: a document valid under its schema, a call of its tools, or
    plausible text.

    `locale` says where names, cities and the like are from (`de_DE`), `providers` which of faker's
    providers makes the value at a path: `{"customer.name": "company"}`; a function is given a
    `faker.Faker`.
    """
    said = without_none(locale=locale, providers=providers)
    fields = {"reply": response} if response else {}
    return _step({"generated": said or True, **fields}, stream, when, times, scenario)


def incomplete(
    *output: Any,
    reason: str = "max_output_tokens",
    stream: Mapping[str, Any] | None = None,
    **response: Any,
) -> Json:
    """A reply that was cut short: status `incomplete`, and why (`max_output_tokens`,
    `content_filter`).
    """
    details = {"status": "incomplete", "incomplete_details": {"reason": reason}}
    return reply(stream=stream, output=list(output), **{**details, **response})


def failed(
    message: str = FAILURE,
    *,
    code: str = "server_error",
    output: Sequence[Any] = (),
    stream: Mapping[str, Any] | None = None,
    **response: Any,
) -> Json:
    """A response that fails after it was accepted: status `failed`, HTTP status 200. `output` came
    before.
    """
    details = {
        "status": "failed",
        "error": {"code": code, "message": message},
        "output": list(output),
    }
    return reply(stream=stream, **{**details, **response})


def _step(
    answer: Json,
    stream: Mapping[str, Any] | None,
    when: Mapping[str, Any] | None,
    times: Times | None,
    scenario: Mapping[str, str] | None,
    template: bool | None = None,
) -> Json:
    return {
        **answer,
        **without_none(stream=stream, when=when, times=times, scenario=scenario, template=template),
    }


def check_reply(value: Any, place: Place, container: Any = None, key: Any = None) -> Json:
    """The partial Response that a `reply` stands for: a string, an item or a list is short for its
    output.

    Raises ScriptError for a field that no Response has, and for an output that cannot be completed.
    """
    if isinstance(value, str | list | tuple):
        return {"output": check_output(value, place, container, key)}
    if not isinstance(value, Mapping):
        raise place.error(
            "a reply is a text, a list of items or fields of the Response, "
            f"not {show_value(value)}",
            container,
            key,
            next_step="A text that looks like a number, a date or yes and no needs quotes.",
        )
    given = place.mapping(value, "'reply'", container, key)
    if "type" in given or (given.keys() & {"role", "content"}):
        return {"output": check_output([given], place, container, key)}
    _check_keys(given, place)
    _check_state(given, place)
    if "output" not in given:
        return dict(given)
    return {**given, "output": check_output(given["output"], place, given, "output")}


def _check_keys(given: Json, place: Place) -> None:
    """Refuse a key that no Response has, naming the nearest one, be it one that stands beside the
    reply.
    """
    for key in given:
        if key in BESIDE:
            raise place.error(
                f"'{key}' is no field of a reply", given, key, next_step="It stands beside 'reply'."
            )
        if key not in RESPONSE_KEYS:
            raise place.unknown_key(key, (*RESPONSE_KEYS, *BESIDE), "reply", given)


def _check_state(given: Json, place: Place) -> None:
    status = given.get("status", "completed")
    if not isinstance(status, str) or (status not in STATUSES and not _is_copied(given)):
        said = f"'status' must be one of {', '.join(STATUSES)}, not {show_value(given['status'])}"
        raise place.error(said, given, "status")
    _check_object(given, "incomplete_details", "{reason: max_output_tokens}", place)
    _check_object(given, "error", "{code: server_error, message: …}", place)
    reason = (given.get("incomplete_details") or {}).get("reason")
    if given.get("incomplete_details") and reason not in REASONS and not _is_copied(given):
        raise place.error(
            f"'reason' must be one of {', '.join(REASONS)}, not {show_value(reason)}",
            given["incomplete_details"],
            "reason",
        )
    for name in ("usage", "metadata", "reasoning", "text"):
        _check_object(given, name, "{…}", place)
    for name in ("id", "model", "object"):
        if name in given and not isinstance(given[name], str):
            raise place.error(
                f"'{name}' must be a string, not {show_value(given[name])}", given, name
            )


def _is_copied(given: Json) -> bool:
    """Whether this comes from a recording: those are kept as they are, with what only their time
    knew.
    """
    output = given.get("output")
    items = output if isinstance(output, list) else []
    return "id" in given or any(isinstance(item, Mapping) and "id" in item for item in items)


def _check_object(given: Json, name: str, example: str, place: Place) -> None:
    value = given.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise place.error(
            f"'{name}' must be an object such as {example}, not {show_value(value)}", given, name
        )
