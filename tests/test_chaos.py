"""`server.chaos`: a share of the requests fails, in Python's words."""

from typing import Any

import httpx2
import pytest

from mockserver import MockServer, ScriptError, error, faults


def statuses(server: MockServer, count: int) -> list[int]:
    url = f"{server.base_url}/responses"
    body = {"model": "gpt-5", "input": "Hi"}
    return [httpx2.post(url, json=body).status_code for _ in range(count)]


def test_a_share_fails_until_it_is_ended() -> None:
    with MockServer() as server:
        server.chaos(error(503), probability=0.3, seed=4)
        first = statuses(server, 40)
        assert 4 <= first.count(503) <= 20
        server.chaos(None)
        assert statuses(server, 5) == [200] * 5
        server.reset()
        server.chaos(error(503), probability=0.3, seed=4)
        assert statuses(server, 40) == first


def test_a_session_has_its_own() -> None:
    with MockServer() as server, server.session() as other:
        other.chaos(error(429))
        assert (statuses(server, 1), statuses(other, 1)) == ([200], [429])


def test_it_may_be_a_fault() -> None:
    with MockServer() as server:
        server.chaos(faults.reset())
        with pytest.raises(httpx2.TransportError):
            statuses(server, 1)


@pytest.mark.parametrize(
    ("failure", "options", "said"),
    [
        ("Hello!", {}, "must be an error or a fault"),
        (error(503), {"probability": 2}, "'probability' must be a number from 0 to 1, not 2"),
        (error(503), {"probability": True}, "'probability' must be a number from 0 to 1"),
        (error(503), {"seed": "x"}, "'seed' must be a whole number"),
    ],
)
def test_what_chaos_cannot_be_is_refused(failure: Any, options: Any, said: str) -> None:
    with MockServer() as server:
        with pytest.raises(ValueError, match=said):
            server.chaos(failure, **options)
        assert statuses(server, 1) == [200]


def test_what_is_no_step_is_refused() -> None:
    with MockServer() as server, pytest.raises(ScriptError):
        server.chaos(5)  # type: ignore[arg-type]
