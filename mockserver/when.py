"""The second half of `server.when(…).reply(…)`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mockserver.brief import brief
from mockserver.script.conditions import Conditions
from mockserver.script.error_builder import error
from mockserver.script.errors import Place
from mockserver.script.replies import Times, generated, reply
from mockserver.script.steps import Step, to_step


class When:
    """Conditions that wait for what answers them. Without `times` that stands for ever."""

    def __init__(self, add: Callable[[Step], None], conditions: Conditions, place: str) -> None:
        self._stub, self._conditions, self._place = add, conditions, place

    @brief
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
        given = output[0] if len(output) == 1 and not fields else reply(*output, **fields)
        self._add(given, times, scenario)

    @brief
    def error(
        self,
        status: Any = None,
        *,
        times: Times = "always",
        scenario: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        """Answer with an error: a status, a name such as `rate_limit`, or what `error.rate_limit()`
        returns.

        fields: as of the builder `error`. Raises ScriptError.
        """
        if isinstance(status, str):
            fields, status = {"kind": status, **fields}, None
        given = status if isinstance(status, Mapping) else error(status, **fields)
        self._add(given, times, scenario)

    @brief
    def generated(self, *, times: Times = "always", **fields: Any) -> None:
        """Answer with what is made up from the request. fields: of the Response, kept as given.
        Raises ScriptError.
        """
        self._add(generated(**fields), times, None)

    def _add(self, given: Any, times: Times, scenario: Mapping[str, str] | None) -> None:
        step = to_step(given, Place(self._place))
        if scenario is not None:
            step = replace(
                step,
                scenario=to_step({"reply": {}, "scenario": scenario}, Place(self._place)).scenario,
            )
        self._stub(replace(step, when=self._conditions, times=times))
