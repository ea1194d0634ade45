"""An interaction as text of a VCR v1 cassette: readable, in a stable order, byte for byte.

vcrpy drops what it does not know beside `request` and `response`, but keeps what it does not know
inside `response`. So what we add stands there, under `mockserver`.
"""

import base64
import re
from collections.abc import Iterable, Iterator

import yaml

from mockserver.cassettes.interaction import Headers, Interaction, Message, RecordedResponse
from mockserver.cassettes.sse import payload

HEAD = "version: 1\ninteractions:\n"
EMPTY = "version: 1\ninteractions: []\n"

# What a YAML block holds as it is: printable, and no line break but the line feed.
_BLOCK = re.compile(
    "[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)
_PLAIN = re.compile(
    r"[A-Za-z/](?:[\w./+*()~%&=;?@\[\]$!^-]|:(?=\S)|,(?=\S)|[ ](?=[^\s#]))*", re.ASCII
)
_RESERVED = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null)")
_CHUNKS_PER_LINE = 8


def render(interaction: Interaction) -> str:
    """One item of the list `interactions`, with a line end."""
    request, response = interaction.request, interaction.response
    lines = [
        f"- request:\n    method: {scalar(request.method)}\n    uri: {scalar(request.uri)}\n",
        _headers(request.headers, "    "),
        _entry("body", request.body, "    "),
        "  response:\n    status:\n",
        f"      code: {response.status}\n      message: {scalar(response.reason)}\n",
        _headers(response.headers, "    "),
        "    body:\n",
        _entry("string", payload(response), "      "),
        *_additions(response, interaction.recorded_at),
    ]
    return "".join(lines)


def scalar(text: str) -> str:
    """Text on one line: bare where YAML cannot mistake it, else quoted."""
    if _PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Text on one line in double quotes."""
    dumped: str = yaml.dump(
        text, Dumper=_Dumper, default_style='"', width=1 << 30, allow_unicode=True
    )
    return dumped.rstrip("\n")


_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _headers(headers: Headers, indent: str) -> str:
    if not headers:
        return f"{indent}headers: {{}}\n"
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name, []).append(value)
    lines = [f"{indent}headers:\n"]
    for name in sorted(named):
        lines.append(f"{indent}  {scalar(name)}:\n")
        lines += [f"{indent}  - {scalar(value)}\n" for value in named[name]]
    return "".join(lines)


def _entry(key: str, body: bytes, indent: str) -> str:
    try:
        return f"{indent}{key}: {_text(body.decode(), indent + '  ')}\n"
    except UnicodeDecodeError:
        packed = base64.encodebytes(body).decode("ascii").rstrip("\n")
        return f"{indent}{key}: !!binary |\n{_indented(packed, indent + '  ')}\n"


def _text(text: str, indent: str) -> str:
    """Text as a literal block, or quoted where a block would lose something. Without the last line
    end.
    """
    if not text.strip("\n") or not _BLOCK.fullmatch(text):
        return quoted(text)
    # The block's indentation would be guessed from a first line that is empty or begins with white
    # space.
    depth = "2" if text[0] in " \t\n" else ""
    content = text.rstrip("\n")
    ends = len(text) - len(content)
    keep = "-" if ends == 0 else "" if ends == 1 else "+"
    return f"|{depth}{keep}\n{_indented(content, indent)}" + "\n" * max(0, ends - 1)


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else "" for line in text.split("\n"))


def _additions(response: RecordedResponse, recorded_at: str | None) -> Iterator[str]:
    entries: list[str] = []
    if recorded_at is not None:
        entries.append(f"      recorded_at: {quoted(recorded_at)}\n")
    if response.cut:
        entries.append("      cut: true\n")
    if response.chunks is not None:
        entries.append(f"      chunks: [{_chunks(response.chunks)}]\n")
    if response.messages is not None:
        entries.append(f"      websocket:{_messages(response.messages)}\n")
    if entries:
        yield "    mockserver:\n"
        yield from entries


def _chunks(chunks: tuple[tuple[float, int], ...]) -> str:
    pairs = [f"[{_number(offset)}, {length}]" for offset, length in chunks]
    rows = [pairs[i : i + _CHUNKS_PER_LINE] for i in range(0, len(pairs), _CHUNKS_PER_LINE)]
    return (",\n" + " " * 8).join(", ".join(row) for row in rows)


def _messages(messages: Iterable[Message]) -> str:
    items = [
        f"\n      - from: {message.sender}\n        offset_ms: {_number(message.offset_ms)}\n"
        f"        data: {_text(message.data, ' ' * 10)}"
        for message in messages
    ]
    return "".join(items) or " []"


def _number(value: float) -> str:
    return f"{round(value, 1):.1f}".removesuffix(".0")
