"""A schema document: its draft, and where its references lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin

from mockserver.schemas.errors import SchemaError

DRAFTS = (4, 6, 7, 2019, 2020)
_DRAFTS = {
    "draft-03": 4,
    "draft-04": 4,
    "draft-06": 6,
    "draft-07": 7,
    "2019-09": 2019,
    "2020-12": 2020,
}
# The keywords whose values are schemas, lists of schemas or maps to schemas; identifiers elsewhere
# are plain data.
_SCHEMAS = frozenset(
    (
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "oneOf",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
_MAPS = frozenset(
    ("$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties")
)


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
    """

    def __init__(self, root: dict[str, Any] | bool, text: str) -> None:
        self.root = root
        self.draft = draft_of(root)
        self.id_word = "id" if self.draft == 4 else "$id"
        own = root.get(self.id_word, "") if isinstance(root, dict) else ""
        self.main = Resource(own.partition("#")[0] if isinstance(own, str) else "", root)
        self.assert_formats = False
        self.unevaluated = '"unevaluated' in text
        self.dynamic = '"$dynamicRef"' in text or '"$recursiveRef"' in text
        self.simple = (
            not self.dynamic
            and text.count(f'"{self.id_word}"') <= bool(own)
            and "nchor" not in text
        )
        self.targets: dict[tuple[int, str], Any] = {}
        self._resources: dict[str, Resource] = {}
        self._owners: dict[int, tuple[Resource, Scope]] = {}
        self._copies: dict[tuple[Resource, Scope], dict[int, Any]] = {}
        self._kept: list[Any] = []

    def target(self, schema: dict[str, Any], reference: str, keyword: str = "$ref") -> Any:
        """The schema that `reference`, found in `schema` under `keyword`, leads to.

        Raises SchemaError when it leads nowhere or out of the document.
        """
        key = (0 if self.simple else id(schema), reference)
        if key not in self.targets:
            try:
                self.targets[key] = self._find(schema, reference, keyword)
            except LookupError:
                raise self.lost(schema, reference, keyword) from None
        return self.targets[key]

    def lost(self, schema: dict[str, Any], reference: str, keyword: str) -> SchemaError:
        """The error for a reference that leads nowhere."""
        inside = reference.startswith("#")
        reason = f"{reference!r} " + (
            "points at nothing" if inside else "is remote, and nothing is fetched"
        )
        return SchemaError(reason, pointer=self.pointer(schema), keywords=(keyword,), proved=True)

    def pointer(self, schema: Any) -> str:
        """The JSON pointer of a schema object in this document ('' when it is not part of it)."""
        waiting: list[tuple[Any, str]] = [(self.root, "")]
        while waiting:
            node, path = waiting.pop()
            if node is schema:
                return path
            if isinstance(node, dict):
                waiting += [
                    (v, f"{path}/{k.replace('~', '~0').replace('/', '~1')}")
                    for k, v in node.items()
                ]
            elif isinstance(node, list):
                waiting += [(part, f"{path}/{index}") for index, part in enumerate(node)]
        return ""

    def _find(self, schema: dict[str, Any], reference: str, keyword: str) -> Any:
        if self.simple and (reference == "#" or reference.startswith("#/")):
            return _follow(self.root, reference[1:])
        if not self._resources:
            self._index(self.root, self.main, ())
        base, scope = self._owners.get(id(schema), (self.main, (self.main,)))
        resource, found = self._static(base, reference)
        if keyword != "$ref" and isinstance(found, dict):
            name = reference.partition("#")[2]
            wanted = (
                found.get("$recursiveAnchor")
                if keyword == "$recursiveRef"
                else found.get("$dynamicAnchor") == name
            )
            if wanted:
                resource = next((one for one in scope if name in one.dynamic), resource)
                found = resource.dynamic.get(name, found)
        return self._in_scope(resource, found, scope) if self.dynamic else found

    def _static(self, base: Resource, reference: str) -> tuple[Resource, Any]:
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
        """The specification's own schemas, which jsonschema-rs carries."""
        if "json-schema.org/" not in uri:
            raise LookupError(uri)
        import jsonschema_rs

        try:
            bundle = jsonschema_rs.bundle({"$schema": uri, "allOf": [{"$ref": uri}]})
        except (jsonschema_rs.ReferencingError, ValueError):
            raise LookupError(uri) from None
        self.simple = False
        parts: dict[str, Any] = bundle.get("$defs") or bundle.get("definitions")  # type: ignore[assignment]
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
        self._owners[id(node)] = resource, scope
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
        if isinstance(node, list):
            return [self._copy(part, scope, copies) for part in node]
        if not isinstance(node, dict):
            return node
        own = self._owners.get(id(node), (scope[-1], scope))[0]
        inner = scope if own in scope else (*scope, own)
        twin = {key: self._copy(part, inner, copies) for key, part in node.items()}
        self._owners[id(twin)], copies[id(node)] = (own, inner), twin
        return twin


def draft_of(root: Any) -> int:
    """4, 6, 7, 2019 or 2020 by `$schema`; 2020 when it does not say."""
    named = root.get("$schema") if isinstance(root, dict) else None
    if isinstance(named, str):
        return next((draft for word, draft in _DRAFTS.items() if word in named), 2020)
    return 2020


def _follow(node: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            if not key.isdigit() or int(key) >= len(node):
                raise LookupError(pointer)
            node = node[int(key)]
        elif isinstance(node, dict):
            node = node[key]
        else:
            raise LookupError(pointer)
    return node
