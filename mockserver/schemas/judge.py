"""All that is asked of jsonschema-rs: the last word on a value, whether a schema can be met at all,
formats, patterns, and the specification's own schemas.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mockserver.schemas.bounds import Memory
from mockserver.schemas.errors import SchemaError

_VALIDATORS = {
    4: "Draft4Validator",
    6: "Draft6Validator",
    7: "Draft7Validator",
    2019: "Draft201909Validator",
    2020: "Draft202012Validator",
}

# After so many steps back a pattern counts as not found.
MOST_BACKTRACKS = 10_000


class Judge:
    """Accepts or refuses values for one schema.

    A schema that breaks its metaschema is judged as far as it is clear; `flaw` says what is wrong
    with it.
    """

    def __init__(self, schema: Any, draft: int, text: str) -> None:
        self.schema = schema
        self.draft = draft
        self.flaw: SchemaError | None = None
        self.broken: str | None = None
        self._with_formats = self._compiled(formats=True)
        self._without_formats: Any = None
        # Elsewhere a value that is valid with formats asserted is valid without.
        self.formats_decide = '"format"' in text and any(
            word in text for word in ('"oneOf"', '"not"', '"if"')
        )

    def _compiled(self, *, formats: bool) -> Any:
        import jsonschema_rs

        try:
            kind = getattr(jsonschema_rs, _VALIDATORS[self.draft])
            return kind(
                self.schema,
                validate_formats=formats,
                offline=True,
                pattern_options=_pattern_options(),
            )
        except jsonschema_rs.ValidationError as error:
            path = error.instance_path
            if error.kind.name != "format":
                self.broken = error.message
            self.flaw = SchemaError(
                f"the schema itself is not valid: {error.message[:200]}",
                pointer="".join(f"/{part}" for part in path),
                keywords=(str(path[-1]),) if path else (),
                proved=True,
            )
        except (ValueError, jsonschema_rs.ReferencingError):
            pass  # It is nested more deeply than the judge reads: it has no say then.
        return None

    @property
    def reads(self) -> bool:
        """Whether it has a say."""
        return self._with_formats is not None

    def accepts(self, value: Any, *, formats: bool) -> bool:
        """Whether the schema accepts the value, with formats asserted or ignored."""
        if self._with_formats is None:
            return True
        if formats:
            return bool(self._with_formats.is_valid(value))
        if self._without_formats is None:
            self._without_formats = self._compiled(formats=False)
        return bool(self._without_formats.is_valid(value))

    def error(self, value: Any) -> Any:
        """The first error of jsonschema-rs about the value, formats ignored; None when there is
        none.
        """
        if self.accepts(value, formats=True) or self.accepts(value, formats=False):
            return None
        return next(iter(self._without_formats.iter_errors(value)), None)

    def complaint(self, value: Any) -> tuple[str, ...]:
        """The keyword that refuses the value, with formats asserted."""
        errors = self._with_formats.iter_errors(value) if self._with_formats else ()
        path: list[str | int] = next((error.schema_path for error in errors), [])
        return tuple(map(str, path[-1:]))


def is_impossible(schema: Any) -> bool:
    """Whether it is quickly proved that no value fits the schema."""
    import jsonschema_rs

    try:
        return all(
            jsonschema_rs.canonicalize(
                schema, offline=True, validate_formats=formats
            ).satisfiability()
            is jsonschema_rs.canonical.Satisfiability.NO
            for formats in (False, True)
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        return False  # It is no valid schema, or its references lead nowhere.


def _make_format_test(name: str) -> Callable[[str], bool]:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid


# The test of strings for a format; it accepts everything where the format is unknown.
format_test = Memory(_make_format_test, weigh=lambda _: 2000, most=1_000_000)


@lru_cache(1)
def _pattern_options() -> Any:
    import jsonschema_rs

    return jsonschema_rs.FancyRegexOptions(backtrack_limit=MOST_BACKTRACKS)


def pattern_test(source: str) -> Callable[[str], bool] | None:
    """The test of strings for a pattern, in linear time; None where the engine does not read it."""
    import jsonschema_rs

    try:
        kind = jsonschema_rs.Draft202012Validator
        return kind({"pattern": source}, pattern_options=_pattern_options()).is_valid
    except jsonschema_rs.ValidationError:
        return None


def metaschema_parts(uri: str) -> dict[str, Any]:
    """A schema of the specification, and those that it refers to, by their URIs.

    Raises LookupError when it is none.
    """
    import jsonschema_rs

    if "json-schema.org/" not in uri:
        raise LookupError(uri)
    try:
        bundle: Any = jsonschema_rs.bundle({"$schema": uri, "allOf": [{"$ref": uri}]}, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError):
        raise LookupError(uri) from None
    parts: dict[str, Any] = bundle.get("$defs") or bundle["definitions"]
    return parts
