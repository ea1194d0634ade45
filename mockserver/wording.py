"""How values, numbers, paths, lists and tables read, wherever people are told something."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WIDTH = 100
"""Columns that a table may take."""


def show_value(value: Any, limit: int = 80) -> str:
    """A value as people read it: JSON where it is JSON, shortened."""
    from mockserver.api.json import compact

    if isinstance(value, str | int | float | list | dict | type(None)):
        try:
            text = compact(value).decode("utf-8", "replace")
        except (TypeError, ValueError):
            text = repr(value)
    else:
        text = repr(value)
    return shorten(text, limit)


def short_path(path: str | Path) -> str:
    """The path as messages show it: relative to the working directory where it is below that."""
    try:
        return str(path).removeprefix(f"{os.getcwd()}{os.sep}") or str(path)
    except OSError:  # the working directory is gone
        return str(path)


def expected_got(path: str, expected: str, got: str) -> str:
    """A difference in one line: where it is, and both values as people read them."""
    return f"{path}: expected {expected}, got {got}"


def first_difference(one: Sequence[Any], other: Sequence[Any]) -> int:
    """The first place where two texts differ; the end of the shorter one where none is before."""
    pairs = enumerate(zip(one, other, strict=False))
    shorter = min(len(one), len(other))
    return next((place for place, (a, b) in pairs if a != b), shorter)


def list_some(
    lines: Sequence[str], most: int, *, indent: str = "  ", rest: str = "more"
) -> list[str]:
    """The lines, indented; of more than `most` the first ones, and how many the `rest` are."""
    listed = [f"{indent}{line}" for line in lines[:most]]
    more = len(lines) - most
    return [*listed, f"{indent}… and {more} {rest}"] if more > 0 else listed


def counted(number: int, noun: str) -> str:
    """A number of things: `1 secret`, `2 secrets`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def shorten(text: str, width: int) -> str:
    """The text, its end replaced by an ellipsis where it is longer than `width`."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def one_line(text: str) -> str:
    """Text without line ends and control characters."""
    return "".join(
        character if character.isprintable() else " " for character in " ".join(text.split())
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Lines of a table, left aligned. The last column gets what the others leave and is cut to
    fit.
    """
    cells = [[one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    widths[-1] = max(10, min(widths[-1], width - sum(widths[:-1]) - 2 * (len(widths) - 1)))
    lines = [
        "  ".join(shorten(cell, size).ljust(size) for cell, size in zip(row, widths, strict=True))
        for row in cells
    ]
    return [
        line.rstrip() for line in (lines[0], "  ".join("-" * size for size in widths), *lines[1:])
    ]
