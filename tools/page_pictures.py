"""Takes the pictures of the page for `docs/images`: `python tools/page_pictures.py`.

Needs playwright and pillow, and a Chromium in the path or in CHROMIUM. Run it again when the page looks otherwise.
"""

import os
import runpy
import shutil
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from mockserver import MockServer

_IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
_WIDE = (1280, 800)
_PHONE = (390, 844)
# A file of its own, since the page names the lines that scripted what it shows.
_SCRIPT = """\
from mockserver import error, function_call

server.script(
    function_call("get_weather", city="Paris"),
    "It is 18 °C in Paris, with light rain towards the evening.",
    {"reply": "Paris became the capital of France in 987.", "stream": {"ttft_ms": 120, "itl_ms": 15}},
    error(429),
    "See you in Paris!",
)
server.when(model="gpt-4o*", input={"contains": "weather"}).reply("Sunny, 24 °C")
"""
_WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def main() -> None:
    """Take them all."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        sync_playwright() as playwright,
        MockServer(on_miss="fail") as server,
        MockServer() as empty,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        _take(browser, empty, "page-empty")
        _work(server)
        _take(browser, server, "page-work", "What is the weather in Paris?")
        _take(browser, server, "page-stream", "Since when", tab="Events")
        _take(browser, server, "page-dark", "Since when", tab="Events", scheme="dark")
        _take(browser, server, "page-narrow", size=_PHONE)
        _ask(server, model="gpt-4.1", input="What is the news in Rome?")
        _take(browser, server, "page-miss", "What is the news")
        browser.close()


def _work(server: MockServer) -> None:
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("test_agent.py").write_text(_SCRIPT, encoding="utf-8")
        runpy.run_path("test_agent.py", {"server": server})
    question = {"model": "gpt-5", "input": "What is the weather in Paris?", "tools": [_WEATHER]}
    call = _ask(server, **question).json()["output"][0]
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "18 °C, rain"}
    asked = {"role": "user", "content": question["input"]}
    _ask(server, **{**question, "input": [asked, call, result]})
    _ask(server, model="gpt-5", input="Since when is Paris the capital?", stream=True)
    _ask(server, model="gpt-5", input="And in Rome?")
    _ask(server, model="gpt-4o-mini", input="What is the weather in Rome?")


def _ask(server: MockServer, **body: Any) -> httpx2.Response:
    return httpx2.post(f"{server.base_url}/responses", json=body)


def _take(
    browser: Browser,
    server: MockServer,
    name: str,
    row: str = "",
    *,
    tab: str = "",
    size: tuple[int, int] = _WIDE,
    scheme: Any = "light",
) -> None:
    viewport: Any = {"width": size[0], "height": size[1]}
    page: Page = browser.new_page(viewport=viewport, color_scheme=scheme)
    page.goto(server.url)
    page.wait_for_selector(".state.live")
    page.wait_for_selector("#entries > *")
    if row:
        page.locator("#requests button", has_text=row).first.click()
        page.wait_for_selector("#panel")
    if tab:
        page.click(f"role=tab[name={tab}]")
    _save(page.screenshot(), name)
    page.close()


def _save(picture: bytes, name: str) -> None:
    # 256 colours make it a third. This way rare ones (red, green) stay, and near ones (panel, page) two.
    pillow: Any = import_module("PIL.Image")
    image = pillow.open(BytesIO(picture)).convert("RGB")
    fewer = image.quantize(256, method=pillow.Quantize.MAXCOVERAGE, dither=pillow.Dither.NONE)
    fewer.save(_IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
