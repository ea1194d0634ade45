"""What `mockserver.vcr.internals` reaches into below vcrpy's public interface is where it was."""

import inspect
import re
from pathlib import Path

import httpx2
import pytest

from mockserver.vcr import internals

vcr = pytest.importorskip("vcr", reason="vcrpy is not installed here")
ROOT = Path(__file__).resolve().parents[1]


def test_the_methods_that_are_called_or_replaced_exist() -> None:
    machine = vcr.VCR()
    for name in ("_use_cassette", "register_matcher", "register_persister", "match_on"):
        assert hasattr(machine, name), f"vcr.VCR has no {name} any more"
    for name in ("before_record_request", "persister", "matchers", "use_cassette"):
        assert hasattr(machine, name), f"vcr.VCR has no {name} any more"
    source = inspect.getsource(vcr.VCR.use_cassette)
    assert source.count("self._use_cassette") == 2, "vcr.VCR opens contexts otherwise now"


def test_a_context_loads_its_cassette_by_a_class_that_can_be_replaced(tmp_path: Path) -> None:
    context = vcr.VCR().use_cassette(str(tmp_path / "a.yaml"))
    assert context.cls is vcr.cassette.Cassette, "a context has its class elsewhere than in `cls`"
    source = inspect.getsource(vcr.cassette.CassetteContextDecorator)
    assert source.count("self.cls.") == 1, "a context calls more of its class than `load` now"
    assert "def __init__(self, cls, args_getter)" in source, "a context is made otherwise now"
    assert "next(self.__finish, None)" in source, "a context undoes its patches otherwise now"


def test_the_attributes_of_a_cassette_exist(tmp_path: Path) -> None:
    cassette = vcr.cassette.Cassette(str(tmp_path / "a.yaml"))
    private = ("_path", "_match_on")
    shown = ("append", "can_play_response_for", "filter_request", "play_response", "play_counts")
    others = ("find_requests_with_most_matches", "requests", "responses", "rewound")
    for name in (*private, *shown, *others, "write_protected"):
        assert hasattr(cassette, name), f"vcr's Cassette has no {name} any more"


def test_a_miss_asks_for_the_requests_that_are_near() -> None:
    source = inspect.getsource(vcr.errors.CannotOverwriteExistingCassetteException)
    assert "cassette.find_requests_with_most_matches(" in source, (
        "vcrpy's error does not ask the cassette for near requests any more"
    )


def test_matchers_are_asked_for_what_they_say(tmp_path: Path) -> None:
    one, other = (internals.request_of("GET", f"https://a.example/{n}", b"", {}) for n in "12")
    cassette = vcr.cassette.Cassette(str(tmp_path / "a.yaml"), match_on=(vcr.matchers.path,))
    assert internals.failed_matchers(cassette, one, other) == [("path", "/1 != /2")]


@pytest.mark.parametrize("name", ["httpx2", "httpx"])
def test_what_vcrpy_puts_into_a_transport_names_what_it_wraps(name: str, tmp_path: Path) -> None:
    library = pytest.importorskip(name, reason=f"{name} is not installed here")
    methods = (
        (library.HTTPTransport, "handle_request"),
        (library.AsyncHTTPTransport, "handle_async_request"),
    )
    real = [getattr(*each) for each in methods]
    with vcr.use_cassette(str(tmp_path / "a.yaml")):
        patched = [getattr(*each) for each in methods]
        assert patched != real, f"vcrpy patches {name} elsewhere than in its transports now"
        assert list(map(internals.unpatched, patched)) == real, (
            f"vcrpy's methods for {name} do not have what they wrap in `__wrapped__` any more"
        )


def test_a_request_is_made_as_the_stub_for_httpx_makes_it() -> None:
    made = vcr.stubs.httpx_stubs._make_vcr_request(
        httpx2.Request("POST", "https://a.example/x?y=1", headers={"a": "b"}), b"body"
    )
    ours = internals.request_of("POST", "https://a.example/x?y=1", b"body", {"a": "b"})
    assert (made.method, made.uri, made.body) == (ours.method, ours.uri, ours.body)


def test_the_extra_has_the_bounds_that_are_checked() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = ".".join(map(str, internals.OLDEST))
    (bounds,) = re.findall(r'^vcr = \["vcrpy(.*)"\]', project, re.MULTILINE)
    assert bounds.startswith(f">={oldest},<")
