"""A value for a JSON Schema."""

from __future__ import annotations

from typing import Any

from mockserver.answer.schema.errors import SchemaError
from mockserver.answer.schema.rng import Rng

_WORDS = "amber harbor maple signal river copper lantern meadow orbit summit".split()
_FORMATS = {
    "date-time": "2025-06-01T09:30:00Z",
    "date": "2025-06-01",
    "time": "09:30:00Z",
    "duration": "P3D",
    "email": "emma.green@example.com",
    "hostname": "api.example.com",
    "ipv4": "192.0.2.17",
    "ipv6": "2001:db8::17",
    "uuid": "3f2b8c1e-5d4a-4f6b-9a7c-8e1d2b3c4f5a",
    "uri": "https://example.com/orbit",
}


def generate(schema: dict[str, Any] | bool, seed: int, *, budget_ms: float = 50) -> Any:
    """A value that `schema` accepts, the same for the same schema and seed.

    Raises SchemaError when no value is found.
    """
    del budget_ms
    import jsonschema_rs

    value = _value(schema, schema, Rng(seed), 0)
    if not jsonschema_rs.validator_for(schema).is_valid(value):
        raise SchemaError("the search ended without a value")
    return value


def _value(root: Any, schema: Any, rng: Rng, depth: int) -> Any:
    if not isinstance(schema, dict):
        return rng.choice(_WORDS)
    if isinstance(schema.get("$ref"), str):
        target = root
        for part in schema["$ref"].lstrip("#").split("/")[1:]:
            target = target[part.replace("~1", "/").replace("~0", "~")]
        return _value(root, target, rng, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    for word in ("anyOf", "oneOf"):
        if schema.get(word):
            branches = schema[word]
            return _value(root, branches[-1] if depth > 6 else rng.choice(branches), rng, depth + 1)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = (kind[-1] if depth > 6 else rng.choice(kind)) if isinstance(kind, list) else kind
    if kind == "object":
        return {name: _value(root, part, rng, depth + 1) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        count = max(schema.get("minItems", 0), 0 if depth > 6 else min(2, schema.get("maxItems", 2)))
        return [_value(root, schema.get("items", True), rng, depth + 1) for _ in range(count)]
    if kind in ("integer", "number"):
        low = int(schema.get("minimum", 0))
        return rng.between(low, max(low, int(schema.get("maximum", low + 100))))
    if kind in ("boolean", "null"):
        return rng.chance(0.5) if kind == "boolean" else None
    return _FORMATS.get(schema.get("format", ""), " ".join(rng.choice(_WORDS) for _ in range(2)))
