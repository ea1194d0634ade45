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
        self._checks: dict[tuple[Any, str | None], Callable[[Any], Any]] = {}
        self._wholes: dict[str | None, Callable[[Any], Any]] = {}

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._checked)

    def _checked(self, value: Any, info: core_schema.ValidationInfo) -> Any:
        config: Any = info.config
        branch = self._branch_of(value)
        if branch is not None:
            check = self._checks.get((branch, config.get("extra_fields_behavior")))
            try:
                # In a list, because a TypedDict on its own takes no configuration.
                return (check or self._check(branch, config))([value])[0]
            except ValidationError:
                pass
        whole = self._wholes.get(config.get("extra_fields_behavior"))
        return (whole or self._whole(config))(value)

    def _check(self, branch: Any, config: Mapping[str, Any]) -> Callable[[Any], Any]:
        listed: Any = list
        check = TypeAdapter(listed[branch], config=_again(config)).validator.validate_python
        self._checks[branch, config.get("extra_fields_behavior")] = check
        return check

    def _whole(self, config: Mapping[str, Any]) -> Callable[[Any], Any]:
        whole = TypeAdapter(self.type, config=_again(config)).validator.validate_python
        self._wholes[config.get("extra_fields_behavior")] = whole
        return whole


def _again(config: Mapping[str, Any]) -> ConfigDict:
    """The configuration of a schema for one inside of it, as far as this server sets it."""
    return ConfigDict(
        strict=config.get("strict", False), extra=config.get("extra_fields_behavior", "ignore")
    )


def type_of(type_or_later: Any) -> Any:
    """The type itself."""
    return type_or_later.type if isinstance(type_or_later, Later) else type_or_later
