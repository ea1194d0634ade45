"""The workers of one server: what they count together, and what none of them can answer alone."""

import asyncio
import contextlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from mockserver.api.errors import ApiError, own_error
from mockserver.api.json import Json
from mockserver.api.requests import CreateRequest
from mockserver.http.metrics import Metrics
from mockserver.session.opening import CassetteContents, Sessions
from mockserver.settings import Settings

_SNAPSHOT_SECONDS = 1.0
_STATELESS_PATH = re.compile(
    r"/(?:models|embeddings|moderations|traces)(?:/|$)|/responses/(?:input_tokens|compact)$"
)
"""Paths of routes that need nothing but their request."""
_METRIC = re.compile(r"(# HELP .*\n# TYPE \S+ (\S+)\n(?:(?!#).*\n)*)")
"""The lines of one metric, and its kind."""
_NOT_ADDED = ("mockserver_start_time_seconds", "mockserver_sessions")
"""Metrics that are alike in all workers, but for the moment; the least is told."""
_STATEFUL_PARAMETERS = ("previous_response_id", "conversation", "background")
"""Parameters that are about what an earlier request left behind, or a later one asks for."""
_CONTROL_OF_ALL = frozenset(["", "/", "/openapi.json", "/health", "/metrics"])
"""Control endpoints that any worker answers for all."""
_NO_COMMON_STATE = (
    "This server has {} workers, which share no state: {}. Do: serve with one worker, or with "
    "--state; without, only made-up replies, cassettes whose steps say `times: always`, and "
    "recordings with --repeat can answer."
)
_OF_ONE_SERVER = {
    ("POST", "/cassettes"): (
        "Only one of the servers that share this state would get the cassette. Do: start all of "
        "them with it."
    ),
    ("POST", "/cassettes/reload"): (
        "Only one of the servers that share this state would read its cassettes again. Do: start "
        "all of them again."
    ),
    ("POST", "/webhooks"): (
        "Only one of the servers that share this state would get the webhook. Do: start all of "
        "them with --webhook."
    ),
}
"""What is said of control endpoints that would reach one server, where several share a state."""


@dataclass(frozen=True, slots=True)
class Board:
    """A folder in which the workers of a server, and the process that watches them, tell each
    other how they are.

    Attributes:
        worker: the place of the worker that has it, from 0.
        counted: the metrics of the workers that had this place before, which go on counting.
    """

    folder: Path
    worker: int = 0
    counted: str = ""

    def of_worker(self, worker: int) -> "Board":
        """The board of a worker that begins."""
        try:
            told = (self.folder / _metrics_of(worker)).read_text()
        except OSError:
            told = ""
        return Board(self.folder, worker, _counters(told))

    def tell(self, workers: list[Json]) -> None:
        """Write down which workers there are: `pid`, and how often each was started again."""
        self._write("workers.json", json.dumps(workers))

    def workers(self) -> list[Json]:
        """The workers that there are."""
        try:
            told: list[Json] = json.loads((self.folder / "workers.json").read_text())
        except (OSError, ValueError):
            return []
        return told

    def keep_metrics(self, metrics: Metrics, sessions: Sessions, written: str = "") -> None:
        """Write down every second what this worker counted, for whichever worker is asked. Needs a
        running loop.

        written: what was written last.
        """
        text = metrics.text(sessions)
        if text != written:
            self._keep(text)
        again = asyncio.get_running_loop().call_later
        again(_SNAPSHOT_SECONDS, self.keep_metrics, metrics, sessions, text)

    def all_metrics(self, own: str) -> str:
        """What all workers counted together, those that have ended included."""
        texts = [self._keep(own)]
        for path in self.folder.glob(_metrics_of("*")):
            if path.name != _metrics_of(self.worker):
                with contextlib.suppress(OSError):
                    texts.append(path.read_text())
        return _added(texts)

    def _keep(self, own: str) -> str:
        """Write down what was counted at this worker's place, and return it."""
        text = _added([own, self.counted])
        with contextlib.suppress(OSError):  # The folder is gone when the server ends.
            self._write(_metrics_of(self.worker), text)
        return text

    def _write(self, name: str, text: str) -> None:
        draft = self.folder / f".{name}-{os.getpid()}"
        draft.write_text(text)
        draft.replace(self.folder / name)


def _metrics_of(worker: object) -> str:
    """The file of what a worker counted."""
    return f"metrics-{worker}"


def _counters(text: str) -> str:
    """The metrics that only grow: all but gauges, which say how it is at the moment."""
    kinds = re.findall(_METRIC, text)
    return "".join(family for family, kind in kinds if kind != "gauge")


def _added(texts: list[str]) -> str:
    """The sum of several texts of metrics; the least of those that are not added."""
    parts: dict[str, dict[str, float]] = {}
    """The values below each head, which are two lines."""
    for text in texts:
        head = ""
        for line in text.splitlines(keepends=True):
            if line.startswith("#"):
                head = line if line.startswith("# HELP") else head + line
                continue
            values = parts.setdefault(head, {})
            key, _, value = line.rpartition(" ")
            number = float(value)
            known = values.get(key)
            is_least = key in _NOT_ADDED
            if known is not None:
                number = min(known, number) if is_least else known + number
            values[key] = number
    return "".join(
        head + "".join(f"{key} {number:.15g}\n" for key, number in values.items())
        for head, values in parts.items()
    )


def check_cassettes(settings: Settings, cassettes: CassetteContents) -> None:
    """Raise ValueError for what workers cannot answer with alone: each would count for itself."""
    if not settings.are_workers_apart:
        return
    if settings.open_sessions:
        raise ValueError(_said(settings, "sessions belong to one process"))
    for step in cassettes.steps:
        if not step.is_stub or step.scenario is not None:
            raise ValueError(_said(settings, f"{step.source} answers {step.times} time(s) in all"))
    if cassettes.recorded and settings.repeat == "fail":
        raise ValueError(_said(settings, "a recording answers once, unless --repeat says more"))


def check_request(settings: Settings, request: CreateRequest) -> None:
    """Raise ApiError for a request that another of several workers may know more of."""
    for name in _STATEFUL_PARAMETERS:
        if request.body.get(name):
            raise _refused(settings, f"'{name}' asks for what one of them remembers", name)


def check_path(settings: Settings, path: str) -> None:
    """The same for a route of the API. path: without prefixes."""
    if _STATELESS_PATH.match(path) is None:
        raise _refused(settings, f"{path} is about what one of them remembers")


def check_control(settings: Settings, method: str, path: str) -> None:
    """The same for a control endpoint. path: below their prefix."""
    if method != "GET" or path not in _CONTROL_OF_ALL:
        raise _refused(settings, f"{method} /__mockserver__{path} would reach one of them")


def check_shared(method: str, path: str) -> None:
    """Raise ApiError for a control endpoint that would reach one of the servers that share a state.
    path: below their prefix.
    """
    if (method, path) in _OF_ONE_SERVER:
        raise own_error(422, _OF_ONE_SERVER[method, path], "mockserver_not_shared")


def _refused(settings: Settings, why: str, param: str | None = None) -> ApiError:
    return own_error(422, _said(settings, why), "mockserver_no_common_state", param=param)


def _said(settings: Settings, why: str) -> str:
    return _NO_COMMON_STATE.format(settings.workers, why)
