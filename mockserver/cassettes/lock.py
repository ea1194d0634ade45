"""One writer at a time, among threads and among processes, without leaving files behind."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def exclusive(path: Path) -> Iterator[None]:
        """Hold the right to replace `path`; waits for whoever holds it now. Its folder must
        exist.
        """
        with path.with_name(f".{path.name}.lock").open("a+b") as file:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    @contextmanager
    def exclusive(path: Path) -> Iterator[None]:
        """Hold the right to replace `path`; waits for whoever holds it now. Its folder must exist.

        The folder is what is locked: the file itself is replaced, so that a lock on it would guard
        a file that is gone, and a lock file of its own would have to be ignored, cleaned up and
        explained.
        """
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
