"""How the ids of items begin, type by type. Data only; ids are made elsewhere."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ITEM_PREFIXES", "input_id_prefix", "item_prefix"]

ITEM_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
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
)
"""Per item type."""

# Items whose ids the service looks at. It names the first letters that one must have, and is lax
# about the rest.
_CHECKED = frozenset(
    (
        *(
            "message",
            "reasoning",
            "function_call",
            "custom_tool_call",
            "web_search_call",
            "file_search_call",
        ),
        *(
            "code_interpreter_call",
            "image_generation_call",
            "computer_call",
            "mcp_call",
            "mcp_list_tools",
        ),
        *(
            "mcp_approval_request",
            "local_shell_call",
            "shell_call",
            "apply_patch_call",
            "tool_search_call",
        ),
    )
)


def item_prefix(item_type: str) -> str:
    """How the id of an item begins, separator included; `item_` for a type that the table lacks."""
    return ITEM_PREFIXES.get(item_type, "item_")


def input_id_prefix(item_type: str) -> str | None:
    """What the id of an input item of this type must begin with; None when any id will do."""
    return ITEM_PREFIXES[item_type].removesuffix("_") if item_type in _CHECKED else None
