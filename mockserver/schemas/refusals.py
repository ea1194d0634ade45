"""Why a schema refuses a value: for values that somebody wrote, not for those made here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from threading import Lock
from typing import Any

from mockserver.schemas.bounds import WORK, Budget, Memory
from mockserver.schemas.document import Document
from mockserver.schemas.errors import OutOfWorkError, SchemaError
from mockserver.schemas.judge import Judge
from mockserver.schemas.judging import charge_compiling, charge_judging, judge_of

_lock = Lock()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first fault of a value, in its own order.

    Args:
        path: Where it is: names and indices from the value on.
        expected: What the schema wants there, in words.
        actual: What is there; None where something is missing.
    """

    path: tuple[str | int, ...]
    expected: str
    actual: Any


def refusal(schema: Any, value: Any) -> Refusal | None:
    """Why the schema refuses the value; None when it accepts it, and when it cannot say: a schema
    that is none, or asks for too much work, refuses nothing. Formats are not asserted.
    """
    judge = _judge_for(schema, value)
    error = None if judge is None else judge.error(value)
    return None if error is None else _described(_most_telling(error))


def accepts(schema: Any, value: Any) -> bool:
    """Whether the schema is known to accept the value, its formats asserted."""
    judge = _judge_for(schema, value)
    return judge is not None and judge.reads and judge.accepts(value, formats=True)


def flaw(schema: Any) -> str | None:
    """Why a schema is none, as its metaschema says; None where it is one, where it is too much work
    to tell, and where no more than a regular expression is not understood.
    """
    try:
        _, judge = _judges(json.dumps(schema, allow_nan=False))
    except (OutOfWorkError, SchemaError, RecursionError, ArithmeticError, TypeError, ValueError):
        return None
    except (AttributeError, KeyError):
        return None  # A schema that breaks its metaschema may hold anything anywhere.
    return judge.broken


def _judge_for(schema: Any, value: Any) -> Judge | None:
    """What judges the value by the schema; None where that cannot be said, or not cheaply."""
    try:
        document, judge = _judges(json.dumps(schema, allow_nan=False))
        with _lock:
            document.budget = Budget(WORK // 4)  # Telling the errors takes as much again.
            document.is_deep = False
            charge_judging(value, document)
            # What deeper parts would take was not counted.
            return None if document.is_deep else judge
    except (OutOfWorkError, SchemaError, RecursionError, ArithmeticError):
        return None
    except (TypeError, AttributeError, ValueError, KeyError):
        return None  # A schema that breaks its metaschema may hold anything anywhere.


def _make_judge(text: str) -> tuple[Document, Judge]:
    document = Document(json.loads(text), text)
    charge_compiling(document)
    return document, judge_of(document, text)


_judges = Memory(_make_judge, weigh=lambda _: 20_000, most=4_000_000)


def _most_telling(error: Any) -> Any:
    """The error itself, or that of the branch that a value of several possible kinds goes furthest
    in.
    """
    branches = error.kind.as_dict().get("context", ()) if error.kind.name == "anyOf" else ()
    firsts = [branch[0] for branch in branches if branch]
    deepest = max(firsts, key=lambda each: len(each.instance_path), default=error)
    if len(deepest.instance_path) <= len(error.instance_path):
        return error
    return _most_telling(deepest)


def _described(error: Any) -> Refusal:
    path = tuple(error.instance_path)
    keyword = error.kind.name
    detail = error.kind.as_dict()
    actual = error.instance
    match keyword:
        case "required":
            return Refusal((*path, detail["property"]), "a value, which is required", None)
        case "additionalProperties":
            name = detail["unexpected"][0]
            return Refusal((*path, name), "nothing: there is no such property", actual[name])
        case "type":
            return Refusal(path, " or ".join(detail["types"]), actual)
        case "enum":
            shown = ", ".join(json.dumps(each, ensure_ascii=False) for each in detail["options"])
            return Refusal(path, f"one of {shown}", actual)
        case "anyOf":
            return Refusal(path, "what one of the schemas in anyOf accepts", actual)
        case "falseSchema":
            return Refusal(path, "nothing", actual)
    wanted = json.dumps(next(iter(detail.values()), True), ensure_ascii=False, default=str)
    return Refusal(path, f"{keyword} {wanted}", actual)
