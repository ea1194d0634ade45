"""What a model's prompt format costs in tokens, per model family. Data only.

Measured on recorded traffic of api.openai.com between 2025 and mid-2026. Image rules are those of
OpenAI's guide "Images and vision", section "Calculating costs".
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

__all__ = ["ImageCost", "TokenCosts", "token_costs"]


@dataclass(frozen=True, slots=True)
class ImageCost:
    """Tokens of an image: `base + tile × number of 512-pixel tiles`, or with `patch` × number of
    32-pixel patches.
    """

    base: int = 85
    tile: int = 170
    patch: float = 0.0


@dataclass(frozen=True, slots=True)
class TokenCosts:
    """Tokens beside the texts themselves. Input first, then output."""

    prime: int = 3
    """Once per request."""
    message: int = 4
    """Per message; the instructions are one."""
    assistant: int = 0
    """More for a message of the assistant."""
    commentary: int = 0
    """More for one whose phase is `commentary`."""
    tools: int = -3
    """Once, when there are function tools."""
    tool: int = 0
    """Per function tool."""
    bare_tool: int = -1
    """Per function tool with parameters, yet no description."""
    lone_tool: int = 0
    """Per function tool with a description, yet no parameters."""
    described_tool: int = 0
    """Per function tool whose parameters have a description, be it of one of them."""
    call: int = 6
    """Per function call in the input, beside name and arguments."""
    call_with_id: int = 3
    """More for a call that carries its item id."""
    call_output: int = 5
    """Per output of a call, beside the name and the output."""
    reasoning: int = 0
    """Per reasoning item that is carried along."""
    parallel_calls: int = 0
    """For each pair of calls in the input that stand side by side."""
    parallel_tools: int | None = None
    """For all function tools of a response that calls several at once (8 of 8 recordings of gpt-4o;
    0 of 2 of its neighbours); None where they cost what they always do.
    """
    lone_call: int = 0
    """Per call in the input that comes back without the reasoning that led to it."""
    schema: int = 1
    """For a JSON schema as the format, beside its text."""
    forced_call: int = 7
    """For a forced function, beside its name."""
    notes: bool = False
    """Whether comments below the top level of a tool's parameters reach the prompt."""
    sealed_envelope: int = 681
    """Bytes of an `encrypted_content`, decoded, that holds no reasoning at all."""
    pro_mode: int = 0
    """For `reasoning.mode: pro`, whose hidden attempts are billed; a rough figure from a single
    observation.
    """
    image: ImageCost = ImageCost()
    web_search: int = 300
    """For declaring web search, and again for every search, since each makes the model read the
    prompt anew.
    """

    out_message: int = 1
    """Per message of the output."""
    out_message_tools: int = 2
    """The same when the request has tools."""
    out_schema: int = 0
    """More for a message that a JSON schema shapes."""
    out_schema_tools: int = 4
    """The same when the request has tools."""
    out_refusal: int = 1
    """More for a message that refuses."""
    out_call: int = 8
    """Per call, beside name and arguments."""
    out_forced_call: int | None = 1
    """Per forced call, beside its arguments, its name being free; None where it costs what others
    cost.
    """
    out_parallel: int = 15
    """Once for several calls in one response."""
    out_reasoning: int = 0
    """Per reasoning item."""
    reasoning_step: int = 0
    """`reasoning_tokens` is reported rounded down to a multiple of it; 0 for a model that does not
    reason.
    """


_CLASSIC = TokenCosts()
_O_SERIES = TokenCosts(
    prime=2,
    assistant=2,
    commentary=2,
    tools=3,
    tool=-1,
    call=11,
    call_with_id=0,
    call_output=9,
    reasoning=2,
    lone_call=-3,
    schema=0,
    forced_call=0,
    notes=True,
    image=ImageCost(75, 150),
    web_search=4100,
    out_message_tools=1,
    out_schema_tools=0,
    out_refusal=0,
    out_forced_call=None,
    out_parallel=0,
    reasoning_step=64,
)
_O3 = replace(_O_SERIES, out_message=4, out_message_tools=4, out_call=11, out_reasoning=2)
_GPT_5 = replace(_O3, lone_tool=1, described_tool=1, image=ImageCost(70, 140))
_GPT_52 = replace(_GPT_5, reasoning_step=1, pro_mode=1531)
_GPT_54 = replace(
    _GPT_52,
    lone_call=0,
    parallel_calls=10,
    out_schema=4,
    out_schema_tools=4,
    out_parallel=12,
)

# The first pattern that fits the beginning of the model's name decides.
_FAMILIES: tuple[tuple[str, TokenCosts], ...] = (
    (r"gpt-5-mini", replace(_GPT_5, image=ImageCost(patch=1.2), sealed_envelope=627)),
    (r"gpt-5-nano", replace(_GPT_5, image=ImageCost(patch=2.46))),
    (r"gpt-5(\.1)?(?![\d.])", _GPT_5),
    (r"gpt-5\.[1-3](?!\d)|gpt-oss", _GPT_52),
    (r"gpt-5\.\d+-mini", replace(_GPT_54, out_schema=3, out_schema_tools=3)),
    (r"gpt-([5-9]|\d\d)", _GPT_54),
    (r"o1|o3-mini", _O_SERIES),
    (r"o4-mini", replace(_O3, tools=1, image=ImageCost(patch=1.72))),
    (r"o\d", _O3),
    (r"computer-use", replace(_O3, image=ImageCost(65, 129))),
    (r"gpt-4\.1-mini", replace(_CLASSIC, image=ImageCost(patch=1.62))),
    (r"gpt-4\.1-nano", replace(_CLASSIC, image=ImageCost(patch=2.46))),
    (r"gpt-4o-mini", replace(_CLASSIC, image=ImageCost(2833, 5667))),
    (r"gpt-4o", replace(_CLASSIC, parallel_calls=-6, parallel_tools=4)),
)
_VENDOR = re.compile(r"^(?:ft:|openai[./])")


@lru_cache(maxsize=256)
def token_costs(model: str) -> TokenCosts:
    """The costs of a model; a name that says nothing is taken for one that does not reason."""
    name = _VENDOR.sub("", model)
    return next((costs for pattern, costs in _FAMILIES if re.match(pattern, name)), _CLASSIC)
