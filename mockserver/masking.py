"""Keys as people may see them: which header fields and members hold one, and what is left of it."""

import re

_SECRET_WORDS = re.compile(
    r"(?:^|[-_.])(?:auth|authorization|authentication|cookie|credentials?|jwt|passw(?:or)?d|secret"
    r"|signature|token)(?:$|[-_])|api[-_]?key|api[-_]?token"
    r"|(?:access|account|private|secret)[-_]?key",
    re.IGNORECASE,
)
_HARMLESS_KEYS = frozenset({"idempotency-key", "sec-websocket-key"})
_SCHEME = re.compile(r"(?i)(?P<scheme>apikey|basic|bearer|digest|token) +(?P<key>\S.*)", re.DOTALL)
# What a browser, which can set no header of a WebSocket, puts a key into (openai-node, `ws.ts`).
_SUBPROTOCOL = re.compile(r"(?<=api-key\.)[^,\s]+")
_SHORTEST_SHOWN = 20
_ENDS = 4


def mask(key: str) -> str:
    """A key as errors and journals may show it; of a short one nothing."""
    if len(key) < _SHORTEST_SHOWN:
        return "*" * len(key)
    return f"{key[:_ENDS]}{'*' * (len(key) - 2 * _ENDS)}{key[-_ENDS:]}"


def holds_key(name: str) -> bool:
    """Whether a name says that its value is a key, a password, or the like."""
    return _SECRET_WORDS.search(name) is not None


def mask_field(name: str, value: str) -> str:
    """A header field without the key that it holds, if its name says that it holds one."""
    name = name.lower()
    if name == "sec-websocket-protocol":
        return _SUBPROTOCOL.sub(lambda found: mask(found.group()), value)
    is_key = name == "key" or (name.endswith("-key") and name not in _HARMLESS_KEYS)
    if not is_key and not holds_key(name):
        return value
    said = _SCHEME.fullmatch(value)
    return f"{said['scheme']} {mask(said['key'])}" if said else mask(value)
