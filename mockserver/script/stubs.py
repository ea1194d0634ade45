"""Stubs: the second half of `server.when(…).reply(…)`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mockserver.errors import shorten_error
from mockserver.names import NearestName, without_none
from mockserver.script.conditions import Conditions
from mockserver.script.error_builder import error
from mockserver.script.places import Place
from mockserver.script.replies import Times, generated, reply
from mockserver.script.steps import Step, StepLike, check_route, to_step


class StubBuilder(NearestName):
    """Conditions that wait for what answers them. Without `times` that answers always."""

    def __init__(self, add: Callable[[Step], None], conditions: Conditions, source: str) -> None:
        self._add_stub = add
        self._conditions = conditions
        self._place = Place(source)

    @shorten_error
    def reply(
        self,
        *output: Any,
        times: Times = "always",
        scenario: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        """Answer with this output: strings, items, a function of the request, or a whole step.

        scenario: the named state that the stub requires and sets. fields: as of the builder
        `reply`: `stream`, `template`, and any field of the Response. Raises ScriptError.
        """
        step = output[0] if len(output) == 1 and not fields else reply(*output, **fields)
        self._add(step, times, scenario)

    @shorten_error
    def error(
        self,
        status: int | str | Mapping[str, Any] | None = None,
        *,
        times: Times = "always",
        scenario: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        """Answer with an error: a status, a name such as `rate_limit`, or what `error.rate_limit()`
        returns.

        fields: as of the builder `error`. Raises ScriptError.
        """
        if isinstance(status, Mapping):
            step = status
        elif isinstance(status, str):
            step = error(**{"kind": status, **fields})
        else:
            step = error(status, **fields)
        self._add(step, times, scenario)

    @shorten_error
    def generated(self, *, times: Times = "always", **fields: Any) -> None:
        """Answer with what is made up from the request. fields: of the Response, kept as given.
        Raises ScriptError.
        """
        self._add(generated(**fields), times, None)

    @shorten_error
    def respond(
        self,
        respond: Callable[[Any], Any] | None = None,
        *,
        status: int = 200,
        json: Any = ...,
        text: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        stream: Mapping[str, Any] | None = None,
        times: Times = "always",
        scenario: Mapping[str, str] | None = None,
    ) -> None:
        """Answer with a whole HTTP reply, on any route that `method` and `path` name.

        respond: a function of the request, as `server.requests` holds it, which returns `{"status":
        …, "headers": …, "json": …}` (or `text`, or `body`). Raises ScriptError.
        """
        http: Any = respond
        if respond is None:
            http = without_none(status=status, headers=headers, text=text, body=body)
            http |= {} if json is ... else {"json": json}
        self._add(without_none(http=http, stream=stream), times, scenario)

    def _add(self, value: StepLike, times: Times, scenario: Mapping[str, str] | None) -> None:
        step = replace(to_step(value, self._place), when=self._conditions, times=times)
        check_route(step, self._place)
        if scenario is not None:
            stated = to_step({"reply": {}, "scenario": scenario}, self._place)
            step = replace(step, scenario=stated.scenario)
        self._add_stub(step)
