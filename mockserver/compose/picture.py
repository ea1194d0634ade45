"""A real picture for image results: small, valid, and the same bytes wherever it is made."""

import struct
import zlib

SIDE = 16


def png(seed: int) -> bytes:
    """A PNG of 16 by 16 pixels in two colours that the seed chooses.

    The data is stored, not compressed, because compressors differ in their output from version to
    version.
    """
    colours = [struct.pack(">I", (seed >> shift) & 0xFFFFFF)[1:] for shift in (0, 24)]
    rows = b"".join(
        b"\x00" + b"".join(colours[(x // 4 + y // 4) % 2] for x in range(SIDE)) for y in range(SIDE)
    )
    stored = struct.pack("<BHH", 1, len(rows), len(rows) ^ 0xFFFF) + rows
    data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(rows))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", data)
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
