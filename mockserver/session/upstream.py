"""The upstream as a source: what nothing else answers is passed on to the real API and recorded."""

import asyncio
import itertools
import logging
import os
import time
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockserver.cassettes import (
    KEY_VARIABLE,
    SECRET_VARIABLES,
    Clock,
    Exchange,
    RecordedRequest,
    Recorder,
    Upstream,
    allowed_mode,
    scrub_rules,
)
from mockserver.session.inquiry import Inquiry
from mockserver.session.sources import Differences, SourceAnswer, UpstreamAnswer
from mockserver.session.state import View
from mockserver.settings import Settings

log = logging.getLogger("mockserver")


class UpstreamSource:
    """Answers whatever it is asked, as long as the recorder's mode has it.

    What this server holds itself, such as a response that a step answered with, the upstream does
    not know; it is not asked about it.

    clock: what the offsets of chunks are measured with, in seconds.
    """

    def __init__(self, recorder: Recorder, clock: Clock = time.monotonic) -> None:
        self.recorder = recorder
        self.clock = clock
        self.lost = 0
        """Exchanges that were broken off by the end of the server."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count()

    def find(self, inquiry: Inquiry, view: View) -> SourceAnswer | Differences:
        if inquiry.is_probe or inquiry.is_own or not self.recorder.records:
            return ()
        if any(view.response(name) or view.conversation(name) for name in inquiry.names):
            return ()
        return UpstreamAnswer(inquiry.recorded_form)

    @property
    def advice(self) -> str | None:
        """What a miss says besides where nothing is recorded."""
        recorder = self.recorder
        if recorder.records:
            return None
        return (
            f"Mode {recorder.mode} records nothing into {recorder.path}. Use --mode new_episodes "
            "to add to it."
        )

    def exchange(self, request: RecordedRequest) -> Exchange:
        """Pass a request on; the exchange goes on to its end whether or not somebody reads it."""
        exchange = Exchange(self.recorder, request, self.number(), self.clock)
        self.begin(exchange.run())
        return exchange

    def number(self) -> int:
        """The place of a request among all."""
        return next(self._numbers)

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Carry work out to its end, even when the client that asked for it is gone."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return task

    async def aclose(self, patience: float = 0.0) -> None:
        """Give exchanges under way so many seconds to finish, then break them off, and end all
        connections.
        """
        tasks = set(self._under_way)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self.recorder.upstream.aclose()

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if task.cancelled():
            self.lost += 1
        elif (error := task.exception()) is not None:
            log.error("recording failed", exc_info=error)


def open_upstream(
    settings: Settings, path: str | Path, *, borrowed_key: bool = False, own_key: str = ""
) -> UpstreamSource:
    """The upstream that settings name, recorded into a cassette.

    Args:
        settings: their `record` is the mode; None is `once`.
        path: the file to record into; its folder is made where it is missing.
        borrowed_key: use OPENAI_API_KEY where MOCKSERVER_UPSTREAM_API_KEY is not set, since the
            client itself has no real one.
        own_key: the key that our own clients send, which is no secret, and opens nothing.

    Raises:
        ValueError: a bad URL, or a cassette that cannot be used.
    """
    said = {name: os.environ.get(name, "").strip() for name in SECRET_VARIABLES}
    secrets = {name: value for name, value in said.items() if value not in ("", own_key)}
    key = secrets.get(KEY_VARIABLE)
    if key is None and borrowed_key:
        key = secrets.get("OPENAI_API_KEY")
    if key is not None and not (key.isascii() and key.isprintable()):
        raise ValueError("the upstream's key holds what no header may, such as a line end")
    upstream = Upstream(settings.upstream, api_key=key, stand_in=own_key, timeout=settings.timeout)
    recorder = Recorder(
        path,
        upstream,
        settings.record or "once",
        rules=scrub_rules(settings.scrub, secrets=secrets.values(), headers=settings.keep_header),
        keeps_errors=settings.record_errors,
        verbatim=settings.verbatim,
    )
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return UpstreamSource(recorder)


def open_test_upstream(settings: Settings, own_key: str) -> UpstreamSource:
    """The upstream that a test records from, into the one cassette that its settings name. Its
    clients have no real key, so OPENAI_API_KEY is borrowed.

    Args:
        own_key: as of open_upstream.

    Raises:
        ValueError: there is not one cassette to record into, CI is set, or as of open_upstream.
    """
    if len(settings.cassette) != 1:
        count = len(settings.cassette)
        raise ValueError(f"record mode '{settings.record}' needs one cassette, not {count}")
    path = settings.cassette[0]
    mode = allowed_mode(
        path,
        settings.record or "once",
        is_kept=settings.is_kept_from_recording,
        allow="say allow_ci=True",
    )
    settings = replace(settings, record=mode)
    return open_upstream(settings, path, borrowed_key=True, own_key=own_key)
