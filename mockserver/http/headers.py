"""The header fields that the API puts on every reply, constant or derived from the request."""

REQUESTS_LIMIT, TOKENS_LIMIT = 15_000, 40_000_000

_CONSTANT = {
    "openai-organization": "org-mockserver",
    "openai-processing-ms": "10",
    "openai-project": "proj_mockserver00000000000000",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": str(REQUESTS_LIMIT),
    "x-ratelimit-limit-tokens": str(TOKENS_LIMIT),
    "x-ratelimit-remaining-requests": str(REQUESTS_LIMIT - 1),
    "x-ratelimit-remaining-tokens": str(TOKENS_LIMIT),
    "x-ratelimit-reset-requests": "4ms",
    "x-ratelimit-reset-tokens": "0s",
}


def reply_headers(request_id: str) -> dict[str, str]:
    """The fields of one reply."""
    return {**_CONSTANT, "x-request-id": request_id}
