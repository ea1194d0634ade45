"""`MockServer`: the server as a test uses it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver import http, script, session  # what is needed of them is imported at its first use
from mockserver.environment import API_KEY, environment
from mockserver.errors import shorten_error
from mockserver.keywords import Options, keyword_settings, unexpected_keyword
from mockserver.options import UnknownOptionError, document_options
from mockserver.settings import OPTIONS, SHARED_BY_SESSIONS, Paths, Settings, options_of
from mockserver.webhooks import WebhookSender

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI
    from typing_extensions import Unpack

    from mockserver.cassettes import Player
    from mockserver.script import Conditions, Step, StepLike, StubBuilder
    from mockserver.session import Received, Session, StepWarning, UpstreamSource

_PATIENCE = 5.0
"""Seconds that exchanges with the upstream have to finish."""


class MockServer(WebhookSender):
    """A server of your own, in a thread of its own, for `with` and `async with`.

        with MockServer(seed=7) as server:
            server.script("Hello!")
            client = OpenAI(base_url=server.base_url, api_key="any")

    Args:
        cassette: one file or several, scripted or recorded.
        options: see below.

    Raises:
        TypeError: an option that is not there.
        ValueError: a value that an option cannot have.
        ScriptError, CassetteError: a cassette that cannot be used.
        OSError: the port cannot be had.
    """

    @shorten_error
    def __init__(self, cassette: Paths | None = None, **options: "Unpack[Options]") -> None:
        self._be(keyword_settings(cassette, options))

    def _be(self, settings: Settings) -> None:
        self.settings = settings
        """What holds here, every option with its value."""
        session.check_settings(settings)  # what cannot be understood is said at once
        self._upstream: UpstreamSource | None = None
        """Where to record from, if that was asked for."""
        if settings.record is not None:
            self._upstream = session.open_test_upstream(settings, own_key=API_KEY)
        files = settings.cassette if self._upstream is None else ()
        self._cassettes = session.load_cassettes(files)
        self._player: Player | None = None
        self._thread: http.ServerThread | None = None
        self._name = ""
        self._log_misses = True
        self._advice: str | None = None
        self._clients: list[OpenAI] = []
        self._ended: Session | None = None

    @shorten_error
    def session(
        self,
        name: str | None = None,
        cassette: Paths | None = None,
        *,
        player: "Player | None" = None,
        advice: str | None = None,
        log_misses: bool = True,
        **options: "Unpack[Options]",
    ) -> "MockServer":
        """Open an isolated world at a path of its own, with its own script, journal and state.

        It lives in this server's thread, which makes it cheap; stop it as any other.

        Args:
            name: what its path says; by default one that is free.
            cassette: files that answer there.
            player: plays recorded interactions there, in the place of files.
            advice: what a miss says where nothing was ever scripted.
            log_misses: whether misses go to the log.
            options: as of MockServer; the others are those of this server, which alone records
                what it was told to record.
        """
        __tracebackhide__ = True
        for shared in SHARED_BY_SESSIONS:
            if shared in options:
                raise TypeError(unexpected_keyword(UnknownOptionError(shared, "sessions", OPTIONS)))
        world = MockServer.__new__(MockServer)
        base = self.settings
        if base.record is not None:
            base = replace(base, record=None, cassette=())
        world._be(keyword_settings(cassette, options, base))
        world._thread = self._alive
        world._name = name or self._alive.sessions.free_name()
        world._player = player
        world._advice = advice
        world._log_misses = log_misses
        world._open()
        return world

    # Running.

    def start(self) -> "MockServer":
        """Begin to serve."""
        if self._thread is None:
            sessions = session.Sessions(self.settings, self._cassettes, self._upstream)
            self._thread = http.ServerThread(sessions)
            self._open()
        return self

    def stop(self) -> None:
        """End; what was received can still be looked at.

        Raises RuntimeError, which says where, when a function of a step did not end.
        """
        for client in self._clients:
            client.close()
        self._clients.clear()
        thread = self._thread
        if thread is None:
            return
        self._ended = self._session
        if self._name:
            thread.sessions.close(self._name)
        try:
            self.finish_recording()
        finally:
            self._thread = None
            if not self._name:
                thread.stop()
            elif self._ended.journal.is_waiting:
                thread.free()

    def hold_recording(self) -> list[str]:
        """Let what is recorded wait for `finish_recording`. Returns what was left out so far."""
        if self._upstream is None:
            return []
        self._upstream.recorder.holds = True
        return self._upstream.recorder.left_out

    def finish_recording(self, *, commit: bool = True) -> int:
        """Wait for what is under way with the upstream, and write it. Returns how much that was.

        Args:
            commit: whether a `rewrite`, and what was held, takes effect.
        """
        if self._upstream is None:
            return 0
        self._alive.wait_for(self._upstream.aclose(_PATIENCE), 2 * _PATIENCE)
        return self._upstream.recorder.close(commit)

    def __repr__(self) -> str:
        where = self.base_url if self._thread is not None else "not running"
        return f"<MockServer {where}>"

    def __enter__(self) -> "MockServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> "MockServer":
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def base_url(self) -> str:
        """What a client takes for its `base_url`."""
        return f"{self.url}/v1"

    @property
    def url(self) -> str:
        """The same without `/v1`: below it are the control endpoints, at `/__mockserver__`."""
        prefix = f"/s/{self._name}" if self._name else ""
        return self._alive.url + prefix

    @property
    def env(self) -> dict[str, str]:
        """The variables that lead clients, Azure's as well, to this server, for other processes."""
        return environment(self.url)

    @property
    def scrubbed(self) -> list[str]:
        """The kinds of secrets that were taken out of what was recorded."""
        return sorted(self._upstream.recorder.scrubbed) if self._upstream is not None else []

    # What is answered.

    @shorten_error
    def script(self, *steps: "StepLike") -> None:
        """Add steps to the queue; each answers one request, in order.

        A step is a string, an item, a list of items (one reply), what a builder returns, a mapping
        as in a cassette, a pydantic instance (a structured output), or a function that takes the
        request and returns any of these.

        Raises ScriptError for what cannot mean anything.
        """
        place = script.caller()
        script.check_any(steps, script.Place(place))
        made = [script.to_step(step, place) for step in steps]
        self._alive.call(lambda: self._session.script(made))

    @shorten_error
    def when(self, **conditions: Any) -> "StubBuilder":
        """Begin a stub: `server.when(model="gpt-5*", input={"contains": "weather"}).reply("It is 18
        °C")`.

        Conditions are those of a cassette's `when`. Of the stubs that fit, the most specific
        answers, then the newest. Raises ScriptError for a condition that can never hold.
        """
        place = script.caller()
        begun = place, script.to_conditions(conditions, place)
        self._session.unfinished.append(begun)
        return script.StubBuilder(partial(self._stub, begun), begun[1], place)

    @shorten_error
    def chaos(self, failure: "StepLike | None", *, probability: float = 1.0, seed: int = 0) -> None:
        """From now on let a share of the create requests fail: `server.chaos(error(503),
        probability=0.2)`; None ends that.

        What is scripted waits for the next attempt. Which requests fail depends on the seed, the
        request, and how often it came, so that a run is like the one before.

        Args:
            failure: an error, or a fault such as `drop()`.
            probability: the share, from 0 to 1.

        Raises ValueError for what is none of these.
        """
        made = None
        if failure is not None:
            step = script.to_step(failure, script.caller())
            made = session.ChaosSource(step, probability, seed)

        def begin() -> None:
            self._session.sources.written.chaos = made

        self._alive.call(begin)

    def reset(self) -> None:
        """Begin anew: no script, no journal, cassettes unused; what is under way stays apart."""
        self._alive.sessions.reset(self._name)

    # What was asked.

    @property
    def requests(self) -> "list[Received]":
        """The requests received, oldest first."""
        return self._session.journal.requests

    @property
    def last_request(self) -> "Received":
        """The newest request. Raises AssertionError when there is none."""
        __tracebackhide__ = True
        requests = self.requests
        if not requests:
            raise AssertionError(
                "No request was received. Does the client use the server's base_url?"
            )
        return requests[-1]

    @shorten_error
    def assert_requested(self, times: int | None = None, **conditions: Any) -> None:
        """Raise AssertionError unless so many create requests met the conditions; without `times`,
        one or more.

        The error shows the request that came nearest, and where it differs. Requests that the API
        refuses as invalid are not counted. Raises ScriptError for a condition that can never hold.
        """
        __tracebackhide__ = True
        wanted = script.to_conditions(conditions, script.caller(), ("times",))
        text = session.unmet(self._session.journal, wanted, times)
        if text is not None:
            raise AssertionError(text)

    @property
    def misses(self) -> "list[Received]":
        """The requests that nothing answered; their `text` explains why."""
        return self._session.journal.misses

    @property
    def unused(self) -> "list[Step]":
        """The scripted steps that no request has used as often as they say."""
        left = self._session.sources.left(self._session.view)
        return [entry.step for entry in left if entry.kind == "step"]

    @property
    def unplayed(self) -> list[str]:
        """Where the interactions of cassettes stand that no request has used."""
        return session.unplayed(self._session)

    @property
    def warnings(self) -> "list[StepWarning]":
        """What `strict_steps` warned of: steps that cannot answer their requests in reality."""
        return self._session.journal.warnings

    @property
    def stray_requests(self) -> list[str]:
        """The newest requests for sessions that are not open on this server."""
        return list(self._alive.sessions.late)

    def requests_text(self, stray: Sequence[str] = ()) -> str:
        """What is said of the requests received, or of why none came. stray: as of unused_text."""
        if not self.requests:
            return session.no_request(stray, self._at_root)
        return "\n".join(["Requests:", *session.list_requests(self.requests), *self._webhook_lines])

    def unused_text(self, stray: Sequence[str] = ()) -> str | None:
        """What is said of the scripted steps that are left; None when none are.

        stray: requests that came meanwhile and belong to no session.
        """
        return session.unused_text(self._session, stray, at_root=self._at_root)

    def unfinished_text(self) -> str | None:
        """What is said of each `when(…)` that was never given a reply; None when there is none."""
        return session.unfinished_text(self._session)

    def verify(self) -> None:
        """Raise AssertionError for a missed request, a step that is left, a stub without reply."""
        __tracebackhide__ = True
        texts = [miss.text for miss in self.misses]
        texts += [text for text in (self.unused_text(), self.unfinished_text()) if text]
        if texts:
            raise AssertionError("\n\n".join(texts))

    # Clients.

    def client(self, **options: Any) -> "OpenAI":
        """An `openai.OpenAI` for this server, closed with it. options: as of that class."""
        from mockserver.clients import make_client

        client = make_client(self.base_url, options)
        self._clients.append(client)
        return client

    def async_client(self, **options: Any) -> "AsyncOpenAI":
        """An `openai.AsyncOpenAI` for this server. It keeps no connection open, so nothing outlives
        a test's loop.
        """
        from mockserver.clients import make_async_client

        return make_async_client(self.base_url, options)

    # Inside.

    @property
    def _alive(self) -> "http.ServerThread":
        if self._thread is None:
            raise RuntimeError(
                "The server is not running. Use it in `with MockServer() as server:`, or call "
                "start()."
            )
        return self._thread

    @property
    def _session(self) -> "Session":
        if self._thread is None:
            if self._ended is not None:
                return self._ended
            raise RuntimeError(
                "The server was never started. Use it in `with MockServer() as server:`."
            )
        world = self._thread.sessions.get(self._name)
        assert world is not None
        return world

    def _open(self) -> None:
        # Nobody asks for the name yet, so this need not wait for the server's thread.
        self._alive.sessions.open(self._name, make=self._make)

    def _make(self) -> "Session":
        made = session.open_session(self.settings, self._cassettes, self._upstream)
        if self._player is not None:
            made.sources.cassettes = session.CassetteSource(players=[self._player])
        made.logs_misses = self._log_misses
        made.no_script_advice = self._advice or made.no_script_advice
        return made

    @property
    def _at_root(self) -> "list[Received]":
        return self._thread.sessions.at_root(self._session) if self._thread is not None else []

    def _stub(self, begun: "tuple[str, Conditions]", step: "Step") -> None:
        self._alive.call(lambda: self._session.finish_stub(begun, step))


document_options(MockServer, "MockServer", options_of("MockServer"))
