"""Numbers on the command line, each within its bounds; argparse says what is wrong with one that is
not.
"""

import argparse
from collections.abc import Callable


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`."""
    bounds = f"from {least} upwards" if most is None else f"from {least} to {most}"

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise argparse.ArgumentTypeError(f"expected a whole number {bounds}, not '{text}'")
        return number

    return read


def not_negative(text: str) -> float:
    """A finite number from 0 upwards."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number from 0 upwards, not '{text}'")
    return number


port = whole(0, 65_535)
"""A port; 0 takes a free one."""
