"""The types of the API as paths: `Tool[function].strict`, `Request.truncation = 'auto'`."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, RootModel
from typing_extensions import TypeAliasType, is_typeddict

from mockserver.api.later import Later

_WRAPPERS = ("NotRequired", "Required", "ReadOnly")
_TAG = re.compile(r"(\[[^]]*\])?\.")
_STEP = re.compile(r"\.|\[| = ")


def paths(name: str, annotation: Any, *, closed: frozenset[str] = frozenset()) -> set[str]:
    """Every member of a type, and every value of the members that have few, each by its path.

    A star at the end stands for whatever comes there.

    closed: members that are not looked into, because what they hold is compared on its own.
    """
    return set(_Walk(closed).walk(name, annotation, ()))


def beyond(some: Set[str], others: Set[str]) -> set[str]:
    """The paths that the others neither have nor leave open."""
    told = {path for path in some - others if not path.endswith("*")}
    return {path for path in told if not _is_open(path, others)}


def _is_open(path: str, among: Set[str]) -> bool:
    """Whether one of these paths leaves open what stands at a path."""
    member, _, value = path.partition(" = ")
    if value and f"{member} = *" in among:
        return True
    for step in _STEP.finditer(path):
        before = path[: step.start()]
        if f"{before}*" in among:
            return True
        if f"{before}[?]*" in among:
            rest = _TAG.match(path[step.start() :])
            tagged = before + (rest[0] if rest else "")
            if not any(other.startswith(tagged) for other in among if other[-1] != "*"):
                return True
    return f"{path}*" in among or f"{path}[?]*" in among


class _Walk:
    def __init__(self, closed: frozenset[str]) -> None:
        self._closed = closed

    def walk(self, path: str, annotation: Any, above: Sequence[Any]) -> Iterator[str]:
        origin, inner = get_origin(annotation), get_args(annotation)
        if isinstance(annotation, TypeAliasType):
            yield from self.walk(path, annotation.__value__, above)
        elif later := next((note for note in inner[1:] if isinstance(note, Later)), None):
            yield from self.walk(path, later.type, above)
        elif origin is Annotated or getattr(origin, "_name", "") in _WRAPPERS:
            yield from self.walk(path, inner[0], above)
        elif origin is Literal:
            yield from (f"{path} = {value!r}" for value in inner if not path.endswith(".type"))
        elif origin in (Union, UnionType) or _is_list(origin):
            for each in inner:
                found = self.walk(path, each, above)
                # Beside objects of known types, any object is one of another type.
                yield from (f"{path}[?]*" if it == f"{path}*" else it for it in found)
        elif annotation is str:
            yield f"{path} = *"
        elif annotation in (Any, object, dict) or _is_mapping(origin):
            yield f"{path}*"
        elif inspect.isclass(annotation) and issubclass(annotation, RootModel):
            yield from self.walk(path, annotation.model_fields["root"].annotation, above)
        elif (members := _members(annotation)) is not None and annotation not in above:
            for tag in list(_literals(members.get("type"))) or [""]:
                yield from self._object(f"{path}[{tag}]" if tag else path, annotation, above)

    def _object(self, path: str, annotation: Any, above: Sequence[Any]) -> Iterator[str]:
        for key, value in (_members(annotation) or {}).items():
            yield f"{path}.{key}"
            if key not in self._closed:
                yield from self.walk(f"{path}.{key}", value, (*above, annotation))


def _is_list(origin: Any) -> bool:
    return inspect.isclass(origin) and issubclass(origin, Iterable) and not _is_mapping(origin)


def _is_mapping(origin: Any) -> bool:
    return inspect.isclass(origin) and issubclass(origin, Mapping)


def _members(annotation: Any) -> dict[str, Any] | None:
    """The members of an object and their types; None for what is no object."""
    if is_typeddict(annotation):
        return get_type_hints(annotation, include_extras=True)
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return {
            field.alias or key: field.annotation for key, field in annotation.model_fields.items()
        }
    return None


def _literals(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    else:
        for each in get_args(annotation):
            yield from _literals(each)
