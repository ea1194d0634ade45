"""`cached_tokens` of prompts that begin alike."""

from typing import Any

import httpx2
import pytest

from conftest import Serve, Served
from mockserver.api import CreateRequest, Json
from mockserver.compose import PromptCache, cacheable, estimate, input_tokens, prompt_prefix

TOKENS = estimate()
MARK = {"prompt_cache_breakpoint": {"mode": "explicit"}}
LONG = "".join(f"Sentence number {n} of a long document. " for n in range(200))


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def ask(cache: PromptCache, *items: Json, model: str = "gpt-5.4", **body: Any) -> int:
    prefix = prompt_prefix(body, items, model)
    cached = cache.cached(prefix, TOKENS, input_tokens(body, items, model, TOKENS))
    cache.remember(prefix)
    return cached


def test_a_first_prompt_is_not_cached() -> None:
    assert ask(PromptCache(), user(LONG)) == 0


def test_a_repeated_prompt_is_cached_in_steps_of_128() -> None:
    cache = PromptCache()
    ask(cache, user(LONG))
    cached = ask(cache, user(LONG))
    assert cached % 128 == 0
    assert 1024 <= cached < input_tokens({}, [user(LONG)], "gpt-5.4", TOKENS)


def test_a_short_prompt_is_never_cached() -> None:
    cache = PromptCache()
    assert [ask(cache, user("Hello")) for _ in range(3)] == [0, 0, 0]


def test_a_conversation_is_cached_as_far_as_it_was_sent() -> None:
    cache = PromptCache()
    ask(cache, user(LONG))
    said = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    said["content"] = [{"type": "output_text", "text": "I see.", "annotations": [], "logprobs": []}]  # type: ignore[assignment]
    second = ask(cache, user(LONG), said, user("And then?"))
    assert second >= 1024
    again = {"role": "assistant", "content": "I see.", "type": "message"}
    assert ask(cache, user(LONG), again, user("And then?"), user(LONG)) >= second


def test_what_differs_at_the_beginning_is_not_cached() -> None:
    cache = PromptCache()
    ask(cache, user(LONG), instructions="Be brief.")
    assert ask(cache, user(LONG), instructions="Be verbose.") == 0
    assert ask(cache, user(LONG), instructions="Be brief.", model="gpt-5.2") == 0
    assert ask(cache, user(LONG), instructions="Be brief.") >= 1024


def test_a_common_beginning_of_texts_is_cached() -> None:
    cache = PromptCache()
    ask(cache, user(LONG + "One question."))
    assert ask(cache, user(LONG + "Another question.")) >= 1024
    assert ask(PromptCache(), user(LONG)) == 0


@pytest.mark.parametrize(
    "form",
    [
        {"role": "assistant", "content": LONG},
        {"role": "assistant", "content": [{"type": "output_text", "text": LONG}]},
        {"type": "message", "role": "assistant", "content": LONG, "status": "completed"},
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "phase": None,
            "content": [
                {"type": "output_text", "text": LONG, "annotations": [], "logprobs": []},
            ],
        },
    ],
)
def test_what_was_put_out_is_known_when_it_is_put_in(form: Json) -> None:
    plain = {"role": "assistant", "content": LONG}
    written = prompt_prefix({}, [user("Hi"), plain, user("Bye")], "gpt-5.4")
    assert prompt_prefix({}, [user("Hi"), form, user("Bye")], "gpt-5.4") == written
    other = {**form, "role": "user"}
    assert prompt_prefix({}, [user("Hi"), other, user("Bye")], "gpt-5.4") != written


@pytest.mark.parametrize(
    "item",
    [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi", **MARK}]},
        {
            "type": "function_call_output",
            "call_id": "call_1",
            "output": [{"type": "input_text", "text": "Hi"}, {"type": "input_text", **MARK}],
        },
    ],
)
def test_the_explicit_mode_caches_where_a_breakpoint_is_marked(item: Json) -> None:
    explicit = {"model": "gpt-5.6", "prompt_cache_options": {"mode": "explicit"}}
    assert cacheable(CreateRequest({**explicit, "input": [user("Hi"), item]}))
    assert not cacheable(CreateRequest({**explicit, "input": [user("Hi")]}))
    assert cacheable(CreateRequest({"model": "gpt-5.6", "input": [user("Hi")]}))


def create(served: Served, text: str) -> Json:
    reply = httpx2.post(f"{served.url}/responses", json={"model": "gpt-4.1", "input": text})
    usage: Json = reply.json()["usage"]
    return usage


@pytest.mark.parametrize("size", range(148, 180, 4))
def test_a_response_tells_of_cached_tokens_in_steps_of_128(serve: Serve, size: int) -> None:
    """The fault: steps of 64, or of 256. Of these prompts some are longer than a multiple of 128 by
    64 tokens or more, and some than a multiple of 256 by 128.
    """
    served = serve()
    text = "".join(f"Sentence number {n} of a long document. " for n in range(size))
    assert create(served, text)["input_tokens_details"]["cached_tokens"] == 0
    usage = create(served, text)
    tokens = usage["input_tokens"] - 1
    assert usage["input_tokens_details"]["cached_tokens"] == tokens // 128 * 128


def test_the_prompts_above_tell_the_steps_apart(serve: Serve) -> None:
    served = serve()
    rests = set()
    for size in range(148, 180, 4):
        text = "".join(f"Sentence number {n} of a long document. " for n in range(size))
        rests.add((create(served, text)["input_tokens"] - 1) % 256 // 64)
    assert rests == {0, 1, 2, 3}
