"""A miss: what is said of a request that nothing answers."""

from collections.abc import Sequence

from mockserver.api.errors import ApiError, own_error
from mockserver.api.request import CreateRequest
from mockserver.cassettes.play import Missed
from mockserver.script.condition import tool_name
from mockserver.script.errors import ScriptError, shown
from mockserver.script.step import Step
from mockserver.session.scripted import Candidate

STATUS = 422
_SHOWN_DIFFERENCES = 10


NOTHING = (
    'Nothing is scripted. Do: script a reply, as in script("Hello!"), or say '
    "on_miss=generate to have it made up."
)
"""What is said where nothing was ever scripted, unless whoever opened the session knows better."""


def miss(
    request: CreateRequest,
    near: Sequence[Candidate],
    recorded: Missed | None = None,
    used: Step | None = None,
    nothing: str = "",
) -> ApiError:
    """The error that answers an unexpected request: what came, what was nearest to it, what to do
    next.

    recorded: what the recorded interactions said, where there are any. used: the step that fits,
    but has been used. nothing: what to say where nothing was ever scripted. SDKs do not retry the
    error's status, and are told so besides.
    """
    text = (
        miss_text(request, near, used, nothing)
        if near or recorded is None
        else "\n".join(recorded.explain())
    )
    return own_error(STATUS, text, "mockserver_miss")


def script_failed(error: ScriptError) -> ApiError:
    """The error that answers a request whose step could not be carried out: its function or
    template failed.
    """
    return own_error(STATUS, f"mockserver: {error}", "mockserver_script_error")


def miss_text(
    request: CreateRequest, near: Sequence[Candidate], used: Step | None = None, nothing: str = ""
) -> str:
    """The whole text of a miss, several lines long."""
    lines = [f"mockserver: no reply for this request ({described(request)})."]
    spent = [f"{used.source or 'a step'} fits, but has been used."] if used is not None else []
    again = ", or let the one that fits answer again (times: always)" if spent else ""
    if near:
        nearest = near[0]
        lines.append(
            f"Nearest: {nearest.step.source or 'a step'} ({nearest.step.when}). It differs in:"
        )
        lines += [f"  {difference}" for difference in nearest.differences[:_SHOWN_DIFFERENCES]]
        if len(nearest.differences) > _SHOWN_DIFFERENCES:
            lines.append(f"  … and {len(nearest.differences) - _SHOWN_DIFFERENCES} more")
        lines += spent
        lines.append(
            "Do: change that step or the request so that they agree, or add a step for this "
            f"request{again}."
        )
    elif nothing:
        lines.append(nothing)
    else:
        lines.append(
            "Nothing is scripted any more: every step has been used, and no stub or cassette fits."
        )
        lines += spent
        lines.append(
            f"Do: add a step for this request{again}, or say on_miss=generate to have replies "
            "made up."
        )
    return "\n".join(lines)


def described(request: CreateRequest) -> str:
    """A request in a few words: model, what the user said, tools, whether it streams."""
    words = [f"model {request.model}", f"input {shown(request.input_text, 120)}"]
    if request.tool_output_list:
        words.append("outputs of " + ", ".join(output.name for output in request.tool_output_list))
    if request.tools:
        words.append("tools " + ", ".join(map(tool_name, request.tools)))
    if request.stream:
        words.append("streamed")
    return ", ".join(words)
