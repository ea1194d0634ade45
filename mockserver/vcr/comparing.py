"""Requests as vcrpy has them, compared as recordings are compared here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from mockserver.cassettes import (
    MatchRules,
    RecordedRequest,
    RecordingDifference,
    ScrubRules,
    differences,
    make_match_rules,
    scrub_request,
)

_HOST = "host"


def body_of(request: Any) -> bytes:
    """The body of a `vcr.request.Request`, whatever form it has."""
    body = request.body  # A property, which gives a new file or iterator each time.
    if hasattr(body, "read"):
        body = body.read()
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    parts = (bytes([part]) if isinstance(part, int) else part for part in body)
    return b"".join(part.encode() if isinstance(part, str) else part for part in parts)


def recorded_request(request: Any) -> RecordedRequest:
    """A `vcr.request.Request` as recordings have it here."""
    headers = tuple((str(name).lower(), _text(value)) for name, value in request.headers.items())
    return RecordedRequest(request.method.upper(), request.uri, headers, body_of(request))


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def listed(values: Iterable[str]) -> list[str]:
    """Several texts, of which one may be given alone."""
    return [values] if isinstance(values, str) else list(values)


@dataclass(frozen=True)
class RequestComparison:
    """How two requests are compared.

    Attributes:
        rules: what counts of method, path, query and body.
        compares_hosts: whether the host counts.
    """

    rules: MatchRules
    compares_hosts: bool = True

    @classmethod
    def of(
        cls,
        *,
        match_ignore: Iterable[str] = (),
        match_normalise: Iterable[str] = (),
        scrub_by: ScrubRules,
    ) -> "RequestComparison":
        """The comparison that options describe; `host` among what is ignored leaves the host out.

        Raises ValueError for a path or a normaliser that cannot be understood.
        """
        ignore = listed(match_ignore)
        rules = make_match_rules(
            ignore=[path for path in ignore if path != _HOST],
            normalise=listed(match_normalise),
            order=False,
        )
        scrub = partial(scrub_request, by=scrub_by)
        return cls(replace(rules, scrub=scrub), _HOST not in ignore)

    def differences(self, recorded: Any, live: Any) -> list[RecordingDifference]:
        """Where a request of this run differs from a recorded one, both as vcrpy has them."""
        there, here = recorded_request(recorded), recorded_request(live)
        found: list[RecordingDifference] = []
        if self.compares_hosts:
            hosts = urlsplit(there.uri).hostname, urlsplit(here.uri).hostname
            if hosts[0] != hosts[1]:
                found.append(RecordingDifference(_HOST, *hosts))
        is_same = (there.method, there.uri, there.body) == (here.method, here.uri, here.body)
        return found if is_same else [*found, *differences(there, here, self.rules)]
