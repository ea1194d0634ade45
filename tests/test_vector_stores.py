"""Vector stores, and what `file_search` finds in them."""

from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI

from both_clients import both_clients, done, every, use
from conftest import Serve
from mockserver import file_search_call

Kind = type[OpenAI | AsyncOpenAI]
REFUNDS = b"Refunds are paid within thirty days."
SHIPPING = b"Shipping a parcel costs five euros."


def stored(client: OpenAI, *files: tuple[str, bytes], **fields: Any) -> Any:
    """A vector store with these files."""
    ids = [client.files.create(file=file, purpose="assistants").id for file in files]
    return client.vector_stores.create(file_ids=ids, **fields)


@both_clients
def test_a_vector_store_from_its_making_to_its_end(serve: Serve, kind: Kind) -> None:
    served = serve()

    async def steps(client: Any) -> None:
        stores = client.vector_stores
        made = await done(
            stores.create(
                name="Policies",
                metadata={"team": "blue"},
                expires_after={"anchor": "last_active_at", "days": 2},
            )
        )
        assert (made.name, made.status, made.metadata) == (
            "Policies",
            "completed",
            {"team": "blue"},
        )
        assert made.expires_at == made.created_at + 2 * 86_400
        assert made.file_counts.total == made.usage_bytes == 0
        changed = await done(stores.update(made.id, name="Rules", metadata={}))
        assert (changed.name, changed.metadata) == ("Rules", {})
        assert changed.expires_after == made.expires_after
        assert await done(stores.retrieve(made.id)) == changed
        other = await done(stores.create())
        assert [each.id for each in await every(stores.list(limit=1))] == [other.id, made.id]
        assert (await done(stores.delete(made.id))).deleted is True
        with pytest.raises(NotFoundError, match=f"No vector store found with id '{made.id}'"):
            await done(stores.retrieve(made.id))

    use(kind, served.url, steps)


@both_clients
def test_a_file_is_ready_at_once(serve: Serve, kind: Kind) -> None:
    served = serve()

    async def steps(client: Any) -> None:
        store = await done(client.vector_stores.create())
        files = client.vector_stores.files
        made = await done(
            files.upload_and_poll(
                vector_store_id=store.id,
                file=("refunds.txt", REFUNDS),
                attributes={"lang": "en", "year": 2026.0, "draft": False},
            )
        )
        assert (made.status, made.usage_bytes) == ("completed", len(REFUNDS))
        assert made.attributes == {"lang": "en", "year": 2026.0, "draft": False}
        again = await done(
            files.create_and_poll(
                made.id,
                vector_store_id=store.id,
                chunking_strategy={
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0},
                },
            )
        )
        assert again.chunking_strategy.static.max_chunk_size_tokens == 100
        changed = await done(
            files.update(made.id, vector_store_id=store.id, attributes={"lang": "fr"})
        )
        assert changed.attributes == {"lang": "fr"}
        assert await done(files.retrieve(made.id, vector_store_id=store.id)) == changed
        content = await every(files.content(made.id, vector_store_id=store.id))
        assert [part.text for part in content] == [REFUNDS.decode()]
        assert (await done(files.delete(made.id, vector_store_id=store.id))).deleted
        with pytest.raises(NotFoundError, match=f"'{made.id}' in vector store '{store.id}'"):
            await done(files.retrieve(made.id, vector_store_id=store.id))
        assert (await done(client.files.retrieve(made.id))).id == made.id

    use(kind, served.url, steps)


@both_clients
def test_a_batch_of_files_is_ready_at_once(serve: Serve, kind: Kind) -> None:
    served = serve()

    async def steps(client: Any) -> None:
        store = await done(client.vector_stores.create())
        batches = client.vector_stores.file_batches
        batch = await done(
            batches.upload_and_poll(
                vector_store_id=store.id,
                files=[("a.txt", REFUNDS), ("b.txt", SHIPPING), ("c.bin", b"\x00\xff"), ("d", b"")],
            )
        )
        counts = batch.file_counts
        assert (batch.status, counts.completed, counts.failed, counts.total) == (
            "completed",
            2,
            2,
            4,
        )
        assert await done(batches.retrieve(batch.id, vector_store_id=store.id)) == batch
        assert await done(batches.cancel(batch.id, vector_store_id=store.id)) == batch
        within = {"vector_store_id": store.id, "limit": 1}
        held = await every(batches.list_files(batch.id, **within))
        assert len(held) == 4
        failed = await every(batches.list_files(batch.id, filter="failed", **within))
        assert {each.last_error.code for each in failed} == {"unsupported_file", "invalid_file"}
        held_by_store = client.vector_stores.files.list(store.id, filter="completed")
        assert len(await every(held_by_store)) == 2
        both = await done(
            batches.create_and_poll(
                store.id,
                files=[
                    {"file_id": held[0].id, "attributes": {"n": 1}},
                    {"file_id": held[1].id, "attributes": {"n": 2}},
                ],
            )
        )
        listed = await every(batches.list_files(both.id, order="asc", vector_store_id=store.id))
        assert [each.attributes for each in listed] == [{"n": 1}, {"n": 2}]

    use(kind, served.url, steps)


def test_what_a_batch_must_have(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = client.vector_stores.create()
        with pytest.raises(BadRequestError, match="Missing required parameter: 'file_ids'"):
            client.vector_stores.file_batches.create(store.id)
        with pytest.raises(BadRequestError, match="Mutually exclusive parameters"):
            client.vector_stores.file_batches.create(
                store.id, file_ids=["file-1"], files=[{"file_id": "file-1"}]
            )
        with pytest.raises(NotFoundError, match="No file found with id 'file-1'"):
            client.vector_stores.file_batches.create(store.id, file_ids=["file-1"])
        with pytest.raises(NotFoundError, match="No file batch found with id 'vsfb_1'"):
            client.vector_stores.file_batches.retrieve("vsfb_1", vector_store_id=store.id)


@both_clients
def test_a_search_finds_what_shares_words(serve: Serve, kind: Kind) -> None:
    served = serve()
    with OpenAI(base_url=served.url, api_key="any") as maker:
        store = stored(maker, ("refunds.txt", REFUNDS), ("shipping.txt", SHIPPING))

    async def steps(client: Any) -> None:
        search = client.vector_stores.search
        found = await every(search(store.id, query="What does the shipping of parcels cost?"))
        assert [(each.filename, each.score) for each in found] == [("shipping.txt", 1.0)]
        assert found[0].content[0].text == SHIPPING.decode()
        assert await every(search(store.id, query="weather")) == []
        both = await every(search(store.id, query=["refund days", "parcel weather"]))
        assert [(each.filename, each.score) for each in both] == [
            ("refunds.txt", 1.0),
            ("shipping.txt", 0.5),
        ]
        assert len(await every(search(store.id, query="refund parcel", max_num_results=1))) == 1
        sure = search(store.id, query="parcel weather", ranking_options={"score_threshold": 0.6})
        assert await every(sure) == []

    use(kind, served.url, steps)


COMPARISONS = [
    ({"type": "eq", "key": "n", "value": 1}, "a"),
    ({"type": "ne", "key": "n", "value": 1}, "bc"),
    ({"type": "gt", "key": "n", "value": 1}, "b"),
    ({"type": "lte", "key": "n", "value": 2}, "ab"),
    ({"type": "in", "key": "n", "value": [2, 3]}, "b"),
    ({"type": "nin", "key": "n", "value": [2, 3]}, "ac"),
    (
        {
            "type": "or",
            "filters": [
                {"type": "eq", "key": "lang", "value": "fr"},
                {
                    "type": "and",
                    "filters": [
                        {"type": "eq", "key": "n", "value": 1},
                        {"type": "eq", "key": "lang", "value": "en"},
                    ],
                },
            ],
        },
        "ac",
    ),
]


@pytest.mark.parametrize(("wanted", "names"), COMPARISONS)
def test_a_search_looks_at_attributes(serve: Serve, wanted: Any, names: str) -> None:
    """c has no `n`: an order is not fulfilled, another value is."""
    attributes: dict[str, dict[str, str | float]] = {
        "a": {"n": 1, "lang": "en"},
        "b": {"n": 2, "lang": "en"},
        "c": {"lang": "fr"},
    }
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = client.vector_stores.create()
        for name, given in attributes.items():
            file = client.files.create(file=(name, REFUNDS), purpose="assistants")
            client.vector_stores.files.create(store.id, file_id=file.id, attributes={**given})
        found = client.vector_stores.search(store.id, query="refunds", filters=wanted)
        assert "".join(each.filename for each in found) == names


def test_a_long_file_is_found_in_pieces(serve: Serve) -> None:
    text = "filler words " * 400 + "the needle is here " + "more filler " * 400
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("long.txt", text.encode()))
        (found,) = client.vector_stores.search(store.id, query="needle", max_num_results=1)
        piece = found.content[0].text
        assert "the needle is here" in piece
        assert len(piece) <= 800 * 4
        (file,) = client.vector_stores.files.list(store.id)
        pieces = [
            part.text or ""
            for part in client.vector_stores.files.content(file.id, vector_store_id=store.id)
        ]
        assert all(each in text for each in pieces)
        assert sum(map(len, pieces)) > len(text)  # They overlap.


def test_the_best_of_many_pieces_are_found(serve: Serve) -> None:
    """The better ones come last, after those that were found before have been sorted out."""
    texts = ["green " * 600] * 12 + ["green house " * 300, "green house door " * 200]
    with OpenAI(base_url=serve().url, api_key="any") as client:
        files = ((f"{number}.txt", text.encode()) for number, text in enumerate(texts))
        store = stored(client, *files)
        query = "green house door"
        found = client.vector_stores.search(store.id, query=query, max_num_results=2).data
        assert [each.score for each in found] == [1.0, 1.0]
        assert found[0].filename == "13.txt"
        ordered = client.vector_stores.search(store.id, query=query, max_num_results=50).data
        scores = [each.score for each in ordered]
        assert scores == sorted(scores, reverse=True)


def test_a_text_without_spaces_is_cut_all_the_same(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("a.txt", b"x" * 7_000))
        (file,) = client.vector_stores.files.list(store.id)
        parts = client.vector_stores.files.content(file.id, vector_store_id=store.id)
        assert [len(part.text or "") for part in parts] == [3_200, 3_200, 3_200, 2_200]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"type": "eq", "key": "lang", "value": "en"}, 200),
        ({"type": "gt", "key": "lang", "value": 1}, 200),
        ({"type": "in", "key": "lang", "value": "en"}, 200),
        ({"type": "and", "filters": [{"type": "eq"}]}, 200),
        ({"type": "and", "filters": [{"type": "or", "filters": "lang"}]}, 200),
        ({"type": "and", "filters": [{"type": ["eq"], "key": "lang", "value": "en"}]}, 200),
        ({"type": "and", "filters": "lang"}, 400),
        ({"type": "like", "key": "lang", "value": "en"}, 400),
        ({"type": "eq", "key": ["lang"], "value": "en"}, 400),
    ],
)
def test_the_filter_of_file_search_is_checked(serve: Serve, wanted: Any, status: int) -> None:
    """What stands in `filters` of a filter may be anything, as the API describes it."""
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = client.vector_stores.create()
        file = client.files.create(file=("a.txt", REFUNDS), purpose="assistants")
        client.vector_stores.files.create(store.id, file_id=file.id, attributes={"lang": "en"})
        if status == 400:
            with pytest.raises(BadRequestError, match=r"filters|'like'"):
                ask(client, store.id, "refunds", filters=wanted)
            return
        search, _ = ask(client, store.id, "refunds", filters=wanted)
        assert len(search.results) == (wanted["type"] == "eq")


def test_pieces_overlap_by_half_at_most(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        file = client.files.create(file=("a.txt", REFUNDS * 50), purpose="assistants")

        def store(overlap: int) -> Any:
            return client.vector_stores.create(
                file_ids=[file.id],
                chunking_strategy={
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": overlap},
                },
            )

        pieces = list(client.vector_stores.files.content(file.id, vector_store_id=store(50).id))
        assert len(pieces) == 9
        with pytest.raises(BadRequestError, match="must not exceed half"):
            store(51)


@pytest.mark.parametrize(
    "wanted",
    [
        "lang",
        {"type": "eq", "value": "en"},
        {"type": "like", "key": "lang", "value": "en"},
        {"type": "and", "filters": "lang"},
    ],
)
def test_what_is_no_filter_is_refused(serve: Serve, wanted: Any) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("a.txt", REFUNDS))
        with pytest.raises(BadRequestError, match=r"filters|'like'"):
            client.vector_stores.search(store.id, query="refunds", filters=wanted)


def nested(depth: int) -> Any:
    wanted: Any = {"type": "eq", "key": "lang", "value": "en"}
    for _ in range(depth):
        wanted = {"type": "and", "filters": [wanted]}
    return wanted


def test_a_filter_is_not_followed_without_end(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = client.vector_stores.create()
        file = client.files.create(file=("a.txt", REFUNDS), purpose="assistants")
        client.vector_stores.files.create(store.id, file_id=file.id, attributes={"lang": "en"})
        for depth, found in ((3, 1), (90, 0)):
            results = client.vector_stores.search(store.id, query="refunds", filters=nested(depth))
            assert len(results.data) == found
            search, _ = ask(client, store.id, "refunds", filters=nested(depth))
            assert len(search.results) == found


def test_documents_that_are_no_text_are_known_by_their_names(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("parcel-guide.pdf", b"%PDF-1.7 \xff\xfe"))
        assert [each.filename for each in client.vector_stores.search(store.id, query="parcel")]


def test_a_file_that_is_deleted_leaves_the_stores(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("a.txt", REFUNDS), ("b.txt", SHIPPING))
        (found,) = client.vector_stores.search(store.id, query="refunds")
        client.files.delete(found.file_id)
        assert client.vector_stores.retrieve(store.id).file_counts.total == 1
        assert client.vector_stores.search(store.id, query="refunds").data == []


def ask(client: OpenAI, store_id: str, question: str, **tool: Any) -> Any:
    """The search and the message that answer a question."""
    searches: Any = {"type": "file_search", "vector_store_ids": [store_id], **tool}
    response = client.responses.create(
        model="gpt-4.1",
        input=question,
        tools=[searches],
        tool_choice="required",
        include=["file_search_call.results"],
    )
    return response.output


def test_file_search_answers_with_what_a_store_holds(serve: Serve) -> None:
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("refunds.txt", REFUNDS), ("shipping.txt", SHIPPING))
        search, message = ask(client, store.id, "When are refunds paid?")
        (result,) = search.results
        assert (result.filename, result.text) == ("refunds.txt", REFUNDS.decode())
        assert message.content[0].text == REFUNDS.decode()
        assert message.content[0].annotations[0].file_id == result.file_id
        # The same question again, once the answer has gone.
        client.files.delete(result.file_id)
        search, message = ask(client, store.id, "When are refunds paid?")
        assert search.results == []
        assert message.content[0].text == "The files say nothing about that."
        # Where the store is not known, results are made up.
        search, _ = ask(client, "vs_elsewhere", "When are refunds paid?")
        assert len(search.results) == 2


def test_a_scripted_search_gets_the_results_of_the_store(serve: Serve) -> None:
    served = serve()
    own = {"file_id": "file-1", "filename": "own.txt", "score": 1.0, "text": "mine"}
    with OpenAI(base_url=served.url, api_key="any") as client:
        store = stored(client, ("refunds.txt", REFUNDS))
        served.script([file_search_call("refunds", "days"), "Soon."])
        search, message = ask(client, store.id, "x")
        assert [each.filename for each in search.results] == ["refunds.txt"]
        assert message.content[0].text == "Soon."
        served.script([file_search_call("refunds", results=[own]), "Soon."])
        search, _ = ask(client, store.id, "x")
        assert [each.filename for each in search.results] == ["own.txt"]


def test_stores_are_looked_up_where_that_is_asked_for(serve: Serve) -> None:
    with OpenAI(base_url=serve(strict_files=True).url, api_key="any") as client:
        store = stored(client)
        assert ask(client, store.id, "x")
        with pytest.raises(NotFoundError) as refused:
            ask(client, "vs_x", "x")
        assert refused.value.body == {
            "message": "Vector store with id ['vs_x'] not found.",
            "type": "invalid_request_error",
            "param": "tools[0].vector_store_ids[0]",
            "code": None,
        }


def test_a_large_store_is_searched_beside_the_event_loop(serve: Serve) -> None:
    text = b"filler and words. " * 20_000 + b"needle"
    with OpenAI(base_url=serve().url, api_key="any") as client:
        store = stored(client, ("large.txt", text))
        (found,) = client.vector_stores.search(store.id, query="needle")
        assert found.content[0].text.endswith("needle")
        search, _ = ask(client, store.id, "needle")
        assert len(search.results) == 1
