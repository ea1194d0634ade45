"""Types that are made when they are first needed.

The types of all items, and pydantic's schemas of them, take half of the time in which a server
starts and answers for the first time; a request has few of them.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

__all__ = ["Later", "LaterUnion", "type_of"]


class Later:
    """Stands for a type: as it is, or in `Annotated[Any, Later(make)]` where a type is wanted."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @cached_property
    def type(self) -> Any:
        """The type, from now on the same."""
        return self._make()

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler.generate_schema(self.type)


class LaterUnion(Later):
    """A union of which a value is held against the one branch that it looks like.

    What that branch finds wrong is found once more, and told, by the whole union: this alone makes
    all of it.
    """

    def __init__(self, make: Callable[[], Any], branch_of: Callable[[Any], Any]) -> None:
        """branch_of: the type that a value is to be of; None for one that cannot be right."""
        super().__init__(make)
        self._branch_of = branch_of
        self._adapters: dict[Any, TypeAdapter[Any]] = {}

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._checked)

    def _checked(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        branch = self._branch_of(value)
        config: Mapping[str, Any] = info.config or {}
        if branch is not None:
            try:
                # In a list, because a TypedDict on its own takes no configuration.
                (checked,) = self._adapter(branch, config).validate_python([value])
            except ValidationError:
                pass
            else:
                return checked
        return self._adapter(None, config).validate_python(value)

    def _adapter(self, branch: Any, config: Mapping[str, Any]) -> TypeAdapter[Any]:
        """Checks a list of one branch, or without one a value of the whole union."""
        key = (branch, config.get("strict"), config.get("extra_fields_behavior"))
        if key not in self._adapters:
            listed: Any = list
            checked = self.type if branch is None else listed[branch]
            self._adapters[key] = TypeAdapter(checked, config=_again(config))
        return self._adapters[key]


def _again(config: Mapping[str, Any]) -> ConfigDict:
    """The configuration of a schema for one inside of it, as far as this server sets it."""
    return ConfigDict(
        strict=config.get("strict", False), extra=config.get("extra_fields_behavior", "ignore")
    )


def type_of(type_or_later: Any) -> Any:
    """The type itself."""
    return type_or_later.type if isinstance(type_or_later, Later) else type_or_later
