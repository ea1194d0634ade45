"""The cassette of a running test, played through a server.

vcrpy goes on deciding all that it decides: which interaction answers, whether a request is
recorded, what is refused. Only what it plays takes another way: the body comes from the server,
over a socket, a stream in its own time, broken off where the recorded one was. What it records is
kept with its times.

Why not by OPENAI_BASE_URL, as everywhere else: clients that a module makes when it is imported, and
those with a URL of their own, would pass by, and another URL would not match what was recorded.
"""

import ssl
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

from mockserver.cassettes import (
    HeaderFields,
    Interaction,
    Played,
    Player,
    Positions,
    RecordedRequest,
    RecordedResponse,
    short_path,
)
from mockserver.mock_server import MockServer
from mockserver.vcr.internals import Cassette, path_of, request_of, unpatched

LIBRARIES = ("httpx2", "httpx")
"""The libraries whose calls are played so. Those of others get their answers from vcrpy itself."""
_PLAYED: ContextVar[list[Any] | None] = ContextVar("played", default=None)
"""What vcrpy played for the request that is under way; None where none of ours is."""
_EVENT_STREAM = "text/event-stream"
_SENT = 200
"""The status of all that the server sends: the client has the recorded one from vcrpy."""

Handler: TypeAlias = Callable[..., Any]
Steps: TypeAlias = Generator[Any, Any, Any]


class _NumberedPlayer(Player):
    """Interactions that are asked for by their number, the last part of a path."""

    def add(self, interaction: Interaction) -> int:
        """Take in an interaction. Returns its number."""
        self.interactions.append(interaction)
        return len(self.interactions) - 1

    def find(
        self,
        method: str,  # noqa: ARG002
        target: str,
        headers: HeaderFields | Sequence[tuple[str, str]],  # noqa: ARG002
        body: bytes,  # noqa: ARG002
        positions: Positions,
    ) -> Played:
        number = int(target.rpartition("/")[2])
        key = f"{self.name} {number}"
        return Played(self.interactions[number], (key, positions.uses(key)))


class Replay:
    """Lets what vcrpy plays come from a server, as long as it is open.

    Args:
        server: where a session is opened for it.
        cassette: a cassette of vcrpy that is in use.
        name: the name of the session.
        speed: how fast streams replay: 0 at once, 1 in their own time.
    """

    def __init__(self, server: MockServer, cassette: Cassette, name: str, speed: float) -> None:
        self._cassette = cassette
        self._player = _NumberedPlayer(name="played")
        self._served = server.session(
            name, player=self._player, on_miss="fail", speed=speed, log_misses=False
        )
        self._play = cassette.play_response
        cassette.play_response = self._note_played
        # Nothing that goes to the server is encrypted; making a context anew each time takes long.
        self._ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._patched: list[tuple[type, str, Handler]] = []
        for library in map(import_module, filter(find_spec, LIBRARIES)):
            way = _Way(library, library.HTTPTransport, _read)
            self._patch(way.transport, "handle_request", self._handler(way))
            way = _Way(library, library.AsyncHTTPTransport, _read_async)
            self._patch(way.transport, "handle_async_request", self._async_handler(way))

    @property
    def played(self) -> int:
        """How many answers came from the server."""
        return len(self._player.interactions)

    def close(self) -> None:
        """Leave everything as it was."""
        while self._patched:
            owner, name, before = self._patched.pop()
            setattr(owner, name, before)
        self._cassette.play_response = self._play
        self._served.stop()

    def _patch(self, owner: type, name: str, make: Callable[[Handler], Handler]) -> None:
        before = getattr(owner, name)
        self._patched.append((owner, name, before))
        setattr(owner, name, make(before))

    def _note_played(self, request: Any) -> Any:
        response = self._play(request)
        noted = _PLAYED.get()
        if noted is not None:
            noted.append(response)
        return response

    # What stands in the place of the methods of transports.

    def _handler(self, way: "_Way") -> Callable[[Handler], Handler]:
        def make(by_vcrpy: Handler) -> Handler:
            def handle_request(transport: Any, request: Any) -> Any:
                return _carried_out(self._handle(way, by_vcrpy, transport, request))

            return handle_request

        return make

    def _async_handler(self, way: "_Way") -> Callable[[Handler], Handler]:
        def make(by_vcrpy: Handler) -> Handler:
            async def handle_async_request(transport: Any, request: Any) -> Any:
                return await _awaited(self._handle(way, by_vcrpy, transport, request))

            return handle_async_request

        return make

    def _handle(self, way: "_Way", by_vcrpy: Handler, transport: Any, request: Any) -> Steps:
        """Answer a request to a transport, whose method vcrpy has made what it is: what is yielded
        is sent back, awaited before where the transport is asynchronous.
        """
        real = unpatched(by_vcrpy)
        sent = _Clock()
        yield way.read(request.stream, sent)
        request.stream = way.library.ByteStream(sent.body)
        asked = request_of(request.method, str(request.url), sent.body, request.headers)
        if self._is_recorded(asked):
            clock = _Clock()
            response = yield real(transport, request)
            yield way.read(response.stream, clock)
            return self._record(way.library, asked, response, clock)
        with _noting() as noted:
            response = yield by_vcrpy(transport, request)
        if noted:
            url = self._serve(noted[0], b"".join(response.stream))
            own = way.transport(**self._options(way.library))
            served = yield real(own, _request_for(way.library, url, request))
            response.stream = _checked(served)
        return response

    # Playing.

    def _serve(self, recorded: dict[str, Any], body: bytes) -> str:
        """Let the server have a recorded answer. Returns the URL that gives it.

        body: its bytes as they travel, which a content coding may have made of those that count.
        """
        number = self._player.add(
            Interaction(
                RecordedRequest("GET", "/"),
                _recorded_response(recorded, body),
                self._source_of(recorded),
            )
        )
        return f"{self._served.url}/vcr/{number}"

    def _source_of(self, recorded: dict[str, Any]) -> str:
        path = short_path(path_of(self._cassette))
        places = enumerate(self._cassette.responses, 1)
        return next((f"{path}#{place}" for place, each in places if each is recorded), path)

    def _options(self, library: Any) -> dict[str, Any]:
        """How a transport to the server is made: it is used once, and leaves nothing open."""
        return {
            "verify": self._ssl,
            "trust_env": False,
            "limits": library.Limits(max_keepalive_connections=0),
        }

    # Recording.

    def _is_recorded(self, asked: Any) -> bool:
        """Whether vcrpy would pass a request on, and record it."""
        cassette = self._cassette
        if cassette.write_protected or not cassette.filter_request(asked):
            return False
        return not cassette.can_play_response_for(asked)

    def _record(self, library: Any, asked: Any, response: Any, clock: "_Clock") -> Any:
        """Put an answer into the cassette as vcrpy does; a stream with its times, where these are
        those of its bytes still when the user's hooks have gone over it.
        """
        headers: dict[str, list[str]] = {}
        for name, value in response.headers.multi_items():
            headers.setdefault(name, []).append(value)
        body = clock.body
        recorded: dict[str, Any] = {
            "status": {"code": response.status_code, "message": response.reason_phrase},
            "headers": headers,
            "body": {"string": body},
        }
        is_stream = response.headers.get("content-type", "").startswith(_EVENT_STREAM)
        if is_stream and "content-encoding" not in response.headers:
            recorded["mockserver"] = {"chunks": clock.chunks}
        before = len(self._cassette)
        self._cassette.append(asked, recorded)
        for kept in self._cassette.responses[before:]:
            additions = kept.get("mockserver")
            if additions is not None and not _fits(additions.get("chunks") or [], kept):
                del kept["mockserver"]
        response.stream = library.ByteStream(body)
        return response


@contextmanager
def _noting() -> Iterator[list[Any]]:
    """What vcrpy plays meanwhile, in this thread or task."""
    noted: list[Any] = []
    token = _PLAYED.set(noted)
    try:
        yield noted
    finally:
        _PLAYED.reset(token)


class _Clock:
    """Notes when the parts of a body came."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.chunks: list[list[float]] = []
        self._begin = time.monotonic()

    def add(self, part: bytes) -> None:
        """A part came, now."""
        offset = round((time.monotonic() - self._begin) * 1000, 1)
        self._parts.append(part)
        self.chunks.append([offset, len(part)])

    @property
    def body(self) -> bytes:
        """All that came."""
        return b"".join(self._parts)


class _Way(NamedTuple):
    """How a library sends requests. transport: its class; read: takes in a stream."""

    library: Any
    transport: Any
    read: Callable[[Any, _Clock], Any]


def _read(stream: Any, clock: _Clock) -> None:
    try:
        for part in stream:
            clock.add(part)
    finally:
        stream.close()


async def _read_async(stream: Any, clock: _Clock) -> None:
    try:
        async for part in stream:
            clock.add(part)
    finally:
        await stream.aclose()


def _carried_out(steps: Steps) -> Any:
    """What steps return that wait for nothing."""
    result = None
    while True:
        try:
            result = steps.send(result)
        except StopIteration as end:
            return end.value


async def _awaited(steps: Steps) -> Any:
    """What steps return each of which is awaited."""
    advance: Callable[[], Any] = partial(steps.send, None)
    while True:
        try:
            waiting = advance()
        except StopIteration as end:
            return end.value
        try:
            advance = partial(steps.send, await waiting)
        except BaseException as error:
            advance = partial(steps.throw, error)


def _request_for(library: Any, url: str, request: Any) -> Any:
    """The request to the server, with the patience of the client's own."""
    timeout = request.extensions.get("timeout")
    extensions = {} if timeout is None else {"timeout": timeout}
    return library.Request("GET", url, extensions=extensions)


def _checked(served: Any) -> Any:
    """The stream of the server's answer."""
    if served.status_code != _SENT:
        raise RuntimeError(f"the server answered {served.status_code} in place of the recording")
    return served.stream


def _recorded_response(recorded: dict[str, Any], body: bytes) -> RecordedResponse:
    """A response of vcrpy, as the server sends it: the client has its headers already."""
    kind = _content_type((recorded.get("headers") or {}).items())
    additions = recorded.get("mockserver") or {}
    chunks = additions.get("chunks") or []
    times = None
    if _add_up(chunks, body):
        times = tuple((float(at), int(size)) for at, size in chunks)
    return RecordedResponse(
        _SENT,
        headers=(("content-type", kind),) if kind else (),
        body=body,
        chunks=times,
        cut=additions.get("cut") is True,
    )


def _content_type(fields: Iterable[tuple[Any, Any]]) -> str:
    for name, value in fields:
        if str(name).lower() == "content-type":
            return str(value[0] if isinstance(value, list | tuple) else value)
    return ""


def _fits(chunks: Any, kept: dict[str, Any]) -> bool:
    body = (kept.get("body") or {}).get("string", b"")
    return _add_up(chunks, body.encode() if isinstance(body, str) else body)


def _add_up(chunks: Any, body: bytes) -> bool:
    """Whether the times of a recording are those of these bytes."""
    return bool(chunks) and sum(int(size) for _, size in chunks) == len(body)
