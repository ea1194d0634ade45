"""A schema whose references and `allOf` lead to the same parts again and again, written flat for
jsonschema-rs, which looks at each part as often as it is led there: 2^17 times at the end of 17
definitions that refer to the one before twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.schemas.document import Document
from mockserver.schemas.errors import SchemaError
from mockserver.schemas.estimates import Visits
from mockserver.schemas.judge import Judge

# So many visits of parts by one value are left to the judge.
_MOST_VISITS = 2000
_FEWEST_REFERENCES = 20  # With fewer there are no more visits than that.
# What has no part in judging the schema that it stands in, and what leads to other schemas.
_KEPT = frozenset(("$schema", "$id", "id", "$defs", "definitions"))
_LEADING = _KEPT | {"$ref", "allOf"}
_PART = "as-it-is-judged"  # No name that anybody gives a definition.


def judge_of(document: Document, text: str) -> Judge:
    """The judge of a document, which is noted there as the judge reads it."""
    judge = Judge(document.root, document.draft, text)
    document.as_judged = flattened(document, text)
    if document.as_judged is document or judge.flaw is not None:
        return judge
    return Judge(document.as_judged.root, document.draft, text)


def flattened(document: Document, text: str) -> Document:
    """The document as the judge is to read it: the same one, unless one of its schemas leads to
    more than 2,000 visits. That schema then has one `allOf`, of references to the different parts
    that it leads to.

    Where it matters by which way a part is reached (`unevaluated*`, dynamic references, several
    `$id`s), or a reference points into an `allOf` or at nothing, nothing is changed.
    """
    if text.count('"$ref"') < _FEWEST_REFERENCES or '"allOf"' not in text:
        return document
    if document.unevaluated or not document.simple or "/allOf/" in text:
        return document
    try:
        visits = Visits(document, _parts_that_hold)
        if visits.most(lambda _: True) > _MOST_VISITS:
            return Document(_Flattening(document, visits).copied_root(), text)
    except SchemaError:
        pass  # A reference leads nowhere; who follows it will say so.
    return document


def _parts_that_hold(node: dict[str, Any], document: Document) -> Iterator[Any]:
    """The schemas that hold for a value because this one does."""
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield document.target(node, reference)
        if document.draft <= 7:
            return
    if isinstance(node.get("allOf"), list):
        yield from node["allOf"]


class _Flattening:
    def __init__(self, document: Document, visits: Visits) -> None:
        self.document = document
        self.visits = visits
        self.table = "definitions" if document.draft <= 7 else "$defs"
        self.names: dict[int, str] = {}
        self.parts: dict[str, Any] = {}

    def copied_root(self) -> Any:
        """The whole schema, with what is visited too often written flat."""
        root = self._copy(self.document.root)
        root[self.table] = {**root.get(self.table, {}), **self.parts}
        return root

    def _copy(self, node: Any) -> Any:
        self.document.budget.spend()
        if isinstance(node, list):
            return [self._copy(part) for part in node]
        if not isinstance(node, dict):
            return node
        if self.visits.of(node) <= _MOST_VISITS:
            return {key: self._copy(part) for key, part in node.items()}
        own = self._copy(self._own(node))
        kept = {key: self._copy(node[key]) for key in _KEPT & node.keys()}
        return {**own, **kept, "allOf": list(self._others(node))}

    def _others(self, node: dict[str, Any]) -> Iterator[Any]:
        """What holds with a schema, each part as a reference to what it says itself."""
        for part in self._all_parts(node)[1:]:
            if not isinstance(part, dict):
                yield part
                continue
            if id(part) not in self.names:
                name = f"{_PART}-{len(self.names)}"
                self.names[id(part)] = name
                self.parts[name] = self._copy(self._own(part))
            if self.parts.get(self.names[id(part)]) != {}:
                yield {"$ref": f"#/{self.table}/{self.names[id(part)]}"}

    def _all_parts(self, node: dict[str, Any]) -> list[Any]:
        """The schema and those that hold with it, each once."""
        found: dict[int, Any] = {}
        waiting: list[Any] = [node]
        while waiting:
            part = waiting.pop()
            if id(part) not in found:
                found[id(part)] = part
                waiting += self._parts(part)
        return list(found.values())

    def _parts(self, part: Any) -> Iterator[Any]:
        return _parts_that_hold(part, self.document) if isinstance(part, dict) else iter(())

    def _own(self, part: dict[str, Any]) -> dict[str, Any]:
        """What a schema says itself, without what it leads to."""
        if "$ref" in part and self.document.draft <= 7:
            return {}  # Nothing beside it counts.
        return {key: value for key, value in part.items() if key not in _LEADING}
