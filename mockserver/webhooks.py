"""What `MockServer` does about webhooks."""

import asyncio
from typing import TYPE_CHECKING

from mockserver.api import WEBHOOK_SECRET, WebhookEndpoint, WebhookRequest
from mockserver.names import NearestName
from mockserver.wording import list_some

if TYPE_CHECKING:
    from mockserver.http import ServerThread
    from mockserver.session import Session, Webhook

_PATIENCE = 5.0
"""Seconds that the server has to notice that it took too long."""


class WebhookSender(NearestName):
    """A server that tells applications how background responses end."""

    def webhook(self, url: str, secret: str = WEBHOOK_SECRET) -> None:
        """Tell this URL from now on how each background response ends, signed with the secret.

        Without a pace, such a response ends as soon as it is created: it needs no polls.

        Args:
            url: where webhooks are sent to.
            secret: `whsec_` and base64; by default what the fixture puts into
                OPENAI_WEBHOOK_SECRET.

        Raises ValueError for a URL that is none of HTTP, and for what is no secret.
        """
        endpoint = WebhookEndpoint(url, secret)
        self._alive.call(lambda: self._session.webhooks.add(endpoint))

    @property
    def webhooks(self) -> "list[Webhook]":
        """The webhooks sent, oldest first, with what came of each attempt."""
        return self._session.journal.webhooks

    def wait_for_webhooks(self, seconds: float = 10.0) -> "list[Webhook]":
        """Wait until all background responses have ended and their webhooks have arrived, or are
        given up; returns all.

        In a test whose own event loop runs the application, `await
        asyncio.to_thread(server.wait_for_webhooks)`.

        Raises AssertionError when that takes longer.
        """
        __tracebackhide__ = True
        waiting = asyncio.wait_for(self._session.webhooks.until_done(), seconds)
        try:
            self._alive.wait_for(waiting, seconds + _PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(self._late_text(seconds)) from None
        return self.webhooks

    def webhook_request(
        self,
        type: str,  # noqa: A002
        subject: str | None = None,
        *,
        secret: str | None = None,
        timestamp: int | None = None,
    ) -> WebhookRequest:
        """A webhook as the API would send it, to hand to an application: `.headers` and `.body`.
        The response that it is about has ended then, unless a pace holds it.

        Args:
            type: as in `response.completed`.
            subject: the id that it is about; by default that of the newest response, or, for
                other things than responses, a made-up one.
            secret: what it is signed with; by default what the server signs with.
            timestamp: Unix seconds in place of the real time, for what is too old.

        Raises ValueError for a type that is not known, and for what is no secret.
        """
        webhooks = self._session.webhooks
        made = webhooks.request(type, subject, secret=secret, timestamp=timestamp)
        if self._thread is not None:  # The application may look at the response now.
            self._thread.wait_for(webhooks.settle(subject), _PATIENCE)
        return made

    @property
    def _webhook_lines(self) -> list[str]:
        """What is said of webhooks beside the requests received."""
        webhooks = self.webhooks
        return ["Webhooks:", *list_some(list(map(str, webhooks)), 20)] if webhooks else []

    def _late_text(self, seconds: float) -> str:
        under_way = [str(each) for each in self.webhooks if each.delivery == "under way"]
        if not under_way:
            return (
                f"A background response has not ended within {seconds:g} seconds, so no webhook "
                "tells of it. Do: wait longer, cancel it, or give it less pace."
            )
        return "\n".join([f"Not delivered within {seconds:g} seconds:", *under_way])

    if TYPE_CHECKING:
        _thread: ServerThread | None

        @property
        def _alive(self) -> ServerThread: ...

        @property
        def _session(self) -> Session: ...
