"""Values that fit a JSON Schema: `generate(schema, seed)`."""

from mockserver.schemas.errors import SchemaError
from mockserver.schemas.generate import generate

__all__ = ["SchemaError", "generate"]
