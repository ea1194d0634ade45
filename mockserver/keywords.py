"""The keywords of `MockServer`: what `mockserver.settings` says, written out for editors."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypedDict

from mockserver.options import UnknownOptionError
from mockserver.settings import Paths, Settings
from mockserver.settings.answers import OnMiss, StrictSteps, Tokens
from mockserver.settings.recordings import RecordMode, Repeat

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from mockserver.mock_server import MockServer


class Options(TypedDict, total=False):
    """The keywords of `MockServer`, as type checkers and editors see them."""

    host: str
    port: int
    seed: int | None
    locale: str | None
    faker_provider: Iterable[str]
    dialect: str
    on_miss: OnMiss | None
    strict_steps: StrictSteps
    tokens: Tokens
    record: RecordMode | None
    upstream: str
    timeout: float
    scrub: Iterable[str]
    keep_header: Iterable[str]
    allow_ci: bool
    record_errors: bool
    verbatim: bool
    speed: float
    repeat: Repeat
    match_order: bool
    match_ignore: Iterable[str]
    match_normalise: Iterable[str]
    strict_models: bool
    strict_files: bool
    allow_unknown: bool
    examples: bool
    api_keys: Iterable[str]
    cors: Iterable[str]
    allowed_host: Iterable[str]
    max_body: int
    max_header_size: int
    max_header_lines: int
    request_seconds: float
    store_limit: int
    compute_seconds: float
    open_sessions: bool
    store_size: int
    journal_limit: int
    journal_size: int
    websocket_seconds: float
    websocket_queue: int
    webhook: Iterable[str]
    webhook_secret: str | None
    verbose: bool


class MockServerFactory(Protocol):
    """What the fixture `mockserver_factory` is: it takes what MockServer takes."""

    def __call__(self, cassette: Paths | None = None, **options: "Unpack[Options]") -> "MockServer":
        """Open a server, which lives until the end of its `with`, or of the whole run."""


def keyword_settings(
    cassette: Paths | None, options: Options, base: Settings | None = None
) -> Settings:
    """The settings that keywords come to. Raises TypeError for one that is not there, ValueError
    for a value that cannot be.
    """
    try:
        return Settings.of("MockServer", {"cassette": cassette, **options}, base)
    except UnknownOptionError as error:
        raise TypeError(unexpected_keyword(error)) from None


def unexpected_keyword(error: UnknownOptionError) -> str:
    """What is said of a keyword that is not there."""
    why = f": {error.reason}" if error.reason else error.hint
    return f"MockServer() got an unexpected keyword argument '{error.name}'{why}"
