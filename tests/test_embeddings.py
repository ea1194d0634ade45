"""Embeddings and moderations."""

import json
import math
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from openai.types import CreateEmbeddingResponse, ModerationCreateResponse

from both_clients import both_clients, done, use
from conftest import Serve

Kind = type[OpenAI | AsyncOpenAI]
SMALL = "text-embedding-3-small"


def embed(client: OpenAI, texts: Any, **options: Any) -> list[list[float]]:
    options.setdefault("model", SMALL)
    return [each.embedding for each in client.embeddings.create(input=texts, **options).data]


def nearness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@both_clients
def test_similar_texts_are_nearer_than_others(serve: Serve, kind: Kind) -> None:
    served = serve()
    texts = [
        "The cat sat on the mat.",
        "A cat sat on a mat",
        "Stocks fell on Monday",
        "the CAT sat on the mat",
    ]

    async def steps(client: Any) -> None:
        made = await done(client.embeddings.create(model=SMALL, input=texts))
        assert made.model == SMALL
        assert made.usage.prompt_tokens == made.usage.total_tokens > len(texts)
        assert [each.index for each in made.data] == [0, 1, 2, 3]
        cat, same, stocks, equal = (each.embedding for each in made.data)
        assert len(cat) == 1_536
        assert math.isclose(nearness(cat, cat), 1.0, abs_tol=1e-6)
        assert cat == equal  # The same words.
        assert nearness(cat, same) > 0.4 > 0.3 > nearness(cat, stocks)

    use(kind, served.url, steps)


def test_vectors_are_the_same_under_every_seed(serve: Serve) -> None:
    made = []
    for seed in (1, 2):
        with OpenAI(base_url=serve(seed=seed).url, api_key="any") as client:
            made.append(embed(client, "hello"))
    assert made[0] == made[1]
    with OpenAI(base_url=serve().url, api_key="any") as client:
        assert embed(client, "hello", model="text-embedding-ada-002") != made[0]


def test_numbers_and_base64_are_the_same_vector(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        floats = client.embeddings.with_raw_response.create(
            model=SMALL, input="hello there", encoding_format="float"
        )
        CreateEmbeddingResponse.model_validate_json(floats.text, strict=True)
        encoded = embed(client, "hello there")  # The client asks for base64 by itself.
        assert json.loads(floats.text)["data"][0]["embedding"] == encoded[0]


@pytest.mark.parametrize(
    ("model", "length"),
    [
        (SMALL, 1_536),
        ("text-embedding-3-large", 3_072),
        ("text-embedding-ada-002", 1_536),
        ("my-embedding", 1_536),
    ],
)
def test_vectors_are_as_long_as_the_model_s(serve: Serve, model: str, length: int) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        assert [len(each) for each in embed(client, "x", model=model)] == [length]


def test_a_shorter_vector_is_the_beginning_of_the_whole(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        (whole,), (short,) = embed(client, "a b c"), embed(client, "a b c", dimensions=16)
        assert len(short) == 16
        assert math.isclose(nearness(short, short), 1.0, abs_tol=1e-6)
        scale = whole[0] / short[0]
        assert all(
            math.isclose(a, b * scale, abs_tol=1e-6) for a, b in zip(whole, short, strict=False)
        )
        assert [[abs(each) for each in one] for one in embed(client, "a b", dimensions=1)] == [
            [1.0]
        ]


def test_tokens_are_taken_for_texts(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        one = client.embeddings.create(model=SMALL, input=[15339, 1917])
        two = client.embeddings.create(model=SMALL, input=[[15339, 1917], [15339]])
        assert one.usage.prompt_tokens == 2
        assert two.usage.prompt_tokens == 3
        assert one.data[0].embedding == two.data[0].embedding != two.data[1].embedding


def test_a_text_without_words_has_a_vector(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        wow, what = embed(client, ["!!!", "???"])
        assert wow != what


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"input": "x"}, "Missing required parameter: 'model'."),
        ({"model": SMALL}, "Missing required parameter: 'input'."),
        ({"model": SMALL, "input": ""}, "'$.input' is invalid."),
        ({"model": SMALL, "input": []}, "'$.input' is invalid."),
        ({"model": SMALL, "input": ["a", ""]}, "'$.input' is invalid."),
        ({"model": SMALL, "input": ["a"] * 2_049}, "Invalid 'input': array too long."),
        ({"model": SMALL, "input": {"a": 1}}, "Invalid type for 'input'"),
        ({"model": SMALL, "input": "x", "dimensions": 1_537}, "less than or equal to 1536."),
        ({"model": SMALL, "input": "x", "dimensions": 0}, "integer below minimum value"),
        ({"model": SMALL, "input": "x", "dimension": 1}, "Did you mean 'dimensions'?"),
        (
            {"model": "text-embedding-ada-002", "input": "x", "dimensions": 5},
            "This model does not support specifying dimensions.",
        ),
        ({"model": SMALL, "input": "word " * 9_000}, "maximum context length is 8192 tokens"),
        ({"model": SMALL, "input": [[1] * 8_000] * 40}, "Requested 320000 tokens, max 300000"),
    ],
)
def test_what_cannot_be_embedded_is_refused(serve: Serve, asked: Any, said: str) -> None:
    reply = httpx2.post(f"{serve().url}/embeddings", json=asked)
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


def test_models_are_looked_up_where_that_is_asked_for(serve: Serve) -> None:
    with OpenAI(base_url=serve(strict_models=True).url, api_key="any") as client:
        assert embed(client, "x")
        with pytest.raises(NotFoundError, match="The model 'my-embedding' does not exist"):
            embed(client, "x", model="my-embedding")


def test_azure_s_path_names_the_model(serve: Serve) -> None:
    root = serve().url.removesuffix("/v1")
    url = f"{root}/openai/deployments/text-embedding-3-large/embeddings?api-version=1"
    reply = httpx2.post(url, json={"input": "x"})
    assert len(reply.json()["data"][0]["embedding"]) == 3_072


def test_many_texts_are_embedded_beside_the_event_loop(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        texts = [f"text number {number} of many" for number in range(300)]
        made = embed(client, texts, dimensions=8)
        assert embed(client, texts[7], dimensions=8) == [made[7]]


@both_clients
def test_moderations_flag_nothing(serve: Serve, kind: Kind) -> None:
    served = serve()
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}

    async def steps(client: Any) -> None:
        one = await done(client.moderations.create(input="Hello"))
        assert one.model == "omni-moderation-latest"
        assert [each.flagged for each in one.results] == [False]
        two = await done(client.moderations.create(input=["a", "b"], model="text-moderation-007"))
        assert (two.model, len(two.results)) == ("text-moderation-007", 2)
        mixed = await done(
            client.moderations.create(input=[{"type": "text", "text": "x"}, picture])
        )
        (result,) = mixed.results
        assert result.category_applied_input_types.violence == ["text", "image"]
        assert result.category_applied_input_types.hate == ["text"]
        with pytest.raises(BadRequestError, match="Missing required parameter: 'input'"):
            await done(client.post("/moderations", body={}, cast_to=object))

    use(kind, served.url, steps)


def test_moderations_are_of_the_published_type(serve: Serve) -> None:
    reply = httpx2.post(f"{serve().url}/moderations", json={"input": ["a", "b"]})
    ModerationCreateResponse.model_validate_json(reply.text, strict=True)


def test_a_script_flags_what_it_likes(serve: Serve) -> None:
    served = serve()
    served.script({"when": {"path": "/v1/moderations"}, "http": {"json": {"flagged": True}}})
    assert httpx2.post(f"{served.url}/moderations", json={"input": "x"}).json()["flagged"]
