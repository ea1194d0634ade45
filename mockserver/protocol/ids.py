"""How identifiers look: the prefix and the length of every kind. Data only; they are made elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ITEM_IDS", "OBJECT_IDS", "IdShape", "id_shape", "input_id_prefix"]


@dataclass(frozen=True, slots=True)
class IdShape:
    """`prefix` (with its separator), the `length` of the whole in characters, and what the rest is written with."""

    prefix: str
    length: int
    alphabet: str = "0123456789abcdef"

    @property
    def body(self) -> int:
        """Characters after the prefix."""
        return self.length - len(self.prefix)


_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# A modern item id is its prefix and 50 hexadecimal digits.
_PREFIXES = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
    "web_search_call": "ws_",
    "file_search_call": "fs_",
    "code_interpreter_call": "ci_",
    "image_generation_call": "ig_",
    "computer_call": "cu_",
    "computer_call_output": "cuo_",
    "mcp_call": "mcp_",
    "mcp_list_tools": "mcpl_",
    "mcp_approval_request": "mcpr_",
    "mcp_approval_response": "mcpa_",
    "local_shell_call": "lsh_",
    "local_shell_call_output": "lsho_",
    "shell_call": "sh_",
    "shell_call_output": "sho_",
    "apply_patch_call": "apc_",
    "apply_patch_call_output": "apco_",
    "tool_search_call": "tsc_",
    "tool_search_output": "tso_",
    "additional_tools": "at_",
    "configuration_update": "cfg_",
    "program": "cm_",
    "program_output": "cmo_",
    "compaction": "cmp_",
    "compaction_trigger": "cmpt_",
}

ITEM_IDS: Mapping[str, IdShape] = MappingProxyType(
    {kind: IdShape(prefix, len(prefix) + 50) for kind, prefix in _PREFIXES.items()}
)
"""Per item type."""

OBJECT_IDS: Mapping[str, IdShape] = MappingProxyType(
    {
        "response": IdShape("resp_", 55),
        "conversation": IdShape("conv_", 53),
        "call": IdShape("call_", 29, _ALPHANUMERIC),
        "container": IdShape("cntr_", 53),
        "container_file": IdShape("cfile_", 38),
        "file": IdShape("file-", 27, _ALPHANUMERIC),
        "vector_store": IdShape("vs_", 35),
        "request": IdShape("req_", 36),
        "project": IdShape("proj_", 29, _ALPHANUMERIC),
        "steer": IdShape("steer_", 56),
    }
)
"""Per kind of object that is not an item; `call` is the `call_id` of a tool that the client runs."""

# The service names the first letters that an id of the type must have, and is lax about the rest.
_INPUT_PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "web_search_call": "ws",
    "file_search_call": "fs",
    "code_interpreter_call": "ci",
    "image_generation_call": "ig",
    "computer_call": "cu",
    "mcp_call": "mcp",
    "mcp_list_tools": "mcpl",
    "mcp_approval_request": "mcpr",
    "local_shell_call": "lsh",
    "shell_call": "sh",
    "apply_patch_call": "apc",
    "tool_search_call": "tsc",
}


def id_shape(kind: str) -> IdShape:
    """The shape of the ids of an item type or of another kind of object. Raises KeyError for an unknown kind."""
    return ITEM_IDS[kind] if kind in ITEM_IDS else OBJECT_IDS[kind]


def input_id_prefix(item_type: str) -> str | None:
    """What the id of an input item of this type must begin with; None when any id will do."""
    return _INPUT_PREFIXES.get(item_type)
