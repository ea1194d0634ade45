"""Values that fit a JSON Schema: `generate(schema, seed)`."""

from mockserver.answer.schema.errors import SchemaError
from mockserver.answer.schema.generate import generate

__all__ = ["SchemaError", "generate"]
