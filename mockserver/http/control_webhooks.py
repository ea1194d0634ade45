"""Control endpoints: where webhooks go, what was sent, and one to send oneself."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.api.webhooks import WEBHOOK_SECRET, WebhookEndpoint
from mockserver.http.call import Call
from mockserver.http.control_request import (
    control_error,
    control_route,
    object_body,
    refused_value,
    sentence,
)


def webhook_routes() -> list[Route]:
    """The routes about webhooks."""
    return [
        control_route("GET", "/webhooks", list_webhooks),
        control_route("POST", "/webhooks", add_webhook),
        control_route("POST", "/webhook-requests", make_webhook_request),
    ]


async def list_webhooks(call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET /webhooks`: the webhooks sent, oldest first, with what came of each attempt."""
    data = [each.as_json() for each in call.session.journal.webhooks]
    return call.reply({"object": "list", "data": data})


async def add_webhook(call: Call, request: Request) -> Response:
    """`POST /webhooks`: tell a URL how background responses end: `{"url": …, "secret": "whsec_…"}`;
    the secret may be left out.
    """
    body = await object_body(request, ("url", "secret"))
    url, secret = _text(body, "url"), _text(body, "secret", WEBHOOK_SECRET)
    try:
        endpoint = WebhookEndpoint(url, secret)
    except ValueError as error:
        raise control_error(sentence(str(error)), "mockserver_invalid_value") from None
    call.session.webhooks.add(endpoint)
    urls = [each.url for each in call.session.webhooks.endpoints]
    return call.reply({"webhooks": urls}, status=201)


async def make_webhook_request(call: Call, request: Request) -> Response:
    """`POST /webhook-requests`: headers and body of a webhook, signed now, for an application that
    is called directly: `{"type": "response.completed", "id": "resp_…", "secret": "whsec_…"}`; only
    the type must be given.
    """
    body = await object_body(request, ("type", "id", "secret"))
    try:
        webhook = call.session.webhooks.request(
            _text(body, "type"), _text(body, "id", "") or None, secret=_text(body, "secret", "")
        )
    except ValueError as error:
        raise control_error(sentence(str(error)), "mockserver_invalid_value") from None
    await call.session.webhooks.settle(body.get("id"))
    return call.reply({"headers": webhook.headers, "body": webhook.body.decode()}, status=201)


def _text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """A text of the body. Raises ApiError 400 where it is none, or is missing without a default."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise refused_value(f"'{name}' must be a string", name, value)
    return value
