"""What depends on the model: the name echoed, and the defaults of sampling, reasoning and caching.
Data only.

The values are those that api.openai.com shows in mid-2026 when the request says nothing.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

__all__ = ["DEFAULT_MODEL", "MODELS", "ModelFacts", "is_known", "model_facts"]

DEFAULT_MODEL = "gpt-4o-mini"
"""The model of a request that names none, where none need be named."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model. `None` stands for null, or for a key that is not sent."""

    snapshot: str
    """The name echoed in `model`."""
    family: str
    """Groups of models that behave alike: `gpt-4o`, `gpt-4.1`, `o-series`, `gpt-5`, …; `unknown`
    for any other name.
    """
    created: int
    """Seconds since the epoch, in `GET /models`."""
    context_window: int
    """Tokens of input and output together."""
    effort: str | None = None
    """Default of `reasoning.effort`."""
    efforts: tuple[str, ...] = ()
    """Values of `reasoning.effort` that the model accepts; empty when any is."""
    top_p: float = 1.0
    retention: str | None = "in_memory"
    """Default of `prompt_cache_retention`."""
    retentions: tuple[str, ...] = ()
    """Values of `prompt_cache_retention` that the model accepts; empty when any is."""
    reasoning: bool = False
    """Whether the model reasons, so that `reasoning` is a parameter of it."""
    context: str | None = None
    """Default of `reasoning.context`."""
    mode: str | None = None
    """Default of `reasoning.mode`; None where the echo has no such key."""
    merges_tools: bool = False
    """Whether functions that the client brings in later count among the offered ones; else they
    have a namespace.
    """
    minimal_is_low: bool = False
    """Whether the effort `minimal` is accepted, and turned into `low`."""
    verbosities: tuple[str, ...] = ("medium",)
    """Values of `text.verbosity` that the model accepts; empty when any is."""
    logprobs: bool = True
    """Whether the model gives logprobs even while it reasons."""
    generate_summary: bool = True
    """Whether the model still knows `reasoning.generate_summary`."""
    cyber_program: str | None = None
    """Default of `access_programs.cyber`; None where `access_programs` is null."""
    known: bool = True
    """Whether the table has the name."""


_UNKNOWN = ModelFacts("", "unknown", 1_735_689_600, 128_000, verbosities=())
_GPT_35 = ModelFacts("", "gpt-3.5", 1_677_610_602, 16_385)
_GPT_4 = ModelFacts("", "gpt-4", 1_687_882_411, 8_192)
_GPT_4_TURBO = ModelFacts("", "gpt-4", 1_712_361_441, 128_000)
_GPT_4O = ModelFacts("", "gpt-4o", 1_715_367_049, 128_000)
_GPT_41 = ModelFacts("", "gpt-4.1", 1_744_316_542, 1_047_576)
_REASONING = ModelFacts(
    "",
    "o-series",
    1_744_225_308,
    200_000,
    effort="medium",
    efforts=("low", "medium", "high"),
    reasoning=True,
    context="current_turn",
    mode="standard",
    logprobs=False,
)
_GPT_5 = replace(
    _REASONING,
    family="gpt-5",
    created=1_754_425_777,
    context_window=400_000,
    efforts=("minimal", "low", "medium", "high"),
    verbosities=(),
)
_GPT_5_PRO = replace(_GPT_5, created=1_759_469_822, effort="high", efforts=("high",))
_GPT_51 = replace(
    _GPT_5,
    family="gpt-5.1",
    created=1_762_800_673,
    effort="none",
    efforts=("none", "low", "medium", "high"),
)
_GPT_52 = replace(
    _GPT_51,
    family="gpt-5.2",
    created=1_765_313_051,
    top_p=0.98,
    retention="24h",
    efforts=("none", "low", "medium", "high", "xhigh"),
)
_GPT_54 = replace(_GPT_52, family="gpt-5.4", created=1_772_691_852, context_window=1_050_000)
_GPT_55 = replace(_GPT_54, family="gpt-5.5", created=1_776_902_400, effort="medium")
_GPT_56 = replace(
    _GPT_55,
    family="gpt-5.6",
    created=1_783_296_000,
    context="all_turns",
    # `minimal` became `low` in July 2026, with gpt-5.6-sol.
    efforts=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    retentions=("24h",),
    merges_tools=True,
    minimal_is_low=True,
    generate_summary=False,
)
# `minimal` was refused by gpt-5.6-terra in August 2026, by three of gpt-6 in September.
_GPT_56_TERRA = replace(
    _GPT_56, efforts=("none", "low", "medium", "high", "xhigh", "max"), minimal_is_low=False
)
# Recorded in September 2026: gpt-6-astra has the cyber program `standard` unasked (3 of 3).
_GPT_6 = replace(_GPT_56_TERRA, family="gpt-6", created=1_790_000_000, cyber_program="standard")
_CODEX_EFFORTS = ("low", "medium", "high", "xhigh")


def _dated(facts: ModelFacts, date: str, *names: str) -> dict[str, ModelFacts]:
    """Rows for models whose snapshot is their name and a date."""
    return {name: replace(facts, snapshot=f"{name}-{date}") for name in names}


def _undated(facts: ModelFacts, *names: str) -> dict[str, ModelFacts]:
    return {name: replace(facts, snapshot=name) for name in names}


_ALIASES: dict[str, ModelFacts] = {
    "gpt-3.5-turbo": replace(_GPT_35, snapshot="gpt-3.5-turbo-0125"),
    **_undated(_GPT_35, "gpt-3.5-turbo-1106", "gpt-3.5-turbo-16k", "gpt-3.5-turbo-16k-0613"),
    **_undated(replace(_GPT_35, context_window=4_096), "gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613"),
    **_undated(
        _GPT_4, "gpt-4-0314", "gpt-4-0125-preview", "gpt-4-1106-preview", "gpt-4-turbo-preview"
    ),
    **_undated(
        replace(_GPT_4, context_window=32_768), "gpt-4-32k", "gpt-4-32k-0314", "gpt-4-32k-0613"
    ),
    **_undated(_GPT_4_TURBO, "gpt-4-vision-preview"),
    "gpt-4": replace(_GPT_4, snapshot="gpt-4-0613"),
    **_dated(_GPT_4_TURBO, "2024-04-09", "gpt-4-turbo"),
    **_dated(_GPT_4O, "2024-08-06", "gpt-4o"),
    **_dated(_GPT_4O, "2024-07-18", "gpt-4o-mini"),
    **_undated(_GPT_4O, "gpt-4o-2024-05-13", "gpt-4o-2024-11-20", "chatgpt-4o-latest"),
    **_dated(_GPT_4O, "2025-03-11", "gpt-4o-search-preview", "gpt-4o-mini-search-preview"),
    **_dated(_GPT_4O, "2025-06-03", "gpt-4o-audio-preview"),
    **_undated(_GPT_4O, "gpt-4o-audio-preview-2024-10-01", "gpt-4o-audio-preview-2024-12-17"),
    **_dated(_GPT_4O, "2024-12-17", "gpt-4o-mini-audio-preview"),
    **_dated(_GPT_4O, "2025-12-15", "gpt-audio-mini"),
    **_undated(
        # Not measured, but of a family that has verbosity.
        replace(_GPT_4O, family="gpt-5-chat", verbosities=()),
        "gpt-5-chat-latest",
        "gpt-5.1-chat-latest",
        "gpt-5.2-chat-latest",
        "gpt-5.3-chat-latest",
    ),
    **_dated(_GPT_41, "2025-04-14", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"),
    **_dated(replace(_REASONING, created=1_734_326_976), "2024-12-17", "o1"),
    **_dated(replace(_REASONING, created=1_726_099_200), "2024-09-12", "o1-mini", "o1-preview"),
    **_dated(replace(_REASONING, created=1_742_251_791), "2025-03-19", "o1-pro"),
    **_dated(replace(_REASONING, created=1_738_293_600), "2025-01-31", "o3-mini"),
    **_dated(_REASONING, "2025-04-16", "o3", "o4-mini"),
    **_dated(replace(_REASONING, created=1_749_513_600), "2025-06-10", "o3-pro"),
    **_dated(
        replace(_REASONING, created=1_750_896_000),
        "2025-06-26",
        "o3-deep-research",
        "o4-mini-deep-research",
    ),
    **_dated(replace(_REASONING, created=1_741_564_800), "2025-03-11", "computer-use-preview"),
    **_undated(_REASONING, "codex-mini-latest"),
    **_dated(_GPT_5, "2025-08-07", "gpt-5", "gpt-5-mini", "gpt-5-nano"),
    **_undated(replace(_GPT_5, created=1_757_527_818), "gpt-5-codex"),
    **_dated(_GPT_5_PRO, "2025-10-06", "gpt-5-pro"),
    **_dated(_GPT_51, "2025-11-13", "gpt-5.1", "gpt-5.1-mini"),
    **_undated(
        replace(_GPT_51, effort="medium", efforts=_CODEX_EFFORTS),
        "gpt-5.1-codex",
        "gpt-5.1-codex-mini",
    ),
    "gpt-5.1-codex-max": replace(
        _GPT_51,
        snapshot="gpt-5.1-codex-max",
        effort="medium",
        efforts=("none", *_CODEX_EFFORTS),
        top_p=0.985,
    ),
    **_dated(_GPT_52, "2025-12-11", "gpt-5.2"),
    **_dated(
        replace(_GPT_52, effort="medium", efforts=("medium", "high", "xhigh")),
        "2025-12-11",
        "gpt-5.2-pro",
    ),
    **_undated(
        replace(_GPT_52, effort="medium", efforts=_CODEX_EFFORTS), "gpt-5.2-codex", "gpt-5.3-codex"
    ),
    **_dated(_GPT_54, "2026-03-05", "gpt-5.4"),
    **_dated(
        replace(_GPT_54, effort="medium", efforts=("medium", "high", "xhigh")),
        "2026-03-05",
        "gpt-5.4-pro",
    ),
    **_dated(
        replace(_GPT_54, context_window=400_000), "2026-03-17", "gpt-5.4-mini", "gpt-5.4-nano"
    ),
    **_dated(_GPT_55, "2026-04-23", "gpt-5.5"),
    **_dated(
        replace(_GPT_55, effort="high", efforts=("medium", "high", "xhigh")),
        "2026-04-23",
        "gpt-5.5-pro",
    ),
    "gpt-5.6": replace(_GPT_56, snapshot="gpt-5.6-sol"),
    **_undated(_GPT_56, "gpt-5.6-sol"),
    **_undated(_GPT_56_TERRA, "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.6-cyber"),
    # Younger models, taken to be like the last one that is known.
    **_undated(
        _GPT_6,
        *("gpt-6-sol", "gpt-6-luna", "gpt-6-cyber", "gpt-6-rosalind", "gpt-rosalind-research"),
        *("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6.2-astra", "gpt-6.2-astra-law", "gpt-6.2-sol"),
        *("gpt-daybreak-blue-latest", "gpt-daybreak-red-latest"),
    ),
    **_undated(replace(_GPT_6, efforts=_GPT_6.efforts[1:]), "gpt-6-astra"),
}

MODELS: dict[str, ModelFacts] = {
    **_ALIASES,
    **{facts.snapshot: facts for facts in _ALIASES.values()},
}
"""Every known name, aliases first, then the snapshots that they stand for."""

_LOOKS_REASONING = re.compile(r"(?:.*[/.:])?(?:gpt-[5-9]|gpt-oss|o[1-9](?:-|$))")


@lru_cache(maxsize=1024)
def model_facts(name: str) -> ModelFacts:
    """The facts of a model. An unknown name is echoed unchanged, and has plain defaults."""
    known = MODELS.get(name)
    if known is not None:
        return known
    return replace(
        _UNKNOWN, snapshot=name, known=False, reasoning=_LOOKS_REASONING.match(name) is not None
    )


def is_known(name: str) -> bool:
    """Whether the table has the name, as alias or as snapshot."""
    return name in MODELS
