"""What people are told at the end: of steps that no request used, and of what never became one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mockserver.session.masked import mask_text
from mockserver.session.received import Received
from mockserver.session.reports import list_requests
from mockserver.session.script_sources import ScriptEntry
from mockserver.session.state import View
from mockserver.wording import counted, list_some

if TYPE_CHECKING:
    from mockserver.session.session import Session

_MOST_STEPS = 10
_UNSCRIPTED = ("generated", "echo", "miss")
"""What answers requests that nothing was scripted for."""
_MAKE_CLIENT_LATE = (
    "Do: make the client while the test runs, when OPENAI_BASE_URL is set; one that was made "
    "before, as a module was imported, goes elsewhere."
)
_USE_BASE_URL = (
    "Do: give the client the base_url of this session, which ends in /s/NAME/v1, or the header "
    "x-mockserver-session."
)


def unused_text(
    session: "Session",
    stray: Sequence[str] = (),
    view: View | None = None,
    *,
    at_root: Sequence[Received] = (),
) -> str | None:
    """Lines for people about the steps of the script that are left; None when none are.

    stray: requests that came meanwhile and belong to no session. at_root: those that came meanwhile
    to the server's root instead of the session.
    """
    view = session.view if view is None else view
    left = [entry for entry in session.sources.left(view) if entry.kind == "step"]
    if not left:
        return None
    count = "1 scripted step was" if len(left) == 1 else f"{len(left)} scripted steps were"
    lines = [f"mockserver: {count} not used:"]
    lines += list_some([_step_line(entry, view) for entry in left], _MOST_STEPS)
    requests = session.journal.requests
    if not requests:
        lines.append(no_request(stray, at_root))
        return mask_text("\n".join(lines))
    lines += [f"{counted(len(session.journal), 'request')} came:", *list_requests(requests)]
    early = _came_too_early(requests, left[0])
    if early:
        lines.append(
            f"{_numbered(early)} came before {left[0].step.source or 'the step'} was scripted. "
            "Do: script first, then let the code under test ask."
        )
    elif at_root:
        lines.append(_went_to_root(at_root))
    else:
        lines.append(
            "Do: take out what is not needed, or find out why the code under test did not ask for "
            "it."
        )
    return mask_text("\n".join(lines))


def no_request(stray: Sequence[str] = (), at_root: Sequence[Received] = ()) -> str:
    """What is said where a session had no request. stray, at_root: as above."""
    if at_root:
        return f"No request came to this session. {_went_to_root(at_root)}"
    if not stray:
        return f"No request came. {_MAKE_CLIENT_LATE}"
    return (
        f"No request came to this test's server address, but {stray[-1]} to one that is not "
        f"open. {_MAKE_CLIENT_LATE}"
    )


def unfinished_text(session: "Session") -> str | None:
    """Lines for people about each `when(…)` that was never given a reply; None when there is
    none.
    """
    begun = session.unfinished
    if not begun:
        return None
    count = "1 stub was" if len(begun) == 1 else f"{len(begun)} stubs were"
    lines = [f"mockserver: {count} begun and never given a reply, so that they answer nothing:"]
    lines += list_some([f"{place}: when({conditions})" for place, conditions in begun], _MOST_STEPS)
    lines.append(
        "Do: go on with .reply(…), .error(…), .generated() or .respond(…), or take it out."
    )
    return mask_text("\n".join(lines))


def unplayed(session: "Session", view: View | None = None) -> list[str]:
    """Where the interactions of cassettes stand, scripted and recorded ones, that no request has
    used.
    """
    view = session.view if view is None else view
    cassettes = session.sources.cassettes
    scripted = [entry.step.source for entry in cassettes.interactions if not view.uses(entry.key)]
    recorded = [each.source for player in cassettes.players for each in player.unplayed(view)]
    return [*scripted, *recorded]


def _step_line(entry: ScriptEntry, view: View) -> str:
    step = entry.step
    used = f", used {view.uses(entry.key)} of {step.times} times" if step.times != 1 else ""
    return f"{step}{used}"


def _came_too_early(requests: Sequence[Received], entry: ScriptEntry) -> list[Received]:
    """The requests that came before a step was there, and that nothing scripted answered."""
    return [each for each in requests if each.number <= entry.after and each.by in _UNSCRIPTED]


def _numbered(requests: Sequence[Received]) -> str:
    numbers = ", ".join(str(each.number) for each in requests)
    return f"Request {numbers}" if len(requests) == 1 else f"Requests {numbers}"


def _went_to_root(at_root: Sequence[Received]) -> str:
    lines = [f"{counted(len(at_root), 'request')} went to the server's root instead:"]
    return "\n".join([*lines, *list_requests([*at_root]), _USE_BASE_URL])
