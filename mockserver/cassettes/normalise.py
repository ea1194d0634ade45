"""Text that differs from run to run without meaning anything: dates, UUIDs, temporary paths, and
the user's own.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

Normaliser: TypeAlias = Callable[[str], str]
"""Turns a text into one that is the same in every run."""

_TIME = r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
_DATES = re.compile(
    rf"(?<!\d)\d{{4}}-\d{{2}}-\d{{2}}(?:[T ,]+(?:at )?{_TIME})?(?!\d)"
    rf"|\b{_DAY}(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
    rf"(?:[ ,]+(?:at )?{_TIME})?(?!\d)"
)
_HEX = "[0-9a-fA-F]"
_UUIDS = re.compile(
    rf"(?<!{_HEX}){_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}(?!{_HEX})"
    rf"|(?<!{_HEX}){_HEX}{{12}}[1-8]{_HEX}{{3}}[89abAB]{_HEX}{{15}}(?!{_HEX})"
)
_TEMP_PATHS = re.compile(
    r"""(?:(?:/private)?/(?:var/folders/[^/\s"']+/[^/\s"']+/[^/\s"']+|(?:var/)?tmp)"""
    r"""|[A-Za-z]:[\\/]+Users[\\/]+[^\\/\s"']+[\\/]+AppData[\\/]+Local[\\/]+Temp)"""
    r"""(?:[\\/]+[^\\/\s"'`,;:()\[\]{}<>]+)*[\\/]+(?P<name>[^\\/\s"'`,;:()\[\]{}<>]+)"""
)
_RANDOM_NAME = re.compile(r"tmp[a-z0-9_]{6,8}")


def dates(text: str) -> str:
    """Days and moments, in ISO form or with an English month name, become `<date>`."""
    return _DATES.sub("<date>", text)


def uuids(text: str) -> str:
    """UUIDs, with or without their dashes, become `<uuid>`."""
    return _UUIDS.sub("<uuid>", text)


def temp_paths(text: str) -> str:
    """The folder of a file below a system's temporary folder becomes `<tmp>`; the file's own name
    stays.
    """
    return _TEMP_PATHS.sub(lambda found: f"<tmp>/{_RANDOM_NAME.sub('<tmp>', found['name'])}", text)


BUILT_IN: Final[dict[str, Normaliser]] = {"dates": dates, "uuids": uuids, "temp_paths": temp_paths}


def normaliser(spec: str) -> Normaliser:
    """One of the built-in ones by name, or `PATTERN=>REPLACEMENT` with a regular expression.

    Raises ValueError when it is neither.
    """
    if spec in BUILT_IN:
        return BUILT_IN[spec]
    pattern, arrow, replacement = spec.partition("=>")
    if not arrow:
        raise ValueError(
            f"{spec!r} is no normaliser; use one of {', '.join(BUILT_IN)}, or PATTERN=>REPLACEMENT"
        )
    try:
        compiled = re.compile(pattern)
        compiled.sub(replacement, "")
    except (re.error, IndexError) as error:
        raise ValueError(f"the normaliser {spec!r} is no regular expression: {error}") from None
    return lambda text: compiled.sub(replacement, text)
