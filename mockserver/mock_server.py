"""`MockServer`: the server as a test uses it."""

from collections.abc import Iterable, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mockserver.api.dialects import dialect as named_dialect
from mockserver.brief import brief
from mockserver.cassettes.match_rules import match_rules
from mockserver.http.edge import Special
from mockserver.names import describe_unknown
from mockserver.running import Running
from mockserver.script.conditions import to_conditions
from mockserver.script.errors import caller
from mockserver.script.steps import Step, StepLike, to_step
from mockserver.session.journal import Received
from mockserver.session.opening import load_cassettes
from mockserver.session.reports import unmet, unplayed, unused_text
from mockserver.session.session import ON_MISS, OnMiss, Session
from mockserver.settings import Settings
from mockserver.when import When

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

Paths: TypeAlias = str | PathLike[str]

API_KEY = "mockserver-key"
"""The key that clients made here send; any other will do as well."""


class MockServer:
    """A server of your own, in a thread of its own, for `with` and `async with`.

        with MockServer(seed=7) as server:
            server.script("Hello!")
            client = OpenAI(base_url=server.base_url, api_key="any")

    cassette: one file or several, scripted or recorded. seed: what made-up values derive from; by
    default the cassette's own, or 0. dialect: `openai` or `open-responses`. on_miss: what answers a
    request that nothing else does: `fail` (an error that explains it), `generate` (a made-up
    reply), `echo` (the request's own text); by default `fail` once anything is scripted or a
    cassette is given, `generate` before that. repeat: what follows the last recorded answer to a
    request: `fail`, `last` (that one again), `loop` (the first again). match_order: answer in
    recorded order, whatever is asked. match_ignore: paths of requests that do not count, such as
    `metadata` or `input[*].id`. match_normalise: what varies without meaning: `dates`, `uuids`,
    `temp_paths`, `PATTERN=>TEXT`. speed: how fast recorded streams replay, 0 at once, 1 in their
    own time. strict_models: refuse models that the API does not have. allow_unknown: ignore
    parameters that the API does not know. api_keys: the keys that are let in; none means any. port:
    0 takes a free one.

    Raises ValueError for a value that is none of these; ScriptError or CassetteError for a cassette
    that cannot be used; OSError when the port cannot be had.
    """

    @brief
    def __init__(
        self,
        cassette: Paths | Iterable[Paths] | None = None,
        *,
        seed: int | None = None,
        dialect: str = "openai",
        on_miss: OnMiss | None = None,
        repeat: Literal["fail", "last", "loop"] = "fail",
        match_order: bool = False,
        match_ignore: Iterable[str] = (),
        match_normalise: Iterable[str] = (),
        speed: float = 0.0,
        strict_models: bool = False,
        allow_unknown: bool = False,
        api_keys: Iterable[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if on_miss is not None and on_miss not in ON_MISS:
            raise ValueError(describe_unknown("on_miss", on_miss, ON_MISS))
        if repeat not in ("fail", "last", "loop"):
            raise ValueError(describe_unknown("repeat", repeat, ("fail", "last", "loop")))
        rules = match_rules(ignore=match_ignore, normalise=match_normalise, order=match_order)
        spoken = named_dialect(dialect)
        cassettes = load_cassettes(_paths(cassette))

        def make() -> Session:
            given = cassettes.seed if seed is None else seed
            session = Session(
                seed=given or 0,
                dialect=spoken,
                on_miss=on_miss,
                player=cassettes.player(rules, repeat),
                prompts=cassettes.prompts,
            )
            session.scripted.play(cassettes.steps)
            session.logs_misses = self._logs_misses
            session.nothing = self._nothing or session.nothing
            return session

        self._make = make
        self._settings = Settings(
            strict_models=strict_models,
            allow_unknown=allow_unknown,
            api_keys=tuple(api_keys),
            speed=speed,
        )
        self._address = (host, port)
        self._running: Running | None = None
        self._name = ""
        self._shared = False
        self._logs_misses = True
        self._nothing: str | None = None
        self._clients: list[Any] = []
        self._ended: Session | None = None

    @classmethod
    def within(
        cls, running: Running, name: str, *cassette: Any, nothing: str | None = None, **options: Any
    ) -> "MockServer":
        """One that lives in a server which runs already, in a session of this name. options: as of
        MockServer.

        nothing: what a miss says where nothing was ever scripted.
        """
        __tracebackhide__ = True
        server = cls(*cassette, **options)
        server._nothing = nothing
        server._running, server._name, server._shared, server._logs_misses = (
            running,
            name,
            True,
            False,
        )
        server._open()
        return server

    # Running.

    def start(self) -> "MockServer":
        """Begin to serve."""
        if self._running is None:
            self._running = Running(*self._address)
            self._open()
        return self

    def stop(self) -> None:
        """End; what was received can still be looked at."""
        running = self._running
        for client in self._clients:
            client.close()
        self._clients.clear()
        if running is None:
            return
        self._ended = self._session
        self._running = None
        if self._shared:
            running.sessions.close(self._name)
            running.edge.special.pop(self._name, None)
        else:
            running.stop()

    def __repr__(self) -> str:
        where = self.base_url if self._running is not None else "not running"
        return f"<MockServer {where}>"

    def __enter__(self) -> "MockServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> "MockServer":
        import asyncio

        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *_: object) -> None:
        import asyncio

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
        """The variables that make OpenAI's SDKs talk to this server, for processes that a test
        starts.
        """
        return {"OPENAI_BASE_URL": self.base_url, "OPENAI_API_KEY": API_KEY}

    # What is answered.

    @brief
    def script(self, *steps: StepLike) -> None:
        """Add steps to the queue; each answers one request, in order.

        A step is a string, an item, a list of items (one reply), what a builder returns, a mapping
        as in a cassette, a pydantic instance (a structured output), or a function that takes the
        request and returns any of these.

        Raises ScriptError for what cannot mean anything.
        """
        place = caller()
        made = [to_step(step, place) for step in steps]
        self._alive.call(lambda: self._session.scripted.script(made))

    @brief
    def when(self, **conditions: Any) -> When:
        """Begin a stub: `server.when(model="gpt-5*", input={"contains": "weather"}).reply("It is 18
        °C")`.

        Conditions are those of a cassette's `when`. Of the stubs that fit, the most specific
        answers, then the newest. Raises ScriptError for a condition that can never hold.
        """
        place = caller()
        return When(self._stub, to_conditions(conditions, place), place)

    def reset(self) -> None:
        """Begin anew: no script and no journal, cassettes at their beginning. A request under way
        disturbs nothing.
        """
        self._alive.sessions.reset(self._name)

    # What was asked.

    @property
    def requests(self) -> list[Received]:
        """The requests received, oldest first."""
        return self._session.journal.requests

    @property
    def last_request(self) -> Received:
        """The newest request. Raises AssertionError when there is none."""
        requests = self.requests
        if not requests:
            raise AssertionError(
                "No request was received. Does the client use the server's base_url?"
            )
        return requests[-1]

    @brief
    def assert_requested(self, times: int | None = None, **conditions: Any) -> None:
        """Raise AssertionError unless so many create requests met the conditions; without `times`,
        one or more.

        The error shows the request that came nearest, and where it differs. Requests that the API
        refuses as invalid are not counted. Raises ScriptError for a condition that can never hold.
        """
        __tracebackhide__ = True
        text = unmet(self._session.journal, to_conditions(conditions, caller()), times)
        if text is not None:
            raise AssertionError(text)

    @property
    def misses(self) -> list[Received]:
        """The requests that nothing answered; their `text` explains why."""
        return self._session.journal.misses

    @property
    def unused(self) -> list[Step]:
        """The scripted steps that no request has used as often as they say."""
        return [
            standing.step for standing in self._session.scripted.left() if standing.kind == "step"
        ]

    @property
    def unplayed(self) -> list[str]:
        """Where the interactions of cassettes stand that no request has used."""
        return unplayed(self._session)

    def unused_text(self, stray: Sequence[str] = ()) -> str | None:
        """What is said of the scripted steps that are left; None when none are.

        stray: requests that came meanwhile and belong to no session.
        """
        return unused_text(self._session, stray)

    def verify(self) -> None:
        """Raise AssertionError when a request was missed, or a scripted step is left."""
        __tracebackhide__ = True
        texts = [miss.text for miss in self.misses]
        left = unused_text(self._session)
        if texts or left:
            raise AssertionError("\n\n".join([*texts, *([left] if left else [])]))

    # Clients.

    def client(self, **options: Any) -> "OpenAI":
        """An `openai.OpenAI` for this server; it is closed with the server. options: as of that
        class.
        """
        from mockserver.clients import client

        made = client(self.base_url, API_KEY, **options)
        self._clients.append(made)
        return made

    def async_client(self, **options: Any) -> "AsyncOpenAI":
        """An `openai.AsyncOpenAI` for this server. It keeps no connection open, so nothing outlives
        a test's loop.
        """
        from mockserver.clients import async_client

        return async_client(self.base_url, API_KEY, **options)

    # Inside.

    @property
    def _alive(self) -> Running:
        if self._running is None:
            raise RuntimeError(
                "The server is not running. Use it in `with MockServer() as server:`, or call "
                "start()."
            )
        return self._running

    @property
    def _session(self) -> Session:
        if self._running is None:
            if self._ended is not None:
                return self._ended
            raise RuntimeError(
                "The server was never started. Use it in `with MockServer() as server:`."
            )
        session = self._running.sessions.get(self._name)
        assert session is not None
        return session

    def _open(self) -> None:
        # Nobody asks for the name yet, so this need not wait for the server's thread.
        self._alive.edge.special[self._name] = Special(self._settings)
        self._alive.sessions.open(self._name, make=self._make)

    def _stub(self, step: Step) -> None:
        self._alive.call(lambda: self._session.scripted.stub(step))


def _paths(cassette: Paths | Iterable[Paths] | None) -> list[str]:
    if cassette is None:
        return []
    if isinstance(cassette, str | PathLike):
        return [fspath(cassette)]
    return [fspath(path) for path in cassette]
