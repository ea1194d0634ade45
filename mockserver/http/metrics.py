"""What a server counts, and how Prometheus reads it: `GET /metrics`, in the text format 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import re
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

from starlette.routing import compile_path

from mockserver.lazy import lazy
from mockserver.session.opening import Sessions
from mockserver.session.received import MISS_CODES, Received

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_MOST_SERIES = 1_000
_CREATE = "/responses"
_OTHER = "other"
"""The route of a path that is none of the API's, and the model where there are too many."""


class Metrics:
    """Counts the requests of all sessions."""

    def __init__(self) -> None:
        self._open: set[Received] = set()
        self._requests: Counter[tuple[str, str, str, str, str]] = Counter()
        self._tokens: Counter[tuple[str, str]] = Counter()
        self._seconds: dict[str, _Histogram] = {}
        self._started_at = time.time()

    def begin(self, received: Received) -> None:
        """Count in a request that has come."""
        self._open.add(received)

    def end(self, received: Received, path: str) -> None:
        """Count a request whose answer has ended. path: without prefixes."""
        self._open.discard(received)
        route = self._route_of(path)
        model = received.request.model if received.request is not None else ""
        status = str(received.status or "dropped")
        labels = (received.method, route, model, status, received.by or "")
        if len(self._requests) >= _MOST_SERIES and labels not in self._requests:
            model = _OTHER
            labels = (received.method, route, model, status, received.by or "")
        self._requests[labels] += 1
        if route not in self._seconds:
            self._seconds[route] = _Histogram()
        self._seconds[route].add(received.seconds or 0.0)
        counted = None if received.answer is None else received.answer.counted
        if counted is not None:
            self._tokens[model, "input"] += counted[0]
            self._tokens[model, "output"] += counted[1]

    def text(self, sessions: Sessions) -> str:
        """All that was counted, as Prometheus reads it."""
        return "".join(line + "\n" for line in self._lines(sessions))

    def _lines(self, sessions: Sessions) -> Iterator[str]:
        yield from _head("requests_total", "counter", "Requests, by what answered them.")
        for (method, route, model, status, by), number in sorted(self._requests.items()):
            labels = {"method": method, "route": route, "model": model, "status": status, "by": by}
            yield _line("requests_total", labels, number)
        yield from _head("misses_total", "counter", "Requests that nothing answered.")
        missed = sum(n for labels, n in self._requests.items() if labels[-1] in MISS_CODES.values())
        yield _line("misses_total", {}, missed)
        yield from _head("tokens_total", "counter", "Tokens of the responses.")
        for (model, kind), number in sorted(self._tokens.items()):
            yield _line("tokens_total", {"model": model, "kind": kind}, number)
        yield from _head("request_seconds", "histogram", "From the head to the last byte.")
        for route, histogram in sorted(self._seconds.items()):
            yield from histogram.lines("request_seconds", {"route": route})
        yield from _head("open_requests", "gauge", "Requests whose answer has not ended.")
        under_way = Counter(received.transport for received in list(self._open))
        for transport in ("http", "sse", "websocket"):
            yield _line("open_requests", {"transport": transport}, under_way[transport])
        yield from _kept(sessions)
        yield from _head("start_time_seconds", "gauge", "When the server started, as Unix time.")
        yield _line("start_time_seconds", {}, round(self._started_at, 3))

    @lazy
    def _routes(self) -> list[tuple[re.Pattern[str], str]]:
        from mockserver.http.api_routes import ROUTES  # They are many, and may never be needed.

        paths = dict.fromkeys(path for _, path, _ in ROUTES)
        return [(compile_path(path)[0], path) for path in paths]

    def _route_of(self, path: str) -> str:
        if path in self._seconds or path == _CREATE:
            return path
        for pattern, route in self._routes:
            if pattern.match(path):
                return route
        return _OTHER


class _Histogram:
    """Durations, counted by the bound that each stays below."""

    def __init__(self) -> None:
        self._counts = [0] * (len(_BOUNDS) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self._counts[bisect_left(_BOUNDS, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str, labels: Mapping[str, str]) -> Iterator[str]:
        """The lines of the text format: cumulative buckets, their sum and count."""
        total = 0
        for bound, count in zip((*map(str, _BOUNDS), "+Inf"), self._counts, strict=True):
            total += count
            yield _line(f"{name}_bucket", {**labels, "le": bound}, total)
        yield _line(f"{name}_sum", labels, round(self._sum, 6))
        yield _line(f"{name}_count", labels, total)


def _kept(sessions: Sessions) -> Iterator[str]:
    """What all sessions keep in memory."""
    bytes_of: Counter[str] = Counter()
    number_of: Counter[str] = Counter()
    opened = [session for name in ("", *sessions) if (session := sessions.get(name)) is not None]
    for session in opened:
        for kind, told in session.state.kept().items():
            number_of[kind] += told["kept"]
            bytes_of[kind] += told["bytes"]
    yield from _head("sessions", "gauge", "Sessions that are open.")
    yield _line("sessions", {}, len(opened))
    yield from _head("kept", "gauge", "Responses, conversations and requests in memory.")
    for kind, number in sorted(number_of.items()):
        yield _line("kept", {"kind": kind}, number)
    yield from _head("kept_bytes", "gauge", "How many bytes they take, about.")
    for kind, number in sorted(bytes_of.items()):
        yield _line("kept_bytes", {"kind": kind}, number)


def _head(name: str, kind: str, help_text: str) -> Iterator[str]:
    yield f"# HELP mockserver_{name} {help_text}"
    yield f"# TYPE mockserver_{name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"mockserver_{name}{f'{{{pairs}}}' if pairs else ''} {value}"


_SPECIAL = {"\\": r"\\", '"': r"\"", "\n": r"\n"}


def _escaped(text: str) -> str:
    return re.sub(r'[\\"\n]', lambda found: _SPECIAL[found[0]], text)
