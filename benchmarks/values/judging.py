"""Values of the documents, judged by their rules and relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.values.documents import Document
from benchmarks.values.rules import meets
from mockserver.schemas import generate


class Part(dict[str, Any]):
    """An object of a document, whose properties a relation names as attributes."""

    def __getattr__(self, name: str) -> Any:
        return _as_part(self[name])


def _as_part(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_part(each) for each in value]
    return Part(value) if isinstance(value, dict) else value


@dataclass
class Verdict:
    """What of the documents is believed: leaves and relations that hold for every seed."""

    leaves: int = 0
    relations: int = 0
    missed_leaves: list[str] = field(default_factory=list)
    missed_relations: list[str] = field(default_factory=list)

    def share_of_leaves(self) -> float:
        return 1 - len(self.missed_leaves) / self.leaves

    def share_of_relations(self) -> float:
        return 1 - len(self.missed_relations) / self.relations


def judge(documents: Iterable[Document], seeds: int) -> Verdict:
    """The verdict on documents, each made with so many seeds."""
    verdict = Verdict()
    for document in documents:
        values = [generate(document.schema, seed) for seed in range(seeds)]
        for path, rule in document.leaves.items():
            verdict.leaves += 1
            made = [leaf for value in values for leaf in _at(value, path)]
            wrong = [leaf for leaf in made if not meets(rule, leaf)]
            if wrong or not made:
                missed = f"{document.name} {'.'.join(path)}: {rule}: {wrong[:3]!r}"
                verdict.missed_leaves.append(f"{missed} ({len(wrong)} of {len(made)})")
        for relation in document.relations:
            verdict.relations += 1
            kept = [value for value in values if not _holds(relation, value)]
            if kept:
                missed = f"{document.name}: {relation} ({len(kept)} of {seeds}): {kept[0]}"
                verdict.missed_relations.append(missed)
    return verdict


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """The values that a path leads to."""
    if not path:
        yield value
    elif path[0] == "[]":
        for each in value:
            yield from _at(each, path[1:])
    else:
        yield from _at(value[path[0]], path[1:])


def _holds(relation: str, value: dict[str, Any]) -> bool:
    """Whether a relation, an expression of Python over the names of the document, holds."""
    return bool(
        eval(relation, {"near": near, "login": login, **{k: _as_part(v) for k, v in value.items()}})
    )


def near(one: float, other: float) -> bool:
    """Whether two sums are the same but for rounding."""
    return abs(one - other) <= 0.011


def login(email: str) -> str:
    """What stands before the @."""
    return email.partition("@")[0]
