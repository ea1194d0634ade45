"""The sessions of servers that answer together: opened by one, open in all."""

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import fields

from mockserver.api import Json, own_error
from mockserver.script.loader import StoredPrompt
from mockserver.session.opening import CassetteContents, SessionMaker, Sessions
from mockserver.session.session import Session
from mockserver.session.shared.agreement import Agreement, digest_of, ways_of
from mockserver.session.shared.log import Log, Store
from mockserver.session.shared.state import SharedState
from mockserver.session.state import State
from mockserver.settings import Settings

log = logging.getLogger("mockserver")


class SharedSessions(Sessions):
    """The sessions of a server whose settings name a state.

    Raises ValueError where redis-py is missing, or the URL is none of Redis.
    """

    is_shared = True

    def __init__(self, settings: Settings, cassettes: CassetteContents | None = None) -> None:
        assert settings.state is not None, "SharedSessions need a state"
        ways = ways_of(settings)
        self._store = Store(settings.state, settings.state_seconds, digest_of(ways))
        self._agreement = Agreement(self._store, ways)
        self._registry = self._store.key("", "sessions")
        self._counter = self._store.key("", "opened")
        self._opened_as: dict[str, bytes] = {}
        """How the named sessions that this server knows were opened."""
        super().__init__(settings, cassettes)

    def _maker(self, name: str, settings: Settings) -> SessionMaker:
        make = super()._maker(name, settings)

        def make_shared() -> Session:
            session = make()
            assert isinstance(session.state, SharedState)
            session.state.at_reset = session.webhooks.break_off
            return session

        return make_shared

    def _state(self, name: str, settings: Settings, prompts: Mapping[str, StoredPrompt]) -> State:
        return SharedState(self._log(name, self._opened_as.get(name)), settings, prompts)

    def _log(self, name: str, opened: bytes | None) -> Log:
        """What is written of a session; another one of its name writes elsewhere."""
        return Log(self._store, f"{name}:{json.loads(opened)['id']}" if opened else name)

    async def find(self, name: str) -> Session | None:
        """The session of this name, if any server has opened it. Raises ApiError 503."""
        redis, kept_ms = self._store.redis, self._store.milliseconds
        if await self._agreement.check():
            await self._store.call(lambda: redis.pexpire(self._registry, kept_ms))
        if not name:
            return self.default
        look = redis.pipeline(transaction=False).hget(self._registry, name)
        look.pexpire(self._registry, kept_ms)
        said, _ = await self._store.call(look.execute)
        return self._known(name, said)

    async def open_as(self, name: str, options: Json, settings: Settings) -> Session | None:
        """Open a session in all servers; None where one is open of this name. Raises ApiError
        503, and 422 for options that are secret.
        """
        self._refuse_secrets(settings)
        said = json.dumps({"options": options, "id": secrets.token_hex(8)}).encode()
        maker = self._maker(name, settings)  # What is wrong with it is said before it is open.
        write = self._store.redis.pipeline(transaction=True)
        write.hsetnx(self._registry, name, said)
        write.pexpire(self._registry, self._store.milliseconds)
        is_new, _ = await self._store.call(write.execute)
        if not is_new:
            return None
        self._opened_as[name] = said
        return self.open(name, make=maker)

    async def new_name(self) -> str:
        """A name that no session has had, in any server."""
        while True:
            write = self._store.redis.pipeline(transaction=True).incr(self._counter)
            write.pexpire(self._counter, self._store.milliseconds)
            count, _ = await self._store.call(write.execute)
            if await self.find(f"session-{count}") is None:
                return f"session-{count}"

    async def end(self, name: str) -> bool:
        """Close a session in all servers; False where none is open of this name."""
        write = self._store.redis.pipeline(transaction=True).hget(self._registry, name)
        write.hdel(self._registry, name)
        opened, is_open = await self._store.call(write.execute)
        self._forget(name)
        if is_open:
            await self._log(name, opened).delete()
        return bool(is_open)

    async def begin_anew(self, name: str) -> None:
        """Reset a session, in all servers."""
        session = await self.find(name)
        if session is not None:
            assert isinstance(session.state, SharedState)
            await session.state.reset()

    async def all_named(self) -> list[tuple[str, Session]]:
        """The sessions that any server has opened."""
        said = await self._store.call(lambda: self._store.redis.hgetall(self._registry))
        named = {name.decode(): opened for name, opened in said.items()}
        for name in [*self]:
            if name not in named:
                self._forget(name)
        found = [(name, self._known(name, opened)) for name, opened in sorted(named.items())]
        return [(name, session) for name, session in found if session is not None]

    async def leave(self) -> None:
        """Write down what is still to be told, and let the connections go."""
        for session in self._named.values():
            assert isinstance(session.state, SharedState)
            await session.state.finish()
        await self._store.close()

    async def check(self) -> None:
        """Raise ApiError 503 where Redis does not answer."""
        await self._store.check()
        await self._agreement.check()

    async def reload(self, cassettes: CassetteContents) -> None:  # noqa: ARG002
        """Cassettes stay as they are: all servers count which interactions have answered."""
        log.warning(
            "mockserver: cassettes that several servers count the answers of stay as they were "
            "read. Do: start all servers again."
        )

    def _known(self, name: str, said: bytes | None) -> Session | None:
        """A session, opened here as well if it was opened elsewhere."""
        if said is None:
            self._forget(name)
            return None
        if self._opened_as.get(name) != said:
            self._opened_as[name] = said
            options = json.loads(said)["options"]
            self.open(name, Settings.of("sessions", options, self.settings))
        return self.get(name)

    def _refuse_secrets(self, settings: Settings) -> None:
        """Raise ApiError for a secret that would have to be written down for other servers."""
        for each in fields(Settings):
            if not each.repr and getattr(settings, each.name) != getattr(self.settings, each.name):
                text = (
                    f"'{each.name}' is secret, and what is said of a session is written down for "
                    "all servers that share the state. Do: start them with it."
                )
                raise own_error(422, text, "mockserver_not_shared", param=each.name)

    def _forget(self, name: str) -> None:
        self._opened_as.pop(name, None)
        self.close(name)
