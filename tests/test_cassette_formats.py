"""Recordings that other tools wrote play as they are."""

from pathlib import Path

import httpx2
import pytest

from mockserver import MockServer
from mockserver.cassettes import CassetteError, load, payload

GO_VCR = """\
---
version: {version}
interactions:
- {id}request:
    body: '{{"model":"gpt-5","input":"Hello"}}'
    form: {{}}
    headers:
      Content-Type: [application/json]
    url: https://api.openai.com/v1/responses
    method: POST
  response:
    body: '{{"id":"resp_1", "object":"response","status":"completed","output":[]}}'
    headers:
      Content-Type: [application/json]
    status: {status}
    code: {code}
    duration: 1.234567s
"""
REPLY = b'{"id":"resp_1", "object":"response","status":"completed","output":[]}'


def ask(cassette: Path, body: str = '{"model": "gpt-5", "input": "Hello"}') -> httpx2.Response:
    """The answer of a server that plays the cassette."""
    with MockServer(cassette=str(cassette)) as server:
        return httpx2.post(
            f"{server.base_url}/responses",
            content=body,
            headers={"content-type": "application/json", "authorization": "Bearer any"},
        )


@pytest.mark.parametrize(("version", "name"), [(1, ""), (2, "id: 0\n  ")])
def test_go_vcr(tmp_path: Path, version: int, name: str) -> None:
    path = tmp_path / "go.yaml"
    path.write_text(GO_VCR.format(version=version, id=name, status="200 OK", code=200))
    answer = ask(path)
    assert (answer.status_code, answer.content) == (200, REPLY)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [('"404 Not Found"', 404, "Not Found"), ('"429"', 429, ""), ('""', 200, "")],
)
def test_go_vcr_status(tmp_path: Path, status: str, code: int, reason: str) -> None:
    path = tmp_path / "go.yaml"
    path.write_text(GO_VCR.format(version=2, id="", status=status, code=code))
    (interaction,) = load(path)
    assert (interaction.response.status, interaction.response.reason) == (code, reason)
    assert payload(interaction.response) == REPLY


def test_go_vcr_without_a_status_is_named(tmp_path: Path) -> None:
    path = tmp_path / "go.yaml"
    path.write_text(GO_VCR.format(version=2, id="", status="200 OK", code="none"))
    with pytest.raises(CassetteError, match=r"go\.yaml, interaction 1: .* 'none', not a number"):
        load(path)
