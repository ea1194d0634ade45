"""How jsonschema-rs is asked. What it would have to do is counted before: nothing can stop it then.

Where references and `allOf` lead to the same parts again and again, the schema is written flat for
it: it looks at each part as often as it is led there, 2^17 times at the end of 17 definitions that
refer to the one before twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

from mockserver.schemas.document import Document
from mockserver.schemas.errors import SchemaError
from mockserver.schemas.judge import Judge
from mockserver.schemas.matching import charge_reading
from mockserver.schemas.validation import fits

_MOST_TO_PROVE = 5_000
_LONG_PATTERNS = 1000  # What reading all of them takes.
_PER_SCHEMA = 2
_PER_SCOPE = 20
_COMPILING = 80  # What any pattern takes, be it short.
_SQUARE = 600
_UNEVALUATED = frozenset(("unevaluatedItems", "unevaluatedProperties"))
_REFERENCES = frozenset(("$ref", "$dynamicRef", "$recursiveRef"))
_BRANCHES = frozenset(("allOf", "anyOf", "oneOf"))
_CONDITIONS = frozenset(("not", "if", "then", "else"))
_TABLES = frozenset(
    ("$defs", "definitions", "properties", "patternProperties", "dependentSchemas", "dependencies")
)
_ITEMS = frozenset(("items", "prefixItems"))
Parts = Callable[[dict[str, Any], Document], Iterator[Any]]
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


def charge_compiling(document: Document) -> None:
    """Count what it takes to compile the schema and all its patterns. Raises OutOfWorkError."""
    if document.dynamic:
        _charge_scopes(document)
    if document.unevaluated and document.refers:
        with suppress(SchemaError):  # Who follows a reference that leads nowhere will say so.
            _charge_evaluation(document)
    if not document.has_patterns:
        return
    before = document.budget.left
    for source in dict.fromkeys(_sources(document)):
        document.budget.spend(_COMPILING)
        charge_reading(source, document.budget)
    document.has_long_patterns = before - document.budget.left > _LONG_PATTERNS


def _charge_scopes(document: Document) -> None:
    """Count the ways to come from resource to resource: for each the judge compiles what dynamic
    references lead to anew.
    """
    references: dict[str, dict[str, None]] = {}
    waiting: list[tuple[Any, str]] = [(document.root, "")]
    while waiting:
        node, uri = waiting.pop()
        if isinstance(node, list):
            waiting += [(part, uri) for part in node]
        elif isinstance(node, dict):
            own = node.get("$id")
            uri = urljoin(uri, own) if isinstance(own, str) else uri
            known = references.setdefault(uri, {})
            reference = node.get("$ref")
            if isinstance(reference, str):
                known[urljoin(uri, reference.partition("#")[0])] = None
            waiting += [(part, uri) for part in node.values()]
    ways: list[tuple[str, ...]] = [(uri,) for uri in list(references)[:1]]
    while ways:
        way = ways.pop()
        following = references.get(way[-1], {})
        document.budget.spend(_PER_SCOPE * (1 + len(following)))
        ways += [(*way, uri) for uri in following if uri not in way]


def _charge_evaluation(document: Document) -> None:
    """Count the ways to what `unevaluated*` has to know of: the judge compiles each anew, and the
    more of them there are the longer each takes (measured: 2,000 take 25 ms, 16,000 three seconds).
    """
    visits = Visits(document, _parts_in_place)
    most = visits.most(lambda node: not _UNEVALUATED.isdisjoint(node))
    document.budget.spend(most + most * most // _SQUARE)


def _parts_in_place(node: dict[str, Any], document: Document) -> Iterator[Any]:
    """The schemas that look at the same value as this one."""
    for keyword, part in node.items():
        if keyword in _REFERENCES and isinstance(part, str):
            yield document.target(node, part, keyword)
        elif keyword in _BRANCHES and isinstance(part, list):
            yield from part
        elif keyword in _CONDITIONS:
            yield part
        elif keyword == "dependentSchemas" and isinstance(part, dict):
            yield from part.values()


class Visits:
    """How many schemas are looked at for one value, from each schema of a document on.

    Args:
        document: The document.
        parts: The schemas that are looked at next, for a schema.
    """

    def __init__(self, document: Document, parts: Parts) -> None:
        self._document = document
        self._parts = parts
        self._known: dict[int, int] = {}

    def of(self, schema: Any) -> int:
        """How many from this schema on; what leads back to itself counts once."""
        waiting = [(schema, False)]
        while waiting:
            node, are_parts_known = waiting.pop()
            if not isinstance(node, dict) or (id(node) in self._known and not are_parts_known):
                continue
            parts = list(self._parts(node, self._document))
            if are_parts_known:
                self._known[id(node)] = 1 + sum(self._known.get(id(part), 1) for part in parts)
            else:
                self._known[id(node)] = 1
                waiting.append((node, True))
                waiting += [(part, False) for part in parts]
        return self._known.get(id(schema), 1)

    def most(self, is_meant: Callable[[dict[str, Any]], bool]) -> int:
        """How many at most, from one of the schemas meant on. Raises SchemaError where a reference
        leads nowhere, OutOfWorkError.
        """
        found = 0
        waiting: list[Any] = [self._document.root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                self._document.budget.spend()
                waiting += node.values()
                found = max(found, self.of(node) if is_meant(node) else 0)
        return found


def _sources(document: Document) -> Iterator[str]:
    """What looks like a pattern, anywhere: references may lead anywhere."""
    waiting: list[Any] = [document.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            document.budget.spend(_PER_SCHEMA)
            if isinstance(node.get("pattern"), str):
                yield node["pattern"]
            if isinstance(node.get("patternProperties"), dict):
                yield from node["patternProperties"]
            waiting += node.values()


def is_proof_cheap(document: Document) -> bool:
    """Whether the branches of the schema can be combined in few ways only."""
    return _combinations(document.root, document) <= _MOST_TO_PROVE


def _combinations(schema: Any, document: Document) -> int:
    document.budget.spend()
    if isinstance(schema, list):
        return sum(_combinations(part, document) for part in schema)
    if not isinstance(schema, dict):
        return 1
    ways = 1
    others = 0
    for keyword, part in schema.items():
        if keyword == "allOf" and isinstance(part, list):
            for each in part:
                ways *= _combinations(each, document)
            others += len(part) ** 2
        elif keyword in _BRANCHES and isinstance(part, list):
            ways *= max(1, _combinations(part, document))
            others += len(part) ** 2 if keyword == "oneOf" else 0
        elif keyword in _CONDITIONS:
            ways *= 1 + _combinations(part, document)
        elif keyword in _TABLES and isinstance(part, dict):
            others += sum(_combinations(each, document) for each in part.values())
        elif isinstance(part, dict) or keyword in _ITEMS:
            others += _combinations(part, document)
        if ways > _MOST_TO_PROVE:
            break
    return ways + others


def charge_judging(value: Any, document: Document) -> None:
    """Count what it takes to judge a value. Raises OutOfWorkError."""
    # By references one schema may come to look at one value many times.
    if document.refers or document.unevaluated or document.has_long_patterns:
        judged = document.as_judged
        judged.budget = document.budget
        judged.by_decimals = document.by_decimals
        judged.judged = True
        try:
            # The judge may find references that are not found here.
            with suppress(SchemaError):
                fits(value, judged.root, judged)
        finally:
            judged.judged = False
            document.is_deep = judged.is_deep


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
