"""No number in a grammar of a custom tool sets the work."""

from __future__ import annotations

import pytest

from mockserver.compose.grammar import GrammarError, derive
from mockserver.schemas import Rng


def chain(length: int, rule: str) -> str:
    """Rules that lead to each other, each as `rule` says of the next."""
    lines = [f"a{at}: " + rule.format(f"a{at + 1}") for at in range(length)]
    return "\n".join(["start: a0", *lines, f'a{length}: "x"'])


@pytest.mark.parametrize(
    "definition",
    [
        "start: /a{1000000000}/",
        'start: ((("a"~1000)~1000)~1000)~1000',
        'start: (((""~1000)~1000)~1000)~1000',
        chain(40, "{0} {0}"),
        "start: " + "(" * 40_000 + '"a"' + ")" * 40_000,
        "start: " + "/a" * 200_000,
        "start: " + " | ".join(['"a"'] * 200_000),
        'start: "a"\n' + "%ignore /a{9000}/\n" * 5000,
    ],
)
def test_more_work_than_is_allowed_is_an_error(definition: str) -> None:
    with pytest.raises(GrammarError, match="asks for more work than is allowed"):
        derive(definition, Rng(1))


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ('start: "a"~' + "9" * 6000, "too often"),
        (chain(900, "{0}"), "nested too deeply"),
        ("start: " + "(" * 2000 + '"a"' + ")" * 2000, "nested too deeply"),
    ],
)
def test_other_large_grammars_are_errors_too(definition: str, reason: str) -> None:
    with pytest.raises(GrammarError, match=reason):
        derive(definition, Rng(1))


def test_rules_in_any_order_are_followed() -> None:
    definition = chain(60, "{0}")
    backwards = "\n".join(reversed(definition.splitlines()))
    assert derive(definition, Rng(1)) == derive(backwards, Rng(1)) == "x"
