"""What can be wrong with a cassette.

ValueError
└── CassetteError   a cassette cannot be used; says where, what, and what to do next
"""

import os
from pathlib import Path


class CassetteError(ValueError):
    """A cassette cannot be read, written or replayed.

    `where` is a line (`line 12`), an interaction (`interaction 3`) or empty when the whole file is
    meant.
    """

    def __init__(
        self, path: str | Path, what: str, *, where: str = "", next_step: str = ""
    ) -> None:
        self.path = str(path)
        self.where = where
        self.what = what
        self.next_step = next_step
        place = f"{self.path}, {where}" if where else self.path
        text = what.rstrip(".")
        super().__init__(
            f"{place}: {text}. {next_step}".rstrip() if next_step else f"{place}: {text}"
        )


def short_path(path: str | Path) -> str:
    """The path as messages show it: relative to the working directory where it is below that."""
    try:
        return str(path).removeprefix(f"{os.getcwd()}{os.sep}") or str(path)
    except OSError:  # the working directory is gone
        return str(path)
