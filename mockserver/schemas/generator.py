"""A value for a JSON Schema: attempts within a budget of steps, each judged; the first good value
is given.
"""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from mockserver.schemas.bounds import WORK, Budget
from mockserver.schemas.document import Document
from mockserver.schemas.errors import ConflictError, OutOfStepsError, OutOfWorkError, SchemaError
from mockserver.schemas.judge import Judge, is_impossible
from mockserver.schemas.judging import charge_compiling, charge_judging, is_proof_cheap, judge_of
from mockserver.schemas.locales import OURS, Locale
from mockserver.schemas.rng import Rng
from mockserver.schemas.search import Limits, Search
from mockserver.schemas.validation import fits

# Steps, not seconds, limit the search, so that it ends alike on every machine. On a usual one a
# step takes 5 to 10 µs.
_STEPS_PER_MS = 200
_WORK_PER_MS = WORK // 50
_CHARACTERS_READ = 22  # What one unit of work reads of a schema.
_MOST_KEPT = 64
_LONGEST_KEPT = 200_000
_kept: dict[str, tuple[Document, Judge] | None] = {}
_lock = Lock()
_encode = json.JSONEncoder(allow_nan=False).encode

# The plan of attempts, counted from 0. The first values must be valid whether formats are asserted
# or not; then without formats; then only with them.
_ATTEMPTS = 20
_LARGE = 4
_EITHER_WAY = 8
_FORMATS_ASSERTED = 16
_CAREFUL = 2
_SPARSE = (6, 10, 12, 14, 15, 18)
_UNHINTED = (7, 13, 15)


def generate(
    schema: dict[str, Any] | bool,
    seed: int,
    *,
    locale: str | Locale | None = None,
    budget: float = 50,
) -> Any:
    """A value that `schema` accepts, depending on schema and seed alone.

        >>> cities = {"type": "object", "properties": {"city": {"type": "string"}}}
        >>> generate(cities, seed=1)
        {'city': 'Lima'}

    Args:
        schema: Its draft is told by `$schema` (4, 6, 7, 2019-09, 2020-12; the last if absent).
            Formats are met where they can be.
        seed: Any integer.
        locale: Where names, cities and the like are from, as in `de_DE`; more in `Locale`.
        budget: Bounds the search: about that many milliseconds on a usual machine (more for a
            schema of hundreds of kilobytes), counted in steps so that a slow machine gives the same
            value.

    Raises:
        LocaleError: There is no such locale, or it needs faker.
        SchemaError: No value exists, none was found within the budget, the schema asks for too much
            work, or a reference leads nowhere.
    """
    where = locale if isinstance(locale, Locale) else Locale(locale) if locale else OURS
    text = _as_text(schema)
    work = Budget(max(WORK, int(budget * _WORK_PER_MS)))
    steps = int(budget * _STEPS_PER_MS) + len(text) // 10
    with _lock:
        try:
            work.spend(len(text) // _CHARACTERS_READ, "a schema of this size")
            document, judge = _prepared(text, work)
            return _find_value(Search(document, where), judge, seed, steps)
        except RecursionError:
            raise SchemaError("its parts are nested too deeply") from None
        except OutOfWorkError as error:
            raise SchemaError(str(error)) from None
        except ArithmeticError:
            raise SchemaError("its numbers are too large") from None
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            # A schema that breaks its metaschema may hold anything anywhere.
            if isinstance(error, SchemaError) or judge.flaw is None:
                raise
            raise judge.flaw from error


def _as_text(schema: Any) -> str:
    try:
        return _encode(schema)
    except (TypeError, ValueError, RecursionError) as error:
        raise SchemaError(f"it is not JSON: {error}", proved=True) from None


def _prepared(text: str, budget: Budget) -> tuple[Document, Judge]:
    """What depends on the schema alone; nothing of it may depend on an earlier seed, nor may the
    work that is counted.

    It is kept from a schema's second appearance on: most schemas come once, and what is kept has to
    be freed later.
    """
    returning = text in _kept
    prepared = _kept.pop(text, None)
    # What a dynamic reference leads to is copied while values are made.
    if prepared is None or prepared[0].dynamic:
        document = Document(json.loads(text), text)
        document.budget = budget
        charge_compiling(document)
        prepared = document, judge_of(document, text)
    else:
        prepared[0].budget = budget
        charge_compiling(prepared[0])
    if len(text) <= _LONGEST_KEPT:
        _kept[text] = prepared if returning else None
        if len(_kept) > _MOST_KEPT:
            del _kept[next(iter(_kept))]
    return prepared


def _find_value(search: Search, judge: Judge, seed: int, steps: int) -> Any:
    root = search.document.root
    why: ConflictError | None = None
    attempt = 0
    while attempt < _ATTEMPTS and steps > 0:
        limits = _limits(attempt, steps, judge)
        search.begin(Rng(seed, attempt), limits)
        try:
            value = search.value([root])
        except ConflictError as conflict:
            if why is None or conflict.certain:
                why = conflict
        except OutOfStepsError:
            why = why or ConflictError("the search took too long", certain=False)
        else:
            if _is_good(value, attempt, limits, search, judge):
                return value
            why = why or ConflictError(
                "no value tried was valid", *judge.complaint(value), certain=False
            )
        steps -= limits.steps - max(search.steps, 0)
        attempt += 1
        if why.certain or (
            attempt == 2 and is_proof_cheap(search.document) and is_impossible(root)
        ):
            why.certain = True
            if not judge.formats_decide or attempt > _FORMATS_ASSERTED:
                break
            attempt = max(attempt, _FORMATS_ASSERTED)
    raise judge.flaw or _failure(search, why or ConflictError("nothing was tried", certain=False))


def _limits(attempt: int, steps: int, judge: Judge) -> Limits:
    """What an attempt may do when so many steps are left for all."""
    is_large = attempt < _LARGE
    return Limits(
        steps=max(steps * 3 // 5, min(steps, 1000)),
        size=120 if is_large else 40,
        depth=6 if is_large else 3,
        sparse=attempt in _SPARSE,
        lenient=attempt % 3 == 2,
        unhinted=attempt in _UNHINTED,
        formats=attempt >= _FORMATS_ASSERTED and judge.formats_decide,
        careful=attempt >= _CAREFUL,
    )


def _is_good(value: Any, attempt: int, limits: Limits, search: Search, judge: Judge) -> bool:
    """Whether the value of an attempt is one to give."""
    if judge.reads:
        charge_judging(value, search.document)
    if attempt >= _EITHER_WAY:
        return judge.accepts(value, formats=limits.formats)
    if not judge.accepts(value, formats=True):
        return False
    if not judge.formats_decide:
        return True
    judged = search.document.as_judged
    judged.budget = search.document.budget
    judged.by_decimals = search.document.by_decimals
    return fits(value, judged.root, judged)


def _failure(search: Search, why: ConflictError) -> SchemaError:
    pointer = "" if why.schema is None else search.document.pointer(why.schema)
    return SchemaError(why.reason, pointer=pointer, keywords=why.keywords, proved=why.certain)
