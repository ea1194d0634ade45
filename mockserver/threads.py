"""Threads that compute: where they are, and how one is stopped that nobody waits for any more."""

import ctypes
import os
import sys
import threading
import traceback
from pathlib import Path

_PACKAGE = Path(__file__).parent


def interrupt(thread_id: int, error: type[BaseException]) -> None:
    """Raise an error in another thread, before its next step of Python.

    One that waits outside of Python, as in `time.sleep`, meets it when that has ended.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(error))


def whereabouts(thread: threading.Thread) -> str:
    """What a thread is computing: the function of an author that mockserver has called, with the
    line that it has come to, or else the line of mockserver's own.
    """
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return "nowhere: it has ended"
    frames = traceback.extract_stack(frame)
    own = [Path(each.filename).is_relative_to(_PACKAGE) for each in frames]
    after = len(own) - own[::-1].index(True) if True in own else 0
    found = frames[after] if after < len(frames) else frames[-1]
    return f"{_short(found.filename)}:{found.lineno}, in {found.name}"


def _short(path: str) -> str:
    """A path from the working directory, where it lies below that."""
    below = os.path.relpath(path)
    return path if below.startswith("..") else below
