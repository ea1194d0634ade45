"""Counts against recorded traffic of api.openai.com, where recordings are at hand."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mockserver.api import Json
from mockserver.cassettes import load
from mockserver.compose import exact, input_tokens, output_tokens

SHARED = Path(os.environ.get("MOCKSERVER_SHARED") or Path(__file__).parents[2] / "shared")
CORPUS = SHARED / "corpus"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "given.txt").exists(),
    reason="no recordings: set MOCKSERVER_SHARED to the folder that has them",
)


@cache
def exchanges() -> tuple[tuple[Json, Json], ...]:
    """(request, response) of every create call with usage in the smaller cassettes."""
    names = (CORPUS / "given.txt").read_text().split()
    paths = [CORPUS / name for name in names if not name.startswith("#")]
    return tuple(
        pair for path in paths if path.stat().st_size < 60_000 for pair in _exchanges(path)
    )


def _exchanges(path: Path) -> Iterator[tuple[Json, Json]]:
    for interaction in load(path):
        request, response = interaction.request, interaction.response
        if (request.method, request.uri) != (
            "POST",
            "https://api.openai.com/v1/responses",
        ) or response.status != 200:
            continue
        asked, answer = json.loads(request.body), _response(response.value, response.body)
        if answer and answer.get("usage") and answer["created_at"] > 1_746_057_600:
            yield asked, answer


def _response(value: Any, body: bytes | None) -> Json | None:
    if isinstance(value, dict):
        return value
    text = (body or b"").decode()
    if not text.startswith(("event:", "data:")):
        parsed: Json = json.loads(text)
        return parsed
    events = [
        json.loads(line[5:])
        for line in text.splitlines()
        if line.startswith("data:") and line[5:].strip() != "[DONE]"
    ]
    return next((event["response"] for event in reversed(events) if "response" in event), None)


def _kind(asked: Json) -> str:
    items = asked["input"] if isinstance(asked["input"], list) else []
    kinds = {item.get("type") or "message" for item in items}
    parts = {
        part["type"]
        for item in items
        for part in item.get("content") or []
        if isinstance(part, dict)
    }
    tools = {tool["type"] for tool in asked.get("tools") or []}
    if kinds - {"message"} or parts - {"input_text", "output_text"} or tools - {"function"}:
        return "other"
    if any(
        asked.get(key) for key in ("previous_response_id", "conversation", "context_management")
    ):
        return "other"
    if (asked.get("reasoning") or {}).get("mode") == "pro":
        return "other"
    return "tools" if tools else "plain"


@pytest.mark.parametrize(("kind", "share", "error"), [("plain", 0.95, 0.005), ("tools", 0.8, 0.01)])
def test_prompts(kind: str, share: float, error: float) -> None:
    pairs = []
    for asked, answer in exchanges():
        if _kind(asked) == kind:
            items = (
                asked["input"]
                if isinstance(asked["input"], list)
                else [{"role": "user", "content": asked["input"]}]
            )
            counted = input_tokens(asked, items, answer["model"], exact())
            pairs.append((counted, answer["usage"]["input_tokens"]))
    assert len(pairs) >= 10
    assert sum(ours == theirs for ours, theirs in pairs) / len(pairs) >= share
    assert sum(abs(ours - theirs) / theirs for ours, theirs in pairs) / len(pairs) <= error


def test_texts() -> None:
    pairs = []
    for asked, answer in exchanges():
        reports_exactly = answer["model"].startswith(
            ("gpt-4", "gpt-5.2", "gpt-5.4", "gpt-5.5", "gpt-5.6")
        )
        thought = answer["usage"]["output_tokens_details"]["reasoning_tokens"]
        written = {item["type"] for item in answer["output"]}
        if reports_exactly and not thought and written == {"message"} and _kind(asked) != "other":
            counted = output_tokens(answer["output"], asked, answer["model"], exact())
            pairs.append((counted, answer["usage"]["output_tokens"]))
    assert len(pairs) >= 10
    assert sum(ours == theirs for ours, theirs in pairs) / len(pairs) >= 0.9
