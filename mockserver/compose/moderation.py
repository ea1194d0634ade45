"""Moderation results: nothing is ever flagged, unless a reply says so."""

from collections.abc import Sequence

from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
_OF_IMAGES = {
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "violence",
    "violence/graphic",
}
"""What images are judged by; texts are judged by all."""


def moderation_results(request: CreateRequest) -> Json | None:
    """The `moderation` of a finished Response: results for its input and its output, or None if
    none were asked for.
    """
    asked = request.body.get("moderation")
    if asked is None:
        return None
    return {
        "input": _result(asked["model"], _pictured(request.input_items)),
        "output": _result(asked["model"], False),
    }


def _result(model: str, pictured: bool) -> Json:
    both = ["text", "image"]
    return {
        "type": "moderation_result",
        "model": model,
        "flagged": False,
        "categories": dict.fromkeys(CATEGORIES, False),
        "category_scores": dict.fromkeys(CATEGORIES, 0.0),
        "category_applied_input_types": {
            name: [*both] if pictured and name in _OF_IMAGES else ["text"] for name in CATEGORIES
        },
    }


def moderation_verdict(*, has_text: bool, has_image: bool) -> Json:
    """A result of `POST /moderations` for one input, which may be of text and images."""
    texts = ["text"] if has_text else []
    images = ["image"] if has_image else []
    return {
        "flagged": False,
        "categories": dict.fromkeys(CATEGORIES, False),
        "category_scores": dict.fromkeys(CATEGORIES, 0.0),
        "category_applied_input_types": {
            name: [*texts, *images] if name in _OF_IMAGES else [*texts] for name in CATEGORIES
        },
    }


def _pictured(items: Sequence[Json]) -> bool:
    contents = (item.get("content") for item in items)
    parts = [part for content in contents if isinstance(content, list) for part in content]
    return any(part.get("type") == "input_image" for part in parts)
