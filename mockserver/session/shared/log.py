"""The log of a session in Redis: what each server writes, all read, in one order.

Below a prefix and the name of the session stand a hash `meta` (the epoch that the log began in, how
much of it the snapshot stands for, how many bytes it has), a list `log`, and a list `snapshot`,
which replaces the beginning of a log that has become long. Scripts make each exchange one step.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from mockserver.api import ApiError, own_error
from mockserver.names import describe_unknown

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

_PREFIX = "mockserver:1"
"""Of all keys. The number is that of the format: servers that write another do not see it."""
SECONDS = 2.0
"""How long an exchange may take. It is tried twice, since a connection may have ended unnoticed."""
_CONNECTIONS = 16
_SCHEMES = ("redis", "rediss", "unix")
_RULE = "--state must be redis://HOST:PORT/DB"
_PORTION = 32 * 1024
"""About how many bytes of a snapshot are written at a time; others have their turn between."""
_DRAFT_MS = 60_000
"""How long a snapshot that is being written is kept, and nobody else writes one."""

Status: TypeAlias = Literal["ok", "refused", "anew"]


@dataclass(frozen=True, slots=True)
class LogReply:
    """What an exchange brings.

    Attributes:
        now: Unix seconds, by the clock of Redis.
        epoch: names this log; another one begins with each reset.
        run: names the process that said so.
        base: how many entries the snapshot stands for.
        size, kept: bytes of the log behind that, and of the snapshot.
        missed: the entries from the position on that was known; all after the snapshot, for "anew".
        snapshot: the snapshot, for "anew".
    """

    status: Status
    now: float
    epoch: bytes
    run: bytes
    base: int
    size: int
    kept: int
    missed: list[bytes]
    snapshot: list[bytes]


class Store:
    """A Redis or Valkey server, 6 or newer, as several servers of ours share it.

    Args:
        url: as in `redis://HOST:6379/0`.
        seconds: how long what nobody uses is kept.
        group: names the servers that answer alike.

    Raises:
        ValueError: redis-py is not installed, or the URL is none of Redis.
    """

    def __init__(self, url: str, seconds: float, group: str) -> None:
        self.url = url
        self.seconds = seconds
        self._group = group
        self.redis: Any = _connect(url)
        self.exchange = self.redis.register_script(_script("exchange"))
        self.shorten = self.redis.register_script(_script("shorten"))

    @property
    def milliseconds(self) -> int:
        """How long what nobody uses is kept."""
        return int(self.seconds * 1000)

    def key(self, name: str, part: str) -> str:
        """The key of a part of a session; all parts of one stand in the same slot of a cluster."""
        return f"{{{_PREFIX}:{self._group}:{name}}}:{part}"

    def common_key(self, part: str) -> str:
        """The key of what all servers know, however they answer."""
        return f"{_PREFIX}:{part}"

    @cached_property
    def server(self) -> str:
        """Names this server. It is first asked for when it serves, so that no two processes that
        come of one have it in common.
        """
        return secrets.token_hex(6)

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """What Redis answers. Raises ApiError 503 where it is down, slow, or refuses."""
        import redis.exceptions as failures

        try:
            return await work()
        except (failures.RedisError, OSError, TimeoutError) as error:
            raise unavailable(self.url, error) from error

    async def check(self) -> None:
        """Raise ApiError 503 where Redis does not answer."""
        await self.call(lambda: self.redis.ping())

    async def close(self) -> None:
        """Let the connections go."""
        await self.redis.aclose()


class Log:
    """The log of one session."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self._keys = [store.key(name, part) for part in ("meta", "log", "snapshot")]
        self._drafting = store.key(name, "drafting")

    async def exchange(
        self,
        epoch: bytes,
        run: bytes,
        position: int,
        entries: Sequence[bytes],
        *,
        rests_on: str = "",
        last_is_optional: bool = False,
    ) -> LogReply:
        """Add entries, and get what was missed.

        Args:
            epoch, run, position: what is known of the log.
            rests_on: keys that must not have changed since, separated by spaces.
            last_is_optional: whether the last entry is added only if none of them has.
        """
        sure = len(entries) - last_is_optional
        args: list[bytes | str | int] = [
            epoch,
            run,
            position,
            self.store.milliseconds,
            rests_on,
            sure,
            *entries,
        ]
        said: Any = await self.store.call(lambda: self.store.exchange(keys=self._keys, args=args))
        status, now, epoch, run, base, size, kept, missed, snapshot = said
        return LogReply(
            status.decode(),
            int(now) / 1e6,
            epoch,
            run,
            int(base),
            int(size),
            int(kept),
            missed,
            snapshot,
        )

    async def shorten(self, epoch: bytes, position: int, entries: Iterable[bytes]) -> None:
        """Let entries that say the same stand for all up to a position. They are made as they are
        written, a portion at a time.
        """
        redis = self.store.redis
        draft = f"{self._keys[2]}:{secrets.token_hex(8)}"
        number = size = 0
        portions = _portions(entries)
        while True:
            began = time.monotonic()
            portion = next(portions, None)
            if portion is None:
                break
            await asyncio.sleep(time.monotonic() - began)
            write = redis.pipeline(transaction=True)
            write.rpush(draft, *portion)
            write.pexpire(draft, _DRAFT_MS)
            write.pexpire(self._drafting, _DRAFT_MS)
            await self.store.call(write.execute)
            number += len(portion)
            size += sum(map(len, portion))
        args: list[bytes | str | int] = [epoch, position, number, size]
        await self.store.call(lambda: self.store.shorten(keys=[*self._keys, draft], args=args))

    async def may_shorten(self) -> bool:
        """Whether no other server is at it. Whoever may says so when it is done."""
        set_ = self.store.redis.set
        return bool(await self.store.call(lambda: set_(self._drafting, 1, nx=True, px=_DRAFT_MS)))

    async def has_shortened(self) -> None:
        """Let others shorten the log again."""
        await self.store.call(lambda: self.store.redis.delete(self._drafting))

    async def delete(self) -> None:
        """Let all go that was written; whoever comes next begins anew."""
        await self.store.call(lambda: self.store.redis.delete(*self._keys))


def _portions(entries: Iterable[bytes]) -> Iterator[list[bytes]]:
    portion: list[bytes] = []
    size = 0
    for entry in entries:
        portion.append(entry)
        size += len(entry)
        if size >= _PORTION:
            yield portion
            portion = []
            size = 0
    if portion:
        yield portion


def unavailable(url: str, error: BaseException) -> ApiError:
    """What is answered where the state cannot be reached."""
    text = (
        f"The state that this server shares cannot be used: {without_password(url)} says "
        f"'{_said(error)}'. Do: see that it runs and can be reached from here; this server goes on "
        "by itself as soon as it does."
    )
    return own_error(503, text, "mockserver_state_unavailable")


async def trouble_with(url: str) -> str | None:
    """Why a state cannot be used; None where it can."""
    store = Store(url, 1.0, "")
    try:
        await store.check()
    except ApiError as error:
        return _said(error.__cause__ or error)
    finally:
        await store.close()
    return None


def _said(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def without_password(url: str) -> str:
    """An address as it may be shown."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.lua").read_text(encoding="utf-8")


def _connect(url: str) -> "Redis":
    _check_address(url)
    try:
        import redis.asyncio as redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError:
        raise ValueError("--state needs redis-py. Do: pip install 'mockserver[redis]'") from None
    try:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=SECONDS,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError as error:
        raise ValueError(f"{_RULE}: {error}") from None
    return redis.Redis.from_pool(pool)


def _check_address(url: str) -> None:
    """Refuse what redis-py would take for the Redis of this machine, or for its first database.

    Raises ValueError.
    """
    scheme, _, rest = url.partition("://")
    database = rest.rpartition("@")[2].partition("?")[0].partition("/")[2]
    if not rest:
        raise ValueError(f"{_RULE}: it has no '://' with a host behind it")
    if scheme not in _SCHEMES:
        raise ValueError(f"{_RULE}: {describe_unknown('scheme', scheme, _SCHEMES)}")
    if scheme != "unix" and database and not database.isdecimal():
        raise ValueError(f"{_RULE}: the database '{database}' is no number")
