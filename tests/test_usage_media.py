"""Images and files in tokens."""

import struct
from base64 import b64encode
from typing import Any

import pytest

from mockserver.api import ImageCost, token_costs
from mockserver.compose import estimate, file_tokens, image_size, image_tokens, input_tokens

TILES, PATCHES = ImageCost(85, 170), ImageCost(patch=1.5)


def data_url(raw: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{b64encode(raw).decode()}"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x11\x08"
    + struct.pack(">HH", 480, 640)
    + b"\3"
    + b"\0" * 20
)
GIF = b"GIF89a" + struct.pack("<HH", 10, 20) + b"\0" * 8
WEBP = (
    b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"
    + (99).to_bytes(3, "little")
    + (49).to_bytes(3, "little")
    + b"\0"
)
# A table of Huffman codes stands before the frame, which is a progressive one.
PROGRESSIVE = (
    b"\xff\xd8\xff\xc4\0\x06\1\2\3\4\xff\xc2\0\x11\x08"
    + struct.pack(">HH", 300, 1000)
    + b"\3"
    + b"\0" * 9
)
LOSSY = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\1\x2a" + struct.pack("<HH", 640, 1 << 14 | 360)
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 319 << 14 | 1023)


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (png(800, 600), (800, 600)),
        (JPEG, (640, 480)),
        (PROGRESSIVE, (1000, 300)),
        (GIF, (10, 20)),
        (WEBP, (100, 50)),
        (LOSSY, (640, 360)),
        (LOSSLESS, (1024, 320)),
    ],
)
def test_sizes_are_read_from_data_urls(raw: bytes, size: tuple[int, int]) -> None:
    assert image_size(data_url(raw)) == size


@pytest.mark.parametrize(
    "url", [None, 5, "", "https://example.com/a.png", "data:image/png;base64,", "data:image/png;base64,%%%",
            data_url(png(0, 5)), data_url(b"\xff\xd8\xff"), data_url(b"\x89PNG"), data_url(b"nothing"), "data:"]
)  # fmt: skip
def test_an_unreadable_image_has_no_size(url: Any) -> None:
    assert image_size(url) is None
    assert image_tokens({"image_url": url}, TILES) > 0


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [
        (512, 512, 85 + 170),
        (513, 512, 85 + 340),
        (1024, 1024, 85 + 4 * 170),
        (2048, 4096, 85 + 6 * 170),
        (4096, 512, 85 + 4 * 170),
        (1, 1, 255),
    ],
)
def test_tiles(width: int, height: int, tokens: int) -> None:
    part = {"image_url": data_url(png(width, height)), "detail": "high"}
    assert image_tokens(part, TILES) == tokens
    assert image_tokens({**part, "detail": "low"}, TILES) == 85


@pytest.mark.parametrize(
    ("width", "height", "tokens"), [(32, 32, 2), (64, 33, 6), (9000, 9000, 2304)]
)
def test_patches(width: int, height: int, tokens: int) -> None:
    assert image_tokens({"image_url": data_url(png(width, height))}, PATCHES) == tokens


def test_files() -> None:
    text = {"filename": "a.txt", "file_data": data_url(b"x" * 460, "text/plain")}
    assert file_tokens(text, estimate()) == 100
    assert (
        file_tokens({"file_id": "file-1"}, estimate())
        == file_tokens({"file_url": "https://x"}, estimate())
        > 0
    )
    binary = b64encode(b"\xff\xfe\x00" * 20_000).decode()
    assert file_tokens({"file_data": binary}, estimate()) > file_tokens(
        {"file_id": "file-1"}, estimate()
    )
    assert file_tokens({"file_data": ""}, estimate()) == 1


def test_media_count_in_messages_and_in_outputs_of_calls() -> None:
    image = {"type": "input_image", "image_url": data_url(png(512, 512))}
    message = {"role": "user", "content": [{"type": "input_text", "text": "What is it?"}, image]}
    plain = {"role": "user", "content": "What is it?"}
    assert (
        input_tokens({}, [message], "gpt-4o", estimate())
        == input_tokens({}, [plain], "gpt-4o", estimate()) + 255
    )
    result = {
        "type": "function_call_output",
        "call_id": "c",
        "output": [image, {"type": "input_file", "file_id": "f"}],
    }
    empty = {"type": "function_call_output", "call_id": "c", "output": ""}
    assert (
        input_tokens({}, [result], "gpt-4o", estimate())
        > input_tokens({}, [empty], "gpt-4o", estimate()) + 255
    )


def test_a_screenshot_is_an_image() -> None:
    shot = {
        "type": "computer_call_output",
        "output": {"type": "computer_screenshot", "file_id": "file-1"},
    }
    assert (
        input_tokens({}, [shot], "computer-use-preview", estimate())
        > token_costs("computer-use-preview").image.base
    )
