"""What a session's author wrote and nobody asked for."""

from collections.abc import Sequence

from mockserver.script.errors import shown
from mockserver.script.step import Step
from mockserver.session.scripted import Standing
from mockserver.session.session import Session

_DO = (
    "Do: make the client while the test runs, when OPENAI_BASE_URL is set; one that was made "
    "before, as a module was "
    "imported, goes elsewhere."
)

_LISTED = 10


def unused_text(session: Session, stray: Sequence[str] = ()) -> str | None:
    """Lines for people about the steps of the script that are left; None when none are.

    stray: requests that came meanwhile and belong to no session.
    """
    left = [standing for standing in session.scripted.left() if standing.kind == "step"]
    if not left:
        return None
    count = "1 scripted step was" if len(left) == 1 else f"{len(left)} scripted steps were"
    lines = [f"mockserver: {count} not used:"]
    lines += [f"  {_line(standing)}" for standing in left[:_LISTED]]
    if len(left) > _LISTED:
        lines.append(f"  … and {len(left) - _LISTED} more")
    received = len(session.journal)
    if received:
        asked = (
            f"{received} request{'s' if received > 1 else ''} came. Do: take out what is not "
            "needed, or find out why"
        )
        lines.append(f"{asked} the code under test did not ask for it.")
    else:
        lines.append(no_request(stray))
    return "\n".join(lines)


def no_request(stray: Sequence[str] = ()) -> str:
    """What is said where a session had no request. stray: as above."""
    if not stray:
        return f"No request came. {_DO}"
    return (
        f"No request came to this test's server address, but {stray[-1]} to one that is not "
        f"open. {_DO}"
    )


def unplayed(session: Session) -> list[str]:
    """Where the interactions of cassettes stand, scripted and recorded ones, that no request has
    used.
    """
    scripted = [
        each.step.source
        for each in session.scripted.left()
        if each.kind == "interaction" and not each.used
    ]
    recorded = (
        [each.source for each in session.player.unplayed()] if session.player is not None else []
    )
    return [*scripted, *recorded]


def _line(standing: Standing) -> str:
    step = standing.step
    used = f", used {standing.used} of {step.times} times" if step.times != 1 else ""
    only = f" (only when {step.when})" if step.when else ""
    return f"{step.source or 'a step'}: {_answer(step)}{only}{used}"


def _answer(step: Step) -> str:
    if step.error is not None:
        return f"error {step.error.status} {step.error.code or step.error.type}"
    if step.compute is not None:
        return f"the function {getattr(step.compute, '__qualname__', '')}"
    if step.generated:
        return "a made-up reply"
    if step.reply is None:
        return "a fault"
    output = step.reply.get("output", [])
    return f"reply {shown(output[0] if len(output) == 1 else output, 100)}"
