"""Values are believable: a small run of `make bench-values`, whose rules stand beside the leaves."""

import pytest

from benchmarks.values.documents import Document, read_documents
from benchmarks.values.judging import judge
from mockserver.schemas import generate, provider_for

DOCUMENTS = read_documents()


def test_there_are_sixty_documents_of_twenty_domains() -> None:
    assert len(DOCUMENTS) == 60
    assert len({document.name.partition("/")[0] for document in DOCUMENTS}) == 20


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_leaf_and_relation_of_a_document_is_believed(document: Document) -> None:
    verdict = judge([document], seeds=3)
    assert verdict.missed_leaves + verdict.missed_relations == []


@pytest.mark.parametrize(
    ("thing", "other"), [("Medication", "Hotel"), ("customers", "teams"), ("ingredients", "banks")]
)
def test_what_a_name_is_depends_on_whose_it_is(thing: str, other: str) -> None:
    """A drug is not called as a hotel is."""
    both = {"type": "object", "properties": {}, "required": [thing, other]}
    named = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    both["properties"] = {
        each: {"type": "array", "items": named, "minItems": 20} for each in (thing, other)
    }
    made = generate(both, seed=1)
    names = [{each["name"] for each in made[which]} for which in (thing, other)]
    assert not names[0] & names[1]
    assert min(map(len, names)) > 4


def test_a_title_says_what_an_object_is_that_has_no_name() -> None:
    temperature = {"properties": {"temperature": {"type": "number"}}, "required": ["temperature"]}
    patients = [
        generate({"type": "object", "title": "Patient", **temperature}, s) for s in range(9)
    ]
    assert all(36 <= each["temperature"] <= 39 for each in patients)


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("fecha_contratacion", "date"),
        ("Liefertermindatum", "date"),
        ("number_of_rooms", "count"),
        ("date_of_purchase", "date"),
        ("Rechnungsbetrag", "amount"),
    ],
)
def test_the_head_of_a_name_says_what_it_is(name: str, like: str) -> None:
    assert provider_for(name, "") is provider_for(like, "")


@pytest.mark.parametrize(
    ("name", "taken_for"), [("quarterly_report", "city"), ("percentage", "date"), ("chart", "kind")]
)
def test_english_words_are_not_taken_for_german_ones(name: str, taken_for: str) -> None:
    """A report does not end in a place, though `Geburtsort` does."""
    assert provider_for(name, "") is not provider_for(taken_for, "")


@pytest.mark.parametrize(
    ("name", "like"), [("telescope_observer", "full_name"), ("last_reboot", "date")]
)
def test_an_unknown_name_is_told_by_its_make(name: str, like: str) -> None:
    assert provider_for(name, "") is provider_for(like, "")
    assert provider_for("printer", "") is not provider_for("full_name", "")
