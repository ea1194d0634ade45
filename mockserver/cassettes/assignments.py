"""Secrets that a text assigns to a name: in settings, programs, forms, headers and sentences."""

import re

from mockserver.cassettes.secret_names import named_secret_kind
from mockserver.cassettes.secret_values import looks_random

_LONGEST_HEAD = 60
_HEAD = re.compile(r"[A-Za-z0-9_.-]+\Z")
_SENTENCE_ENDS = ".:!?"
_QUOTE = r"(?:\\{0,3}[\"'`])"
_BARE = r"[^\s\"'`,;&<>(){}\[\]|\\]"
_BARE_REST = re.compile(f"{_BARE}*")
# `NAME = value`, `"name": "value"`, `<name>value<`, `name: X, value: value`, `the name is value`.
_IS = (
    rf"(?:{_QUOTE}?\]?\s{{0,3}}(?:=>|:=|\?=|={{1,3}}|:{{1,2}}|>)[ \t]{{0,8}}"
    rf"|{_QUOTE},[ \t]{{0,3}}(?={_QUOTE})"
    rf"|{_QUOTE}?,?(?:\s|\\[nt]){{1,30}}{_QUOTE}?value{_QUOTE}?\s{{0,2}}[:=]\s{{0,3}}"
    r"|(?P<prose>\s(?:is|was):?\s))"
)
_VALUE = (
    rf"{_QUOTE}?(?:(?:bearer|basic|digest|oauth|bot|(?:api-?)?(?:token|key))(?:\s|\+|%20)+)?"
    rf"(?:(?<=[\"'`])(?P<quoted>[^\s\"'`\\]{{6,256}})(?={_QUOTE})|(?P<bare>{_BARE}{{6,128}}))"
)


def assignment(words: str) -> re.Pattern[str]:
    """Matches what assigns a value to a name with one of the words; the search goes on at the
    value, which may assign something itself.
    """
    either = words.replace(" ", "|")
    return re.compile(
        rf"(?i:(?P<word>{either})(?P<tail>[A-Za-z0-9_.-]{{0,24}}){_IS})(?i:(?={_VALUE}))"
    )


def assigned_value(match: re.Match[str]) -> tuple[int, int] | None:
    """Where a value stands that is a secret under the name that it is assigned to; None when it is
    none.
    """
    text = match.string
    start, end = match.span("bare" if match["quoted"] is None else "quoted")
    if match["quoted"] is None:
        end = start + len(text[start:end].rstrip(_SENTENCE_ENDS))
    value = text[start:end]
    head = _HEAD.search(text[max(0, match.start() - _LONGEST_HEAD) : match.start()])
    name = (head.group() if head else "") + match["word"] + match["tail"]
    if named_secret_kind(name, value) is None:
        return None
    if match["prose"] is not None and not looks_random(value):
        return None
    if text[end : end + 1] == "(" and value.isidentifier():
        return None
    # With all of a long value, which was judged by its beginning.
    rest = _BARE_REST.match(text, match.end("bare")) if match["quoted"] is None else None
    return start, rest.end() if rest is not None and rest.group() else end
