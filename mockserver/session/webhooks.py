"""Webhooks: what a session announces of its background responses, to whom, and what came of it."""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mockserver.api.json import Json
from mockserver.api.webhooks import (
    WEBHOOK_SECRET,
    WEBHOOK_SUBJECTS,
    WebhookEndpoint,
    WebhookRequest,
    check_event_type,
    webhook_event,
    webhook_headers,
)
from mockserver.compose import EPOCH, Answer, identify
from mockserver.names import NearestName
from mockserver.session.background import BackgroundRun
from mockserver.session.journal import Journal
from mockserver.session.masked import mask_text
from mockserver.session.state import Change, State, StoredResponse
from mockserver.settings import Settings

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger("mockserver")

RETRY_SECONDS = (0.1, 0.3, 0.9, 2.7, 8.1)
"""What is waited before each further attempt. The API's own go on for 72 hours."""
_MOST_UNDER_WAY = 1_000
_MOST_AT_ONCE = 16
_REPLY_SECONDS = 10.0

Delivery: TypeAlias = Literal["under way", "delivered", "given up", "left out", "broken off"]
"""What became of a webhook: `left out` where too many were under way, `broken off` where the
session ended before.
"""


@dataclass(slots=True, eq=False)
class Webhook(NearestName):
    """One webhook, as a test asks about it.

    type: as in `response.completed`. response_id: the response that it is about. url: where it
    goes. id: its `webhook-id`, the same in each attempt. headers: those of the newest attempt.
    attempts: what came of each: `status 200`, or why nothing did.
    """

    type: str
    response_id: str
    url: str
    id: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    attempts: list[str] = field(default_factory=list)
    delivery: Delivery = "under way"

    @property
    def is_delivered(self) -> bool:
        """Whether the endpoint said 2xx."""
        return self.delivery == "delivered"

    def as_json(self) -> Json:
        """What is told of it over HTTP."""
        return {
            "type": self.type,
            "response_id": self.response_id,
            "url": mask_text(self.url),
            "id": self.id,
            "headers": dict(self.headers),
            "body": self.body.decode(),
            "attempts": list(self.attempts),
            "delivery": self.delivery,
        }

    def __str__(self) -> str:
        came = f": {', '.join(self.attempts)}" if self.attempts else ""
        return mask_text(
            f"webhook {self.type} of {self.response_id} to {self.url} → {self.delivery}{came}"
        )


class Webhooks:
    """Announces how background responses end, to every endpoint, and tells the journal.

    Args:
        state: where the responses are.
        endpoints: where the announcements go.
        clock: the real time in Unix seconds, which stands in signatures.
    """

    def __init__(
        self,
        state: State,
        endpoints: Iterable[WebhookEndpoint] = (),
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.endpoints = tuple(endpoints)
        self._state = state
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    def add(self, endpoint: WebhookEndpoint) -> None:
        """Announce to this endpoint as well; with another secret, if it is there already."""
        others = (each for each in self.endpoints if each.url != endpoint.url)
        self.endpoints = (*others, endpoint)

    def request(
        self,
        type: str,  # noqa: A002
        subject: str | None = None,
        *,
        secret: str | None = None,
        timestamp: int | None = None,
    ) -> WebhookRequest:
        """A webhook for an application that is called directly, signed now.

        Args:
            type: as in `response.completed`.
            subject: the id that it is about; by default that of the newest response, or for other
                types of webhook one that is made up.
            secret: by default the one that the session signs with.
            timestamp: Unix seconds, in place of the real time.

        Raises ValueError for a type that is not known, and for what is no secret.
        """
        check_event_type(type)
        subject = subject or self._newest(type)
        first = self.endpoints[0].secret if self.endpoints else WEBHOOK_SECRET
        identity = identify(seed=0, request=f"{type} {subject}".encode(), occurrence=0)
        event_id = identity.dated_id("evt_", type)[: -len(identity.partition)]
        webhook_id = identity.dated_id("wh_", type)[: -len(identity.partition)]
        body = webhook_event(type, event_id, EPOCH, subject)
        now = int(self._clock()) if timestamp is None else timestamp
        return WebhookRequest(webhook_headers(body, webhook_id, now, secret or first), body)

    def _newest(self, type: str) -> str:  # noqa: A002
        prefix = WEBHOOK_SUBJECTS[type]
        if prefix == "resp_":
            for received in reversed(self.journal.requests):
                if received.response_id is not None:
                    return received.response_id
        made_up = identify(seed=0, request=type.encode(), occurrence=0)
        return made_up.id(prefix, "webhook")

    @property
    def journal(self) -> Journal:
        """Where webhooks are listed."""
        return self._state.journal

    # Announcing, in the server's loop.

    async def settle(self, subject: str | None = None) -> None:
        """Let a response in the background, by default the newest, need no more polls to end."""
        response_id = subject or self._newest("response.completed")
        view = await self._state.begin(ids=(response_id,))
        stored = view.response(response_id)
        if stored is not None and stored.run is not None:
            run = stored.run.unpolled()
            await self._state.commit(Change(stored=replace(stored, run=run)))

    async def watch(self, run: BackgroundRun) -> None:
        """Announce the end of a background response when it comes; returns at once."""
        endpoints = self.endpoints
        if not endpoints or self._is_closed:
            return
        if len(self._under_way) >= _MOST_UNDER_WAY:
            self._leave_out(run, endpoints)
            return
        self._loop = asyncio.get_running_loop()
        self._begin(self._announce(run, endpoints))

    async def until_done(self) -> None:
        """Return when nothing is under way any more."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    def close(self) -> None:
        """Announce nothing more, and break off what is under way. Any thread may say so."""
        self._is_closed = True
        if self._loop is not None:
            with suppress(RuntimeError):  # The loop has ended, and everything with it.
                self._loop.call_soon_threadsafe(self.break_off)

    def break_off(self) -> None:
        """Break off what is under way."""
        for task in self._under_way:
            task.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("mockserver: a webhook failed", exc_info=error)

    def _leave_out(self, run: BackgroundRun, endpoints: Iterable[WebhookEndpoint]) -> None:
        for place, endpoint in enumerate(endpoints):
            webhook = _webhook(run.answer, run.answer.response["status"], endpoint, place)
            webhook.delivery = "left out"
            self.journal.announce(webhook)
            self.journal.settled(webhook)
        log.warning(
            "mockserver: no webhook for %s: %d responses wait for theirs already.",
            run.answer.id,
            _MOST_UNDER_WAY,
        )

    async def _announce(self, run: BackgroundRun, endpoints: Iterable[WebhookEndpoint]) -> None:
        status = await self._end_of(run)
        await asyncio.gather(
            *(
                self._deliver(_webhook(run.answer, status, endpoint, place), endpoint)
                for place, endpoint in enumerate(endpoints)
            )
        )

    async def _end_of(self, run: BackgroundRun) -> str:
        """The status of a background response, when it has ended."""
        response_id = run.answer.id
        run = run.unpolled()
        while True:
            view = await self._state.begin(ids=(response_id,))
            stored = view.response(response_id)
            if stored is not None and stored.run is not None:
                run = stored.run
            if not run.is_running(view.now):
                return run.status(view.now)
            await self._state.wait(response_id, max(0.0, run.next_due(view.now) - view.now))

    async def _deliver(self, webhook: Webhook, endpoint: WebhookEndpoint) -> None:
        self.journal.announce(webhook)
        try:
            await self._attempts(webhook, endpoint)
        finally:
            self.journal.settled(webhook)

    async def _attempts(self, webhook: Webhook, endpoint: WebhookEndpoint) -> None:
        try:
            for seconds in (0.0, *RETRY_SECONDS):
                if seconds:
                    await asyncio.sleep(seconds)
                if await self._attempt(webhook, endpoint.secret):
                    webhook.delivery = "delivered"
                    return
        except asyncio.CancelledError:
            webhook.delivery = "broken off"
            raise
        webhook.delivery = "given up"
        log.warning("mockserver: %s", webhook)

    async def _attempt(self, webhook: Webhook, secret: str) -> bool:
        """Send a webhook once, with the time of this attempt. Returns whether it was taken."""
        async with self._places:
            now = int(self._clock())
            webhook.headers = webhook_headers(webhook.body, webhook.id, now, secret)
            try:
                status = await asyncio.wait_for(_post(webhook), _REPLY_SECONDS)
            except asyncio.TimeoutError:
                webhook.attempts.append(f"no answer within {_REPLY_SECONDS:g} seconds")
                return False
            except (OSError, ValueError) as error:
                webhook.attempts.append(str(error) or type(error).__name__)
                return False
        webhook.attempts.append(f"status {status}")
        return 200 <= status < 300


def webhooks_of(settings: Settings, state: State) -> Webhooks:
    """What settings say of webhooks, for a session. Raises ValueError for a bad URL or secret."""
    return Webhooks(state, endpoints_of(settings))


def endpoints_of(settings: Settings) -> list[WebhookEndpoint]:
    """Where settings say that webhooks go. Raises ValueError for a bad URL or secret."""
    secret = settings.webhook_secret or WEBHOOK_SECRET
    return [WebhookEndpoint(url, secret) for url in settings.webhook]


def _webhook(answer: Answer, status: str, endpoint: WebhookEndpoint, place: int) -> Webhook:
    """What is announced of a response to the endpoint in this place, the same in every run."""
    type_, identity = f"response.{status}", answer.identity
    # In the older layout of ids, without its partition: `evt_685c059ae3a481909bdc86819b066fb6`.
    event_id = identity.dated_id("evt_", type_)[: -len(identity.partition)]
    webhook_id = identity.dated_id("wh_", f"{type_} {place}")[: -len(identity.partition)]
    body = webhook_event(type_, event_id, StoredResponse(answer).ended_at, answer.id)
    return Webhook(type_, answer.id, endpoint.url, webhook_id, body)


async def _post(webhook: Webhook) -> int:
    """The status that an endpoint answers. Raises OSError or ValueError where it answers
    nothing.
    """
    client = await asyncio.to_thread(_client, webhook.url)
    import httpx2

    try:
        async with (
            client,
            client.stream(
                "POST", webhook.url, content=webhook.body, headers=webhook.headers
            ) as reply,
        ):
            status: int = reply.status_code
            return status
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        said = str(error).partition("\n")[0]
        raise OSError(said or type(error).__name__) from None


def _client(url: str) -> "httpx2.AsyncClient":
    """A client for one attempt; to import it, and to load certificates, takes long.

    A proxy sees what it forwards, unless that is encrypted: then the environment may name one.
    """
    import httpx2

    is_encrypted = url.startswith("https:")
    return httpx2.AsyncClient(
        verify=ssl.create_default_context() if is_encrypted else False,
        timeout=_REPLY_SECONDS,
        follow_redirects=False,
        trust_env=is_encrypted,
    )
