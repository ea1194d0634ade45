"""Ids across runs: which id of this run stands for which recorded one."""

import re
from collections.abc import Callable, Iterable, Sequence

from mockserver.cassettes.interaction import Interaction
from mockserver.cassettes.sse import payload

_REPLIED = re.compile(
    rb'"(?:id|call_id|item_id|response_id|previous_response_id|conversation|approval_request_id|container_id)"'
    rb'\s*:\s*"([^"\\]+)"'
)


class IdMap:
    """Recorded id ↔ id of this run.

    Only an id that a recorded *reply* gave out may go by another name in this run; any other, such
    as an id that the test itself wrote, must be the same.
    """

    def __init__(self, interactions: Iterable[Interaction] = ()) -> None:
        self._interactions = interactions
        self._replied: set[str] | None = None
        self._recorded_of: dict[str, str] = {}
        self._live_of: dict[str, str] = {}

    def recorded(self, live: str) -> str:
        """The recorded id that an id of this run stands for: itself unless something else was
        remembered.
        """
        return self._recorded_of.get(live, live)

    def fits(self, recorded: Sequence[str], live: Sequence[str]) -> bool:
        """Whether each id of this run can stand for its recorded one, all of them together."""
        accepts = self.trial()
        return all(accepts(there, here) for there, here in zip(recorded, live, strict=True))

    def trial(self) -> Callable[[str, str], bool]:
        """A question to ask of one pair (recorded, live) after another; each yes binds the answers
        that follow.
        """
        recorded_of: dict[str, str] = {}
        live_of: dict[str, str] = {}

        def accepts(recorded: str, live: str) -> bool:
            known = self._recorded_of.get(live)
            if known is not None or recorded == live:
                return (known or live) == recorded
            if not self._may_rename(recorded, live):
                return False
            there = recorded_of.setdefault(live, recorded)
            here = live_of.setdefault(recorded, live)
            return there == recorded and here == live

        return accepts

    def may_be_renamed(self, live: Iterable[str]) -> bool:
        """Whether any of these ids is new, so that it could stand for a recorded one."""
        return any(here not in self._recorded_of and here not in self._known() for here in live)

    def remember(self, recorded: Sequence[str], live: Sequence[str]) -> None:
        """From now on these ids of this run stand for those recorded ones."""
        for there, here in zip(recorded, live, strict=True):
            if here != there:
                self._recorded_of[here] = there
                self._live_of[there] = here

    def forget(self) -> None:
        """Start over, as before the first request."""
        self._recorded_of.clear()
        self._live_of.clear()

    def extend(self, interaction: Interaction) -> None:
        """Learn the ids in the reply of one more interaction."""
        if self._replied is not None:
            self._replied.update(_given_out(interaction))

    def _may_rename(self, recorded: str, live: str) -> bool:
        replied = self._known()
        return recorded in replied and live not in replied and recorded not in self._live_of

    def _known(self) -> set[str]:
        if self._replied is None:  # only needed once ids differ, which most replays never see
            self._replied = {
                found for interaction in self._interactions for found in _given_out(interaction)
            }
        return self._replied


def _given_out(interaction: Interaction) -> set[str]:
    response = interaction.response
    texts = [
        message.data.encode() for message in response.messages or () if message.sender == "server"
    ]
    return {
        found.decode() for text in (payload(response), *texts) for found in _REPLIED.findall(text)
    }
