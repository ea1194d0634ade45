"""How replies of the service changed over time: what an older recording cannot show.

A recording is compared with what the server sends today. A difference is no drift where the
recording is older than the first one that shows what the server sends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from mockserver.cassettes import MISSING

__all__ = ["is_at", "is_explained"]


@dataclass(frozen=True, slots=True)
class WireChange:
    """One change of the wire, and the first day from which on recordings must show it.

    Attributes:
        path: where, `*` standing for anything.
        since: the day, as `2026-05-08`.
        applies: whether the values recorded and ours are those before and after the change.
    """

    path: str
    since: str
    applies: Callable[[Any, Any], bool]


def _added(recorded: Any, _ours: Any) -> bool:
    return recorded is MISSING


def _removed(_recorded: Any, ours: Any) -> bool:
    return ours is MISSING


def _null_removed(recorded: Any, ours: Any) -> bool:
    return recorded is None and ours is MISSING


def _set(recorded: Any, ours: Any) -> bool:
    return recorded is None and ours is not MISSING


def _kept_longer(recorded: Any, ours: Any) -> bool:
    return (recorded, ours) == ("in_memory", "24h")


def _unmasked(recorded: Any, _ours: Any) -> bool:
    return isinstance(recorded, str) and recorded.endswith("/<redacted>")


def _any(_recorded: Any, _ours: Any) -> bool:
    return True


# Each day is that of the first recordings that show the change, or the first of the month after.
_CHANGES = (
    WireChange("response.background", "2025-07-01", _added),
    WireChange("response.service_tier", "2025-07-01", _added),
    WireChange("response.reasoning.generate_summary", "2025-06-01", _removed),
    WireChange("response.reasoning.summary", "2025-06-01", _added),
    WireChange("*obfuscation", "2025-07-15", _added),
    WireChange("*logprobs", "2025-07-15", _added),
    # Until then a function whose `strict` was omitted was echoed as strict, its schema as it was.
    WireChange("response.tools[function].parameters.additionalProperties", "2025-07-15", _added),
    WireChange("response.text.verbosity", "2025-08-15", _added),
    WireChange("response.billing", "2025-09-18", _added),
    WireChange("response.max_tool_calls", "2025-10-01", _added),
    WireChange("response.prompt_cache_key", "2025-10-01", _added),
    WireChange("response.safety_identifier", "2025-10-01", _added),
    WireChange("response.top_logprobs", "2025-10-01", _added),
    WireChange("response.tools[mcp].server_url", "2025-11-01", _unmasked),
    WireChange("response.prompt_cache_retention", "2025-12-01", _added),
    WireChange("response.completed_at", "2026-02-01", _added),
    WireChange("response.*_penalty", "2026-02-01", _added),
    WireChange("response.tools[image_generation].model", "2026-03-31", _added),
    # Functions that a hosted search brought in were echoed as functions, since as namespaces.
    WireChange("response.tools", "2026-04-15", _any),
    WireChange("response.prompt_cache_retention", "2026-04-18", _set),
    WireChange("response.moderation", "2026-05-01", _added),
    WireChange("response.tools[web_search].filters", "2026-05-08", _null_removed),
    WireChange("response.tools[web_search].return_token_budget", "2026-05-08", _added),
    WireChange("response.tool_usage", "2026-07-01", _added),
    WireChange("response.tools[*function].output_schema", "2026-07-10", _added),
    WireChange("response.prompt_cache_retention", "2026-07-20", _kept_longer),
    WireChange("response.tools[web_search].search_content_types", "2026-07-24", _added),
    WireChange("response.usage.input_tokens_details.cache_write_tokens", "2026-08-01", _added),
    WireChange("response.reasoning.context", "2026-08-01", _added),
    WireChange("response.reasoning.mode", "2026-08-01", _added),
    WireChange("response.access_programs", "2026-09-01", _added),
)


def is_explained(path: str, recorded: Any, ours: Any, day: str | None) -> bool:
    """Whether a difference only says that the recording is older than a change of the service.

    Args:
        path: where the difference is, in the Response or in an event.
        recorded: the value there, or `MISSING`.
        ours: the server's own value, or `MISSING`.
        day: when it was recorded, as `2026-05-08`; None where that is not known.
    """
    if day is None:
        return False
    return any(
        day < change.since and is_at(change.path, path) and change.applies(recorded, ours)
        for change in _CHANGES
    )


def is_at(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern, in which `*` stands for anything."""
    # `[` begins a set of characters in patterns of file names; here it is itself.
    return fnmatchcase(path, pattern.replace("[", "[[]"))
