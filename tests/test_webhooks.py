"""Webhooks: how background responses end is announced, signed, retried and listed."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import InvalidWebhookSignatureError, OpenAI

from mockserver import MockServer
from patience import SECONDS, until
from server_process import ServerProcess

SECRET = "whsec_dGhlIHNlY3JldCBvZiBhIHRlc3Q="
ASKED: dict[str, Any] = {"model": "gpt-5", "input": "Hi", "background": True}


class Application:
    """An application that gets webhooks. statuses: what it answers, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[tuple[dict[str, str], str]] = []
        self.statuses = list(statuses or (200,))
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                application.got.append((headers, body))
                statuses = application.statuses
                self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def application(request: pytest.FixtureRequest) -> Iterator[Application]:
    application = Application(*getattr(request, "param", ()))
    yield application
    application.close()


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow at once."""
    monkeypatch.setattr("mockserver.session.webhooks.RETRY_SECONDS", (0.001, 0.001))


def client_of(server: MockServer, secret: str = SECRET) -> OpenAI:
    return server.client(webhook_secret=secret, max_retries=0)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("Hello!", "response.completed"),
        ({"reply": {"status": "failed"}}, "response.failed"),
        ({"reply": {"status": "incomplete", "output": ["Hel"]}}, "response.incomplete"),
    ],
)
def test_the_end_of_a_background_response_is_announced(
    server: MockServer, application: Application, step: Any, kind: str
) -> None:
    server.webhook(application.url, SECRET)
    server.script(step)
    client = client_of(server)
    response = client.responses.create(**ASKED)
    (webhook,) = server.wait_for_webhooks(SECONDS)
    ((headers, body),) = application.got
    event = client.webhooks.unwrap(body, headers)
    assert event.type == kind
    assert event.data.id == response.id  # type: ignore[union-attr]
    assert client.responses.retrieve(response.id).status == kind.partition(".")[2]
    assert (webhook.type, webhook.response_id, webhook.is_delivered) == (kind, response.id, True)
    assert webhook.attempts == ["status 200"]
    with pytest.raises(InvalidWebhookSignatureError):
        client.webhooks.unwrap(body.replace("evt_", "evt_0"), headers)


def test_a_response_that_is_cancelled_is_announced_as_such(
    server: MockServer, application: Application
) -> None:
    server.webhook(application.url)
    server.script({"reply": "One two three", "stream": {"ttft_ms": 3_600_000}})
    client = client_of(server)
    response = client.responses.create(**ASKED)
    client.responses.cancel(response.id)
    server.wait_for_webhooks(SECONDS)
    assert json.loads(application.got[0][1])["type"] == "response.cancelled"


def test_a_streamed_background_response_is_announced_once(
    server: MockServer, application: Application
) -> None:
    server.webhook(application.url)
    with client_of(server).responses.create(**ASKED, stream=True) as events:
        assert [event.type for event in events][-1] == "response.completed"
    server.wait_for_webhooks(SECONDS)
    assert len(application.got) == 1


def test_what_is_no_background_response_is_not_announced(
    server: MockServer, application: Application
) -> None:
    server.webhook(application.url)
    client_of(server).responses.create(model="gpt-5", input="Hi")
    assert server.wait_for_webhooks(SECONDS) == []
    assert application.got == []


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("application", [(500, 404, 204)], indirect=True)
def test_a_webhook_is_sent_again_until_it_is_taken(
    server: MockServer, application: Application
) -> None:
    server.webhook(application.url)
    client_of(server).responses.create(**ASKED)
    (webhook,) = server.wait_for_webhooks(SECONDS)
    assert webhook.attempts == ["status 500", "status 404", "status 204"]
    assert webhook.is_delivered
    assert len({headers["webhook-id"] for headers, _ in application.got}) == 1
    assert len({body for _, body in application.got}) == 1


@pytest.mark.usefixtures("hurried")
def test_a_webhook_that_nobody_takes_is_given_up_and_told(
    server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.webhook("http://127.0.0.1:9/webhook")
    client_of(server).responses.create(**ASKED)
    (webhook,) = server.wait_for_webhooks(SECONDS)
    assert (webhook.delivery, len(webhook.attempts)) == ("given up", 3)
    assert "webhook response.completed of resp_" in caplog.text
    assert "given up" in server.requests_text()


@pytest.mark.parametrize("application", [(302,)], indirect=True)
@pytest.mark.usefixtures("hurried")
def test_a_redirect_is_not_followed(server: MockServer, application: Application) -> None:
    server.webhook(application.url)
    client_of(server).responses.create(**ASKED)
    assert server.wait_for_webhooks(SECONDS)[0].attempts == ["status 302"] * 3


def test_the_same_run_makes_the_same_webhook(application: Application) -> None:
    for path in ("", "/elsewhere"):
        with MockServer() as server:
            server.webhook(application.url + path)
            client_of(server).responses.create(**ASKED)
            server.wait_for_webhooks(SECONDS)
    (first, body), (second, other) = application.got
    assert body == other
    assert first["webhook-id"] == second["webhook-id"]


def test_one_to_hand_to_an_application(server: MockServer) -> None:
    client = client_of(server)
    response = client.responses.create(**ASKED)
    made = server.webhook_request("response.completed", secret=SECRET)
    event = client.webhooks.unwrap(made.body, made.headers)
    assert event.data.id == response.id  # type: ignore[union-attr]
    assert client.responses.retrieve(response.id).status == "completed"
    other = server.webhook_request("batch.completed", "batch_1", secret=SECRET)
    assert client.webhooks.unwrap(other.body, other.headers).data.id == "batch_1"  # type: ignore[union-attr]
    old = server.webhook_request("response.failed", secret=SECRET, timestamp=1_700_000_000)
    with pytest.raises(InvalidWebhookSignatureError, match="timestamp"):
        client.webhooks.unwrap(old.body, old.headers)


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("ftp://example.com", SECRET, "no URL that a webhook can go to"),
        ("localhost:8000", SECRET, "Do: write it as in http://localhost:8000"),
        ("http://localhost", "secret", "it does not begin with whsec_"),
        ("http://localhost", "whsec_?", "is no base64"),
    ],
)
def test_what_cannot_be_is_told_at_once(
    server: MockServer, url: str, secret: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        server.webhook(url, secret)
    with pytest.raises(ValueError, match=said):
        MockServer(webhook=url, webhook_secret=secret)
    body = {"url": url, "secret": secret}
    reply = httpx2.post(f"{server.url}/__mockserver__/webhooks", json=body)
    assert (reply.status_code, said in reply.json()["error"]["message"]) == (400, True)
    with pytest.raises(ValueError, match=r"did you mean 'response\.completed'"):
        server.webhook_request("response.complete")


def test_over_http_and_in_the_command(application: Application) -> None:
    with ServerProcess("--webhook", application.url, "--webhook-secret", SECRET) as process:
        root = process.url.removesuffix("/v1")
        client = OpenAI(base_url=process.url, api_key="any", webhook_secret=SECRET)
        response = client.responses.create(**ASKED)
        until(lambda: bool(application.got))
        headers, body = application.got[0]
        assert client.webhooks.unwrap(body, headers).data.id == response.id  # type: ignore[union-attr]
        until(lambda: _listed(root)[0]["delivery"] == "delivered")
        made = httpx2.post(
            f"{root}/__mockserver__/webhook-requests", json={"type": "response.failed"}
        ).json()
        client.webhooks.unwrap(made["body"], made["headers"])
        client.close()


def _listed(root: str) -> Any:
    return httpx2.get(f"{root}/__mockserver__/webhooks").json()["data"]


def test_an_application_in_the_loop_of_the_test(
    server: MockServer, application: Application
) -> None:
    async def ask() -> None:
        await server.async_client().responses.create(**ASKED)
        await asyncio.to_thread(server.wait_for_webhooks, SECONDS)

    server.webhook(application.url)
    asyncio.run(ask())
    assert len(application.got) == 1


def test_one_that_does_not_come_is_told(server: MockServer, application: Application) -> None:
    server.webhook(application.url)
    server.script({"reply": "One", "stream": {"ttft_ms": 3_600_000}})
    client_of(server).responses.create(**ASKED)
    with pytest.raises(AssertionError, match=r"has not ended within 0\.01 seconds"):
        server.wait_for_webhooks(0.01)


def test_a_reset_breaks_off_what_is_under_way(server: MockServer) -> None:
    server.webhook("http://127.0.0.1:9/webhook")
    client_of(server).responses.create(**ASKED)
    until(lambda: bool(server.webhooks) and bool(server.webhooks[0].attempts))
    (webhook,) = server.webhooks
    server.reset()
    until(lambda: webhook.delivery == "broken off")
    assert server.webhooks == []


def test_what_is_replayed_is_announced_by_nobody(
    server: MockServer, application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    path = tmp_path / "chat.yaml"
    asked: dict[str, Any] = {"model": "gpt-5", "input": "Hi", "background": True}
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")
    with MockServer(path, record="once", upstream=server.base_url) as recorder:
        recorder.client().responses.create(**asked)
    with MockServer(path) as player:
        player.webhook(application.url)
        client = player.client()
        response = client.responses.create(**asked)
        assert player.wait_for_webhooks(SECONDS) == []
        webhook = player.webhook_request("response.completed", response.id)
        assert json.loads(webhook.body)["data"] == {"id": response.id}
