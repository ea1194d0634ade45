"""Of planted secrets hardly one is left, of innocent strings hardly one is changed."""

import json
import random
from collections import defaultdict

import pytest

from mockserver.cassettes import (
    Interaction,
    RecordedRequest,
    RecordedResponse,
    find_secrets,
    scrub_interaction,
)
from planted_secrets import PLACES, innocents, planted, plants, survives

SEED = 20261126
FOUND = 0.99
CHANGED = 0.04


def test_of_every_kind_in_every_place_hardly_a_secret_is_left() -> None:
    left: dict[str, list[str]] = defaultdict(list)
    kinds = plants(SEED)
    for plant in kinds:
        for place in PLACES:
            given = planted(plant, place, random.Random(SEED))
            assert survives(plant, given), f"{plant.kind} is not planted in: {place}"
            scrubbed = scrub_interaction(given)
            if survives(plant, scrubbed):
                left[plant.kind].append(place)
            assert find_secrets(scrubbed) == [], f"{plant.kind}, {place}: not settled"
    survivors = sum(map(len, left.values()))
    report = "\n".join(f"{kind}: {', '.join(places)}" for kind, places in left.items())
    assert len(kinds) >= 200
    assert survivors <= (1 - FOUND) * len(kinds) * len(PLACES), report


def test_hardly_an_innocent_string_is_changed() -> None:
    strings = innocents(SEED)
    changed = [text for text in strings if scrub_interaction(holding(text)) != holding(text)]
    assert len(strings) >= 150
    assert len(changed) <= CHANGED * len(strings), "\n".join(changed)


def holding(text: str) -> Interaction:
    """An interaction with a text in JSON and by itself."""
    asked = json.dumps({"input": text}).encode()
    return Interaction(
        RecordedRequest("POST", "/v1/responses", (("content-type", "application/json"),), asked),
        RecordedResponse(200, "OK", (("content-type", "text/plain"),), text.encode()),
    )


@pytest.mark.parametrize(
    "text",
    [
        "key=" * 20_000,
        "password: " * 20_000,
        "://a:" * 40_000,
        "eyJ" * 60_000,
        "-----BEGIN PRIVATE KEY-----" * 8_000,
        "a=b" * 60_000,
        "curl -u a:" * 20_000,
        "cookie: a=b; " * 15_000,
        "login a password " * 12_000,
        "mysql -p" * 25_000,
        "--key " * 30_000,
        "sk-" * 60_000,
        "PuTTY-User-Key-File-2:" * 9_000,
        "%41" * 60_000,
        "A" * 200_000,
    ],
    ids=lambda text: str(text[:12]),
)
def test_no_text_makes_the_search_slow(text: str) -> None:
    assert scrub_interaction(holding(text)) is not None
