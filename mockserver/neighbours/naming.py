"""The ids of what responses refer to, in the layouts of the API."""

from mockserver.compose import Identity, digest, letters

__all__ = ["PREFIXES", "long_id", "short_id", "word_id"]

PREFIXES = ("file-", "upload_", "part_", "vs_", "vsfb_", "cntr_", "cfile_")
"""What the ids begin with."""
_PARTITION = 16


def long_id(identity: Identity, prefix: str) -> str:
    """Time first, 48 digits: `cntr_6a98f83fb3e48198843ca9b4b7d27a6203c523ddba162793`."""
    return identity.dated_id(prefix, "neighbour")


def short_id(identity: Identity, prefix: str, label: object = 0) -> str:
    """Time first, 32 digits: `vs_69010cc814b48191b467bc9a5a6776cc`."""
    return identity.dated_id(prefix, ("neighbour", label))[:-_PARTITION]


def word_id(identity: Identity, prefix: str, size: int) -> str:
    """Letters and digits: `file-1DpaZta9xg4paUYU73jXpN`."""
    return prefix + letters(digest(identity.key, prefix, size=size))
