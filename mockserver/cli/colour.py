"""Colour on a terminal, and none elsewhere: https://no-color.org and https://force-color.org."""

import os
import sys
from typing import Literal, TextIO, TypeAlias

Colour: TypeAlias = Literal["red", "green", "yellow", "dim"]

_CODES: dict[Colour, int] = {"dim": 2, "red": 31, "green": 32, "yellow": 33}


def paint(text: str, colour: Colour, stream: TextIO | None = None) -> str:
    """A text in a colour, where what it is written to shows colours; else the text as it is.

    stream: what it is written to; standard output unless it is given.
    """
    if not text or not _shows_colours(sys.stdout if stream is None else stream):
        return text
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m"


def _shows_colours(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
