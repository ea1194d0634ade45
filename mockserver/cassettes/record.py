"""Recording: what of the traffic is replayed, what is passed on to the upstream and recorded, and
when it reaches the disk.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from mockserver.api.errors import ApiError
from mockserver.cassettes.canonical import route
from mockserver.cassettes.interaction import (
    Interaction,
    RecordedRequest,
)
from mockserver.cassettes.match_rules import MatchRules
from mockserver.cassettes.play import Player, Repeat
from mockserver.cassettes.read import load
from mockserver.cassettes.scrub import (
    find_secrets,
    scrub_interaction,
    scrub_request,
    scrubbed_kinds,
)
from mockserver.cassettes.secret_rules import DEFAULT_SCRUB_RULES, ScrubRules, with_secrets
from mockserver.cassettes.summary import failure_of
from mockserver.cassettes.tidy import is_tidy, tidied
from mockserver.cassettes.upstream import Upstream, failure
from mockserver.cassettes.write import append_interactions, replace_interactions, writable
from mockserver.errors import CassetteError
from mockserver.text_patterns import SearchStoppedError

log = logging.getLogger("mockserver")

RecordMode: TypeAlias = Literal["none", "once", "new_episodes", "all", "rewrite"]
"""What happens to a request, in VCR's words:

* `none`: it is replayed; what the cassette does not hold is a miss.
* `once`: the same where there is a cassette; where there is none, everything is recorded.
* `new_episodes`: it is replayed where the cassette answers it, else recorded.
* `all`: it is recorded, whatever the cassette holds; that stays in front.
* `rewrite`: it is recorded, and in the end takes the place of the whole cassette, if all went well.
"""
RECORD_MODES: tuple[RecordMode, ...] = get_args(RecordMode)


def records_into(path: str | Path, mode: RecordMode) -> bool:
    """Whether requests are recorded into a cassette, whose file may be missing."""
    return mode in ("new_episodes", "all", "rewrite") or (mode == "once" and not _holds_any(path))


def allowed_mode(path: str | Path, mode: RecordMode, *, is_kept: bool, allow: str) -> RecordMode:
    """The mode that holds for a cassette where recording may be forbidden: what can be replayed
    is.

    Args:
        path: the cassette, whose file may be missing.
        mode: what was asked for.
        is_kept: whether nothing may be recorded, as in CI.
        allow: what would allow it, as it is said there.

    Raises:
        ValueError: the cassette would have to be recorded.
    """
    if not is_kept or not records_into(path, mode):
        return mode
    if mode == "new_episodes" and _holds_any(path):
        return "none"
    raise ValueError(
        f"CI is set, where nothing should be recorded unseen, and mode '{mode}' would record "
        f"{path}. Record it elsewhere and commit it, or {allow}."
    )


def _holds_any(path: str | Path) -> bool:
    path = Path(path)
    return path.exists() and path.stat().st_size > 0


class Recorder:
    """Puts interactions into one cassette, without secrets, each as soon as it is finished.

    rules: what counts as a secret, beside the keys in use. keeps_errors: whether `once` and
    `new_episodes` keep answers that only tell of the key, the limit or the service. verbatim:
    whether headers that differ each time, and the layout of requests, are kept. now: the time that
    recordings are dated with; None leaves the date out. Safe for threads.

    Raises CassetteError when the cassette there is cannot be read, or its name cannot be written
    to.
    """

    def __init__(
        self,
        path: str | Path,
        upstream: Upstream | str,
        mode: RecordMode = "once",
        *,
        rules: ScrubRules = DEFAULT_SCRUB_RULES,
        keeps_errors: bool = False,
        verbatim: bool = True,
        now: Callable[[], datetime] | None = lambda: datetime.now(timezone.utc),
    ) -> None:
        if mode not in RECORD_MODES:
            raise ValueError(f"{mode!r} is no record mode; choose one of {', '.join(RECORD_MODES)}")
        self.path = Path(path)
        self.upstream = Upstream(upstream) if isinstance(upstream, str) else upstream
        self.mode = mode
        self.recorded = 0
        self.holds = mode == "rewrite"
        """Whether what is recorded waits for the end."""
        self.scrubbed: set[str] = set()
        """The kinds of secrets that were taken out of what was recorded."""
        self.left_out: list[str] = []
        """What was not recorded since it failed, a line each."""
        self.on_kept: Callable[[Interaction], None] | None = None
        """Called with each interaction as it is recorded, without its secrets; from any thread."""
        self.on_left_out: Callable[[Interaction], None] | None = None
        """Called with each interaction that is left out; from any thread."""
        existing = _holds_any(path)
        self.records = records_into(path, mode)
        if self.records:
            writable(path)
        self.replays = mode == "none" or (existing and mode in ("once", "new_episodes"))
        self._interactions = load(path) if self.replays and existing else []
        self._rules = with_secrets(rules, self.upstream.secrets)
        self._now = now
        self._pending: list[Interaction] = []
        self._keeps_errors = keeps_errors or mode not in ("once", "new_episodes")
        is_begun = existing and mode != "rewrite"
        self._is_tidy = not verbatim and (not is_begun or is_tidy(self.path))
        self._held: list[tuple[int, Interaction]] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._failed: CassetteError | None = None
        self._closed = False

    def player(self, rules: MatchRules | None = None, repeat: Repeat = "fail") -> Player | None:
        """What the cassette held at the start, to be asked before the upstream is; None when
        nothing is replayed.
        """
        if not self.replays:
            return None
        return Player(self._interactions, rules, repeat, name="recorded before")

    def matched_form(self, request: RecordedRequest) -> RecordedRequest:
        """A live request as its recording would have it: without secrets."""
        return scrub_request(request, self._rules)

    def ready(self) -> None:
        """Make sure that what is recorded now can be written. Raises ApiError 500 when the last
        write failed.
        """
        if self._failed is None:
            return
        try:
            self._flush()
        except CassetteError as error:
            raise not_written(error) from error

    def keep(
        self, interaction: Interaction, *, order: int = 0, secrets: tuple[str, ...] = ()
    ) -> None:
        """Record a finished interaction: it is on disk when this returns, or waits for the end
        where the recorder holds. One that failed may be left out.

        order: its place among those that are held. secrets: keys that it was made with.

        Raises CassetteError when it cannot be written; it is then tried again with the next one,
        and at the end.
        """
        clean = self._clean(interaction, secrets)
        failed = None if self._keeps_errors else failure_of(clean)
        if failed is not None:
            self._leave_out(clean, failed)
            return
        with self._lock:
            self.scrubbed |= scrubbed_kinds(clean)
            if self.holds:
                self._held.append((order, clean))
                self.recorded += 1
            else:
                self._pending.append(clean)
        if not self.holds:
            self._flush()
        if self.on_kept is not None:
            self.on_kept(clean)

    def close(self, commit: bool = True) -> int:
        """End the recording; returns how many interactions it added. Without `commit`, what is
        held is dropped.

        Raises CassetteError when something is not written.
        """
        if self._closed:
            return self.recorded
        self._flush()
        self._closed = True
        held = [each for _, each in sorted(self._held, key=lambda pair: pair[0])]
        if not commit:
            self.recorded -= len(held)
        elif self.mode != "rewrite":
            append_interactions(self.path, held)
        elif held or self.path.exists():
            replace_interactions(self.path, held)
        return self.recorded

    def _leave_out(self, clean: Interaction, failed: str) -> None:
        """Say what is not recorded, and why."""
        request = clean.request
        self.left_out.append(f"{request.method} {route(request.uri)} ({failed})")
        log.warning(
            "%s %s is not recorded, since it failed (%s); record_errors would record it",
            request.method,
            route(request.uri),
            failed,
        )
        if self.on_left_out is not None:
            self.on_left_out(clean)

    def _clean(self, interaction: Interaction, secrets: tuple[str, ...]) -> Interaction:
        rules = with_secrets(self._rules, secrets)
        try:
            clean = scrub_interaction(interaction, rules)
            if self._is_tidy:
                clean = tidied(clean, keep=rules.headers)
            left = find_secrets(clean, rules)
        except SearchStoppedError as stopped:
            raise CassetteError(
                self.path,
                f"{stopped}, so the interaction is not written",
                next_step="Write --scrub so that it finds its match in one way only.",
            ) from stopped
        if left:
            raise CassetteError(
                self.path,
                f"a secret at {left[0].path} resists scrubbing, so the interaction is not written",
                next_step="Please report this, with what the place looks like.",
            )
        if self._now is None:
            return clean
        return replace(clean, recorded_at=self._now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    def _flush(self) -> None:
        """Write what is pending. Whoever waited for another writer may find that it took its
        interaction along.
        """
        with self._writing:
            with self._lock:
                batch, self._pending = self._pending, []
            try:
                append_interactions(self.path, batch)
            except CassetteError as error:
                with self._lock:
                    self._pending[:0] = batch
                self._failed = error
                raise
            self._failed = None
            self.recorded += len(batch)


def not_written(error: CassetteError) -> ApiError:
    """What a client hears when its answer cannot be recorded."""
    return failure("cassette_not_written", f"The recording failed: {error}", status=500)
