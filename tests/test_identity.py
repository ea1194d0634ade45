"""Ids, tokens and padding: each its own, and the same whenever the same is asked."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.compose import EPOCH, Identity, identify, request_id

MAKERS: list[Callable[[Identity, object], str]] = [
    lambda identity, label: identity.id("msg_", label),
    lambda identity, label: identity.dated_id("msg_", label),
    lambda identity, label: identity.short_id("cntr_", label),
    lambda identity, label: identity.call_id(label),
    lambda identity, label: identity.token(label),
]
NAMES = ["id", "dated_id", "short_id", "call_id", "token"]
ASKED: dict[str, Any] = {"seed": 1, "request": b"same", "occurrence": 0}


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
@pytest.mark.parametrize("other", [{"seed": 2}, {"request": b"other"}, {"occurrence": 1}], ids=str)
def test_what_is_asked_otherwise_has_other_ids(
    make: Callable[[Identity, object], str], other: dict[str, Any]
) -> None:
    asked = {"partition": "0" * 16, **ASKED}
    assert make(identify(**asked), 0) == make(identify(**asked), 0)
    assert make(identify(**asked), 0) != make(identify(**{**asked, **other}), 0)


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_each_label_has_an_id_of_its_own(make: Callable[[Identity, object], str]) -> None:
    identity = identify(**ASKED)
    made = {make(identity, label) for label in (0, 1, "0x", "message", ("added", "a"))}
    assert len(made) == 5


def test_each_prefix_has_an_id_of_its_own() -> None:
    identity = identify(**ASKED)
    assert identity.id("msg_", 0)[4:] != identity.id("rsn_", 0)[4:]
    assert identity.dated_id("msg_", 0)[4:] != identity.dated_id("rsn_", 0)[4:]


def test_the_layout_of_ids() -> None:
    """Partition, stored or not, time, then a UUID's version 8 and variant (recorded ids)."""
    stored = identify(**ASKED, created_at=EPOCH + 1, partition="ab" * 8)
    assert stored.partition == "ab" * 8
    name = stored.id("resp_", "response")
    assert name.startswith(f"resp_{'ab' * 8}00{EPOCH + 1:08x}")
    assert len(name) == len("resp_") + 50
    assert name[35:37] == "81"
    assert name[37] in "89ab"
    assert stored.short_id("cntr_", 0) == stored.id("cntr_", 0)[:-2]
    kept_by_nobody = identify(**ASKED, stored=False)
    assert kept_by_nobody.id("resp_", 0)[21:23] == "01"
    dated = stored.dated_id("msg_", 0)
    assert dated.startswith(f"msg_{EPOCH + 1:08x}")
    assert dated.endswith("ab" * 8)
    assert len(dated) == len("msg_") + 48
    assert len(stored.call_id(0)) == len("call_") + 24


def test_a_partition_is_that_of_the_request() -> None:
    first, same = identify(**ASKED), identify(**ASKED)
    other = identify(**{**ASKED, "request": b"other"})
    assert first.partition == same.partition != other.partition
    assert len(first.partition) == 16


def test_a_delta_and_its_padding_fill_sixteens() -> None:
    identity = identify(**ASKED)
    for number in (0, 1, 63, 64, 200):
        for delta in ("", "a", "fifteen letters", "sixteen letters!", "seventeen letters"):
            assert (len(delta) + len(identity.padding(number, delta))) % 16 == 0
    made = {identity.padding(number, "a") for number in range(200)}
    assert len(made) == 200
    assert identity.padding(3, "a") != identify(**{**ASKED, "seed": 2}).padding(3, "a")


def test_requests_have_ids_of_their_own() -> None:
    assert request_id("a", "b") == request_id("a", "b")
    assert len({request_id("a", "b"), request_id("ab"), request_id("b", "a"), request_id()}) == 4
