"""Pictures that the service draws."""

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Literal

from typing_extensions import NotRequired, TypedDict

from mockserver.api.items.base import COMPLETED, ItemType, Mint, constant, free
from mockserver.api.items.fields import received
from mockserver.api.items.making import HostedTool, Making, Offer
from mockserver.api.items.streaming import EventFields, EventOptions, ItemEvent, stages
from mockserver.api.json import Json

__all__ = ["TYPES", "picture_tokens", "png"]

_SIDE = 16


class ImageGenerationCall(TypedDict):
    id: str
    type: Literal["image_generation_call"]
    status: Literal["in_progress", "generating", "completed", "failed"]
    action: NotRequired[Literal["generate", "edit", "auto"]]
    background: NotRequired[Literal["transparent", "opaque", "auto"]]
    error: NotRequired[Json]
    output_format: NotRequired[Literal["png", "webp", "jpeg", "gif", "svg"]]
    quality: NotRequired[Literal["low", "medium", "high", "xhigh", "max", "auto"]]
    result: NotRequired[str | None]
    revised_prompt: NotRequired[str | None]
    size: NotRequired[str]
    svg_usage: NotRequired[Json]


class ImageGenerationProgress(ItemEvent):
    type: Literal[
        "response.image_generation_call.in_progress",
        "response.image_generation_call.generating",
        "response.image_generation_call.completed",
    ]


class PartialImage(ItemEvent):
    type: Literal["response.image_generation_call.partial_image"]
    background: NotRequired[str]
    output_format: NotRequired[str]
    partial_image_b64: str
    partial_image_index: int
    quality: NotRequired[str]
    size: NotRequired[str]


_ABOUT = (
    "action",
    "background",
    "output_format",
    "quality",
    "revised_prompt",
    "size",
    "error",
    "svg_usage",
)
"""What is known of a picture once it is done, besides the picture itself."""


def _events(item: Json, options: EventOptions) -> Iterator[EventFields]:
    yield "image_generation_call.in_progress", {}
    yield "image_generation_call.generating", {}
    if item.get("result"):
        shown = ("background", "output_format", "quality", "size")
        about = {key: item[key] for key in shown if item.get(key)}
        for index in range(_partial_images(options.tools)):
            image = {"partial_image_b64": item["result"], "partial_image_index": index}
            yield "image_generation_call.partial_image", {**image, **about}
    yield from stages(item)


def _partial_images(tools: Sequence[Json]) -> int:
    """How many partial images the request asks for."""
    for tool in tools:
        wanted = tool.get("partial_images")
        if tool.get("type") == "image_generation" and isinstance(wanted, int):
            return wanted
    return 0


def _picture(mint: Mint) -> str:
    return base64.b64encode(png(mint.seed)).decode()


def _made_up_picture(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A picture, and the message without text that the API sends after one."""
    wanted = {key: value for key, value in offer.tool.items() if value not in (None, "auto")}
    edits = any(
        part.get("type") == "input_image"
        for item in making.request.input_items
        for part in (item["content"] if isinstance(item.get("content"), list) else ())
    )
    picture: Json = {
        "type": "image_generation_call",
        "action": wanted.get("action", "edit" if edits else "generate"),
        "background": wanted.get("background", "opaque"),
        "output_format": wanted.get("output_format", "png"),
        "quality": wanted.get("quality", "medium"),
        "result": base64.b64encode(png(making.rng("picture").bits())).decode(),
        "revised_prompt": making.query,
        "size": wanted.get("size", "1024x1024"),
    }
    return [picture, making.message("")]


# What gpt-image-1 writes for a picture, by OpenAI's list of prices: by quality, for a square, a
# portrait and a landscape.
_PICTURE_TOKENS = {"low": (272, 408, 400), "medium": (1056, 1584, 1568), "high": (4160, 6240, 6208)}
_SHAPES = ("1024x1024", "1024x1536", "1536x1024")


def picture_tokens(item: Json) -> int:
    """What it costs to draw the picture of an `image_generation_call`; 0 where there is none."""
    if item["type"] != image_generation_call.name or not item.get("result"):
        return 0
    by_shape = _PICTURE_TOKENS.get(item.get("quality", ""), _PICTURE_TOKENS["medium"])
    shape = item.get("size")
    return by_shape[_SHAPES.index(shape) if shape in _SHAPES else 0]


def png(seed: int) -> bytes:
    """A PNG of 16 by 16 pixels in two colours that the seed chooses.

    The data is stored, not compressed, because compressors differ in their output from version to
    version.
    """
    colours = [struct.pack(">I", (seed >> shift) & 0xFFFFFF)[1:] for shift in (0, 24)]
    rows = b"".join(
        b"\x00" + b"".join(colours[(x // 4 + y // 4) % 2] for x in range(_SIDE))
        for y in range(_SIDE)
    )
    stored = struct.pack("<BHH", 1, len(rows), len(rows) ^ 0xFFFF) + rows
    data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(rows))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_NEVER_ECHOED = ("input_fidelity", "partial_images")
"""Recorded: 3 of 3 tools that have one of these."""


def _echoed_tool(tool: Json) -> Json:
    echo = {
        "background": "auto",
        "model": "gpt-image-1",
        "moderation": "auto",
        "n": 1,
        "output_compression": 100,
        "output_format": "png",
        "quality": "auto",
        "size": "auto",
        **tool,
    }
    return {key: value for key, value in echo.items() if key not in _NEVER_ECHOED}


image_generation_call = ItemType(
    name="image_generation_call",
    prefix="ig_",
    checks_id=True,
    sent=ImageGenerationCall,
    received=received(ImageGenerationCall, unchecked=_ABOUT, status=NotRequired[str | None]),
    defaults={**COMPLETED, "result": _picture},
    today={
        "action": "generate",
        "background": "opaque",
        "output_format": "png",
        "quality": "medium",
        "revised_prompt": "",
        "size": "1024x1024",
    },
    opens_without=("result", *_ABOUT, "frame_count", "frame_duration_ms", "complexity"),
    events=_events,
    event_types=(ImageGenerationProgress, PartialImage),
    keeps_null=("result", "error"),
    output_tokens=free,
    result_tokens=constant(900),
    tool=HostedTool("image_generation", 900, _made_up_picture, echo=_echoed_tool),
)

TYPES = (image_generation_call,)
