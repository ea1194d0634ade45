"""What is mutated: the requests and answers of recordings, and scripts that say all they can."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.api import EVENT_TYPES, ITEM_TYPES, TOOL_TYPES
from mockserver.cassettes import CassetteError, Interaction, answer_value, load, request_value
from mockserver.script import FAULTS, MATCHER_WORDS

ENDINGS = (".yaml", ".yml", ".json", ".gz", ".txt")
MOST_BYTES = 200_000

ITEM = {"type": "message", "role": "user", "content": "Hello"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "1"}
TOOL = {
    "type": "function",
    "name": "f",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"$ref": "#/$defs/b"}},
        "required": ["a", "b"],
        "additionalProperties": False,
        "$defs": {"b": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}},
    },
    "strict": True,
}
CREATES: tuple[dict[str, Any], ...] = (
    {"model": "gpt-5", "input": "Hi"},
    {"model": "gpt-5", "input": [ITEM, CALL, OUTPUT], "tools": [TOOL], "stream": True},
    {
        "model": "gpt-4o",
        "input": [ITEM],
        "text": {"format": {"type": "json_schema", "name": "x", "schema": TOOL["parameters"]}},
        "tool_choice": {"type": "function", "name": "f"},
        "tools": [TOOL, {"type": "web_search"}, {"type": "custom", "name": "g"}],
        "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
        "top_logprobs": 3,
        "reasoning": {"effort": "low", "summary": "auto"},
        "metadata": {"a": "b"},
        "max_output_tokens": 50,
        "truncation": "auto",
        "background": True,
        "store": True,
    },
    {"model": "gpt-5", "prompt": {"id": "pmpt_1", "version": "1", "variables": {"a": "b"}}},
    {
        "model": "gpt-4.1",
        "input": [
            {"role": "user", "content": [{"type": "input_image", "image_url": "data:;base64,AA"}]},
            {"type": "item_reference", "id": "msg_1"},
        ],
        "previous_response_id": "resp_1",
    },
)
CONVERSATIONS: tuple[dict[str, Any], ...] = (
    {"items": [ITEM, CALL, OUTPUT], "metadata": {"a": "b"}},
    {"metadata": {"topic": "x"}},
)
STEPS: tuple[Any, ...] = (
    "Hello!",
    [CALL, "and a text"],
    {"reply": {"output": ["Hi"], "status": "incomplete", "usage": {"output_tokens": 3}}},
    {"error": {"status": 429, "code": "rate_limit_exceeded", "retry_after": 0.01}},
    {"generated": True, "stream": {"ttft_ms": 1, "itl_ms": 1, "jitter": 0.1}, "times": "always"},
    {
        "when": {
            "model": "gpt-5*",
            "input": {"contains": "weather"},
            "instructions": {"regex": "^a+$"},
            "tools": ["f"],
            "tool_outputs": {"f": "1"},
            "metadata": {"a": "b"},
            "headers": {"x-a": "b"},
            "json": {"$.input[*].type": "message", "reasoning.effort": {"any_of": ["low"]}},
            "stream": False,
            "transport": "sse",
        },
        "reply": "{{ request.model }} {{ 1 + 1 }}",
        "template": True,
        "times": 2,
        "scenario": {"name": "s", "requires": "a", "sets": "b"},
    },
    {
        "when": {"method": "POST", "path": "/v1/emb*"},
        "http": {"status": 200, "json": {"a": 1}, "headers": {"x-a": "b"}},
    },
    {"error": {"status": 400, "headers": {"x-a": "日本"}, "message": "é"}},
    {"when": {"method": "GET"}, "http": {"status": 503, "text": "no"}, "times": "always"},
    {"when": {"input": dict.fromkeys(MATCHER_WORDS, "x")}, "reply": "x"},
    *({"reply": "one two three", "stream": {"fault": {"kind": kind}}} for kind in FAULTS),
    *(
        {"reply": "one two", "stream": {"fault": {"kind": kind, "after_events": 2}}}
        for kind in FAULTS
    ),
)
PROMPTS: dict[str, Any] = {"pmpt_1": {"version": "1", "instructions": "Be {{a}}.", "input": [ITEM]}}
SESSION: dict[str, Any] = {
    "name": "mine",
    "seed": 7,
    "dialect": "open-responses",
    "on_miss": "echo",
    "strict_models": True,
    "match_ignore": ["metadata"],
    "max_body": 1,
}
_CHUNKING: dict[str, Any] = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50},
}
_FILTER: dict[str, Any] = {
    "type": "or",
    "filters": [
        {"type": "eq", "key": "lang", "value": "en"},
        {"type": "and", "filters": [{"type": "in", "key": "n", "value": [1, 2]}]},
    ],
}
NEIGHBOURS: tuple[tuple[str, Any], ...] = (
    ("uploads", {"bytes": 2, "filename": "a", "mime_type": "text/plain", "purpose": "batch"}),
    ("uploads/{}/complete", {"part_ids": ["part_1"], "md5": "x"}),
    ("vector_stores", {"name": "x", "metadata": {"a": "b"}, "file_ids": ["file-1"]}),
    ("vector_stores", {"expires_after": {"anchor": "last_active_at", "days": 2}}),
    ("vector_stores/{}", {"name": "y", "metadata": None}),
    ("vector_stores/{}/files", {"file_id": "file-1", "chunking_strategy": _CHUNKING}),
    ("vector_stores/{}/files/{}", {"attributes": {"lang": "en", "n": 1, "b": True}}),
    ("vector_stores/{}/file_batches", {"file_ids": ["file-1"], "attributes": {"n": 2}}),
    ("vector_stores/{}/file_batches", {"files": [{"file_id": "file-1"}]}),
    ("vector_stores/{}/search", {"query": "hello world", "filters": _FILTER}),
    (
        "vector_stores/{}/search",
        {"query": ["a", "b"], "max_num_results": 5, "ranking_options": {"score_threshold": 0.5}},
    ),
    ("containers", {"name": "x", "file_ids": ["file-1"], "memory_limit": "4g"}),
    ("containers/{}/files", {"file_id": "file-1"}),
    ("embeddings", {"model": "text-embedding-3-small", "input": ["a b", "c"], "dimensions": 8}),
    ("embeddings", {"model": "x", "input": [[1, 2], [3]], "encoding_format": "base64"}),
    ("moderations", {"input": [{"type": "text", "text": "x"}, {"type": "image_url"}]}),
)
FORM = (
    b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
    b'--b\r\ncontent-disposition: form-data; name="expires_after[anchor]"\r\n\r\n'
    b"created_at\r\n"
    b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"content-type: text/plain\r\n\r\nhello world\r\n"
    b'--b\r\ncontent-disposition: form-data; name="data"; filename="a"\r\n\r\nab\r\n--b--\r\n'
)
MESSAGES: tuple[dict[str, Any], ...] = (
    *({"type": "response.create", **body} for body in CREATES),
    {"type": "response.create", "stream_id": "a", **CREATES[1]},
    *({"type": "response.create", "stream_id": lane, **CREATES[1]} for lane in ("b", "c")),
    *(
        {"type": "response.steer", "previous_response_id": name, "input": [ITEM]}
        for name in ("resp_1", "resp_live", "resp_live")
    ),
    *(
        {"type": "response.inject", "response_id": name, "input": [OUTPUT]}
        for name in ("resp_1", "resp_live", "resp_live")
    ),
)
TYPES: list[str] = [
    *ITEM_TYPES,
    *TOOL_TYPES,
    *EVENT_TYPES,
    *("input_text", "input_image", "input_file", "output_text", "refusal", "summary_text"),
    *("reasoning_text", "json_schema", "json_object", "text", "grammar", "allowed_tools"),
    *("auto", "object", "array", "string", "container_file_citation", "url_citation", "exec"),
]


@dataclass(slots=True)
class Seeds:
    """What some files hold.

    Attributes:
        files: those that can be mutated as files.
        recorded: their interactions.
        creates: the bodies of the requests to create a response.
        answers: what came back.
    """

    files: list[Path] = field(default_factory=list)
    recorded: list[Interaction] = field(default_factory=list)
    creates: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


def default_folders() -> list[Path]:
    """The cassettes of this repository, and the recordings of others where they are at hand."""
    here = Path(__file__).resolve().parents[2]
    shared = os.environ.get("MOCKSERVER_SHARED")
    return [here / "cassettes", *([Path(shared) / "corpus"] if shared else [])]


def read_seeds(folders: Iterable[Path]) -> Seeds:
    """What stands in some folders, in the order of the names."""
    seeds = Seeds(creates=list(CREATES))
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name.endswith(ENDINGS) and path.stat().st_size < MOST_BYTES:
                seeds.files.append(path)
                _read(path, seeds)
    return seeds


def _read(path: Path, seeds: Seeds) -> None:
    try:
        interactions = load(path)
    except CassetteError:  # It is scripted, or refused on purpose.
        return
    seeds.recorded += interactions
    for interaction in interactions:
        body = request_value(interaction.request)
        is_create = urlsplit(interaction.request.uri).path.endswith("/responses")
        if isinstance(body, dict) and is_create and not interaction.reply_only:
            seeds.creates.append(body)
        answer = answer_value(interaction.response)
        if answer is not None:
            seeds.answers.append(answer)
