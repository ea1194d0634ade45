"""How many plain string fields of real schemas are filled by a provider that means something.

    python benchmarks/schema_fields.py schemas.jsonl.gz [--missing 40]

A plain string field is a property of type string without enum, const, pattern or format. It counts
as filled when its name or its description tells what it holds; else its value is an arbitrary
phrase. Input: JSON Lines (gzip or not) of objects with a `schema`. The last line is the score.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mockserver.schemas import provider_for

_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_PARTS = ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "not", "if", "then", "else")


def plain_strings(schema: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Name and description of each plain string field in the schema; items go by the name of their
    array.
    """
    if isinstance(schema, list):
        for part in schema:
            yield from plain_strings(part, name)
    if not isinstance(schema, dict):
        return
    if (
        name
        and schema.get("type") == "string"
        and not schema.keys() & {"enum", "const", "pattern", "format"}
    ):
        description = schema.get("description")
        yield name, description if isinstance(description, str) else ""
    for keyword in _MAPS:
        if isinstance(schema.get(keyword), dict):
            for key, part in schema[keyword].items():
                yield from plain_strings(part, key if keyword == "properties" else "")
    for keyword in _PARTS:
        yield from plain_strings(schema.get(keyword), name)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("schemas")
    parser.add_argument(
        "--missing", type=int, default=20, help="how many endings of names without provider to list"
    )
    args = parser.parse_args()
    total = filled = 0
    missing: Counter[str] = Counter()
    with (gzip.open if args.schemas.endswith(".gz") else open)(
        args.schemas, "rt", encoding="utf-8"
    ) as lines:
        for line in lines:
            for name, description in plain_strings(json.loads(line)["schema"]):
                total += 1
                if provider_for(name, description) is not None:
                    filled += 1
                else:
                    missing[re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z]+", name)[-1].lower()] += 1
    print(
        "without provider:",
        ", ".join(f"{word} {count}" for word, count in missing.most_common(args.missing)),
    )
    print(f"meaningful {100 * filled / max(1, total):.1f} % of {total} plain string fields")


if __name__ == "__main__":
    main()
