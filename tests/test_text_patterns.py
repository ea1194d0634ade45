"""Regular expressions of authors: what `re` understands holds, and no search stops the server."""

import re
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mockserver import MockServer
from mockserver.cassettes import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    Recorder,
    make_match_rules,
    scrub_rules,
)
from mockserver.cassettes.play import Missed, Player
from mockserver.cassettes.positions import MemoryPositions
from mockserver.errors import CassetteError
from mockserver.text_patterns import MAX_SIZE, SearchStoppedError, TextPattern, text_pattern
from server_process import ServerProcess

ENDLESS = "(a|a)*$"
TEXT = "a" * 60 + "!"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        # What means more to `regex` than to `re`.
        ("foo{e}", "foo{e} fop"),
        ("foo{e<=1}", "fop foo{e<=1}"),
        (r'{"a": {}}', '{"a": {}}'),
        ("[[:alpha:]]+", "xyz :]"),
        (r"[^[\]]+", "[ab]"),
        ("[]a[]+", "x]a["),
        ("a{,2}b{2,}c{1}", "aabbbc"),
        # What both know.
        (r"(?P<city>\w+)(?=,) (?:\d+|\1)?", "in Paris, 7"),
        (r"(?i)straße|İ", "STRASSE straẞe"),
        ("(?x) a  # [ not a set ( {\n b", "ab"),
        (r"(?s)a.b$", "a\nb\n"),
        (r"(?m)^b\Z", "a\nb"),
        (r"(a)?b(?(1)c|d)", "bd abc"),
        (r"(?a)\w+", "éa"),
        (r"\b\d{3}\b", "1234 567"),
        ("x*", "abx"),
        ("(?#a [ comment)é+", "éé"),
    ],
)
@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
def test_a_pattern_means_what_it_means_to_re(source: str, text: str) -> None:
    """The fault: `foo{e}` finds what is nearly `foo`, as `regex` has it."""
    there = re.search(source, text)
    here = text_pattern(source).search(text)
    assert (there and (there.span(), there.groups(), there.groupdict())) == (
        here and (here.span(), here.groups(), here.groupdict())
    )
    assert text_pattern(re.compile(source)).sub("<>", text) == re.sub(source, "<>", text)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a(", "missing \\)"),
        ("[[a", "unterminated character set"),
        ("a{1000000000}", f"more than {MAX_SIZE:,} characters"),
        ("(?:(?:(?:a{1000}){1000}){1000}){1000}", f"more than {MAX_SIZE:,} characters"),
        ("(?x)(a{1000})  # so often:\n {1000}", f"more than {MAX_SIZE:,} characters"),
        ("a{99999999999999999999}", "too large"),
        ("(" * 20_000 + ")" * 20_000, "too large"),
    ],
)
def test_a_pattern_that_cannot_be_used(source: str, said: str) -> None:
    """The fault: `regex` spells `a{1000000000}` out, for which no memory is enough."""
    with pytest.raises(ValueError, match=said):
        text_pattern(source)


@pytest.mark.parametrize(
    "when",
    [
        {"input": {"regex": ENDLESS}},
        {"input": {"regex": re.compile(ENDLESS)}},
        {"metadata": {"x": {"regex": ENDLESS}}},
        {"json": {"$.metadata.x": {"regex": ENDLESS}}},
        {"item": {"content": [{"text": {"regex": ENDLESS}}]}},
        {"model": "*".join("a" * 20) + "*!"},
    ],
    ids=str,
)
def test_a_condition_that_takes_too_long_is_a_miss_that_says_so(when: dict[str, object]) -> None:
    """The fault: a search without end, during which nobody is answered."""
    with MockServer(on_miss="fail") as server:
        server.when(**when).reply("x")
        body: dict[str, object] = {
            "model": "a" * 3_000 if "model" in when else "gpt-5",
            "input": TEXT,
        }
        body["metadata"] = {"x": TEXT}
        reply = httpx2.post(f"{server.url}/responses", json=body)
        assert reply.status_code >= 400
        if "model" not in when:
            assert "was stopped after 1 s" in reply.text
            assert "test_text_patterns.py:" in reply.text
        server.when(input=TEXT).reply("It goes on.")
        again = httpx2.post(f"{server.url}/responses", json={"model": "gpt-5", "input": TEXT})
        assert again.status_code == 200


def test_the_file_and_the_line_of_a_condition_that_takes_too_long(tmp_path: Path) -> None:
    path = tmp_path / "endless.yaml"
    path.write_text(f"interactions:\n- reply: x\n  when: {{input: {{regex: '{ENDLESS}'}}}}\n")
    with ServerProcess(str(path)) as server:
        reply = httpx2.post(f"{server.url}/responses", json={"model": "gpt-5", "input": TEXT})
        assert f"{path.name}:2" in reply.text
        assert "was stopped after 1 s" in reply.text


REQUEST = RecordedRequest(
    "POST", "https://api.openai.com/v1/responses", (), b'{"model": "gpt-5", "input": "Hi"}'
)
INTERACTION = Interaction(REQUEST, RecordedResponse(200, "OK", (), b"{}"))


def test_a_normaliser_that_takes_too_long_is_a_miss_that_says_so() -> None:
    rules = make_match_rules(ignore=(), normalise=(f"{ENDLESS}=>x",), order=False)
    player = Player([INTERACTION], rules)
    body = f'{{"model": "gpt-5", "input": "{TEXT}"}}'.encode()
    missed = player.find("POST", "/v1/responses", (), body, MemoryPositions())
    assert isinstance(missed, Missed)
    assert "was stopped after 1 s" in " ".join(missed.explain())


def test_what_cannot_be_searched_for_secrets_is_not_written(tmp_path: Path) -> None:
    """The fault: a recording with the secret in it, since its pattern was given up."""
    path = tmp_path / "c.yaml"
    rules = scrub_rules([r"(?:a|a)+\Z"])
    recorder = Recorder(path, "https://api.openai.com/v1", "all", rules=rules)
    body = f'{{"model": "gpt-5", "input": "{TEXT}"}}'.encode()
    asked = RecordedRequest("POST", "https://api.openai.com/v1/responses", (), body)
    with pytest.raises(CassetteError, match="was stopped after 1 s, so the interaction"):
        recorder.keep(Interaction(asked, RecordedResponse(200, "OK", (), b"{}")))
    recorder.close()
    assert not path.exists() or "aaaa" not in path.read_text()


def test_a_search_that_was_stopped_is_not_begun_again() -> None:
    pattern = text_pattern(ENDLESS)
    for _ in range(100):
        with pytest.raises(SearchStoppedError):
            pattern.search(TEXT)


@pytest.mark.parametrize("route", ["/v1/responses", "/__mockserver__/near-misses"])
def test_all_searches_for_a_request_share_one_second(
    monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    """The fault: thirty conditions without end, each of which takes a second of its own."""
    searched: list[float] = []
    run = TextPattern._run

    def note(self: TextPattern, text: str, method: Any, *arguments: Any, **options: Any) -> Any:
        def timed(*given: Any, timeout: float, **more: Any) -> Any:
            searched.append(timeout)
            return method(*given, timeout=timeout, **more)

        return run(self, text, timed, *arguments, **options)

    monkeypatch.setattr(TextPattern, "_run", note)
    with MockServer(on_miss="fail") as server:
        for number in range(30):
            server.when(input={"regex": f"{number}|{ENDLESS}"}).reply("x")
        asked = {"model": "gpt-5", "input": TEXT}
        body = {"body": asked} if "near" in route else asked
        reply = httpx2.post(f"{server.url}{route}", json=body)
    said = "others for this request took" if "near" in route else "was stopped after"
    assert f"{said} 1 s" in reply.text
    # Those that took all the time are few: each takes what is left.
    assert len(searched) < 5


def test_searches_that_take_longer_than_the_loop_can_wait_are_made_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fault: a second in which nobody else is answered, or a match that is not found."""
    monkeypatch.setattr("mockserver.session.worker._AT_ONCE_SECONDS", 0.001)
    asked_in: list[str] = []

    def answer(request: Any) -> str:  # noqa: ARG001
        asked_in.append(threading.current_thread().name)
        return "found"

    with MockServer() as server:
        server.when(input={"regex": "(a|a)*b|it is there"}).reply(answer)
        body = {"model": "gpt-5", "input": "a" * 15 + " it is there"}
        reply = httpx2.post(f"{server.base_url}/responses", json=body)
        assert reply.status_code == 200
        assert len(server.requests) == 1
    assert asked_in == ["mockserver worker"]
