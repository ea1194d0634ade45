"""Bodies that are forms: `application/x-www-form-urlencoded`, and in parts (`multipart/form-data`).

The specification of Open Responses allows the first since April 2026.

A form knows texts only. What a parameter is says what its text means: JSON where it is no text
itself. Names may be repeated for a list, and say with brackets that they are members: `include[]`,
`metadata[key]`.
"""

import re
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import parse_qsl

from typing_extensions import NotRequired

from mockserver.api.json import Json, parse
from mockserver.api.parameters import CreateBody

__all__ = ["is_form", "parse_form", "without_boundary"]

_MEMBER = re.compile(r"(?P<name>[^\[]+)\[(?P<key>[^\]]*)\]")

# RFC 2046, 5.1.1: at most 70 characters, and at the end with two hyphens more.
_PARTS = re.compile(rb"(?:\r\n)?--([^\r\n]{1,70})\r\n.*\r\n--\1--\s*", re.DOTALL)


def without_boundary(raw: bytes) -> bytes:
    """A body in parts without the boundary between them, which clients draw by lot, so that equal
    uploads are equal; any other as it is.
    """
    if not raw.startswith((b"--", b"\r\n--")):
        return raw
    found = _PARTS.fullmatch(raw)
    return raw if found is None else raw.replace(b"--" + found[1], b"--")


def is_form(raw: bytes) -> bool:
    """Whether a body is a form rather than JSON. Clients of JSON often say that it is one, so that
    the content type doesn't tell.
    """
    return b"=" in raw and raw.lstrip()[:1] not in (b"{", b"[", b'"')


def parse_form(raw: bytes) -> Json:
    """The object that a form stands for. Raises ValueError when it is none."""
    body: Json = {}
    pairs = parse_qsl(
        raw.strip().decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=1000
    )
    for written, text in pairs:
        member = _MEMBER.fullmatch(written)
        name, key = (member["name"], member["key"]) if member else (written, None)
        if key:
            values = body.setdefault(name, {})
            if not isinstance(values, dict):
                raise ValueError(f"'{name}' is no object in the form")
            values[key] = text
            continue
        value = _value(text, CreateBody.__annotations__.get(name))
        if key is None and name not in body:
            body[name] = value
        else:
            before = body.get(name, [])
            body[name] = [*(before if isinstance(before, list) else [before]), value]
    return body


def _value(text: str, annotation: Any) -> Any:
    kind = _bare(annotation)
    if kind is str or get_origin(kind) is Literal:
        return text
    try:
        value = parse(text.encode())
    except ValueError:
        return text
    # Of what may be a text or something else, a number is a text.
    is_text = isinstance(value, str) or (
        get_origin(kind) in (Union, UnionType) and not isinstance(value, list | dict)
    )
    return text if is_text else value


def _bare(annotation: Any) -> Any:
    """A type without what is said of it."""
    while get_origin(annotation) in (Annotated, NotRequired):
        annotation = get_args(annotation)[0]
    return annotation
