"""Which schemas the strict subset accepts, in the words of the API."""

from mockserver.protocol.strict_schema import format_error, tool_error


def test_tools_may_have_defaults_and_formats_may_not() -> None:
    schema = {
        "type": "object",
        "properties": {"op": {"type": "string", "enum": ["add", "subtract"], "default": "add"}},
        "required": ["op"],
        "additionalProperties": False,
    }
    assert tool_error(0, "calculator", schema) is None
    refused = format_error("calculator", schema)
    assert refused is not None
    assert "'default' is not permitted" in refused[0]
