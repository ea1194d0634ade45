"""Tools and formats as a model reads them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from effort import lines_run
from mockserver.api import Json
from mockserver.compose import format_text, namespace_text


def signature(schema: Any, *, notes: bool = True) -> str:
    text = namespace_text([{"name": "f", "parameters": {"properties": {"a": schema}}}], notes=notes)
    return text.partition("(_: {\n")[2].partition("\n}) => any;")[0]


def test_a_namespace_in_full() -> None:
    tool = {
        "name": "get_weather",
        "description": "Gets the weather.\nIn two lines.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Where.", "examples": ["Paris"]},
                "unit": {"enum": ["c", "f"], "default": "c"},
                "days": {"type": "integer", "title": "Days"},
            },
            "required": ["city"],
        },
    }
    assert namespace_text([tool, {"name": "now"}]) == (
        "# Tools\n\n## functions\n\nnamespace functions {\n\n"
        "// Gets the weather.\n// In two lines.\n"
        "type get_weather = (_: {\n"
        '// Where.\n// Examples:\n// - "Paris"\ncity: string,\n'
        'unit?: "c" | "f", // default: c\n'
        "// Days\n//\ndays?: number,\n"
        "}) => any;\n\n"
        "type now = () => any;\n\n"
        "} // namespace functions"
    )


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["integer", "null"]}, "number | null"),
        ({"type": "array", "items": {"type": "boolean"}}, "boolean[]"),
        ({"type": "array"}, "Array<any>"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"allOf": [{"type": "string"}, {"type": "number"}]}, "string & number"),
        ({"const": {"k": "é"}}, '{"k": "é"}'),
        (True, "any"),
        (None, "any"),
        ({}, "any"),
        ({"type": "object"}, "{\n    }"),
        ({"enum": ["é", 1, None]}, '"é" | 1 | null'),
        ({"oneOf": [{"type": "object"}, {"type": "number"}]}, "{\n    } | number"),
        ({"$ref": "https://example.com/schema"}, "any"),
        ({"$ref": "#/nowhere"}, "any"),
    ],
)
def test_types(schema: Any, text: str) -> None:
    assert signature(schema) == f"a?: {text},"


def test_a_local_reference_is_written_out() -> None:
    parameters = {
        "properties": {"a": {"$ref": "#/$defs/A~1B"}, "b": {"$ref": "#/anyOf/0"}},
        "$defs": {"A/B": {"type": "integer"}},
    }
    assert "a?: number,\nb?: any," in namespace_text([{"name": "f", "parameters": parameters}])


def test_what_a_pointer_may_hold() -> None:
    """The fault: `~0` before `~1`, no percent signs, a place beyond the end of a list."""
    parameters: Json = {
        "properties": {
            "tilde": {"$ref": "#/$defs/~01"},
            "percent": {"$ref": "#/$defs/a%20b"},
            "last": {"$ref": "#/list/1"},
            "beyond": {"$ref": "#/list/2"},
            "again": {"$ref": "#/list/1"},
        },
        "$defs": {"~1": {"type": "string"}, "a b": {"type": "boolean"}},
        "list": [{"type": "null"}, {"type": "integer"}],
    }
    assert (
        "tilde?: string,\npercent?: boolean,\nlast?: number,\nbeyond?: any,\nagain?: number,"
    ) in namespace_text([{"name": "f", "parameters": parameters}])


def test_what_is_nested_is_indented() -> None:
    inner = {"properties": {"c": {"type": "null", "description": "Deep."}}, "required": ["c"]}
    nested = {"anyOf": [inner, {"type": "array", "items": inner}]}
    written = "{\n    // Deep.\n    c: null,\n    }"
    assert signature(nested) == f"a?: {written} | {written}[],"


def test_notes_below_the_top_level_are_for_some_models_only() -> None:
    nested = {"type": "object", "properties": {"b": {"type": "string", "description": "deep"}}}
    assert "// deep" in signature(nested)
    assert "// deep" not in signature(nested, notes=False)


def test_a_custom_tool_takes_a_text() -> None:
    tool = {
        "type": "custom",
        "name": "run",
        "format": {"type": "grammar", "definition": "start: WORD"},
    }
    assert "type run = (_: string /* start: WORD */) => any;" in namespace_text([tool])
    assert "type run = (_: string) => any;" in namespace_text([{"type": "custom", "name": "run"}])


def test_recursion_and_explosion_end() -> None:
    """The fault: alternatives that are written out eightfold at each of twenty levels."""
    branches = {f"D{n}": {"anyOf": [{"$ref": f"#/$defs/D{n + 1}"}] * 8} for n in range(20)}
    cyclic = {"Node": {"properties": {"next": {"$ref": "#/$defs/Node"}, "root": {"$ref": "#"}}}}
    parameters: Json = {
        "properties": {"a": {"$ref": "#/$defs/D0"}, "b": {"$ref": "#/$defs/Node"}},
        "$defs": {**branches, **cyclic},
    }
    assert "next?: any" in namespace_text(
        [{"name": "f", "parameters": {**parameters, "properties": {"b": {"$ref": "#/$defs/Node"}}}}]
    )
    lines_run(lambda: namespace_text([{"name": "f", "parameters": parameters}]), 1_000_000)


def required(size: int) -> list[Json]:
    properties: Json = {f"p{at}": {} for at in range(size)}
    return [{"name": "f", "parameters": {"properties": properties, "required": [*properties]}}]


def described(size: int) -> list[Json]:
    about: Json = {"type": "string", "description": "What it is", "examples": ["a", "b"]}
    properties = {f"p{at}": about for at in range(size)}
    return [{"name": "f", "parameters": {"properties": properties}}]


def referring(size: int) -> list[Json]:
    properties = {f"p{at}": {"$ref": f"#/$defs/d{at}"} for at in range(size)}
    definitions = {f"d{at}": {"type": "integer"} for at in range(size)}
    return [{"name": "f", "parameters": {"properties": properties, "$defs": definitions}}]


def chosen(size: int) -> list[Json]:
    choice: Json = {"anyOf": [{"const": at} for at in range(size)]}
    return [{"name": "f", "parameters": {"properties": {"a": choice, "b": {"enum": [1] * size}}}}]


def many(size: int) -> list[Json]:
    parameters = {"properties": {"a": {"type": "integer"}}}
    return [{"name": f"f{at}", "parameters": parameters} for at in range(size)]


@pytest.mark.parametrize("tools", [required, described, referring, chosen, many])
def test_signatures_take_as_much_for_each_tool_and_property(
    tools: Callable[[int], list[Json]],
) -> None:
    few, twice = (lines_run(partial(namespace_text, tools(size)), 10**7) for size in (2500, 5000))
    assert twice < 2.2 * few


def test_a_format_is_its_compact_schema_without_strictness() -> None:
    schema = {
        "type": "object",
        "properties": {"required": {"type": "string"}},
        "required": ["required"],
        "additionalProperties": False,
    }
    assert format_text({"name": "n", "description": "Why.", "schema": schema}) == (
        "# Response Formats\n\n## n\n\n// "
        'Why.\n{"type":"object","properties":{"required":{"type":"string"}}}'
    )
