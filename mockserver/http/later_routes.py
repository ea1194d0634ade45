"""Routes whose modules are imported when the first request comes for one of them, so that no test
waits for what it does not use.
"""

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

from mockserver.lazy import lazy


class LaterRoutes(BaseRoute):
    """The routes of HTTP below a path.

    Args:
        load: makes them.
        prefix: what their paths begin with.
    """

    def __init__(self, load: Callable[[], Sequence[Route]], prefix: str = "/") -> None:
        self._load = load
        self._prefix = prefix

    @lazy
    def routes(self) -> Sequence[Route]:
        """What was loaded."""
        return self._load()

    @lazy
    def _router(self) -> Router:
        return Router(self.routes, redirect_slashes=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_below = scope["type"] == "http" and scope["path"].startswith(self._prefix)
        return (Match.FULL if is_below else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route a request among them. Raises HTTPException where none is for it."""
        await self._router(scope, receive, send)
