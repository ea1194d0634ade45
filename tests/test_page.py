"""The page that shows a session at work: as it is sent, and in a real browser."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from mockserver import MockServer
from patience import SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ASKED: dict[str, Any] = {"model": "gpt-5", "input": "Hi"}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.mark.parametrize("path", ["/", "/__mockserver__", "/__mockserver__/"])
def test_a_browser_gets_the_page_and_others_what_they_got(server: MockServer, path: str) -> None:
    reply = httpx2.get(server.url + path, headers=BROWSER)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>mockserver</title>" in reply.text
    assert httpx2.get(server.url + path).headers["content-type"] == "application/json"
    assert [each.path for each in server.requests] == ["/"] * (path == "/")


def test_the_page_loads_nothing_and_cannot_be_framed(server: MockServer) -> None:
    reply = httpx2.get(server.url, headers=BROWSER)
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "src=" not in reply.text
    assert "innerHTML" not in reply.text


def test_the_page_is_protected_as_the_control_endpoints_are() -> None:
    with MockServer(api_keys=["let-me-in"]) as server:
        rebound = httpx2.get(server.url, headers={**BROWSER, "host": "evil.example"})
        assert rebound.status_code == 403
        assert httpx2.get(server.url, headers=BROWSER).status_code == 200
        assert httpx2.get(f"{server.url}/__mockserver__/live").status_code == 401


def frames(reply: httpx2.Response) -> Iterator[str]:
    rest = ""
    for text in reply.iter_text():
        *whole, rest = (rest + text).split("\n\n")
        yield from whole


def test_requests_are_told_as_they_come_and_when_they_end(server: MockServer) -> None:
    server.script({"reply": "one", "stream": {"ttft_ms": 3_600_000}})
    with httpx2.stream("GET", f"{server.url}/__mockserver__/live") as reply:
        told = frames(reply)
        assert next(told) == 'event: opened\ndata: {"requests":[]}'
        with httpx2.stream(
            "POST", f"{server.base_url}/responses", json={**ASKED, "stream": True}
        ) as stream:
            next(stream.iter_text())
            come = next(told)
        assert '"number":1,"method":"POST"' in come
        assert '"seconds":null' in come
        over = next(told)
        assert '"answered_by":"step"' in over
        assert '"status":200' in over
        assert '"seconds":null' not in over
        server.reset()
        assert next(told).startswith("event: reset")


def test_what_left_is_told_with_when_it_was_due(server: MockServer) -> None:
    fault = {"kind": "drop", "after_events": 6}
    server.script(
        {"reply": "One two three", "stream": {"ttft_ms": 20, "itl_ms": 5, "fault": fault}}
    )
    with pytest.raises(httpx2.TransportError):
        httpx2.post(f"{server.base_url}/responses", json={**ASKED, "stream": True})
    events = httpx2.get(f"{server.url}/__mockserver__/requests/1/events").json()["data"]
    assert [(each["offset_ms"], each["type"]) for each in events] == [
        (0, "response.created"),
        (0, "response.in_progress"),
        (20, "response.output_item.added"),
        (20, "response.content_part.added"),
        (20, "response.output_text.delta"),
        (25, "response.output_text.delta"),
        (30, "drop"),
    ]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    sync_api = pytest.importorskip("playwright.sync_api")
    program = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if program is None:
        pytest.skip("there is no Chromium: install it (Debian: chromium), or name it in CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser", server: MockServer) -> "Iterator[Page]":
    page = browser.new_page()
    page.set_default_timeout(1000 * SECONDS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(server.url)
    page.wait_for_selector(".state.live")
    yield page
    page.close()
    assert wrong == []


def test_a_request_comes_and_is_opened(server: MockServer, page: "Page") -> None:
    assert page.is_visible("text=No request yet.")
    assert f"curl {server.base_url}/responses --json" in page.inner_text("#try")
    server.script({"reply": "One two", "stream": {"itl_ms": 1}})
    with server.client().responses.stream(**ASKED) as stream:
        stream.until_done()
    row = page.locator("#requests button", has_text="200")
    assert "gpt-5: Hi" in row.inner_text()
    row.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail-title:has-text('#1 POST /v1/responses')")
    assert '"input": "Hi"' in page.inner_text("#panel")
    page.click("role=tab[name=Response]")
    assert "One two" in page.inner_text("#panel")
    page.click("role=tab[name=Events]")
    assert "response.output_text.delta" in page.inner_text("#panel")
    assert page.locator("#panel .piece").all_inner_texts().count('" two"') == 1


def test_the_tab_that_is_open_stays_open_for_the_next_request(
    server: MockServer, page: "Page"
) -> None:
    for said in ("First", "Second"):
        server.script(said)
        server.client().responses.create(**ASKED)
    for number, said in ((1, "First"), (2, "Second")):
        page.click(f"#requests button:has-text('#{number}')")
        page.wait_for_selector(f"#detail-title:has-text('#{number} ')")
        if number == 1:
            page.click("role=tab[name=Response]")
        assert said in page.inner_text("#panel")


LINES = """cells => cells.map(cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map(each => each.top)).size;
})"""


def test_on_a_phone_what_is_opened_follows_the_list_and_no_word_is_broken(
    server: MockServer, page: "Page"
) -> None:
    server.when(model="gpt-4o", input={"contains": "weather"}).reply("It is 18 °C. " * 10)
    httpx2.post(f"{server.base_url}/responses", json={**ASKED, "input": "A long question. " * 60})
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.is_hidden("#detail")
    page.click("#requests button:has-text('miss')")
    page.wait_for_selector("#detail table")
    page.wait_for_selector("#entries >> text=waiting")
    tops = [page.locator(name).bounding_box() for name in ("#list", "#detail", "#script")]
    assert tops == sorted(tops, key=lambda box: box["y"] if box else 0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    short = page.locator("#entries td.fit:not(:has(button)), .differences td:first-child")
    assert short.all_inner_texts() == ["model", "input", "waiting"]
    assert short.evaluate_all(LINES) == [1, 1, 1]


def test_a_miss_is_shown_beside_what_came_near(server: MockServer, page: "Page") -> None:
    server.when(model="gpt-4o").reply("Hello!")
    httpx2.post(f"{server.base_url}/responses", json=ASKED)
    page.click("#requests button:has-text('miss')")
    cells = page.locator("#detail table tr:nth-child(2)").inner_text().split("\t")
    assert cells == ["model", '"gpt-4o"', '"gpt-5"']
    assert page.inner_text("#counts") == "1 request, 1 miss"


def test_steps_are_added_taken_out_and_reset(server: MockServer, page: "Page") -> None:
    page.fill("#step", '{"reply": "From the page"}')
    page.click("text=Add step")
    page.wait_for_selector("#entries >> text=From the page")
    assert server.client().responses.create(**ASKED).output_text == "From the page"
    page.wait_for_selector("#entries >> text=0 of 1 left")
    page.fill("#step", '{"replay": "x"}')
    page.click("text=Add stub")
    page.wait_for_selector("#added.bad >> text=did you mean 'reply'?")
    page.click("role=button[name='Take out reply \"From the page\"']")
    page.wait_for_selector("text=Nothing is scripted")
    page.click("text=Reset session")
    page.wait_for_selector("text=No request yet.")
    assert server.requests == []


def test_what_a_client_sent_is_shown_as_text(server: MockServer, page: "Page") -> None:
    sent = "<img src=x onerror=\"document.title='taken'\">"
    server.client().responses.create(model="gpt-5", input=sent)
    row = page.locator("#requests button", has_text="200")
    assert sent in row.inner_text()
    assert page.title() == "mockserver"


def test_a_session_of_its_own_shows_its_own(server: MockServer, page: "Page") -> None:
    with server.session("other") as other:
        other.client().responses.create(model="gpt-4o", input="Elsewhere")
        page.goto(f"{other.url}/__mockserver__/")
        page.wait_for_selector("#requests >> text=gpt-4o: Elsewhere")
        assert page.input_value("#session") == "other"
        page.select_option("#session", "")
        page.wait_for_selector("text=No request yet.")


def test_the_page_asks_for_the_key(browser: "Browser") -> None:
    with MockServer(api_keys=["let-me-in"]) as server:
        page = browser.new_page()
        page.goto(server.url)
        page.fill("dialog input", "let-me-in")
        page.click("dialog button")
        page.wait_for_selector(".state.live")
        page.close()
