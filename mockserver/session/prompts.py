"""Stored prompts: parameters that a request takes over by naming them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from mockserver.api import CreateRequest, Dialect, Json, api_error, create_request
from mockserver.script.loader import StoredPrompt

__all__ = ["with_prompt"]

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}")


def with_prompt(
    request: CreateRequest,
    find: Callable[[str], StoredPrompt | None],
    dialect: Dialect,
    *,
    strict_models: bool = False,
) -> CreateRequest:
    """The request with the parameters of the stored prompt that it names; its own win.

    `{{name}}` in a prompt stands for a variable of the request: a text, or a part of a message's
    content. Raises ApiError 404 `prompt_not_found`; 400 when a variable is missing, when prompt and
    request do not fit together, or for the prompt's model if models are strict and it is unknown.
    """
    asked = request.body.get("prompt")
    if asked is None:
        return request
    prompt = find(asked["id"])
    version = asked.get("version")
    if prompt is None or (version is not None and prompt.version not in (None, version)):
        raise api_error("prompt_not_found", id=asked["id"])
    variables = asked.get("variables") or {}
    taken = {
        key: value
        for key, value in prompt.parameters.items()
        if value is not None and key not in request.body
    }
    echoed = {
        "id": asked["id"],
        "variables": asked.get("variables"),
        "version": version or prompt.version,
    }
    filled = {key: _filled(value, variables) for key, value in taken.items()}
    # Only a stored prompt can give instructions as a list of messages; no request may.
    listed = {
        key: filled.pop(key) for key in ("instructions",) if isinstance(filled.get(key), list)
    }
    body = {**request.body, **filled, "prompt": echoed}
    if "model" not in body and dialect.model_required:
        body = dialect.judged(body, [api_error("missing_required_parameter", param="model")])
    checked = create_request(body, dialect=dialect, strict_models=strict_models, allow_unknown=True)
    return replace(checked, body={**checked.body, **listed}) if listed else checked


def _filled(value: Any, variables: Json) -> Any:
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: _text(found[1], variables), value)
    if isinstance(value, list):
        return [part for each in value for part in _spread(each, variables)]
    if isinstance(value, dict):
        return {
            key: _content(each, variables) if key == "content" else _filled(each, variables)
            for key, each in value.items()
        }
    return value


def _content(value: Any, variables: Json) -> Any:
    """Content written as a string becomes a list of parts where a variable is a picture or a
    file.
    """
    if not isinstance(value, str) or not _has_media(value, variables):
        return _filled(value, variables)
    return list(_parts(value, variables))


def _spread(each: Any, variables: Json) -> Sequence[Any]:
    """One member of a list; a text part around a picture or a file becomes several."""
    if (
        isinstance(each, dict)
        and each.get("type") == "input_text"
        and _has_media(each["text"], variables)
    ):
        return list(_parts(each["text"], variables))
    return [_filled(each, variables)]


def _parts(text: str, variables: Json) -> Iterator[Json]:
    start = 0
    for found in _VARIABLE.finditer(text):
        value = _value(found[1], variables)
        if _is_media(value):
            if before := _filled(text[start : found.start()], variables):
                yield {"type": "input_text", "text": before}
            yield value
            start = found.end()
    if rest := _filled(text[start:], variables):
        yield {"type": "input_text", "text": rest}


def _has_media(text: str, variables: Json) -> bool:
    return any(_is_media(variables.get(found[1])) for found in _VARIABLE.finditer(text))


def _is_media(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") != "input_text"


def _text(name: str, variables: Json) -> str:
    value = _value(name, variables)
    return str(value["text"] if isinstance(value, dict) and "text" in value else value)


def _value(name: str, variables: Json) -> Any:
    if variables.get(name) is None:
        raise api_error("missing_required_parameter", param=f"prompt.variables.{name}")
    return variables[name]
