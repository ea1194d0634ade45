"""What has answered, carried over to cassettes that were read again."""

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mockserver.session.script_sources import ScriptEntry
from mockserver.session.sources import CassetteSource
from mockserver.session.state import Change

if TYPE_CHECKING:
    from mockserver.session.session import Session


async def carry_positions(session: "Session", new: CassetteSource) -> None:
    """Let what answered in the session's cassettes have answered in the new ones: of steps, those
    that say the same, wherever they stand now; of recordings, those of the same requests.
    """
    view = await session.state.begin()
    old = session.sources.cassettes
    uses: dict[str, int] = {}
    before: dict[str, deque[int]] = defaultdict(deque)
    for entry in _entries(old):
        before[_meaning(entry)].append(view.uses(entry.key))
    for entry in _entries(new):
        same = before[_meaning(entry)]
        uses[entry.key] = same.popleft() if same else 0
    for player, other in zip(new.players, old.players, strict=False):
        uses |= player.uses_like(other, view)
    for player in new.players[len(old.players) :]:
        uses |= dict.fromkeys(player.keys, 0)
    for key, count in uses.items():
        if count != view.uses(key):
            await session.state.commit(Change(used=(key, count - 1)))


def _entries(source: CassetteSource) -> Iterator[ScriptEntry]:
    yield from source.interactions
    yield from source.stubs.entries


def _meaning(entry: ScriptEntry) -> str:
    """All that a step of a cassette says, but not where."""
    step = entry.step
    says = (
        step.reply,
        step.error,
        step.generated,
        step.generation,
        step.http,
        step.stream,
        step.scenario,
    )
    return repr((str(step.when), *says, step.times, step.template))
