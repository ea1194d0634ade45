"""docs/from_vcrpy.md is true: its examples run, and it has every word that there is."""

import inspect
import re
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from mockserver import MockServer
from mockserver.settings import OPTIONS
from suites import PLAIN, Run  # What suites import is imported there, once.

vcr = pytest.importorskip("vcr", reason="vcrpy is not installed here")
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "from_vcrpy.md").read_text(encoding="utf-8")
HOOK, MOVED = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(SHOWN,) = re.findall(r"^  ```text\n(.*?)^  ```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ pytest (.*)$", PAGE, re.MULTILINE)
ROWS = re.findall(r"^\| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
BEFORE = " ".join(left for left, _ in ROWS)
READ = ("8.2.1", "9.4.2")
"""The releases of vcrpy whose words the page has."""

STAYED = MOVED.replace("(mockserver)", "()").replace(
    "\ndef", "\nimport pytest\n\n@pytest.mark.vcr\ndef"
)


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite as the page has it, with its cassette."""
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody")
    pytester.makepyfile(test_weather=STAYED)
    with MockServer() as server:
        server.script("It is 18 °C.")
        made = vcr.VCR(filter_headers=["authorization"])
        path = pytester.path / "cassettes" / "test_weather" / "test_weather.yaml"
        with made.use_cassette(str(path)), server.client() as client:
            client.responses.create(model="gpt-5", input="How is the weather in Paris?")
        content = yaml.safe_load(path.read_text())
        content["interactions"][0]["request"]["uri"] = "https://api.openai.com/v1/responses"
        path.write_text(yaml.safe_dump(content))
    return pytester


@pytest.fixture
def run(suite: pytest.Pytester, own_pytest: Path) -> Run:
    return partial(suite.run, own_pytest, *PLAIN)


def test_who_stays_and_who_moves(suite: pytest.Pytester, run: Run) -> None:
    run().assert_outcomes(passed=1)
    suite.makeconftest(HOOK)
    run().assert_outcomes(passed=1)
    for command in COMMANDS:
        run(*command.split()).assert_outcomes(passed=1)
    suite.makepyfile(test_weather=MOVED)
    run().assert_outcomes(passed=1)
    run("--block-network", "--allowed-hosts=127.0.0.1").assert_outcomes(passed=1)
    assert len(COMMANDS) == 2


@pytest.mark.parametrize("args", [(), ("--mockserver-vcr",)], ids=["alone", "served"])
def test_the_shown_miss_is_what_is_said(
    suite: pytest.Pytester, run: Run, args: tuple[str, ...]
) -> None:
    suite.makeconftest(HOOK)
    suite.makepyfile(test_weather=STAYED.replace("Paris", "Rome"))
    said = run(*args).stdout.str()
    for line in SHOWN.splitlines():
        assert line.removeprefix("  ") in said


@pytest.mark.skipif(version("vcrpy") not in READ, reason="the page has the words of other releases")
def test_every_word_of_vcrpy_is_there() -> None:
    parameters = list(inspect.signature(vcr.VCR.__init__).parameters)[1:]
    for name in (*parameters, "allow_playback_repeats", "additional_matchers", "persister"):
        assert f"`{name}`" in BEFORE, name


def test_every_word_of_pytest_recording_is_there() -> None:
    source = _source("pytest_recording.plugin")
    options = re.findall(r'addoption\(\s*"(--[a-z-]+)"', source)
    fixtures = re.findall(r"@pytest\.fixture.*\n\s*def (\w+)", source)
    marks = re.findall(r'"markers", "(\w+):', source)
    modes = re.findall(r'"(\w+)"', re.findall(r"^RECORD_MODES = \((.*)\)", source, re.MULTILINE)[0])
    assert len(options) == 4
    assert len(fixtures) > 8
    assert len(modes) == 5
    for name in (*options, *fixtures, *marks, *modes):
        assert re.search(rf"\b{name.lstrip('-')}\b", BEFORE), name


def _source(name: str) -> str:
    """The source of a module, which is not imported: it would patch what it finds."""
    package, _, module = name.partition(".")
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name(f"{module}.py").read_text(encoding="utf-8")


def test_the_words_of_ours_exist() -> None:
    told = {option.name for option in OPTIONS}
    words = " ".join(right for _, right in ROWS)
    for name in re.findall(r"`(\w+)(?:`|=)", words):
        known = name in told or name in ("rewrite", "mockserver") or hasattr(MockServer, name)
        assert known or name in ("by", "False"), name
    flags = re.findall(r"--mockserver-([a-z-]+)", PAGE)
    assert {flag.replace("-", "_") for flag in flags} <= told
