"""The connection below a WebSocket, for faults that ASGI has no words for."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from mockserver.http.wire import KEY


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which lets the application reach its connection."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            self.scope["extensions"][KEY] = {"transport": self.transport}
