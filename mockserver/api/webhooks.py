"""Webhooks: which there are, what one says, and how it is signed.

https://platform.openai.com/docs/guides/webhooks, https://www.standardwebhooks.com
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from mockserver.masking import mask
from mockserver.names import describe_unknown
from mockserver.wording import show_value

WEBHOOK_SECRET = "whsec_bW9ja3NlcnZlci13ZWJob29rLXNlY3JldA=="
"""What webhooks are signed with where nobody names a secret."""

_PREFIX = "whsec_"

# What the `data` of an event names; `realtime.call.incoming` says more and is not among them.
WEBHOOK_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "response.completed": "resp_",
        "response.failed": "resp_",
        "response.incomplete": "resp_",
        "response.cancelled": "resp_",
        "batch.completed": "batch_",
        "batch.failed": "batch_",
        "batch.expired": "batch_",
        "batch.cancelled": "batch_",
        "fine_tuning.job.succeeded": "ftjob-",
        "fine_tuning.job.failed": "ftjob-",
        "fine_tuning.job.cancelled": "ftjob-",
        "eval.run.succeeded": "evalrun_",
        "eval.run.failed": "evalrun_",
        "eval.run.canceled": "evalrun_",
    }
)
"""The events that say no more than an id, with the prefix of that id."""

# As webhooks of the API have it; their body is written with a space behind `:` and `,`.
_USER_AGENT = "OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)"


class WebhookRequest(NamedTuple):
    """A webhook as it is sent: its header fields and its body, signed for that body alone."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where webhooks go, and what they are signed with.

    Raises ValueError for a URL that is none of HTTP, and for what is no secret.
    """

    url: str
    secret: str = field(default=WEBHOOK_SECRET, repr=False)

    def __post_init__(self) -> None:
        _check_url(self.url)
        webhook_key(self.secret)


def webhook_event(type: str, event_id: str, created_at: int, subject: str) -> bytes:  # noqa: A002
    """The body of a webhook.

    Raises ValueError for a type that is not in `WEBHOOK_SUBJECTS`.
    """
    check_event_type(type)
    event = {
        "id": event_id,
        "object": "event",
        "created_at": created_at,
        "type": type,
        "data": {"id": subject},
    }
    return json.dumps(event).encode()


def check_event_type(type: str) -> None:  # noqa: A002
    """Raise ValueError for a type of webhook that is not known, naming the nearest."""
    if type not in WEBHOOK_SUBJECTS:
        raise ValueError(describe_unknown("type of webhook", type, WEBHOOK_SUBJECTS))


def webhook_headers(body: bytes, webhook_id: str, timestamp: int, secret: str) -> dict[str, str]:
    """The header fields of a webhook with this body. timestamp: real Unix seconds.

    Raises ValueError for what is no secret.
    """
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    signature = hmac.new(webhook_key(secret), signed, hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": _USER_AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def webhook_key(secret: str) -> bytes:
    """The key that a secret stands for. Raises ValueError for what is no secret."""
    encoded = secret.removeprefix(_PREFIX)
    if not secret.startswith(_PREFIX):
        raise _no_secret(secret, f"it does not begin with {_PREFIX}")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise _no_secret(secret, f"what follows {_PREFIX} is no base64") from None
    if not key:
        raise _no_secret(secret, f"nothing follows {_PREFIX}")
    return key


def _no_secret(secret: str, reason: str) -> ValueError:
    return ValueError(
        f"{show_value(mask(secret))} is no secret of a webhook: {reason}. Do: copy it whole, as "
        f"in {WEBHOOK_SECRET} (which holds where none is given)."
    )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_good = is_good and (parts.port is None or parts.port > 0)
    except ValueError:  # A port that is no number, or half an IPv6 address.
        is_good = False
    if is_good and url.isprintable() and " " not in url:
        return
    bare = url.partition("://")[2] if "://" in url else url
    raise ValueError(
        f"{show_value(url)} is no URL that a webhook can go to. Do: write it as in "
        f"http://{bare if bare and ' ' not in bare and bare.isprintable() else 'localhost:8000/'}."
    )
