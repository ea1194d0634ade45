"""Cassettes that change while they are served: read again on a signal, or as soon as they do."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from mockserver.cli.cassette_files import files_of
from mockserver.session import Sessions, load_cassettes
from mockserver.wording import counted

log = logging.getLogger("mockserver")

_POLL_SECONDS = 0.5
Stamp: TypeAlias = dict[Path, tuple[int, int]]


class CassetteWatch:
    """Keeps sessions at what the cassettes hold.

    names: the files and folders that are served.
    """

    def __init__(self, names: Sequence[str], sessions: Sessions) -> None:
        self._names = names
        self._sessions = sessions
        self._stamp = self._look()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, *, polls: bool) -> None:
        """Listen for SIGHUP from now on. polls: look for changes as well. Wants a running loop."""
        loop = asyncio.get_running_loop()
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, self._begin)
        if polls:
            self._keep(loop.create_task(self._poll()))

    def _begin(self) -> None:
        self._keep(asyncio.get_running_loop().create_task(self.reload()))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            if self._look() != self._stamp:
                await self.reload()

    async def reload(self) -> None:
        """Read the cassettes again; what was read before stays where one is broken."""
        self._stamp = self._look()
        paths = list(map(str, self._stamp))
        try:
            contents = await asyncio.to_thread(load_cassettes, paths)
        except (OSError, ValueError) as error:
            log.warning("mockserver: %s. What was read before stays.", str(error).rstrip("."))
            return
        await self._sessions.reload(contents)
        held = counted(contents.size, "interaction")
        log.warning("mockserver: read the cassettes again: %s.", held)

    def _look(self) -> Stamp:
        """When each file was written last, and its size."""
        stamp: Stamp = {}
        for path in files_of(self._names):
            try:
                found = path.stat()
            except OSError:  # It is being replaced; reading it tells more.
                stamp[path] = (0, 0)
            else:
                stamp[path] = (found.st_mtime_ns, found.st_size)
        return stamp
