"""A value for a JSON Schema: attempts within a budget of steps, each judged, the first good one
given.
"""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from mockserver.schemas.document import Document
from mockserver.schemas.errors import ConflictError, OutOfStepsError, SchemaError
from mockserver.schemas.judge import Judge, impossible
from mockserver.schemas.rng import Rng
from mockserver.schemas.search import Search

# Steps, not seconds, limit the search, so that it ends alike on every machine. On a usual one a
# step takes 5 to 10 µs.
_STEPS_PER_MS = 200
_ATTEMPTS = 20
_FORMATS_ASSERTED = 16
_MOST_KEPT = 64
_KEPT: dict[str, tuple[Search, Judge] | None] = {}
_LOCK = Lock()


def generate(schema: dict[str, Any] | bool, seed: int, *, budget_ms: float = 50) -> Any:
    """A value that `schema` accepts, depending on schema and seed alone.

        >>> generate({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}, seed=1)
        {'city': 'Oslo'}

    The draft is told by `$schema` (4, 6, 7, 2019-09, 2020-12; the last if absent); formats are met
    where they can be. `budget_ms` bounds the search: about that many milliseconds on a usual
    machine (more for a schema of hundreds of kilobytes), counted in steps so that a slow machine
    gives the same value.

    Raises SchemaError when no value exists, none was found within the budget, or a reference leads
    nowhere.
    """
    text = _text(schema)
    with _LOCK:
        search, judge = _prepared(text)
        try:
            return _search(search, judge, seed, int(budget_ms * _STEPS_PER_MS) + len(text) // 10)
        except RecursionError:
            raise SchemaError("its parts are nested too deeply") from None
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            if isinstance(error, SchemaError) or judge.flaw is None:
                raise
            raise judge.flaw from error


def _text(schema: Any) -> str:
    try:
        return json.dumps(schema, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise SchemaError(f"it is not JSON: {error}", proved=True) from None


def _prepared(text: str) -> tuple[Search, Judge]:
    """What depends on the schema alone; nothing of it may depend on an earlier seed.

    It is kept from a schema's second appearance on: most schemas come once, and what is kept has to
    be freed later.
    """
    returning = text in _KEPT
    prepared = _KEPT.pop(text, None)
    if prepared is None:
        schema = json.loads(text)
        document = Document(schema, text)
        prepared = Search(document), Judge(schema, document.draft, text)
    _KEPT[text] = prepared if returning else None
    if len(_KEPT) > _MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]
    return prepared


def _search(search: Search, judge: Judge, seed: int, steps: int) -> Any:
    root = search.document.root
    why: ConflictError | None = None
    attempt = 0
    while attempt < _ATTEMPTS and steps > 0:
        # First values that are valid whether formats are asserted or not; then without formats;
        # then only with them.
        asserted = attempt >= _FORMATS_ASSERTED and judge.formats_decide
        limit = max(steps * 3 // 5, min(steps, 1000))
        search.begin(
            Rng(seed, attempt),
            limit,
            size=120 if attempt < 4 else 40,
            depth=6 if attempt < 4 else 3,
            sparse=attempt in (6, 10, 12, 14, 15, 18),
            lenient=attempt % 3 == 2,
            unhinted=attempt in (7, 13, 15),
            formats=asserted,
        )
        try:
            value = search.value([root])
        except ConflictError as conflict:
            why = conflict if why is None or conflict.certain else why
        except OutOfStepsError:
            why = why or ConflictError("the search took too long", certain=False)
        else:
            both = attempt < 8 and judge.formats_decide
            if judge.accepts(value, formats=attempt < 8 or asserted) and (
                not both or search.fits(value, [root])
            ):
                return value
            why = why or ConflictError(
                "no value tried was valid", *judge.complaint(value), certain=False
            )
        steps -= limit - max(search.steps, 0)
        attempt += 1
        if why.certain or (attempt == 2 and impossible(root)):
            why.certain = True
            if not judge.formats_decide or attempt > _FORMATS_ASSERTED:
                break
            attempt = max(attempt, _FORMATS_ASSERTED)
    raise judge.flaw or _failure(search, why or ConflictError("nothing was tried", certain=False))


def _failure(search: Search, why: ConflictError) -> SchemaError:
    pointer = "" if why.schema is None else search.document.pointer(why.schema)
    return SchemaError(why.reason, pointer=pointer, keywords=why.keywords, proved=why.certain)
