"""Images and files in tokens.

An image costs a base and so much per tile of 512 pixels, or per patch of 32 (OpenAI's guide "Images
and vision"). Its size is read from the head of a data URL. Where it is out of reach (a URL, a file
id), 512 × 512 is assumed. A file costs the tokens of its text, if it is text; else a few tokens and
one more per 16 kilobytes.
"""

import binascii
import math
import struct
from typing import Any

from mockserver.api.json import Json
from mockserver.api.token_table import ImageCost
from mockserver.compose.tokens import Tokenizer

_ASSUMED = (512, 512)
_FILE, _FILE_BYTES = 8, 1 << 14
_PATCHES = 1536
# JPEG headers may stand behind a preview picture; more than this is not decoded to find them.
_HEAD = 1 << 18


def image_tokens(part: Json, cost: ImageCost) -> int:
    """Tokens of an `input_image` part or a screenshot; at least 1."""
    width, height = image_size(part.get("image_url")) or _ASSUMED
    if cost.patch:
        return max(1, math.ceil(_patches(width, height) * cost.patch))
    if part.get("detail") == "low":
        return cost.base
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return cost.base + cost.tile * math.ceil(width * scale / 512) * math.ceil(height * scale / 512)


def _patches(width: int, height: int) -> int:
    count = math.ceil(width / 32) * math.ceil(height / 32)
    return min(count, _PATCHES)


def file_tokens(part: Json, tokenizer: Tokenizer) -> int:
    """Tokens of an `input_file` part; at least 1."""
    raw = _data(part.get("file_data"))
    if raw is None:
        return _FILE
    try:
        return max(1, tokenizer.count(raw.decode()))
    except UnicodeDecodeError:
        return _FILE + len(raw) // _FILE_BYTES


def image_size(url: Any) -> tuple[int, int] | None:
    """Width and height in pixels, from the head of a data URL with a PNG, GIF, WebP or JPEG; None
    when unreadable.
    """
    raw = _data(url, _HEAD) if isinstance(url, str) and url.startswith("data:") else None
    if not raw:
        return None
    try:
        size = _picture_size(raw)
    except struct.error:
        return None
    return size if size and min(size) > 0 else None


def _picture_size(raw: bytes) -> tuple[int, int] | None:
    if raw.startswith(b"\x89PNG"):
        width, height = struct.unpack_from(">II", raw, 16)
    elif raw.startswith(b"GIF8"):
        width, height = struct.unpack_from("<HH", raw, 6)
    elif raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return _webp_size(raw)
    elif raw.startswith(b"\xff\xd8"):
        return _jpeg_size(raw)
    else:
        return None
    return width, height


def _webp_size(raw: bytes) -> tuple[int, int] | None:
    kind = raw[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(raw[24:27], "little"), 1 + int.from_bytes(raw[27:30], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", raw, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", raw, 26)
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(raw: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(raw):
        marker, length = struct.unpack_from(">xBH", raw, at)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", raw, at + 5)
            return width, height
        at += 2 + length
    return None


def _data(value: Any, limit: int | None = None) -> bytes | None:
    """The bytes of a data URL or of bare base64; only about `limit` characters of it are
    decoded.
    """
    if not isinstance(value, str):
        return None
    encoded = value.partition(",")[2] if value.startswith("data:") else value
    encoded = encoded[:limit]
    try:
        return binascii.a2b_base64(encoded[: len(encoded) // 4 * 4])
    except (binascii.Error, ValueError):
        return None
