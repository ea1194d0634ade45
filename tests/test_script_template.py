"""Templates: what they know, and what the sandbox keeps them from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.requests import CreateRequest
from mockserver.errors import ScriptError
from mockserver.script.steps import Step, to_step
from mockserver.script.templates import MAX_OUTPUT, MAX_RANGE, check, render, variables

REQUEST = CreateRequest(
    {
        "model": "gpt-5",
        "input": [
            {"role": "user", "content": "Weather in Paris, please"},
            {
                "type": "function_call",
                "call_id": "call_1",
                "name": "get_weather",
                "arguments": "{}",
            },
            {"type": "function_call_output", "call_id": "call_1", "output": "18 °C <b>"},
        ],
        "metadata": {"user": "ann", "items": "kept"},
        "max_output_tokens": 50,
    }
)
VALUES = variables(REQUEST, {0: "in Paris", 1: "Paris", "city": "Paris"})


def text(template: str) -> Any:
    return render(template, VALUES, "c.yaml:3")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain", "plain"),
        ("{{ match.city }}", "Paris"),
        ("{{ match['city'] }} {{ match[1] }} {{ match[0] }}", "Paris Paris in Paris"),
        ("{{ input }}", "Weather in Paris, please"),
        ("{{ tool_outputs.get_weather }}", "18 °C <b>"),
        ("{{ request.model }}/{{ request.metadata.user }}", "gpt-5/ann"),
        ("{{ request.metadata.items }}", "kept"),
        ("{{ request.input[0].content }}", "Weather in Paris, please"),
        ("{{ request.max_output_tokens * 2 + 1 }}", "101"),
        ("{{ request.metadata.user.upper() }}{{ input | length }}", "ANN24"),
        ("{{ request.top_p | default('none') }}", "none"),
        ("{% if 'Paris' in input %}yes{% else %}no{% endif %}", "yes"),
        (
            "{% for word in input.split() %}{{ loop.index }}{{ word[0] }} {% endfor %}",
            "1W 2i 3P 4p ",
        ),
        ("{% for n in range(3) %}{{ n }}{% endfor %}", "012"),
        ("{{ request.metadata | tojson }}", '{"user":"ann","items":"kept"}'),
        ("{{ tool_outputs | tojson }}", '{"get_weather":"18 °C <b>"}'),
        ("{% for k, v in request.metadata.items() %}{{ k }}{% endfor %}", None),
        ("{{ input | replace('Paris', 'Rome') }}", "Weather in Rome, please"),
        ("{{ ['a', 1] | join(', ') }}", "a, 1"),
        ("{{ input ~ '!' }}\n", "Weather in Paris, please!\n"),
        ("{# said by nobody #}x", "x"),
    ],
)
def test_templates_know_the_request(template: str, expected: str | None) -> None:
    if expected is None:  # a key hides the method of the same name
        with pytest.raises(ScriptError, match="not callable"):
            text(template)
    else:
        assert text(template) == expected


def test_every_text_of_a_reply_is_rendered_and_nothing_else() -> None:
    reply = {
        "output": ["{{ match.city }}", {"arguments": {"{{ key }}": ["{{ match.city }}", 1, None]}}],
        "n": 1.5,
    }
    assert render(reply, VALUES, "") == {
        "output": ["Paris", {"arguments": {"{{ key }}": ["Paris", 1, None]}}],
        "n": 1.5,
    }


def test_a_step_renders_only_when_it_says_so() -> None:
    when = {"input": {"regex": r"in (?P<city>\w+)"}}
    step = to_step({"when": when, "reply": "{{ match.city }}", "template": True})
    assert step.resolve(REQUEST).reply == {"output": ["Paris"]}
    assert step.reply == {"output": ["{{ match.city }}"]}
    plain = to_step({"when": when, "reply": "{{ match.city }}"})
    assert plain.resolve(REQUEST) is plain
    computed = to_step(lambda _: {"reply": "{{ input }}", "template": True})
    assert computed.resolve(REQUEST).reply == {"output": ["Weather in Paris, please"]}


@pytest.mark.parametrize(
    "template",
    [
        "{{ nothing }}",
        "{{ request.nothing }}",
        "{{ match.street }}",
        "{{ match[7] }}",
        "{{ tool_outputs.other }}",
        "{{ 1 / 0 }}",
        "{{ input + 1 }}",
        # The ways out of a sandbox.
        "{{ ''.__class__.__mro__ }}",
        "{{ input.__class__ }}",
        "{{ request.__init__ }}",
        "{{ request | attr('__class__') }}",
        "{{ ''['__class__'] }}",
        "{{ self }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum() }}",
        "{{ namespace() }}",
        "{{ request.update({'a': 1}) }}",
        "{{ request.metadata.pop('user') }}",
        "{{ input.format(1) }}",
        # The ways to much out of little.
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ input.center(1000000000) }}",
        "{{ input.ljust(1000000000) }}",
        "{{ input | center(1000000000) }}",
        "{{ input | indent(1000000000) }}",
        "{{ range(1000000000) | list }}",
        "{{ (range(999) | join(input)) | replace('', range(999) | join(input)) }}",
        "{{ range(999) | join(range(999) | join('xx')) }}",
        "{{ input.replace('', input) }}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{{ input }}{% endfor %}{% endfor %}",
        "{% for a in range(9) %}{% for b in range(9) %}{% for c in range(9) %}x{% endfor %}{% "
        "endfor %}{% endfor %}",
        # Statements that are not there.
        "{% set x = 1 %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'os' as os %}",
        "{% call input() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% block b %}{% endblock %}",
        "{{ [1, 2] | random }}",
        "{{ open",
        "{% if %}",
    ],
)
def test_what_fails_names_the_template_and_its_place(template: str) -> None:
    with pytest.raises(ScriptError) as caught:
        text(template)
    said = str(caught.value)
    assert said.startswith("c.yaml:3: the template ")
    assert said.endswith("Templates know request, input, tool_outputs, match and fake.")


@pytest.mark.parametrize(
    "template",
    ["{{ open", "{% set x = 1 %}", "{{ input | center(5) }}", "{% nope %}", "{{ inptu }}"],
)
def test_what_can_never_be_rendered_fails_when_it_is_scripted(template: str) -> None:
    with pytest.raises(ScriptError, match=r"^t.py:1: the template"):
        to_step(
            {"reply": {"output": [{"type": "message", "content": template}]}, "template": True},
            "t.py:1",
        )
    check("{{ request.anything.at.all }}", "")


def test_bounds() -> None:
    assert len(text(f"{{% for n in range({MAX_RANGE}) %}}x{{% endfor %}}")) == MAX_RANGE
    with pytest.raises(ScriptError, match=f"at most {MAX_RANGE} members"):
        text(f"{{{{ range({MAX_RANGE + 1}) }}}}")
    values = {**VALUES, "input": "x" * (MAX_OUTPUT // 100)}
    with pytest.raises(ScriptError, match=f"beyond {MAX_OUTPUT} characters"):
        render("{% for n in range(101) %}{{ input }}{% endfor %}", values, "")


@given(st.text())
def test_text_without_braces_is_never_touched(value: str) -> None:
    plain = value.replace("{", "(")
    assert render(plain, VALUES, "") == plain


@given(st.text())
def test_a_value_is_inserted_as_it_is(value: str) -> None:
    assert render("<{{ input }}>", {"input": value}, "") == f"<{value}>"


@given(st.text(alphabet="{}%# ax.|'()[]", max_size=30))
def test_any_text_renders_or_fails_clearly(value: str) -> None:
    try:
        found = render(value, VALUES, "here")
    except ScriptError as error:
        assert str(error).startswith("here: the template")  # noqa: PT017
    else:
        assert isinstance(found, str)


def test_steps_that_render_keep_all_else() -> None:
    step = to_step(
        {"reply": {"output": ["{{ input }}"], "model": "m"}, "template": True, "times": 2}, "s"
    )
    resolved = step.resolve(REQUEST)
    assert isinstance(resolved, Step)
    assert (resolved.times, resolved.source, resolved.template) == (2, "s", False)
    assert resolved.reply == {"output": ["Weather in Paris, please"], "model": "m"}


LONG = {"input": "ab " * 20_000, "request": {"input": [{"x": "y"}] * 20_000}}


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in request.input %}{% for b in request.input %}{% endfor %}{% endfor %}",
        "{% for a in request.input %}{% for b in request.input if a == 1 %}{% endfor %}{% endfor %}",
        "{% for a in range(1000) %}{% if request.input | sort(attribute='x') %}{% endif %}{% endfor %}",
        "{% for a in range(1000) %}{% if input.split() %}{% endif %}{% endfor %}" * 5,
        "{% for a in range(1000) %}{% if 'c' in input %}{% endif %}{% endfor %}" * 5,
        "{% for a in range(1000) %}{% if request.input == [a] %}{% endif %}{% endfor %}",
        "{% for a in range(1000) %}{% if input ~ a %}{% endif %}{% endfor %}" * 5,
        "{% for a in range(1000) %}{% if input + 'a' %}{% endif %}{% endfor %}" * 5,
        "{% for a in range(1000) %}{% if input[1:] %}{% endif %}{% endfor %}" * 5,
        "{% for a in range(1000) %}{% if request.input | map(attribute='x') | list %}{% endif %}{% endfor %}",
        "{% for a in range(1000) %}{% if input is in [input] %}{% endif %}{% endfor %}" * 5,
        "{% for a in range(1000) %}{% if input | title %}{% endif %}{% endfor %}",
        "{% for a in range(1000) %}{% if request | tojson %}{% endif %}{% endfor %}",
        "{% for a in range(1000) %}{% if range(1000) | sum %}{% endif %}{% endfor %}",
        "{% for a in [1] recursive %}{{ loop([1]) }}{{ loop([1]) }}{% endfor %}",
    ],
)
def test_what_a_template_costs_is_counted(template: str) -> None:
    """The fault: forty seconds in which nobody is answered."""
    with pytest.raises(ScriptError, match=r"c.yaml:3: the template .* failed") as caught:
        render(template, LONG, "c.yaml:3")
    assert "takes more than 500,000 steps" in caught.value.what or "recursive" in template


def test_the_texts_of_a_reply_share_what_they_may_cost() -> None:
    """The fault: a reply of a thousand texts that each stay within what one may cost."""
    text = "{% for a in range(1000) %}{% for b in range(100) %}{% endfor %}{% endfor %}"
    assert render([text] * 4, VALUES, "c.yaml:3") == [""] * 4
    with pytest.raises(ScriptError, match="takes more than 500,000 steps"):
        render([text] * 5, VALUES, "c.yaml:3")


def test_loops_over_all_of_a_long_request_are_possible() -> None:
    text = "{% for a in request.input %}{{ loop.index }}/{{ loop.length }} {{ a | tojson }}{% endfor %}"
    assert render(text, LONG, "c.yaml:3").endswith('20000/20000 {"x":"y"}')


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a' | indent(1000000000) }}",
        "{{ 'a' | format }}",
        "{{ input | replace('a', input) | replace('a', input) | replace('a', input) }}",
        "{{ range(1000) | join(input) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set x = input %}",
        "{{ range(1000000000) | list }}",
    ],
)
def test_nothing_long_comes_out_of_something_short(template: str) -> None:
    with pytest.raises(ScriptError, match=r"c.yaml:3: the template .* failed"):
        render(template, LONG, "c.yaml:3")
