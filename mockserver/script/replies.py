"""Whole steps in Python: a reply with its pace, faults and conditions, in the words of a
cassette.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from mockserver.api.error_table import FAILURE
from mockserver.api.json import Json
from mockserver.script.parts import given

Times: TypeAlias = int | Literal["always"]


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
    **response: Any,
) -> Json:
    """A reply made from the request: a document valid under its schema, a call of its tools, or
    plausible text.
    """
    fields = {"reply": response} if response else {}
    return _step({"generated": True, **fields}, stream, when, times, scenario)


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
        **given(stream=stream, when=when, times=times, scenario=scenario, template=template),
    }
