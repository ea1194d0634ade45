"""Recorded traffic with api.openai.com: what was accepted there is accepted here, what was refused
is refused alike.

The recordings are not part of the repository. They are looked for in `$MOCKSERVER_SHARED`, then in
`../shared`.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.api import OPENAI, ApiError, check_pairing, parse_create
from mockserver.cassettes import load, payload
from mockserver.compose import find_misfits

SHARED = Path(os.environ.get("MOCKSERVER_SHARED") or Path(__file__).parents[2] / "shared")
CORPUS = SHARED / "corpus"
SERVICE = "https://api.openai.com/v1/responses"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "given.txt").is_file(),
    reason=f"no recordings in {CORPUS}: set MOCKSERVER_SHARED to their folder",
)


def _body(message: dict[str, Any]) -> Any:
    body = message.get("parsed_body", message.get("body"))
    body = body.get("string") if isinstance(body, dict) and "string" in body else body
    return json.loads(body) if isinstance(body, str | bytes) else body


def _interactions() -> Iterator[tuple[str, dict[str, Any], int, dict[str, Any]]]:
    """Name, request body, status and response of every recorded create request to the service
    itself.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for name in filter(None, (CORPUS / "given.txt").read_text().splitlines()):
        recorded = yaml.load((CORPUS / name).read_bytes(), Loader=loader)
        for number, interaction in enumerate(recorded["interactions"]):
            request, response = interaction["request"], interaction["response"]
            if request["method"] == "POST" and request["uri"] == SERVICE:
                yield f"{name}#{number}", _body(request), response["status"]["code"], response


def _refusal(body: dict[str, Any]) -> ApiError | None:
    try:
        request = parse_create(json.dumps(body).encode(), dialect=OPENAI, strict_models=True)
        if request.previous_response_id is None and request.conversation_id is None:
            check_pairing(request.input_items)
    except ApiError as error:
        return error
    return None


def test_no_recorded_answer_counts_as_impossible() -> None:
    """`strict_steps` tells of what no model does: what one did is none of it."""
    answers = 0
    for name in filter(None, (CORPUS / "given.txt").read_text().splitlines()):
        for interaction in load(CORPUS / name):
            asked, response = interaction.request, interaction.response
            if asked.uri != SERVICE or asked.method != "POST" or response.status != 200:
                continue
            answer = _answer(payload(response))
            if answer is not None:
                request = parse_create(asked.body or b"", dialect=OPENAI)
                assert find_misfits(request, answer) == [], interaction.source
                answers += 1
    assert answers > 100


def _answer(content: bytes) -> Any:
    """The Response of a recorded answer; None for a stream that has none."""
    if content.startswith(b"{"):
        return json.loads(content)
    start = b'data: {"type":"response.completed"'
    ends = [line for line in content.splitlines() if line.startswith(start)]
    return json.loads(ends[-1].removeprefix(b"data: "))["response"] if ends else None


def test_recorded_requests_are_judged_as_the_service_judged_them() -> None:
    statuses = []
    for name, body, status, response in _interactions():
        refusal = _refusal(body)
        found = (200, None) if refusal is None else (refusal.status, refusal.body())
        assert found == (status, None if status == 200 else _body(response)), name
        statuses.append(status)
    assert statuses.count(200) > 100
    assert statuses.count(400) == 4
