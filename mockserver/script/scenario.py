"""The states that scenarios are in."""

from collections.abc import MutableMapping

from mockserver.script.step import Scenario

STARTED = "started"
"""The state in which every scenario begins."""


def in_state(scenario: Scenario | None, states: MutableMapping[str, str]) -> bool:
    """Whether a step may answer in the present states (scenario name to state)."""
    if scenario is None or scenario.requires is None:
        return True
    return states.get(scenario.name, STARTED) == scenario.requires


def advance(scenario: Scenario | None, states: MutableMapping[str, str]) -> None:
    """Set the state that a step sets, once it has answered."""
    if scenario is not None and scenario.sets is not None:
        states[scenario.name] = scenario.sets
