"""What vcrpy writes, without secrets."""

from typing import Any

from mockserver.cassettes import (
    FRAMING_HEADERS,
    CassetteError,
    HeaderFields,
    Interaction,
    RecordedRequest,
    RecordedResponse,
    ScrubRules,
    find_secrets,
    payload,
    read_interaction,
    scrub_interaction,
    scrub_request,
)
from mockserver.text_patterns import SearchStoppedError
from mockserver.vcr.comparing import body_of, recorded_request


class ScrubbingPersister:
    """A persister that takes the secrets out of what another one writes.

    persister: the other one, whose attributes this one has as well.
    """

    def __init__(self, persister: Any, by: ScrubRules) -> None:
        self.persister = persister
        self._by = by

    @classmethod
    def around(cls, persister: Any, by: ScrubRules) -> "ScrubbingPersister":
        """One around a persister, in the place of one that is there already."""
        return cls(persister.persister if isinstance(persister, cls) else persister, by)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.persister, name)

    def load_cassette(self, cassette_path: Any, serializer: Any) -> Any:
        """What the other one reads."""
        return self.persister.load_cassette(cassette_path, serializer=serializer)

    def save_cassette(self, cassette_path: Any, cassette_dict: Any, serializer: Any) -> None:
        """Have it written without secrets.

        Raises CassetteError where that cannot be done; nothing is written then.
        """
        pairs = zip(cassette_dict["requests"], cassette_dict["responses"], strict=True)
        clean = [
            scrubbed_pair(request, response, self._by, str(cassette_path), number)
            for number, (request, response) in enumerate(pairs, 1)
        ]
        written = {
            **cassette_dict,
            "requests": [request for request, _ in clean],
            "responses": [response for _, response in clean],
        }
        self.persister.save_cassette(cassette_path, written, serializer=serializer)


def without_secrets(request: Any, *, by: ScrubRules) -> Any:
    """A `vcr.request.Request` as it would be written, so that whatever matcher there is compares
    like with like.
    """
    before = recorded_request(request)
    try:
        clean = scrub_request(before, by)
    except SearchStoppedError:
        return request  # It is not written, and then told.
    return request if clean == before else _request_like(request, clean)


def scrubbed_pair(
    request: Any, response: Any, by: ScrubRules, path: str, number: int
) -> tuple[Any, Any]:
    """A request and its response without secrets, both as vcrpy has them.

    path, number: the cassette, and the place in it, for messages.
    """
    raw = {
        "request": {
            "method": request.method,
            "uri": request.uri,
            "headers": dict(request.headers.items()),
            "body": body_of(request),
        },
        "response": response,
    }
    interaction = read_interaction(path, number, raw)
    try:
        clean = scrub_interaction(interaction, by)
        left = find_secrets(clean, by)
    except SearchStoppedError as stopped:
        raise CassetteError(
            path,
            f"{stopped}, so nothing is written",
            where=f"interaction {number}",
            next_step="Write `scrub` so that it finds its match in one way only.",
        ) from stopped
    if left:
        raise CassetteError(
            path,
            f"a secret at {left[0].path} resists scrubbing, so nothing is written",
            where=f"interaction {number}",
            next_step="Please report this, with what the place looks like.",
        )
    return (
        _request_like(request, clean.request),
        _response_like(response, interaction, clean.response),
    )


def _request_like(request: Any, clean: RecordedRequest) -> Any:
    """The request with the fields that are kept, and with another body where that was changed."""
    body = request.body if clean.body == body_of(request) else clean.body
    named = _named_as(request.headers.items(), clean.headers)
    return type(request)(request.method, clean.uri, body, named)


def _response_like(
    response: dict[str, Any], interaction: Interaction, clean: RecordedResponse
) -> dict[str, Any]:
    """The response in the form that vcrpy writes, its body as it reads."""
    kept = tuple(field for field in clean.headers if field[0] not in FRAMING_HEADERS)
    named = _named_as((response.get("headers") or {}).items(), kept)
    before = interaction.response
    status = response.get("status") or {"code": before.status, "message": before.reason}
    others = {
        key: value
        for key, value in response.items()
        if key not in ("status", "headers", "body", "status_code", "content", "mockserver")
    }
    written = {**others, "status": status, "headers": named, "body": {"string": payload(clean)}}
    additions = dict(response.get("mockserver") or {})
    if clean.chunks is not None:
        additions["chunks"] = [list(chunk) for chunk in clean.chunks]
    if clean.messages is not None:
        additions["websocket"] = [
            {"from": each.sender, "offset_ms": each.offset_ms, "data": each.data}
            for each in clean.messages
        ]
    return {**written, "mockserver": additions} if additions else written


def _named_as(fields: Any, kept: HeaderFields) -> dict[str, Any]:
    """The fields that are kept, under the names that they had, and a list where there was one."""
    named: dict[str, Any] = {}
    for name, value in fields:
        values = [text for key, text in kept if key == str(name).lower()]
        if values:
            named[name] = values if isinstance(value, list | tuple) else values[0]
    return named
