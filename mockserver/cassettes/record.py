"""Recording: what of the traffic is replayed, what is passed on to the upstream and recorded, and
when it reaches the disk.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from mockserver.api.errors import ApiError
from mockserver.cassettes.interaction import (
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    header_value,
    media_type,
)
from mockserver.cassettes.match_rules import MatchRules
from mockserver.cassettes.play import Player, Repeat
from mockserver.cassettes.read import load
from mockserver.cassettes.scrub import find_secrets, scrub_interaction, scrub_request
from mockserver.cassettes.secret_rules import DEFAULT_SCRUB_RULES, ScrubRules, with_secrets
from mockserver.cassettes.upstream import Reply, Upstream, failure
from mockserver.cassettes.write import append_interactions, replace_interactions, writable
from mockserver.errors import CassetteError

log = logging.getLogger("mockserver")

RecordMode: TypeAlias = Literal["none", "once", "new_episodes", "all", "rewrite"]
"""What happens to a request, in VCR's words:

* `none`: it is replayed; what the cassette does not hold is a miss.
* `once`: the same where there is a cassette; where there is none, everything is recorded.
* `new_episodes`: it is replayed where the cassette answers it, else recorded.
* `all`: it is recorded, whatever the cassette holds; that stays in front.
* `rewrite`: it is recorded, and in the end takes the place of the whole cassette, if all went well.
"""
RECORD_MODES: tuple[RecordMode, ...] = get_args(RecordMode)

Clock: TypeAlias = Callable[[], float]
"""Seconds from a fixed moment, which never go back."""

_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n")
"""How an event ends."""


def records_into(path: str | Path, mode: RecordMode) -> bool:
    """Whether requests are recorded into a cassette, whose file may be missing."""
    return mode in ("new_episodes", "all", "rewrite") or (mode == "once" and not _holds_any(path))


def _holds_any(path: str | Path) -> bool:
    path = Path(path)
    return path.exists() and path.stat().st_size > 0


class Recorder:
    """Puts interactions into one cassette, without secrets, each as soon as it is finished.

    rules: what counts as a secret, beside the keys in use. now: the time that recordings are dated
    with; None leaves the date out. Safe for threads.

    Raises CassetteError when the cassette there is cannot be read, or its name cannot be written
    to.
    """

    def __init__(
        self,
        path: str | Path,
        upstream: Upstream | str,
        mode: RecordMode = "once",
        *,
        rules: ScrubRules = DEFAULT_SCRUB_RULES,
        now: Callable[[], datetime] | None = lambda: datetime.now(timezone.utc),
    ) -> None:
        if mode not in RECORD_MODES:
            raise ValueError(f"{mode!r} is no record mode; choose one of {', '.join(RECORD_MODES)}")
        self.path = Path(path)
        self.upstream = Upstream(upstream) if isinstance(upstream, str) else upstream
        self.mode = mode
        self.recorded = 0
        self.on_kept: Callable[[Interaction], None] | None = None
        """Called with each interaction as it is recorded, without its secrets; from any thread."""
        existing = _holds_any(path)
        self.records = records_into(path, mode)
        if self.records:
            writable(path)
        self.replays = mode == "none" or (existing and mode in ("once", "new_episodes"))
        self._interactions = load(path) if self.replays and existing else []
        self._rules = with_secrets(rules, self.upstream.secrets)
        self._now = now
        self._pending: list[Interaction] = []
        self._rewritten: list[tuple[int, Interaction]] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._failed: CassetteError | None = None
        self._closed = False

    def player(self, rules: MatchRules | None = None, repeat: Repeat = "fail") -> Player | None:
        """What the cassette held at the start, to be asked before the upstream is; None when
        nothing is replayed.
        """
        if not self.replays:
            return None
        return Player(self._interactions, rules, repeat, name="recorded before")

    def matched_form(self, request: RecordedRequest) -> RecordedRequest:
        """A live request as its recording would have it: without secrets."""
        return scrub_request(request, self._rules)

    def ready(self) -> None:
        """Make sure that what is recorded now can be written. Raises ApiError 500 when the last
        write failed.
        """
        if self._failed is None:
            return
        try:
            self._flush()
        except CassetteError as error:
            raise not_written(error) from error

    def keep(
        self, interaction: Interaction, *, order: int = 0, secrets: tuple[str, ...] = ()
    ) -> None:
        """Record a finished interaction: it is on disk when this returns, or waits for the end of a
        `rewrite`.

        order: its place among those of a `rewrite`. secrets: keys that it was made with.

        Raises CassetteError when it cannot be written; it is then tried again with the next one,
        and at the end.
        """
        clean = self._clean(interaction, secrets)
        with self._lock:
            if self.mode == "rewrite":
                self._rewritten.append((order, clean))
                self.recorded += 1
            else:
                self._pending.append(clean)
        if self.mode != "rewrite":
            self._flush()
        if self.on_kept is not None:
            self.on_kept(clean)

    def close(self, commit: bool = True) -> int:
        """End the recording; returns how many interactions it added. Without `commit`, a `rewrite`
        changes nothing.

        Raises CassetteError when something is not written.
        """
        if self._closed:
            return self.recorded
        self._flush()
        self._closed = True
        if self.mode == "rewrite":
            if commit and (self._rewritten or self.path.exists()):
                replace_interactions(
                    self.path,
                    [each for _, each in sorted(self._rewritten, key=lambda pair: pair[0])],
                )
            elif not commit:
                self.recorded = 0
        return self.recorded

    def _clean(self, interaction: Interaction, secrets: tuple[str, ...]) -> Interaction:
        rules = with_secrets(self._rules, secrets)
        clean = scrub_interaction(interaction, rules)
        left = find_secrets(clean, rules)
        if left:
            raise CassetteError(
                self.path,
                f"a secret at {left[0].path} resists scrubbing, so the interaction is not written",
                next_step="Please report this, with what the place looks like.",
            )
        if self._now is None:
            return clean
        return replace(clean, recorded_at=self._now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    def _flush(self) -> None:
        """Write what is pending. Whoever waited for another writer may find that it took its
        interaction along.
        """
        with self._writing:
            with self._lock:
                batch, self._pending = self._pending, []
            try:
                append_interactions(self.path, batch)
            except CassetteError as error:
                with self._lock:
                    self._pending[:0] = batch
                self._failed = error
                raise
            self._failed = None
            self.recorded += len(batch)


def not_written(error: CassetteError) -> ApiError:
    """What a client hears when its answer cannot be recorded."""
    return failure("cassette_not_written", f"The recording failed: {error}", status=500)


@dataclass(frozen=True, slots=True)
class UpstreamHead:
    """The answer begins. `length` is that of its body in bytes, where it is known and there is a
    body.
    """

    status: int
    headers: HeaderFields
    length: int | None = None


@dataclass(frozen=True, slots=True)
class UpstreamPart:
    """Bytes for the client."""

    data: bytes


@dataclass(frozen=True, slots=True)
class UpstreamEnd:
    """The answer is complete, and recorded."""


@dataclass(frozen=True, slots=True)
class UpstreamFailure:
    """The answer cannot be completed. `between_events` says that what was sent ends with a whole
    event.
    """

    error: ApiError
    between_events: bool


ExchangeStep: TypeAlias = UpstreamHead | UpstreamPart | UpstreamEnd | UpstreamFailure


@dataclass(slots=True)
class Exchange:
    """A request on its way to the upstream and back. It goes on to its end whether or not somebody
    takes its steps.

    JSON is handed on whole, since nobody can use half of it, and so everything that may go wrong
    with it, down to the disk, can still be said as an error. Everything else is handed on chunk by
    chunk; its end is held back until it is recorded: a client that has seen a whole answer can rely
    on the recording.
    """

    recorder: Recorder
    request: RecordedRequest
    order: int = 0
    clock: Clock = time.monotonic
    _steps: "asyncio.Queue[ExchangeStep]" = field(default_factory=asyncio.Queue, init=False)
    _chunks: list[tuple[float, bytes]] = field(default_factory=list, init=False)

    async def steps(self) -> AsyncIterator[ExchangeStep]:
        """What the client is to get, in order, as it arrives. `run` must be under way."""
        while True:
            step = await self._steps.get()
            yield step
            if isinstance(step, UpstreamEnd | UpstreamFailure):
                return

    async def run(self) -> None:
        """Carry the exchange out and record it. Failures are steps, not exceptions."""
        try:
            await asyncio.to_thread(self.recorder.ready)
            await self._run()
        except ApiError as error:
            self._steps.put_nowait(UpstreamFailure(error, self._between_events()))
        except CassetteError as error:
            self._steps.put_nowait(UpstreamFailure(not_written(error), self._between_events()))
        except Exception as error:
            # Whatever it is, the client must not wait without end.
            log.exception(
                "recording %s %s failed", self.request.method, self.request.uri.partition("?")[0]
            )
            unexpected = failure(
                "recording_failed", f"The recorder failed: {type(error).__name__}.", status=500
            )
            self._steps.put_nowait(UpstreamFailure(unexpected, self._between_events()))

    async def _run(self) -> None:
        request = self.request
        start = self.clock()
        reply = await self.recorder.upstream.open(
            request.method, request.uri, request.headers, request.body
        )
        bodiless = request.method == "HEAD" or reply.status in (204, 304)
        whole = bodiless or _is_json(reply.headers)
        try:
            async for chunk in reply.chunks():
                offset = (self.clock() - start) * 1000
                if not whole:
                    if not self._chunks:
                        self._steps.put_nowait(UpstreamHead(reply.status, reply.headers))
                    self._steps.put_nowait(UpstreamPart(chunk))
                self._chunks.append((offset, chunk))
        except ApiError:
            # What a client has seen of a stream is worth keeping; half a JSON body is worth
            # nothing.
            if not whole and self._chunks:
                await self._keep(reply, cut=True)
            raise
        finally:
            await reply.aclose()
        body_cut = (
            not whole and not reply.framed and media_type(reply.headers) == "text/event-stream"
        )
        await self._keep(reply, cut=body_cut and not self._between_events())
        if whole or not self._chunks:
            body = self._body()
            self._steps.put_nowait(
                UpstreamHead(reply.status, reply.headers, None if bodiless else len(body))
            )
            self._steps.put_nowait(UpstreamPart(body))
        self._steps.put_nowait(UpstreamEnd())

    async def _keep(self, reply: Reply, *, cut: bool) -> None:
        request, upstream = self.request, self.recorder.upstream
        recorded = RecordedRequest(
            request.method, upstream.url_of(request.uri), request.headers, request.body
        )
        chunks = tuple((offset, len(chunk)) for offset, chunk in self._chunks)
        response = RecordedResponse(
            reply.status, reply.reason, reply.headers, self._body(), chunks=chunks, cut=cut
        )
        interaction, secrets = Interaction(recorded, response), keys_of(request.headers)
        writing = asyncio.to_thread(
            self.recorder.keep, interaction, order=self.order, secrets=secrets
        )
        await asyncio.shield(writing)  # what is complete is written even when we are told to end

    def _body(self) -> bytes:
        return b"".join(chunk for _, chunk in self._chunks)

    def _between_events(self) -> bool:
        return not self._chunks or self._body().endswith(_ENDS)


def keys_of(headers: HeaderFields) -> tuple[str, ...]:
    """The keys that a caller sends along."""
    values = (header_value(headers, name) for name in ("authorization", "api-key", "x-api-key"))
    return tuple(value.partition(" ")[2].strip() or value for value in values if value)


def _is_json(headers: HeaderFields) -> bool:
    return media_type(headers).endswith(("/json", "+json"))
