"""Bodies of uploads: `multipart/form-data`.

A body has been read whole, and is no longer than `--max-body` allows; its parts stay in memory
beside it.
"""

import re
import sys
from collections.abc import AsyncGenerator, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.datastructures import Headers

from mockserver.api import api_error

__all__ = ["FormData", "FormFile", "read_form"]

T = TypeVar("T")

_MOST_PARTS = 1_000
_PORTION = 1 << 20
_BOUNDARY = re.compile(r'multipart/form-data\s*;.*boundary="?[^";,\s]', re.IGNORECASE)
_MEMBER = re.compile(r"(?P<name>[^\[]+)\[(?P<key>[^\]]*)\]")


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file of a form."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormData:
    """The parts of a form: fields that are texts, or objects of them (`expires_after[seconds]`),
    and files.
    """

    fields: Mapping[str, str | dict[str, str]]
    files: Mapping[str, FormFile]

    def file(self, name: str) -> FormFile:
        """A file, by the name of its part; a part without a file name will do. Raises ApiError 400
        where there is none.
        """
        found = self.files.get(name)
        text = self.fields.get(name)
        if found is None and isinstance(text, str):
            found = FormFile(name, text.encode())
        if found is None:
            raise api_error("missing_required_parameter", param=name)
        return found


def read_form(body: bytes, headers: Headers) -> FormData:
    """The form that a body is. Raises ApiError 400 where it is none."""
    if not is_form(headers):
        said = "Expected a 'content-type' of 'multipart/form-data', with a boundary."
        raise api_error("invalid_form", detail=said)
    # Only uploads need them.
    from python_multipart.exceptions import FormParserError
    from starlette.formparsers import MultiPartException, MultiPartParser

    class Parser(MultiPartParser):
        spool_max_size = sys.maxsize  # Nothing goes to a file: the body is in memory anyway.

    parser = Parser(
        headers,
        _portions(body),
        max_files=_MOST_PARTS,
        max_fields=_MOST_PARTS,
        max_part_size=len(body),
    )
    try:
        parsed = _finished(parser.parse())
    except (MultiPartException, FormParserError) as error:  # The latter before starlette 1.10.
        raise api_error("invalid_form", detail=str(error.__cause__ or error)) from None
    fields: dict[str, str | dict[str, str]] = {}
    files: dict[str, FormFile] = {}
    try:
        for name, value in parsed.multi_items():
            if isinstance(value, str):
                _add_field(fields, name, value)
            else:
                files[name] = FormFile(value.filename or name, _finished(value.read()))
    finally:
        _finished(parsed.close())
    return FormData(fields, files)


def is_form(headers: Headers) -> bool:
    """Whether a body says that it is a form in parts."""
    return _BOUNDARY.match(headers.get("content-type", "")) is not None


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that waits for nothing, as all do here: no byte comes from
    elsewhere, and none goes to a file.
    """
    try:
        work.send(None)
    except StopIteration as ended:
        result: T = ended.value
        return result
    work.close()
    raise RuntimeError("the parser of forms has waited for something")


async def _portions(body: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(body), _PORTION):
        yield body[start : start + _PORTION]


def _add_field(fields: dict[str, str | dict[str, str]], name: str, value: str) -> None:
    member = _MEMBER.fullmatch(name)
    if member is None:
        fields[name] = value
        return
    members = fields.setdefault(member["name"], {})
    if not isinstance(members, dict):
        raise api_error("invalid_form", detail=f"'{member['name']}' is no object.")
    members[member["key"]] = value
