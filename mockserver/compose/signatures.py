"""Tools as a model reads them: TypeScript signatures in a namespace.

The form is that of openai/harmony (`template_tools_section`), where local references are written
out in place and alternatives stand in one line. Nothing here fails on an odd schema: what has no
rendering is `any`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from mockserver.api.items import HOSTED_TOOLS
from mockserver.api.json import Json
from mockserver.api.token_table import TokenCosts
from mockserver.api.tools import family
from mockserver.compose.counted_texts import dumped, kind_of, mapping
from mockserver.compose.tokens import Tokenizer

_DEPTH = 12
_NODES = 2000
_MOST_REMEMBERED = 2000


def namespace_text(tools: Sequence[Json], *, notes: bool = True) -> str:
    """The section of the prompt that declares function and custom tools. `notes`: comments below
    the top level too.
    """
    if len(tools) + sum(map(_property_count, tools)) > _MOST_REMEMBERED:
        return _written(tools, notes)
    return _namespace(
        dumped(tools) or dumped([{"name": tool.get("name")} for tool in tools]), notes
    )


@lru_cache(maxsize=256)
def _namespace(tools: str, notes: bool) -> str:
    return _written(json.loads(tools), notes)


def _property_count(tool: Json) -> int:
    return len(mapping(mapping(tool.get("parameters")).get("properties")))


def _written(tools: Sequence[Json], notes: bool) -> str:
    signatures = "\n\n".join(_signature(tool, notes) for tool in tools)
    namespace = f"namespace functions {{\n\n{signatures}\n\n}} // namespace functions"
    return f"# Tools\n\n## functions\n\n{namespace}"


def format_text(format_: Json) -> str:
    """The section of the prompt that holds the JSON Schema of a structured output."""
    schema = json.dumps(
        _without_strictness(format_.get("schema")), separators=(",", ":"), ensure_ascii=False
    )
    description = f"// {format_['description']}\n" if format_.get("description") else ""
    return f"# Response Formats\n\n## {format_.get('name')}\n\n{description}{schema}"


def _without_strictness(schema: Any, depth: int = 0) -> Any:
    """`additionalProperties` and `required` guide the decoding and are not in the prompt;
    properties so named are.
    """
    if depth > 100:
        return None
    if isinstance(schema, list):
        return [_without_strictness(entry, depth + 1) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_strictness(value, depth + 1)
        for key, value in schema.items()
        if key not in ("additionalProperties", "required") or isinstance(value, dict)
    }


def _signature(tool: Any, notes: bool) -> str:
    if not isinstance(tool, dict):
        return "any"
    description = tool.get("description")
    described = description.strip() if isinstance(description, str) else ""
    lines = [f"// {line}" for line in described.split("\n")] if described else []
    lines.append(f"type {tool.get('name')} = {_parameters(tool, notes)} => any;")
    return "\n".join(lines)


def _parameters(tool: Json, notes: bool) -> str:
    if tool.get("type") == "custom":
        format_ = tool.get("format")
        definition = format_.get("definition") if isinstance(format_, dict) else None
        return f"(_: string /* {definition} */)" if definition else "(_: string)"
    schema = tool.get("parameters")
    if not isinstance(schema, dict) or not schema.get("properties"):
        return "()"
    title = f"// {schema['title']}\n" if schema.get("title") else ""
    return f"(_: {title}{_Writer(schema, notes).write(schema)})"


class _Writer:
    """One schema's way into TypeScript. Cycles, depth and size are bounded; beyond the bounds
    everything is `any`.
    """

    __slots__ = ("_left", "_notes", "_open", "_root")

    def __init__(self, root: Json, notes: bool) -> None:
        self._root = root
        self._notes = notes
        self._open: list[str] = []
        self._left = _NODES

    def write(self, schema: Any, indent: str = "", depth: int = 0) -> str:
        self._left -= 1
        if not isinstance(schema, dict) or depth > _DEPTH or self._left < 0:
            return "any"
        if isinstance(reference := schema.get("$ref"), str):
            return self._reference(reference, indent, depth)
        for keyword in ("oneOf", "anyOf"):
            if isinstance(choices := schema.get(keyword), list):
                return " | ".join(self.write(choice, indent, depth + 1) for choice in choices)
        if isinstance(parts := schema.get("allOf"), list) and "properties" not in schema:
            return " & ".join(self.write(part, indent, depth + 1) for part in parts)
        if isinstance(values := schema.get("enum"), list) and values:
            return " | ".join(map(_literal, values))
        if "const" in schema:
            return _literal(schema["const"])
        return self._typed(schema, indent, depth)

    def _annotated(self, schema: Json) -> Json:
        """Where title and description of a property stand. What is referred to has no other place
        for them where there are no notes below the top level.
        """
        reference = schema.get("$ref")
        if self._notes or not isinstance(reference, str):
            return schema
        return {**mapping(_resolve(self._root, reference)), **schema}

    def _reference(self, reference: str, indent: str, depth: int) -> str:
        target = _resolve(self._root, reference)
        if target is None or reference in self._open:
            return "any"
        self._open.append(reference)
        text = self.write(target, indent, depth + 1)
        self._open.pop()
        return text

    def _typed(self, schema: Json, indent: str, depth: int) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join("number" if name == "integer" else str(name) for name in kind)
        if kind in ("integer", "number"):
            return "number"
        if kind in ("string", "boolean", "null"):
            return str(kind)
        if kind == "array":
            items = schema.get("items")
            return f"{self.write(items, indent, depth + 1)}[]" if items else "Array<any>"
        if kind != "object" and "properties" not in schema:
            return "any"
        return self._object(schema, indent, depth)

    def _object(self, schema: Json, indent: str, depth: int) -> str:
        show = self._notes or indent == ""
        lines = (
            [f"{indent}// {schema['description']}"] if schema.get("description") and show else []
        )
        lines.append("{")
        listed = schema.get("required")
        names = listed if isinstance(listed, list) else ()
        required = {name for name in names if isinstance(name, str)}
        properties = schema.get("properties")
        for key, value in properties.items() if isinstance(properties, dict) else ():
            value = value if isinstance(value, dict) else {}
            if show:
                lines += _comments(self._annotated(value), indent, spaced=self._notes)
            mark = "" if key in required else "?"
            lines.append(
                f"{indent}{key}{mark}: "
                f"{self.write(value, indent + '    ', depth + 1)},{_default(value)}"
            )
        return "\n".join([*lines, indent + "}"])


def _comments(schema: Json, indent: str, *, spaced: bool) -> list[str]:
    """spaced: whether an empty line follows a title that no description follows."""
    lines = []
    if schema.get("title"):
        lines.append(f"{indent}// {schema['title']}")
        if spaced or schema.get("description"):
            lines.append(f"{indent}//")
    if schema.get("description"):
        lines.append(f"{indent}// {schema['description']}")
    if isinstance(examples := schema.get("examples"), list) and examples:
        lines.append(f"{indent}// Examples:")
        lines += [f'{indent}// - "{example}"' for example in examples if isinstance(example, str)]
    return lines


def _default(schema: Json) -> str:
    default = schema.get("default")
    if default is None:
        return ""
    return (
        " // default: "
        f"{default if isinstance(default, str) and schema.get('enum') else _literal(default)}"
    )


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _resolve(root: Any, reference: str) -> Any:
    """What a local JSON pointer names, or None."""
    if not reference.startswith("#"):
        return None
    target = root
    for step in reference[1:].split("/")[1:]:
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(target, Mapping) and key in target:
            target = target[key]
        elif isinstance(target, list) and key.isdecimal() and int(key) < len(target):
            target = target[int(key)]
        else:
            return None
    return target


_OTHER_TOOL = 100


def function_tools(tools: Any) -> list[Json]:
    """The tools that are declared as signatures: functions, custom tools, a client's tool search,
    members of namespaces."""
    return list(_signatures(tools))


def _signatures(tools: Any) -> Iterator[Json]:
    for tool in tools if isinstance(tools, list) else ():
        if not isinstance(tool, dict):
            continue
        kind = kind_of(tool)
        if kind == "namespace":
            yield from _signatures(tool.get("tools"))
        elif isinstance(tool.get("input_schema"), dict):
            yield {"type": "function", **tool, "parameters": tool["input_schema"]}
        elif kind in ("function", "custom"):
            yield tool
        elif kind == "tool_search" and tool.get("parameters"):
            yield {"name": "tool_search", **tool}


def tools_tokens(tools: Sequence[Json], costs: TokenCosts, tokenizer: Tokenizer) -> int:
    """Tokens of tools that are declared as signatures."""
    if not tools:
        return 0
    text = tokenizer.count(namespace_text(tools, notes=costs.notes))
    return text + costs.tools + sum(_frame_tokens(tool, costs) for tool in tools)


def _frame_tokens(tool: Json, costs: TokenCosts) -> int:
    """What a tool costs beside its signature."""
    properties = mapping(mapping(tool.get("parameters")).get("properties"))
    total = costs.tool
    if properties and not tool.get("description"):
        total += costs.bare_tool
    if tool.get("description") and not properties:
        total += costs.lone_tool
    if any(mapping(each).get("description") for each in properties.values()):
        total += costs.described_tool
    return total


def hosted_tools_tokens(tools: Any, costs: TokenCosts) -> int:
    """Tokens of declared hosted tools."""
    total = 0
    for tool in tools if isinstance(tools, list) else ():
        kind = kind_of(tool)
        if kind in ("", "function", "custom", "namespace"):
            continue
        hosted = HOSTED_TOOLS.get(family(kind))
        tokens = hosted.tokens if hosted else _OTHER_TOOL
        total += tokens(costs) if callable(tokens) else tokens
    return total
