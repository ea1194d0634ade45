"""Where the OpenAI API and the Open Responses specification differ: one table of rules, one column
per dialect.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # The options name the dialects, and are read by every run of pytest.
    from mockserver.api.errors import ApiError
    from mockserver.api.json import Json

__all__ = ["DIALECTS", "OPENAI", "OPEN_RESPONSES", "Dialect", "dialect"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The rules of one dialect. `openai` is what api.openai.com does, `open-responses` what the
    specification says.
    """

    name: str

    # Requests.
    forms: bool
    """Whether a body may be a form, `application/x-www-form-urlencoded`."""
    refuse_unknown_parameters: bool
    """Whether an unknown top-level parameter is an error; else it is ignored."""
    model_required: bool
    """Whether a request needs `model` or `prompt`; else a default model answers."""
    input_required: bool
    """Whether a request needs `input`, or `prompt` or `conversation` in its place."""
    typed_ids: bool
    """Whether an id must begin with the prefix of its kind; else ids are opaque."""
    pairs_reasoning: bool
    """Whether a reasoning item of the input must be held or sealed, and must come with the item
    that the model wrote after it, and the other way round.
    """
    function_name_limit: int
    """Longest name of a function, in characters."""
    encrypted_content_limit: int
    """Longest `encrypted_content` of an input item, in characters."""
    allowed_tools_modes: tuple[str, ...]
    """Modes of a tool choice of type `allowed_tools`."""

    # Responses.
    unknown_model_retention: str | None
    """`prompt_cache_retention` of a model that the table lacks; None omits the key."""
    seals_reasoning: bool
    """Whether reasoning has `encrypted_content` unasked. Recorded: since 13 July 2026 (6 of 6; 0 of
    80 before).
    """

    # Streams.
    done_marker: bool
    """Whether a stream of server-sent events ends with `data: [DONE]`. A WebSocket never sends
    it.
    """
    raw_reasoning: str
    """Prefix of the events about raw reasoning text, to which `.delta` and `.done` are added."""
    compacting: bool
    """Whether `response.compaction.compacting` may be sent."""
    hosted_prefix: str
    """What precedes the type of hosted tools, their items and events; "" for bare names."""

    # WebSocket.
    lanes: bool
    """Whether `stream_id` opens lanes that run at the same time."""

    # Leniency.
    mend: "Callable[[ApiError, Json], Json | None] | None" = None
    """Gives a body that does not break the rule any more, or None where that cannot be forgiven."""

    def judged(self, body: "Json", errors: "Iterable[ApiError]") -> "Json":
        """The body, unless something is wrong with it; mended, where these rules are lenient.

        Raises the first of the errors that is not forgiven.
        """
        for error in errors:
            mended = self.mend(error, body) if self.mend is not None else None
            if mended is None:
                raise error
            body = mended
        return body


OPENAI = Dialect(
    name="openai",
    forms=False,
    refuse_unknown_parameters=True,
    model_required=True,
    input_required=True,
    typed_ids=True,
    pairs_reasoning=True,
    function_name_limit=128,
    encrypted_content_limit=20_971_520,
    allowed_tools_modes=("auto", "required"),
    unknown_model_retention="in_memory",
    seals_reasoning=True,
    done_marker=False,
    raw_reasoning="response.reasoning_text",
    compacting=True,
    hosted_prefix="",
    lanes=True,
)

OPEN_RESPONSES = Dialect(
    name="open-responses",
    forms=True,
    refuse_unknown_parameters=False,
    model_required=False,
    input_required=False,
    typed_ids=False,
    pairs_reasoning=False,
    function_name_limit=64,
    encrypted_content_limit=10_485_760,
    allowed_tools_modes=("auto", "required", "none"),
    unknown_model_retention=None,
    seals_reasoning=False,
    done_marker=True,
    raw_reasoning="response.reasoning",
    compacting=False,
    hosted_prefix="openai:",
    lanes=False,
)

DIALECTS = {rules.name: rules for rules in (OPENAI, OPEN_RESPONSES)}


def dialect(name: str) -> Dialect:
    """The rules of the dialect called `name`. Raises ValueError for any other name."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise ValueError(f"unknown dialect {name!r}: use one of {', '.join(DIALECTS)}") from None
