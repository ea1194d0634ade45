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

_OWN_OPTIONS = frozenset(
    ("host", "port", "workers", "verbose", "log_format", "watch", "state", "usage")
)
"""Options in which servers that share a state may differ."""
_ALIVE_MS = 30_000
"""How long what servers agree on is kept after the last of them wrote it."""
_CHECK_SECONDS = 10.0


def ways_of(settings: Settings) -> dict[str, str]:
    """What decides how a server answers: a digest of each option, its cassettes, its version."""
    ways = {
        each.name: _digest(repr(getattr(settings, each.name)).encode())
        for each in fields(settings)
        if each.name not in _OWN_OPTIONS
    }
    read = [Path(path).read_bytes() for path in settings.cassette if Path(path).is_file()]
    return {**ways, "cassette": _digest(*read), "version": _digest(version("mockserver").encode())}


def digest_of(ways: dict[str, str]) -> str:
    """The name of a group of servers that answer alike."""
    return _digest(json.dumps(ways, sort_keys=True).encode())


class Agreement:
    """Checks that all servers that use one Redis at the same time answer alike."""

    def __init__(self, store: "Store", ways: dict[str, str]) -> None:
        self._store = store
        self._ways = ways
        self._next_check = 0.0

    async def check(self) -> bool:
        """Check every few seconds whether all answer alike. Returns whether it was done now.

        Raises ApiError 503 where another server answers otherwise, or Redis does not answer.
        """
        if time.monotonic() < self._next_check:
            return False
        redis, key = self._store.redis, self._store.common_key("servers")
        agreed = await self._store.call(lambda: redis.get(key))
        if agreed is not None and json.loads(agreed) != self._ways:
            raise _disagreement(json.loads(agreed), self._ways)
        ours = json.dumps(self._ways)
        await self._store.call(lambda: redis.set(key, ours, px=_ALIVE_MS))
        self._next_check = time.monotonic() + _CHECK_SECONDS
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
