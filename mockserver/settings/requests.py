"""Options: which requests are let in, and what they may cost."""

from dataclasses import dataclass

from mockserver.settings.recordings import RecordingSettings
from mockserver.settings.row import (
    ANSWERED_UPSTREAM,
    PLUGIN_SERVER,
    SERVER_LIMIT,
    SHARED_STATE,
    row,
)


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)  # `Settings` is made
class RequestSettings(RecordingSettings):
    """Which requests are let in, and what they may cost."""

    strict_models: bool = row(
        "bool",
        "refuse models that the API does not have",
        False,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    strict_files: bool = row(
        "bool",
        "refuse ids of files, vector stores and containers that were not made here",
        False,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    allow_unknown: bool = row(
        "bool",
        "ignore parameters that the API does not know",
        False,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    examples: bool = row(
        "bool",
        "answer made-up ids with examples, and forgive what a body lacks",
        False,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    api_keys: tuple[str, ...] = row(
        "list",
        "a key to let in (repeatable), also to the control endpoints; without, any key",
        (),
        metavar="KEY",
        flags=("--api-key",),
        is_secret=True,
        section="requests",
    )
    cors: tuple[str, ...] = row(
        "list",
        "an origin whose web pages may use the server, such as http://localhost:3000 "
        "(repeatable); '*' is every page that is visited. Without, pages cannot reach the control "
        "endpoints and what is recorded",
        (),
        metavar="ORIGIN",
        section="requests",
    )
    allowed_host: tuple[str, ...] = row(
        "list",
        "a name, beside localhost and addresses, under which the control endpoints and what is "
        "recorded may be reached, such as mockserver or *.example.com (repeatable)",
        (),
        metavar="HOST",
        section="requests",
    )
    max_body: float = row(
        "int", "longest body of a request, in MiB", 64, metavar="MIB", least=1, section="requests"
    )
    workers: int = row(
        "int",
        "processes that answer at the port; without --state they share none, so what one of them "
        "would have to remember for all is refused",
        1,
        metavar="N",
        least=1,
        most=64,
        section="where",
        but=SHARED_STATE,
    )
    state: str | None = row(
        "string",
        "a Redis or Valkey server, redis://HOST:PORT/DB, that holds what servers with the same "
        "options share: scripts, stored responses, sessions, the journal; without, each server "
        "has its own in memory",
        metavar="URL",
        section="where",
        is_secret=True,
        but=SHARED_STATE,
    )
    state_seconds: float = row(
        "float",
        "how long the shared state is kept when nobody asks for it",
        86_400.0,
        metavar="SECONDS",
        least=1,
        section="where",
        but=SHARED_STATE,
    )
    max_header_size: float = row(
        "int",
        "longest head of a request, its first line and its headers, in KiB; a longer one is "
        "refused with 431",
        256,
        metavar="KIB",
        least=1,
        section="requests",
        but=SERVER_LIMIT,
    )
    max_header_lines: int = row(
        "int",
        "how many headers a request may have; one with more is refused with 431",
        1000,
        metavar="N",
        least=1,
        section="requests",
        but=SERVER_LIMIT,
    )
    request_seconds: float = row(
        "float",
        "how long a request, or the handshake of a WebSocket, may take to arrive whole; one that "
        "takes longer is refused with 408",
        120.0,
        metavar="SECONDS",
        least=0.01,
        section="requests",
        but=SERVER_LIMIT,
    )
    store_limit: int = row(
        "int",
        "how many responses, how many conversations, and how many files and vector stores are "
        "kept; the oldest leave",
        10_000,
        metavar="N",
        least=1,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    compute_seconds: float = row(
        "float",
        "how long the answer to one request may be computed",
        60.0,
        metavar="SECONDS",
        least=0,
        section="requests",
    )
    open_sessions: bool = row(
        "bool",
        "open a session when a request first names it: by its path /s/NAME, the header "
        "x-mockserver-session, a cookie mockserver-session or the key mockserver-session:NAME",
        False,
        section="requests",
        but={**PLUGIN_SERVER, "record": "they would share one recording"},
    )
    store_size: float = row(
        "int",
        "how much memory the responses that are kept may take, and the conversations, and the "
        "files and vector stores, as much again, in MiB, about; the oldest leave",
        128,
        metavar="MIB",
        least=1,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    journal_limit: int = row(
        "int",
        "how many requests the journal keeps; the oldest leave",
        10_000,
        metavar="N",
        least=1,
        section="requests",
    )
    journal_size: float = row(
        "int",
        "how much memory the journal of requests may take, in MiB, about; the oldest leave",
        64,
        metavar="MIB",
        least=1,
        section="requests",
    )
    websocket_seconds: float = row(
        "float",
        "how long a WebSocket may stay open",
        3600.0,
        metavar="SECONDS",
        least=0,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
    websocket_queue: int = row(
        "int",
        "how many messages of one WebSocket may wait for their turn before no more are read",
        256,
        metavar="N",
        least=1,
        section="requests",
        but=ANSWERED_UPSTREAM,
    )
