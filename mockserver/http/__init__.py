"""The edge: HTTP and WebSocket in, HTTP and WebSocket out.

`create_app` is the ASGI application of some sessions; `run` and `Background` serve it on a socket
from `listen`. A request becomes a `Call`, the session says what answers it, and `delivery` sends
that by plan. All that reaches below uvicorn's public interface stands in `uvicorn_server`.

It imports all rooms but `cli`, and is the only one that knows Starlette.
"""

from typing import TYPE_CHECKING

from mockserver.names import lazy_exports

if TYPE_CHECKING:
    from mockserver.http.app import create_app as create_app
    from mockserver.http.certificate import certificate_of as certificate_of
    from mockserver.http.lanes import Lanes as Lanes
    from mockserver.http.process import run as run
    from mockserver.http.server_thread import Background as Background
    from mockserver.http.server_thread import ServerThread as ServerThread
    from mockserver.http.uvicorn_server import listen as listen
    from mockserver.http.uvicorn_server import sockets_of_workers as sockets_of_workers
    from mockserver.http.uvicorn_server import url_of as url_of
else:
    __getattr__, __dir__ = lazy_exports(__name__)
