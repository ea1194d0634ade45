"""Servers that share a state must answer alike: with the same options and cassettes."""

import json
import time
from dataclasses import fields
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.api import ApiError, own_error
from mockserver.api.errors import enumerated
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.session.shared.log import Store

_OWN = frozenset(("host", "port", "workers", "verbose", "log_format", "watch", "state", "usage"))
"""Options that each server may have its own way."""
_ALIVE_MS = 30_000
"""How long a server counts as there after it was last heard of."""
_TELL_SECONDS = 10.0


def ways_of(settings: Settings) -> dict[str, str]:
    """What decides how a server answers: a digest of each option, and of what its cassettes say."""
    ways = {
        each.name: _digest(repr(getattr(settings, each.name)).encode())
        for each in fields(settings)
        if each.name not in _OWN
    }
    read = [Path(path).read_bytes() for path in settings.cassette if Path(path).is_file()]
    return {**ways, "cassette": _digest(*read), "version": _digest(version("mockserver").encode())}


def digest_of(ways: dict[str, str]) -> str:
    """What names all servers that answer alike."""
    return _digest(json.dumps(ways, sort_keys=True).encode())


class Agreement:
    """Sees to it that all servers which use a Redis at a time answer alike."""

    def __init__(self, store: "Store", ways: dict[str, str]) -> None:
        self._store = store
        self._ways = ways
        self._next = 0.0

    async def check(self) -> bool:
        """Look now and then whether all answer alike; whether that was done now.

        Raises ApiError 503 where another server answers otherwise, or Redis does not answer.
        """
        if time.monotonic() < self._next:
            return False
        redis, key = self._store.redis, self._store.common_key("servers")
        said = await self._store.call(lambda: redis.get(key))
        if said is not None and json.loads(said) != self._ways:
            raise _disagreement(json.loads(said), self._ways)
        mine = json.dumps(self._ways)
        await self._store.call(lambda: redis.set(key, mine, px=_ALIVE_MS))
        self._next = time.monotonic() + _TELL_SECONDS
        return True


def _disagreement(theirs: dict[str, str], ours: dict[str, str]) -> ApiError:
    names = [name for name in {**theirs, **ours} if theirs.get(name) != ours.get(name)]
    text = (
        "Another server that uses this state was started differently: "
        f"{enumerated(sorted(names))} are not the same. Do: start all with the same options and "
        f"cassettes, or wait {_ALIVE_MS // 1000} seconds after the others have ended."
    )
    return own_error(503, text, "mockserver_state_disagrees")


def _digest(*parts: bytes) -> str:
    whole = sha256()
    for part in parts:
        whole.update(sha256(part).digest())
    return whole.hexdigest()[:16]
