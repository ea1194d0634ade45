import re

import pytest

from mockserver.api import (
    DIALECTS,
    INPUT_ITEM_TYPES,
    MODELS,
    OPEN_RESPONSES,
    OPENAI,
    dialect,
    is_known,
    item_type,
    model_facts,
)
from mockserver.compose import EPOCH, Identity, request_id

IDENTITY = Identity(bytes(16), EPOCH, "0" * 16)


@pytest.mark.parametrize(
    ("name", "snapshot", "effort", "top_p", "retention"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06", None, 1.0, "in_memory"),
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", None, 1.0, "in_memory"),
        ("gpt-4.1", "gpt-4.1-2025-04-14", None, 1.0, "in_memory"),
        ("gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", None, 1.0, "in_memory"),
        ("o3", "o3-2025-04-16", "medium", 1.0, "in_memory"),
        ("o3-mini", "o3-mini-2025-01-31", "medium", 1.0, "in_memory"),
        ("o4-mini", "o4-mini-2025-04-16", "medium", 1.0, "in_memory"),
        ("gpt-5", "gpt-5-2025-08-07", "medium", 1.0, "in_memory"),
        ("gpt-5-mini", "gpt-5-mini-2025-08-07", "medium", 1.0, "in_memory"),
        ("gpt-5-pro", "gpt-5-pro-2025-10-06", "high", 1.0, "in_memory"),
        ("gpt-5.2", "gpt-5.2-2025-12-11", "none", 0.98, "24h"),
        ("gpt-5.4", "gpt-5.4-2026-03-05", "none", 0.98, "24h"),
        ("gpt-5.4-mini", "gpt-5.4-mini-2026-03-17", "none", 0.98, "24h"),
        ("gpt-5.5", "gpt-5.5-2026-04-23", "medium", 0.98, "24h"),
        ("gpt-5.6", "gpt-5.6-sol", "medium", 0.98, "24h"),
        ("gpt-5.6-sol", "gpt-5.6-sol", "medium", 0.98, "24h"),
    ],
)
def test_model_defaults(
    name: str, snapshot: str, effort: str | None, top_p: float, retention: str
) -> None:
    facts = model_facts(name)
    assert (facts.snapshot, facts.effort, facts.top_p, facts.retention) == (
        snapshot,
        effort,
        top_p,
        retention,
    )
    assert facts.known
    assert facts.reasoning is (effort is not None)
    assert model_facts(snapshot) == facts


def test_reasoning_context_of_the_families() -> None:
    assert [model_facts(name).context for name in ("gpt-4.1", "o3", "gpt-5.5", "gpt-5.6")] == [
        None,
        "current_turn",
        "current_turn",
        "all_turns",
    ]


@pytest.mark.parametrize(
    ("name", "reasoning"),
    [
        ("my-model", False),
        ("gpt-5.9-ultra", True),
        ("openai/gpt-5.6-sol", True),
        ("o7-mini", True),
        ("opus", False),
    ],
)
def test_unknown_model_is_echoed_with_plain_defaults(name: str, reasoning: bool) -> None:
    facts = model_facts(name)
    assert not facts.known
    assert not is_known(name)
    assert (facts.snapshot, facts.effort, facts.top_p, facts.retention) == (
        name,
        None,
        1.0,
        "in_memory",
    )
    assert facts.reasoning is reasoning


def test_every_model_is_sound() -> None:
    for name, facts in MODELS.items():
        assert facts.snapshot in MODELS, name
        assert facts.effort is None or facts.effort in facts.efforts, name
        assert facts.reasoning == bool(facts.efforts), name


def test_dialects_are_found_by_name() -> None:
    assert dialect("openai") is OPENAI
    assert dialect("open-responses") is OPEN_RESPONSES
    assert set(DIALECTS) == {"openai", "open-responses"}
    with pytest.raises(ValueError, match="use one of openai, open-responses"):
        dialect("azure")


def test_where_the_dialects_differ() -> None:
    assert (OPENAI.done_marker, OPEN_RESPONSES.done_marker) == (False, True)
    assert (OPENAI.raw_reasoning, OPEN_RESPONSES.raw_reasoning) == (
        "response.reasoning_text",
        "response.reasoning",
    )
    assert (OPENAI.lanes, OPEN_RESPONSES.lanes) == (True, False)
    assert (OPENAI.model_required, OPEN_RESPONSES.model_required) == (True, False)


@pytest.mark.parametrize(
    ("kind", "prefix", "length"),
    [
        ("message", "msg_", 54),
        ("reasoning", "rs_", 53),
        ("function_call", "fc_", 53),
        ("custom_tool_call", "ctc_", 54),
        ("mcp_call", "mcp_", 54),
        ("mcp_list_tools", "mcpl_", 55),
        ("shell_call_output", "sho_", 54),
        ("tool_search_call", "tsc_", 54),
        ("compaction", "cmp_", 54),
        ("program", "cm_", 53),
    ],
)
def test_ids_of_items_look_like_real_ones(kind: str, prefix: str, length: int) -> None:
    made = IDENTITY.id(item_type(kind).prefix, 0)
    assert (made.startswith(prefix), len(made)) == (True, length)


def test_other_ids_are_as_long_as_real_ones() -> None:
    assert len(IDENTITY.id("resp_", "response")) == 55
    assert len(IDENTITY.dated_id("conv_", "conversation")) == 53
    assert len(IDENTITY.short_id("cntr_", "container")) == 53
    assert len(IDENTITY.call_id(0)) == 29
    assert len(request_id("GET", "/v1/models")) == 36


def test_every_item_type_has_a_prefix_of_its_own() -> None:
    prefixes = [item_type(kind).prefix for kind in INPUT_ITEM_TYPES]
    assert all(re.fullmatch(r"[a-z]+_", prefix) for prefix in prefixes)
    assert len(set(prefixes)) == len(INPUT_ITEM_TYPES)
    assert item_type("nothing").prefix == "item_"
    assert item_type("message").checks_id
    assert not item_type("function_call_output").checks_id
