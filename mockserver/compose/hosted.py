"""Made-up work of hosted tools: the items that the API would put out, and the message that uses
them.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mockserver.api.json import Json
from mockserver.compose.hosted_mcp import mcp
from mockserver.compose.hosted_search import file_search, tool_search, web_search
from mockserver.compose.hosted_shell import apply_patch, computer, local_shell, shell
from mockserver.compose.made import Making
from mockserver.compose.offered import Offer
from mockserver.compose.picture import png

__all__ = ["HOSTED", "Maker"]

Maker: TypeAlias = Callable[[Making, Offer, Sequence[Offer]], list[Json]]
"""Makes the items of one tool's work: from the tool that was picked, and all tools that may be
called.
"""


def code_interpreter(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A program about the question, what it prints, and a message that says it."""
    words = len(making.query.split())
    call: Json = {
        "type": "code_interpreter_call",
        "code": f"question = {making.query!r}\nprint(len(question.split()))",
        "outputs": [{"type": "logs", "logs": f"{words}\n"}],
    }
    if isinstance(offer.tool["container"], str):
        call["container_id"] = offer.tool["container"]
    return [call, making.message(f"The code printed {words}: so many words are in the question.")]


def image_generation(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A picture, and the message without text that the API sends after one."""
    given = {key: value for key, value in offer.tool.items() if value not in (None, "auto")}
    shown = any(
        part.get("type") == "input_image"
        for item in making.request.input_items
        for part in (item["content"] if isinstance(item.get("content"), list) else ())
    )
    picture: Json = {
        "type": "image_generation_call",
        "action": given.get("action", "edit" if shown else "generate"),
        "background": given.get("background", "opaque"),
        "output_format": given.get("output_format", "png"),
        "quality": given.get("quality", "medium"),
        "result": base64.b64encode(png(making.rng("picture").bits())).decode(),
        "revised_prompt": making.query,
        "size": given.get("size", "1024x1024"),
    }
    return [picture, making.message("")]


def program(making: Making, _offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A program that calls no tool, its result, and a message."""
    words = len(making.query.split())
    code = f"text({words});"
    result = str(words)
    return [
        {"type": "program", "code": code},
        {"type": "program_output", "result": result},
        making.message(),
    ]


HOSTED: Mapping[str, Maker] = {
    "apply_patch": apply_patch,
    "code_interpreter": code_interpreter,
    "computer": computer,
    "file_search": file_search,
    "image_generation": image_generation,
    "local_shell": local_shell,
    "mcp": mcp,
    "programmatic_tool_calling": program,
    "shell": shell,
    "tool_search": tool_search,
    "web_search": web_search,
}
"""Makers by type of tool."""
