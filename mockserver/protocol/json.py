"""JSON as it travels: plain values in, the API's two spellings out."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
