"""Names for the cases of a table."""

import re
from typing import Any


def named(value: Any) -> str:
    """The value in words, equal in every process: functions without their addresses."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))
