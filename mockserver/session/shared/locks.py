"""The locks of conversations whose answers are on their way: who holds them, and whether that
server is still there to release them.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from mockserver.api import ApiError
from mockserver.session.shared.log import Store
from mockserver.session.state import Change

Lock: TypeAlias = tuple[str, str]
"""A conversation, and the response that is at work on it."""

_ALIVE_MS = 20_000
"""How long a server counts as there after it was last heard of."""
_BEAT_SECONDS = 5.0


class Locks:
    """The locks of one session. Those of runs in the background are not here: they end alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._holders: dict[Lock, str] = {}
        """The servers that hold them, as they were read."""
        self._own: set[Lock] = set()
        """Those that this server holds."""
        self._beating: asyncio.Task[None] | None = None
        self._next_look = 0.0

    # Those of this server.

    async def take(self, change: Change) -> None:
        """Note a lock that a change takes, before that is written. Raises ApiError 503."""
        if change.locked is not None and change.stored is None:
            if self._beating is None:
                await self._beat()
                self._beating = asyncio.ensure_future(self._beat_on())
            self._own.add(change.locked)

    def let_go(self, lock: Lock | None) -> None:
        """Note that a lock is held no longer, or was not taken."""
        if lock is not None:
            self._own.discard(lock)

    async def _beat(self) -> None:
        """Say that this server is there."""
        key = self._key(self._store.server)
        await self._store.call(lambda: self._store.redis.set(key, 1, px=_ALIVE_MS))

    async def _beat_on(self) -> None:
        while self._own:
            await asyncio.sleep(_BEAT_SECONDS)
            with suppress(ApiError):
                await self._beat()
        self._beating = None

    def stop(self) -> None:
        """Say no more that this server is there."""
        if self._beating is not None:
            self._beating.cancel()

    # Those of all servers.

    @property
    def held(self) -> list[tuple[str, str, str]]:
        """All, with their servers."""
        return [(*lock, server) for lock, server in self._holders.items()]

    def read(self, change: Change, server: str) -> None:
        """Take in what a server has changed."""
        if change.locked is not None and change.stored is None:
            self._holders[change.locked] = server
        if change.released is not None:
            self._holders.pop(change.released, None)

    def load(self, held: Iterable[tuple[str, str, str]] = ()) -> None:
        """Replace what is known by these."""
        self._holders = {(conversation, by): server for conversation, by, server in held}

    async def orphaned(self) -> list[Lock]:
        """The locks that nobody will release; looks for them every few seconds."""
        if not self._holders or time.monotonic() < self._next_look:
            return []
        self._next_look = time.monotonic() + _BEAT_SECONDS
        exists = self._store.redis.exists
        gone = {
            server: not await self._store.call(partial(exists, self._key(server)))
            for server in {*self._holders.values()} - {self._store.server}
        }
        return [
            lock
            for lock, server in self._holders.items()
            if gone.get(server, lock not in self._own)
        ]

    def _key(self, server: str) -> str:
        return self._store.common_key(f"alive:{server}")
