"""`configure`: our matching, reports and scrubbing for a `vcr.VCR`."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from mockserver.cassettes import scrub_rules
from mockserver.vcr.comparing import RequestComparison, listed
from mockserver.vcr.internals import check_version, machine_of, prepare_cassettes
from mockserver.vcr.reports import MATCHER, MissReports, describe_differences
from mockserver.vcr.scrubbing import ScrubbingPersister, without_secrets

_DEFAULT_MATCH_ON = ("method", "scheme", "host", "port", "path", "query")
"""What vcrpy compares where nobody says otherwise."""


def configure(
    vcr: object,
    *,
    match_ignore: Iterable[str] = (),
    match_normalise: Iterable[str] = (),
    scrub: Iterable[str] = (),
    keep_header: Iterable[str] = (),
) -> None:
    """Let vcrpy compare requests, tell of differences and take out secrets as mockserver does.

        def pytest_recording_configure(config, vcr):
            mockserver.vcr.configure(vcr)

    The matcher `mockserver` (method, host, path, query and body, by JSON value) takes the place of
    vcrpy's own default; a `match_on` of yours stays. A request that nothing answers is told of in
    the log, with the nearest recorded one and each difference. What is written is searched for
    secrets first.

    Args:
        vcr: a `vcr.VCR`, or the module `vcr`.
        match_ignore: parts of requests that do not count, such as `metadata`, `input[*].id` or
            `host`.
        match_normalise: `dates`, `uuids`, `temp_paths`, `epochs`, `call_ids`, `hex_ids`, or
            PATTERN=>REPLACEMENT: what counts as the same.
        scrub: regular expressions of secrets of your own.
        keep_header: further headers to record.

    Raises:
        RuntimeError: vcrpy is too old.
        TypeError: no `vcr.VCR`.
        ValueError: a path, a normaliser or an expression that cannot be understood.
    """
    check_version()
    machine = machine_of(vcr)
    by = scrub_rules(listed(scrub), headers=listed(keep_header))
    comparison = RequestComparison.of(
        match_ignore=match_ignore, match_normalise=match_normalise, scrub_by=by
    )
    machine.register_matcher(MATCHER, _matcher(comparison))
    if tuple(machine.match_on) == _DEFAULT_MATCH_ON:
        machine.match_on = (MATCHER,)
    machine.register_persister(ScrubbingPersister.around(machine.persister, by))
    machine.before_record_request = _with_last(
        machine.before_record_request, partial(without_secrets, by=by)
    )
    prepare_cassettes(machine, lambda cassette: MissReports(cassette, comparison))


def _matcher(comparison: RequestComparison) -> Callable[[Any, Any], None]:
    def mockserver(live: Any, recorded: Any) -> None:
        """Raises AssertionError where the requests differ, as vcrpy has it."""
        found = comparison.differences(recorded, live)
        if found:
            raise AssertionError(describe_differences(found))

    return mockserver


def _with_last(hooks: Any, ours: "partial[Any]") -> list[Any]:
    """The user's hooks, and ours behind them in the place of an earlier one of ours."""
    listed = [] if hooks is None else list(hooks) if isinstance(hooks, Iterable) else [hooks]
    return [*(hook for hook in listed if getattr(hook, "func", None) is not ours.func), ours]
