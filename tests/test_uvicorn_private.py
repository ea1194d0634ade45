"""What mockserver reaches of uvicorn below its public interface is where it was.

All of it stands in mockserver/http/uvicorn_server.py; pyproject.toml bounds the versions.
"""

import inspect

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState


@pytest.mark.parametrize(
    ("owner", "method", "parameters"),
    [
        (HttpToolsProtocol, "on_message_begin", ["self"]),
        (HttpToolsProtocol, "on_headers_complete", ["self"]),
        (RequestResponseCycle, "send", ["self", "message"]),
        (WebSocketsSansIOProtocol, "connection_made", ["self", "transport"]),
        (WebSocketsSansIOProtocol, "handle_connect", ["self", "event"]),
        (uvicorn.Server, "startup", ["self", "sockets"]),
        (uvicorn.Server, "main_loop", ["self"]),
        (uvicorn.Server, "shutdown", ["self", "sockets"]),
        (uvicorn.Server, "handle_exit", ["self", "sig", "frame"]),
    ],
)
def test_the_methods_that_are_overridden_exist(
    owner: type, method: str, parameters: list[str]
) -> None:
    found = getattr(owner, method, None)
    assert found is not None, f"uvicorn's {owner.__name__} has no method {method} any more"
    if not found.__module__.startswith("uvicorn."):
        return  # Another library, such as sse-starlette, has put itself in between.
    names = list(inspect.signature(found).parameters)
    assert names == parameters, f"uvicorn's {owner.__name__}.{method} takes {names} now"


def test_the_attributes_of_the_server_exist() -> None:
    server = uvicorn.Server(uvicorn.Config("x:y", log_config=None))
    for name in ("should_exit", "server_state"):
        assert hasattr(server, name), f"uvicorn's Server has no attribute {name} any more"
    for name in ("connections", "tasks"):
        assert hasattr(ServerState(), name), f"uvicorn's ServerState has no {name} any more"
    assert "self.servers" in inspect.getsource(uvicorn.Server.startup), (
        "uvicorn's Server keeps its listening servers elsewhere than in `servers` now"
    )


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (HttpToolsProtocol, ("scope", "transport", "cycle")),
        (RequestResponseCycle, ("disconnected", "keep_alive", "flow", "transport")),
        (RequestResponseCycle, ("response_started", "response_complete", "message_event")),
        (RequestResponseCycle, ("on_response",)),
        (WebSocketsSansIOProtocol, ("scope", "transport")),
        (WebSocketsSansIOProtocol, ("handshake_initiated", "handshake_complete")),
    ],
)
def test_the_attributes_of_the_protocols_exist(owner: type, names: tuple[str, ...]) -> None:
    source = inspect.getsource(owner)
    for name in names:
        assert f"self.{name}" in source, f"uvicorn's {owner.__name__} has no {name} any more"
