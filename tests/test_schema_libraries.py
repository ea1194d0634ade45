"""What pydantic and zod write as JSON Schema is met so that they read it back."""

import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import json
import pathlib
import typing
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import jsonschema_rs
import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from typing_extensions import NotRequired, TypedDict

from mockserver.schemas import generate

SEEDS = range(20)
ZOD = json.loads(Path(__file__).with_name("zod_schemas.json").read_text(encoding="utf-8"))
"""What `z.toJSONSchema` of zod 4.3 made of a schema for each type that its documentation names.
With 20 values of each, zod's own `safeParse` refused none.
"""


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Place(BaseModel):
    street: str
    zip: str = Field(pattern=r"^\d{5}$")


class User(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    home: Place
    tags: list[str] = []


class Tree(BaseModel):
    value: int
    below: "Tree | None" = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


@dataclasses.dataclass
class Point:
    x: int
    label: str


class Options(TypedDict):
    x: int
    y: NotRequired[str]


class Pair(NamedTuple):
    a: int
    b: str


Three = Annotated[str, StringConstraints(pattern="^[a-z]{3}$")]
TYPES: dict[str, Any] = {
    **{kind.__name__: kind for kind in (bool, int, float, str, bytes, decimal.Decimal)},
    **{
        kind.__name__: kind
        for kind in (datetime.date, datetime.datetime, datetime.time, datetime.timedelta)
    },
    "UUID": uuid.UUID,
    **{f"UUID{n}": getattr(pydantic, f"UUID{n}") for n in (1, 3, 4, 5, 6, 7, 8)},
    **{
        name: getattr(ipaddress, name)
        for name in (
            "IPv4Address",
            "IPv6Address",
            "IPv4Network",
            "IPv6Network",
            "IPv4Interface",
            "IPv6Interface",
        )
    },
    **{
        name: getattr(pydantic, name)
        for name in (
            "IPvAnyAddress",
            "IPvAnyInterface",
            "IPvAnyNetwork",
            "AnyUrl",
            "HttpUrl",
            "AnyHttpUrl",
            "PostgresDsn",
            "Json",
            "Base64Bytes",
            "Base64Str",
            "Base64UrlBytes",
            "Base64UrlStr",
            "SecretStr",
            "SecretBytes",
            "PositiveInt",
            "NegativeInt",
            "NonNegativeFloat",
            "NonPositiveInt",
            "NegativeFloat",
            "FiniteFloat",
            "AwareDatetime",
            "ByteSize",
            "StrictInt",
            "StrictStr",
            "StrictBool",
        )
    },
    "Path": pathlib.Path,
    "Pattern": typing.Pattern[str],
    "Json of a list": pydantic.Json[list[int]],
    "Enum": Color,
    "Literal": Literal["a", 1],
    "Optional": int | None,
    "Union": int | str,
    "list": list[int],
    "set": set[int],
    "frozenset": frozenset[str],
    "tuple": tuple[int, str],
    "tuple of any length": tuple[int, ...],
    "deque": deque[int],
    "dict": dict[str, int],
    "dict by date": dict[datetime.date, int],
    "dict by UUID": dict[uuid.UUID, int],
    "dict by pattern": dict[Three, int],
    "defaultdict": defaultdict[str, int],
    "Counter": Counter[str],
    "Sequence": Sequence[int],
    "Mapping": Mapping[str, float],
    "Hashable": Hashable,
    "Any": Any,
    "None": None,
    "Fraction": fractions.Fraction,
    "constrained str": Annotated[str, Field(min_length=3, max_length=8, pattern="^[a-z]+$")],
    "constrained int": Annotated[int, Field(ge=3, le=9, multiple_of=3)],
    "constrained float": Annotated[float, Field(gt=0, lt=1)],
    "constrained Decimal": Annotated[decimal.Decimal, Field(max_digits=4, decimal_places=2)],
    "constrained list": Annotated[list[int], Field(min_length=2, max_length=3)],
    "constrained set": Annotated[set[int], Field(min_length=2)],
    "short URL": Annotated[pydantic.HttpUrl, pydantic.UrlConstraints(max_length=40)],
    "model": User,
    "recursive model": Tree,
    "dataclass": Point,
    "TypedDict": Options,
    "NamedTuple": Pair,
    "discriminated union": Annotated[Cat | Dog, Field(discriminator="kind")],
    "root model": pydantic.RootModel[list[int]],
}
"""Left out is what a schema does not say: which scheme the URL of a database has (`RedisDsn` …),
whether a date is past or a path there, that the names of a `dict[int, X]` are numbers, that a
datetime is naive, complex numbers, importable names.
"""


@pytest.mark.parametrize("name", TYPES)
def test_pydantic_reads_it_back(name: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(TYPES[name])
    schema = adapter.json_schema()
    for seed in SEEDS:
        adapter.validate_json(json.dumps(generate(schema, seed)))


@pytest.mark.parametrize("name", ZOD)
def test_zod_reads_it_back(name: str) -> None:
    """zod's schemas hold the patterns by which it reads."""
    validator = jsonschema_rs.Draft202012Validator(ZOD[name], validate_formats=True)
    for seed in SEEDS:
        validator.validate(generate(ZOD[name], seed))
