"""A schema document: its draft, the keywords of that draft, and where its references lead."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote, urljoin

from mockserver.schemas import values as v
from mockserver.schemas.bounds import Budget
from mockserver.schemas.errors import SchemaError
from mockserver.schemas.judge import metaschema_parts

T = TypeVar("T")

_DRAFT_NAMES = {
    "draft-03": 4,
    "draft-04": 4,
    "draft-06": 6,
    "draft-07": 7,
    "2019-09": 2019,
    "2020-12": 2020,
}
_DRAFTS = (4, 6, 7, 2019, 2020)
# The kinds of values that a keyword speaks of; all others speak of any.
_KINDS = {
    v.NUMBER: "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf",
    v.STRING: "minLength maxLength pattern format contentEncoding contentMediaType contentSchema",
    v.ARRAY: "minItems maxItems uniqueItems items prefixItems contains unevaluatedItems",
    v.OBJECT: """minProperties maxProperties required properties patternProperties
        additionalProperties propertyNames dependencies dependentRequired dependentSchemas
        unevaluatedProperties""",
}
_KIND_OF = {keyword: kind for kind, keywords in _KINDS.items() for keyword in keywords.split()}
# The first draft that has a keyword, and the last, where not all have it. `exclusiveMinimum` and
# `exclusiveMaximum` of draft 4 stand beside `minimum` and `maximum`, which read them.
_SINCE = {
    6: "const exclusiveMinimum exclusiveMaximum contains propertyNames examples",
    7: "if",
    2019: """dependentRequired dependentSchemas unevaluatedProperties unevaluatedItems
        $recursiveRef""",
    2020: "prefixItems $dynamicRef",
}
_FIRST_DRAFT = {
    keyword: draft for draft, keywords in _SINCE.items() for keyword in keywords.split()
}
_LAST_DRAFT = {"$recursiveRef": 2019}


def keyword_set(text: str) -> frozenset[str]:
    """The keywords in a text."""
    return frozenset(text.split())


# The keywords whose values are schemas or lists of schemas, and those whose values map names to
# schemas; identifiers elsewhere are plain data.
_SCHEMAS = keyword_set(
    """additionalItems additionalProperties allOf anyOf contains contentSchema else if items not
    oneOf prefixItems propertyNames then unevaluatedItems unevaluatedProperties"""
)
_MAPS = keyword_set("$defs definitions dependencies dependentSchemas patternProperties properties")


def rules_by_draft(rules: Mapping[str, T]) -> dict[int, dict[str, tuple[int, T]]]:
    """For each draft the keywords that it has, each with the kinds of values that it speaks of and
    its rule.
    """
    return {
        draft: {
            keyword: (_KIND_OF.get(keyword, v.ANY), rule)
            for keyword, rule in rules.items()
            if _FIRST_DRAFT.get(keyword, 4) <= draft <= _LAST_DRAFT.get(keyword, 2020)
        }
        for draft in _DRAFTS
    }


def draft_of(root: Any) -> int:
    """4, 6, 7, 2019 or 2020 by `$schema`; 2020 when it does not say."""
    named = root.get("$schema") if isinstance(root, dict) else None
    if isinstance(named, str):
        return next((draft for word, draft in _DRAFT_NAMES.items() if word in named), 2020)
    return 2020


@dataclass(slots=True, eq=False)
class Resource:
    """A schema with a URI of its own, and the anchors inside it."""

    uri: str
    root: Any
    anchors: dict[str, Any] = field(default_factory=dict)
    dynamic: dict[str, Any] = field(default_factory=dict)


Scope = tuple[Resource, ...]


class Document:
    """A root schema and everything it refers to.

    `$dynamicRef` depends on the way a schema was reached. So a resource reached in different ways
    is copied once for each of them, and then every schema object has one dynamic scope, found by
    its identity.

    `budget` is that of the value being made; while that is `judged`, the judge's work is counted.
    """

    def __init__(self, root: dict[str, Any] | bool, text: str) -> None:
        self.budget = Budget()
        self.root = root
        self.draft = draft_of(root)
        self.id_word = "id" if self.draft == 4 else "$id"
        own = root.get(self.id_word, "") if isinstance(root, dict) else ""
        uri = own.partition("#")[0] if isinstance(own, str) else ""
        self.main = Resource(uri, root)
        self.assert_formats = False
        self.by_decimals = False
        """Whether 0.3 counts as a multiple of 0.1, as in decimals, and not only what all say."""
        self.unevaluated = '"unevaluated' in text
        self.dynamic = '"$dynamicRef"' in text or '"$recursiveRef"' in text
        self.refers = '"$ref"' in text or self.dynamic
        self.has_patterns = '"pattern' in text
        self.has_long_patterns = False
        self.judged = False
        self.is_deep = False
        """Whether a value led deeper than is looked."""
        self.as_judged = self
        """The same as jsonschema-rs reads it."""
        # Where only the root has an identifier, a reference leads to the same place from anywhere.
        only_root = text.count(f'"{self.id_word}"') <= bool(own) and "nchor" not in text
        self.simple = only_root and not self.dynamic
        self._targets: dict[tuple[int, str], Any] = {}
        self._resources: dict[str, Resource] = {}
        self._owners: dict[int, tuple[Resource, Scope]] = {}
        self._copies: dict[tuple[Resource, Scope], dict[int, Any]] = {}
        self._kept: list[Any] = []
        self._identities: dict[int, tuple[Any, frozenset[Hashable]]] = {}

    def target(self, schema: dict[str, Any], reference: str, keyword: str = "$ref") -> Any:
        """The schema that `reference`, found in `schema` under `keyword`, leads to.

        Raises SchemaError when it leads nowhere or out of the document.
        """
        self.budget.spend(1 + len(reference) // 64)
        key = (0 if self.simple else id(schema), reference)
        if key not in self._targets:
            try:
                self._targets[key] = self._find(schema, reference, keyword)
            except LookupError:
                raise self._lost(schema, reference, keyword) from None
        return self._targets[key]

    def identities(self, options: list[Any]) -> frozenset[Hashable]:
        """The keys of the values in a list of this document."""
        known = self._identities.get(id(options))
        if known is None:
            known = (options, frozenset(map(v.identity, options)))
            self._identities[id(options)] = known
        return known[1]

    def pointer(self, schema: Any) -> str:
        """The JSON pointer of a schema object in this document ('' when it is not part of it)."""
        waiting: list[tuple[Any, str]] = [(self.root, "")]
        while waiting:
            node, path = waiting.pop()
            if node is schema:
                return path
            if isinstance(node, dict):
                for key, part in node.items():
                    step = key.replace("~", "~0").replace("/", "~1")
                    waiting.append((part, f"{path}/{step}"))
            elif isinstance(node, list):
                waiting += [(part, f"{path}/{index}") for index, part in enumerate(node)]
        return ""

    def _lost(self, schema: dict[str, Any], reference: str, keyword: str) -> SchemaError:
        """The error for a reference that leads nowhere."""
        reason = "is remote, and nothing is fetched"
        if reference.startswith("#"):
            reason = "points at nothing"
        return SchemaError(
            f"{reference!r} {reason}",
            pointer=self.pointer(schema),
            keywords=(keyword,),
            proved=True,
        )

    def _find(self, schema: dict[str, Any], reference: str, keyword: str) -> Any:
        if self.simple and (reference == "#" or reference.startswith("#/")):
            return _follow(self.root, reference[1:])
        if not self._resources:
            self._index(self.root, self.main, ())
        base, scope = self._owners.get(id(schema), (self.main, (self.main,)))
        resource, found = self._find_static(base, reference)
        if keyword != "$ref" and isinstance(found, dict):
            name = reference.partition("#")[2]
            if keyword == "$recursiveRef":
                is_dynamic = bool(found.get("$recursiveAnchor"))
            else:
                is_dynamic = found.get("$dynamicAnchor") == name
            if is_dynamic:
                # The outermost resource on the way here that has the anchor.
                resource = next((one for one in scope if name in one.dynamic), resource)
                found = resource.dynamic.get(name, found)
        return self._in_scope(resource, found, scope) if self.dynamic else found

    def _find_static(self, base: Resource, reference: str) -> tuple[Resource, Any]:
        address, _, fragment = reference.partition("#")
        resource = base
        if address:
            uri = urljoin(base.uri, address) if base.uri else address
            known = self._resources.get(uri) or self._resources.get(address)
            resource = known if known is not None else self._metaschema(uri)
        if fragment and not fragment.startswith("/"):
            return resource, resource.anchors[unquote(fragment)]
        try:
            found = _follow(resource.root, fragment)
        except LookupError:
            # Many published schemas carry `id`s that their own references ignore.
            resource, found = self.main, _follow(self.root, fragment)
        if id(found) not in self._owners:
            self._index(found, resource, ())
        return self._owners.get(id(found), (resource, ()))[0], found

    def _metaschema(self, uri: str) -> Resource:
        """One of the specification's own schemas. Raises LookupError for any other URI."""
        parts = metaschema_parts(uri)
        self.simple = False
        for address, root in parts.items():
            self.dynamic |= "$dynamicAnchor" in root or "$recursiveAnchor" in root
            self._index(root, self._resources.setdefault(address, Resource(address, root)), ())
        return self._resources[uri]

    def _index(self, node: Any, resource: Resource, scope: Scope) -> None:
        """Note the resource of every schema at and below node, and the identifiers met there."""
        if not isinstance(node, dict):
            return
        if not scope:
            scope = (resource,)
            self._resources.setdefault(resource.uri, resource)
        own = node.get(self.id_word, node.get("$id"))
        # Up to draft 7 nothing beside `$ref` counts.
        if isinstance(own, str) and not (self.draft <= 7 and "$ref" in node):
            address, _, fragment = own.partition("#")
            if address and node is not resource.root:
                uri = urljoin(resource.uri, address) if resource.uri else address
                resource = Resource(uri, node)
                self._resources.setdefault(uri, resource)
                scope = (*scope, resource)
            if fragment:
                resource.anchors[fragment] = node
        for word in ("$anchor", "$dynamicAnchor"):
            if isinstance(node.get(word), str):
                resource.anchors[node[word]] = node
        if isinstance(node.get("$dynamicAnchor"), str):
            resource.dynamic[node["$dynamicAnchor"]] = node
        if node.get("$recursiveAnchor") is True and node is resource.root:
            resource.dynamic[""] = node
        self._owners[id(node)] = (resource, scope)
        for keyword, value in node.items():
            if keyword in _SCHEMAS:
                for part in value if isinstance(value, list) else (value,):
                    self._index(part, resource, scope)
            elif keyword in _MAPS and isinstance(value, dict):
                for part in value.values():
                    self._index(part, resource, scope)

    def _in_scope(self, resource: Resource, found: Any, scope: Scope) -> Any:
        """`found`, a part of resource, as it is when reached through scope."""
        reached = scope if resource in scope else (*scope, resource)
        if not isinstance(found, dict) or self._owners.get(id(found)) == (resource, reached):
            return found
        copies = self._copies.setdefault((resource, reached), {})
        if not copies:
            self._kept.append(self._copy(resource.root, reached, copies))
        return copies.get(id(found), found)

    def _copy(self, node: Any, scope: Scope, copies: dict[int, Any]) -> Any:
        self.budget.spend()
        if isinstance(node, list):
            return [self._copy(part, scope, copies) for part in node]
        if not isinstance(node, dict):
            return node
        own = self._owners.get(id(node), (scope[-1], scope))[0]
        inner = scope if own in scope else (*scope, own)
        twin = {key: self._copy(part, inner, copies) for key, part in node.items()}
        self._owners[id(twin)] = (own, inner)
        copies[id(node)] = twin
        return twin


def _follow(node: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            if not key.isdecimal() or int(key) >= len(node):
                raise LookupError(pointer)
            node = node[int(key)]
        elif isinstance(node, dict):
            node = node[key]
        else:
            raise LookupError(pointer)
    return node
