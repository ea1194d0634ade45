"""Plain text tables that fit a terminal."""

from collections.abc import Sequence

WIDTH = 100
"""Columns that a table may take."""


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
