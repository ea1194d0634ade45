"""What a Response says besides its output: moderation, caching, the tier that served it."""

from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from conftest import Serve, Served
from mockserver.compose import CATEGORIES

MODERATION: Any = {"model": "omni-moderation-latest"}
LONG = "All work and no play makes Jack a dull boy. " * 200


def api(served: Served) -> OpenAI:
    return OpenAI(base_url=served.url, api_key="any", max_retries=0)


@pytest.fixture
def client(serve: Serve) -> Any:
    with api(serve()) as client:
        yield client


def test_nothing_is_flagged(client: OpenAI) -> None:
    response = client.responses.create(model="gpt-5", input="Hello", moderation=MODERATION)
    assert response.moderation is not None
    for result in (response.moderation.input, response.moderation.output):
        assert result.type == "moderation_result"
        assert result.model == "omni-moderation-latest"
        assert not result.flagged
        assert tuple(result.categories) == CATEGORIES
        assert len(CATEGORIES) == 13
        assert set(result.categories.values()) == {False}
        assert set(result.category_scores.values()) == {0.0}
        assert set(map(tuple, result.category_applied_input_types.values())) == {("text",)}


def test_pictures_are_judged_by_what_pictures_can_show(client: OpenAI) -> None:
    picture: Any = {
        "type": "input_image",
        "image_url": "data:image/png;base64,AA==",
        "detail": "low",
    }
    response = client.responses.create(
        model="gpt-4o", input=[{"role": "user", "content": [picture]}], moderation=MODERATION
    )
    assert response.moderation is not None
    judged: Any = response.moderation.input
    assert judged.category_applied_input_types["violence"] == ["text", "image"]
    assert judged.category_applied_input_types["hate"] == ["text"]


def test_no_moderation_was_asked_for(client: OpenAI) -> None:
    reply = client.responses.with_raw_response.create(model="gpt-5", input="Hello")
    assert reply.http_response.json()["moderation"] is None


def test_what_a_reply_gives_is_kept(serve: Serve) -> None:
    flagged = {"type": "error", "code": "server_error", "message": "No answer."}
    served = serve()
    served.script(
        {"reply": {"output": ["No."], "moderation": {"input": flagged, "output": flagged}}}
    )
    with api(served) as client:
        response = client.responses.create(model="gpt-5", input="Hello", moderation=MODERATION)
    assert response.moderation is not None
    assert response.moderation.input.type == "error"


@pytest.mark.asyncio
async def test_nothing_is_known_before_the_end(serve: Serve) -> None:
    async with AsyncOpenAI(base_url=serve().url, api_key="any", max_retries=0) as client:
        stream = await client.responses.create(
            model="gpt-5", input="Hello", moderation=MODERATION, service_tier="flex", stream=True
        )
        events: list[Any] = [event async for event in stream]
    first, last = events[0].response, events[-1].response
    assert (first.moderation, first.service_tier, first.usage) == (None, "flex", None)
    assert (last.moderation.input.flagged, last.service_tier) == (False, "flex")


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        (None, "default"),
        ("auto", "default"),
        ("fast", "priority"),
        ("priority", "priority"),
        ("scale", "scale"),
    ],
)
def test_tiers(client: OpenAI, asked: Any, served: str) -> None:
    response = client.responses.create(
        model="gpt-5", input="Hello", service_tier=asked, background=True
    )
    assert response.service_tier == (asked or "auto")
    while response.status in ("queued", "in_progress"):
        response = client.responses.retrieve(response.id)
    assert response.service_tier == served


def cached(client: OpenAI, **request: Any) -> int:
    response = client.responses.create(**{"model": "gpt-5.6", "input": LONG, **request})
    assert response.usage is not None
    tokens: int = response.usage.input_tokens_details.cached_tokens
    return tokens


def test_a_long_prompt_is_cached(client: OpenAI) -> None:
    assert cached(client) == 0
    again = cached(client)
    assert again >= 1024
    assert again % 128 == 0
    assert cached(client, instructions=LONG, input="Hello") == 0
    assert cached(client, instructions=LONG, input="Well?") >= 1024
    assert cached(client, model="gpt-5.5") == 0


def test_a_short_prompt_is_not(client: OpenAI) -> None:
    assert [cached(client, input="Hello") for _ in range(2)] == [0, 0]


def test_sessions_share_no_cache(serve: Serve) -> None:
    for _ in range(2):
        with api(serve()) as client:
            assert cached(client) == 0


def test_explicit_caching_wants_a_breakpoint(client: OpenAI) -> None:
    options = {"mode": "explicit"}
    marked = [{"type": "input_text", "text": LONG, "prompt_cache_breakpoint": {"mode": "explicit"}}]
    assert [cached(client, prompt_cache_options=options) for _ in range(2)] == [0, 0]
    request: Any = {"prompt_cache_options": options, "input": [{"role": "user", "content": marked}]}
    assert cached(client, **request) == 0
    assert cached(client, **request) >= 1024


def test_options_are_echoed_when_used(serve: Serve) -> None:
    # Not watched: the OpenAPI document knows no life of 12 hours, though the openai package does.
    with api(serve(watched=False)) as client:
        plain = client.responses.create(model="gpt-5.6", input="Hello")
        used = client.responses.create(
            model="gpt-5.6", input="Hello", prompt_cache_options={"ttl": "12h"}
        )
    assert plain.prompt_cache_options is None
    assert used.prompt_cache_options is not None
    assert used.prompt_cache_options.to_dict() == {"mode": "implicit", "ttl": "12h"}
    assert used.prompt_cache_diagnostics is None


def diagnosed(client: OpenAI, compared: str, **request: Any) -> Any:
    response = client.responses.create(
        **{
            "model": "gpt-5.6",
            "input": LONG,
            **request,
            "prompt_cache_options": {"comparison_response_id": compared},
        }
    )
    assert response.prompt_cache_options is not None
    assert response.prompt_cache_options.comparison_response_id == compared
    assert response.prompt_cache_diagnostics is not None
    return response.prompt_cache_diagnostics


def test_a_comparison_that_is_gone(client: OpenAI) -> None:
    assert diagnosed(client, "resp_none").type == "comparison_response_not_found"


def test_a_hit(client: OpenAI) -> None:
    first = client.responses.create(model="gpt-5.6", input=LONG)
    assert diagnosed(client, first.id).type == "cache_hit"
    assert (
        diagnosed(client, first.id, input="Well?", previous_response_id=first.id).type
        == "cache_hit"
    )


def test_what_is_the_same_is_no_change(client: OpenAI) -> None:
    same: Any = {
        "instructions": "Be brief.",
        "prompt_cache_key": "mine",
        "service_tier": "flex",
        "tools": [{"type": "web_search"}],
        "text": {"verbosity": "low", "format": {"type": "text"}},
        "reasoning": {"effort": "high"},
    }
    first = client.responses.create(model="gpt-5.6", input=LONG, **same)
    assert diagnosed(client, first.id, **same).type == "cache_hit"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"model": "gpt-5.5"}, "model_changed"),
        ({"prompt_cache_key": "other"}, "prompt_cache_key_changed"),
        ({"tools": [{"type": "web_search"}]}, "tools_changed"),
        ({"text": {"verbosity": "low"}}, "verbosity_changed"),
        ({"reasoning": {"effort": "high"}}, "reasoning_effort_changed"),
        ({"service_tier": "flex"}, "service_tier_changed"),
        ({"input": "Hello", "text": {"format": {"type": "json_object"}}}, "text_format_changed"),
        ({"instructions": "Be brief."}, "input_changed"),
        ({"input": "Something else."}, "input_changed"),
        (
            {
                "input": [
                    {"type": "compaction", "encrypted_content": "x"},
                    {"role": "user", "content": "Hello"},
                ]
            },
            None,
        ),
    ],
)
def test_a_miss(client: OpenAI, request_: Any, reason: str | None) -> None:
    first = client.responses.create(model="gpt-5.6", input=LONG)
    if reason == "text_format_changed":
        request_["input"] = "Say it in json."
    found = diagnosed(client, first.id, **request_)
    assert found.type == "cache_miss"
    assert found.reason == (reason or "context_compacted")
    assert found.cache_missed_tokens > 0


def test_what_is_reusable_in_spite_of_a_miss(client: OpenAI) -> None:
    items = [{"role": "user", "content": LONG}, {"role": "user", "content": "One."}]
    first = client.responses.create(model="gpt-5.6", input=items)  # type: ignore[arg-type]
    found = diagnosed(client, first.id, input=[items[0], {"role": "user", "content": "Two."}])
    assert found.reason == "input_changed"
    assert found.comparison_reusable_tokens > 1024
    assert found.cache_missed_tokens < 20
