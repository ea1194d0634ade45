"""Items by which the model calls something, and what it writes in them. Data only."""

__all__ = ["CLIENT_CALLS", "WRITTEN"]

CLIENT_CALLS = ("function_call", "custom_tool_call")
"""Calls of what the client offers by a name of its own."""

WRITTEN = {
    "function_call": "arguments",
    "mcp_call": "arguments",
    "custom_tool_call": "input",
    "code_interpreter_call": "code",
}
"""The field that holds the text which the model wrote, per type of call that has one."""
