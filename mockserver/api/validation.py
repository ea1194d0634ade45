"""Whether a body is what the API takes, and whether a value is what the API sends.

A request is read in the order in which the API finds errors: JSON, what is missing, unknown
parameters, types and ranges (in the order of `parameters`), mutual exclusion, the model; then what
the request refers to, which needs the store and is looked up elsewhere; then what the model
supports.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NamedTuple, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError

from mockserver.api import parameters
from mockserver.api.asked_text import asked_text, shape_of, with_asked_text
from mockserver.api.checks import check_create, check_other
from mockserver.api.dialects import DIALECTS, Dialect
from mockserver.api.errors import ApiError, api_error, enumerated
from mockserver.api.explanations import KINDS, explain
from mockserver.api.extension import remove_slugs
from mockserver.api.forms import is_form, parse_form
from mockserver.api.json import Json, encoded, parse
from mockserver.api.parameters import PARAMETERS
from mockserver.api.parts import STRICT
from mockserver.api.requests import CreateRequest, spelled_around

__all__ = [
    "conformance_errors",
    "create_request",
    "parse_body",
    "parse_compact",
    "parse_conversation",
    "parse_conversation_items",
    "parse_conversation_update",
    "parse_create",
    "parse_input_tokens",
    "parse_object",
]

_REQUIRED = tuple(name for name, parameter in PARAMETERS.items() if parameter.required)
_MOST_MENDED = 100
"""Faults of one body that are forgiven, where rules are lenient."""
_PORTION = 2_000
"""How many items are looked at in one go."""
_DELIVERY = ("type", "stream", "stream_options", "background")


def parse_create(
    raw: bytes,
    *,
    dialect: Dialect,
    strict_models: bool = False,
    allow_unknown: bool = False,
    deployment: str | None = None,
) -> CreateRequest:
    """The body of `POST /responses`. Raises ApiError.

    deployment: the model that the path names, for a body that names none.
    """
    body = parse_object(raw, dialect)
    if deployment is not None:
        body = {"model": deployment, **body}
    return create_request(
        body,
        dialect=dialect,
        strict_models=strict_models,
        allow_unknown=allow_unknown,
        raw=raw if deployment is None else None,
    )


def create_request(
    body: Json,
    *,
    dialect: Dialect,
    strict_models: bool = False,
    allow_unknown: bool = False,
    websocket: bool = False,
    raw: bytes | None = None,
) -> CreateRequest:
    """The same from a JSON object. A WebSocket's frame loses what HTTP alone needs to know. Raises
    ApiError.

    raw: the JSON text of the body, where that is at hand.
    """
    if websocket:
        body = {key: value for key, value in body.items() if key not in _DELIVERY}
    usual = _usual_request(body, dialect, strict_models, allow_unknown, raw)
    if usual is not None:
        return usual
    return CreateRequest(_checked_body(body, dialect, strict_models, allow_unknown))


def _usual_request(
    body: Json, dialect: Dialect, strict_models: bool, allow_unknown: bool, raw: bytes | None
) -> CreateRequest | None:
    """A request that asks for one text, where a request that is otherwise equal was valid before;
    None for any other.

    raw: the JSON text of the body, where that is at hand.
    """
    text = asked_text(body.get("input"))
    if text is None or not 0 < len(text) <= _USUAL_LENGTH:
        return None
    if DIALECTS.get(dialect.name) is not dialect or not body.keys().isdisjoint(_READING):
        return None
    quoted = encode_basestring(text)
    shape = None
    if raw is not None and len(raw) <= _USUAL_LENGTH:
        shape = _shape_in(raw, quoted)
        if shape is None and not text.isascii():
            shape = _shape_in(raw, encode_basestring_ascii(text))
    if shape is None:
        shape = shape_of(body)
    if len(shape) > _USUAL_LENGTH:
        return None
    try:
        valid = _valid_shape(shape, dialect.name, strict_models, allow_unknown)
    except (ApiError, ValueError):  # ValueError: of 1e999, which no JSON can repeat.
        return None  # It is told what is wrong with the request itself.
    sample = valid.sample
    checked = {**sample.body, "input": with_asked_text(sample.body["input"], text)}
    own = {name: checked[name] for name in body if name in checked}
    return sample.sibling(own, text, encoded(f"{valid.before}{quoted}{valid.behind}"))


def _shape_in(raw: bytes, quoted: str) -> bytes | None:
    """The shape of a JSON text that asks for this; None where that is not found so easily."""
    before, found, behind = raw.partition(encoded(quoted))
    return _shape_around(before, behind) if found else None


@lru_cache(maxsize=256)
def _shape_around(before: bytes, behind: bytes) -> bytes | None:
    """The same, of a JSON text that has a string in this place; None where it is no JSON, or the
    string is not what is asked.
    """
    try:
        sample = parse(b'%b" "%b' % (before, behind))
    except ValueError:
        return None
    is_asked = isinstance(sample, dict) and asked_text(sample.get("input")) == " "
    return shape_of(sample) if is_asked else None


class _ValidShape(NamedTuple):
    """A valid request that asks for one text; and how the canonical spelling of others that are
    otherwise equal goes on before and behind that.
    """

    sample: CreateRequest
    before: str
    behind: str


@lru_cache(maxsize=256)
def _valid_shape(
    shape: bytes, dialect: str, strict_models: bool, allow_unknown: bool
) -> _ValidShape:
    """What is valid of the body of a request that asks for one text, which no rule looks at, by its
    shape. Raises ApiError.
    """
    sample = parse(shape)
    sample["input"] = with_asked_text(sample["input"], " ")
    body = _checked_body(sample, DIALECTS[dialect], strict_models, allow_unknown)
    return _ValidShape(CreateRequest(body), *spelled_around(body))


_USUAL_LENGTH = 16_384
_READING = frozenset({"text"})
"""Parameters by which a rule looks at the text of the input."""


def _checked_body(body: Json, dialect: Dialect, strict_models: bool, allow_unknown: bool) -> Json:
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    body = dialect.judged(body, _absent(body, dialect, refuse_unknown=refuse))
    body = _checked(
        remove_slugs(body, dialect), parameters.CreateBody, dialect, refuse_unknown=refuse
    )
    return check_create(body, dialect, strict_models=strict_models)


def parse_compact(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /responses/compact`, without nulls. Raises ApiError."""
    return _parse(raw, parameters.CompactBody, dialect, allow_unknown, needs_input=True)


def parse_input_tokens(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /responses/input_tokens`, without nulls. Raises ApiError."""
    return _parse(raw, parameters.InputTokensBody, dialect, allow_unknown)


def parse_conversation(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations`, which may be empty, without nulls. Raises ApiError."""
    return _parse(raw or b"{}", parameters.ConversationBody, dialect, allow_unknown)


def parse_conversation_update(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations/{id}`. Raises ApiError."""
    return _parse(raw, parameters.ConversationUpdateBody, dialect, allow_unknown)


def parse_conversation_items(raw: bytes, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of `POST /conversations/{id}/items`. Raises ApiError."""
    return _parse(raw, parameters.ConversationItemsBody, dialect, allow_unknown)


def parse_body(raw: bytes, model: Any, *, dialect: Dialect, allow_unknown: bool = False) -> Json:
    """The body of a route that is not about responses, whose parameters a TypedDict describes,
    without nulls. Raises ApiError.
    """
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    return _checked(parse_object(raw), model, dialect, refuse_unknown=refuse)


def parse_object(raw: bytes, dialect: Dialect | None = None) -> Json:
    """A body that is a JSON object, or a form where the dialect knows forms. Raises ApiError 400
    when it is not.
    """
    is_json = dialect is None or not dialect.forms or not is_form(raw)
    try:
        body = parse(raw) if is_json else parse_form(raw)
    except ValueError as error:
        reason = str(error)
        raise api_error("invalid_json", detail=f"{reason[:1].upper()}{reason[1:]}.") from None
    if not isinstance(body, dict):
        raise api_error("invalid_json", detail="Expected an object at the top.")
    return body


def _parse(
    raw: bytes,
    model: Any,
    dialect: Dialect,
    allow_unknown: bool,
    *,
    needs_input: bool = False,
) -> Json:
    refuse = dialect.refuse_unknown_parameters and not allow_unknown
    body = _checked(
        remove_slugs(parse_object(raw, dialect), dialect), model, dialect, refuse_unknown=refuse
    )
    return check_other(body, dialect, needs_input=needs_input)


def _absent(body: Json, dialect: Dialect, *, refuse_unknown: bool) -> Iterator[ApiError]:
    """What is missing, and what has another name by now: the first that the API tells."""
    if "model" not in body and _is_needed("model", body, dialect):
        yield api_error("missing_required_parameter", param="model")
    moved = [name for name in body if name in parameters.MOVED] if refuse_unknown else ()
    for name in moved:
        yield api_error("moved_parameter", name=name, place=parameters.MOVED[name])
    if "input" not in body and _is_needed("input", body, dialect):
        yield api_error("missing_required_parameter", param="input")


def _is_needed(name: str, body: Json, dialect: Dialect) -> bool:
    """Whether a create request needs the parameter."""
    is_required = {"model": dialect.model_required, "input": dialect.input_required}[name]
    # A warm-up has no input.
    is_optional = name == "input" and body.get("generate") is False
    replaced = any(body.get(other) is not None for other in PARAMETERS[name].replaced_by)
    return is_required and not is_optional and not replaced


def _nulls(body: Json, dialect: Dialect) -> Iterator[ApiError]:
    """Nulls in place of what a create request needs. The API takes them for objects."""
    for name in _REQUIRED:
        if body.get(name, name) is None and _is_needed(name, body, dialect):
            yield api_error("invalid_type", param=name, expected="a string", got=KINDS[dict])


def _checked(body: Json, model: Any, dialect: Dialect, *, refuse_unknown: bool) -> Json:
    """The body without nulls, once its keys and their types are right. Values stay as they were
    sent; what is unknown, at whatever depth, is refused or left out.
    """
    known = model.__annotations__
    if refuse_unknown:
        for name in body:
            if name not in known:
                raise _unknown(name, known.keys() - body.keys())
    if model is parameters.CreateBody:
        body = dialect.judged(body, _nulls(body, dialect))
    sent = {key: value for key, value in body.items() if value is not None}
    adapter = _adapter(model, refuse_unknown)
    if refuse_unknown and _is_valid_in_portions(sent, adapter):
        return sent
    for _ in range(_MOST_MENDED):
        try:
            (checked,) = adapter.validate_python([sent])
        except ValidationError as error:
            # What is mended is checked again, so that all that is read later has its type.
            sent = dialect.judged(sent, islice(explain(error, sent), 1))
        else:
            return sent if refuse_unknown else cast(Json, _known_part(sent, checked))
    raise api_error("invalid_json", detail="It has too many members that are left out.")


def _is_valid_in_portions(sent: Json, adapter: TypeAdapter[list[Any]]) -> bool:
    """Whether a body with a long input is valid; False for what has to be looked at as a whole.

    Nobody else computes anything while the whole of 200,000 items is looked at.
    """
    items = sent.get("input")
    if not isinstance(items, list) or len(items) <= _PORTION:
        return False
    texts = {key: value for key, value in sent.items() if isinstance(value, str)}
    try:
        adapter.validate_python([{**sent, "input": items[:_PORTION]}])
        for start in range(_PORTION, len(items), _PORTION):
            adapter.validate_python([{**texts, "input": items[start : start + _PORTION]}])
    except ValidationError:
        return False
    return True


def _known_part(sent: Any, checked: Any) -> Any:
    """What was sent, without the keys that the check left out."""
    if isinstance(sent, dict):
        return {key: _known_part(sent[key], checked[key]) for key in sent if key in checked}
    if isinstance(sent, list):
        return [_known_part(*pair) for pair in zip(sent, checked, strict=True)]
    return sent


def _unknown(name: str, others: Iterable[str]) -> ApiError:
    """The error about an unknown parameter, with those of the others that may have been meant."""
    meant = _near_names(name, others)
    if not meant:
        return api_error("unknown_parameter", param=name)
    return api_error("misspelt_parameter", param=name, meant=enumerated(meant, "or"))


@cache
def _adapter(model: Any, refuse_unknown: bool) -> TypeAdapter[list[Any]]:
    # Built at the first request: the models are large, and importing them must stay quick.
    config = ConfigDict(strict=True, extra="forbid" if refuse_unknown else "ignore")
    return _list_adapter(model, config)


def _list_adapter(kind: Any, config: ConfigDict) -> TypeAdapter[list[Any]]:
    """Checks a list of values, because a TypedDict on its own takes no configuration."""
    listed: Any = list[kind]
    return TypeAdapter(listed, config=config)


def conformance_errors(kind: str, value: Any) -> list[str]:
    """What is wrong with a value of this kind: one line with path and reason, or nothing.

    Kinds: `Response`, `Event`, `OutputItem`, `StoredItem`, `Usage`, `Tool`, `CompactedResponse`,
    `InputTokenCount`, `DeletedResponse`, `ItemList`, `Conversation`. Keys beyond the API's count as
    wrong. Raises KeyError for others.
    """
    try:
        _strict_adapter(kind).validate_python([value])
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, found['loc'][1:]))}: {found['msg']}"
            for found in error.errors(include_url=False)
        ]
    return []


@cache
def _strict_adapter(kind: str) -> TypeAdapter[list[Any]]:
    from mockserver.api import events, items, responses, tools

    for module in (responses, events, items, tools):
        if kind in module.__all__:
            return _list_adapter(getattr(module, kind), STRICT)
    raise KeyError(kind)


def _near_names(word: str, names: Iterable[str], most: int = 2) -> list[str]:
    """The names within so many edits of a word, nearest first, ties by the alphabet."""
    distances = {
        name: _distance(word, name) for name in names if abs(len(name) - len(word)) <= most
    }
    near = [name for name, distance in distances.items() if distance <= most]
    return sorted(near, key=lambda name: (distances[name], name))


def _distance(word: str, other: str) -> int:
    """How many letters must be put in, taken out or replaced to make one word of the other."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(word, 1):
        before, row = row, [index]
        for place, wanted in enumerate(other):
            replaced = before[place] + (letter != wanted)
            row.append(min(before[place + 1] + 1, row[place] + 1, replaced))
    return row[-1]
