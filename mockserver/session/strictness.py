"""Whether the steps that authors write can answer their requests in reality, as `strict_steps` has
it. What was recorded is reality, and is not asked.
"""

import logging
from collections.abc import Sequence

from mockserver.api import CreateRequest, own_error
from mockserver.compose import Misfit, decisive, digest, find_misfits, may_misfit
from mockserver.script.steps import Step
from mockserver.session.journal import Journal, StepWarning
from mockserver.session.masked import mask_text
from mockserver.session.received import describe_request
from mockserver.session.remembered import Remembered
from mockserver.session.script_sources import StepAnswer
from mockserver.session.worker import is_long, leave_loop
from mockserver.settings.answers import StrictSteps
from mockserver.wording import list_some

log = logging.getLogger("mockserver")

_STATUS = 422
_MOST_MISFITS = 10
_LONG = 8_192
"""Replies of more characters are compared beside the event loop."""


class StepJudge:
    """Compares steps with the requests that they answer; a standing one once for each shape of
    request.

    journal: where warnings are noted.
    """

    def __init__(self, policy: StrictSteps, journal: Journal) -> None:
        self.policy = policy
        self._journal = journal
        self._known: Remembered[tuple[tuple[Misfit, ...], Step]] = Remembered()

    def check(self, found: StepAnswer, step: Step, request: CreateRequest, *, logs: bool) -> None:
        """Compare a step with a request that it answers.

        Args:
            found: the step as it stands.
            step: the same, with its function called and its templates filled in.
            logs: whether warnings go to the log.

        Raises:
            ApiError: they do not fit together, and that is an error.
        """
        if self.policy == "off" or found.entry is None or step.reply is None:
            return
        if step.generated:
            return  # What is made up fits.
        different = self._misfits(found.step, step, request)
        if not different:
            return
        told = step.source, [(each.path, each.expected) for each in different]
        key = digest(repr(told)).hex()
        if self.policy == "warn" and not self._journal.may_warn(key):
            return
        text = _text(step, request, different, self.policy)
        if self.policy == "fail":
            raise own_error(_STATUS, text, "mockserver_impossible_step")
        self._journal.warn(key, StepWarning(text, step.source))
        if logs:
            log.warning("%s", text)

    def _misfits(self, origin: Step, step: Step, request: CreateRequest) -> tuple[Misfit, ...]:
        assert step.reply is not None
        if not may_misfit(request, step.reply):
            return ()
        if origin.compute is not None or origin.template:
            return tuple(find_misfits(request, step.reply))
        key = id(origin), digest(request.shape or decisive(request, step.reply))
        known = self._known.find(key)
        if known is None:
            if is_long(step.reply, _LONG):
                leave_loop()
            # The step is kept along: no other can have its `id` meanwhile.
            known = self._known.keep(key, (tuple(find_misfits(request, step.reply)), origin))
        return known[0]


def _text(
    step: Step, request: CreateRequest, different: Sequence[Misfit], policy: StrictSteps
) -> str:
    """All that is said of a step, several lines long."""
    lines = [
        f"mockserver: {step} cannot answer this request in reality ({describe_request(request)}):",
        *list_some([str(each) for each in different], _MOST_MISFITS),
        "Do: change that step or the request so that they agree; if it is meant, say "
        "strict_steps=off.",
    ]
    if policy == "warn":
        lines.append("From November 2027 on this is an error, as with strict_steps=fail today.")
    return mask_text("\n".join(lines))
