"""The last word on a value: jsonschema-rs, which also tells when a schema cannot be met at all."""

from __future__ import annotations

from typing import Any

from mockserver.schemas.errors import SchemaError

_VALIDATORS = {4: "Draft4Validator", 6: "Draft6Validator", 7: "Draft7Validator"}
_VALIDATORS |= {2019: "Draft201909Validator", 2020: "Draft202012Validator"}


class Judge:
    """Accepts or refuses values for one schema. A schema that breaks its metaschema is judged as
    far as it is clear.

    `flaw` says what is wrong with such a schema.
    """

    def __init__(self, schema: Any, draft: int, text: str) -> None:
        self.schema, self.draft = schema, draft
        self.flaw: SchemaError | None = None
        self._strict = self._compiled(formats=True)
        self._plain: Any = None
        # Elsewhere a value that is valid with formats asserted is valid without.
        self.formats_decide = '"format"' in text and any(
            word in text for word in ('"oneOf"', '"not"', '"if"')
        )

    def _compiled(self, *, formats: bool) -> Any:
        import jsonschema_rs

        try:
            kind = getattr(jsonschema_rs, _VALIDATORS[self.draft])
            return kind(self.schema, validate_formats=formats, offline=True)
        except jsonschema_rs.ValidationError as error:
            pointer = "".join(f"/{part}" for part in error.instance_path)
            words = (str(error.instance_path[-1]),) if error.instance_path else ()
            self.flaw = SchemaError(
                f"the schema itself is not valid: {error.message[:200]}",
                pointer=pointer,
                keywords=words,
                proved=True,
            )
        except (jsonschema_rs.ReferencingError, ValueError):
            # Lost references are reported when, and if, they are followed.
            self.flaw = None
        return None

    def accepts(self, value: Any, *, formats: bool) -> bool:
        """Whether the schema accepts the value, with formats asserted or ignored."""
        if self._strict is None:
            return True
        if formats:
            return bool(self._strict.is_valid(value))
        if self._plain is None:
            self._plain = self._compiled(formats=False)
        return bool(self._plain.is_valid(value))

    def complaint(self, value: Any) -> tuple[str, ...]:
        """The keyword that refuses the value."""
        error = None if self._strict is None else next(iter(self._strict.iter_errors(value)), None)
        return (str(error.schema_path[-1]),) if error is not None and error.schema_path else ()


def impossible(schema: Any) -> bool:
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
        return False
