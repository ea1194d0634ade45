"""What stands between a server and Redis, and lets replies be late or lost."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class RedisProxy:
    """Passes commands and replies on, in threads.

    path: the socket of Redis.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._may_reply = threading.Event()
        self._may_reply.set()
        self._connections: set[socket.socket] = set()
        self._lost = 0
        self._counting = threading.Lock()
        self._is_away = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @contextlib.contextmanager
    def replies_held(self) -> Iterator[None]:
        """A block in which Redis does what it is told, and nobody hears of it before the end."""
        self._may_reply.clear()
        try:
            yield
        finally:
            self._may_reply.set()

    @contextlib.contextmanager
    def redis_away(self) -> Iterator[None]:
        """A block in which no command reaches Redis."""
        self._is_away = True
        self._cut()
        try:
            yield
        finally:
            self._is_away = False

    def lose_replies(self, number: int) -> None:
        """Let Redis do what it is told next, and cut its connection instead of passing on what it
        answers: so many times.
        """
        self._lost = number

    def stop(self) -> None:
        """Pass nothing on any more."""
        self._may_reply.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._cut()
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._connections):
            each.close()

    def _cut(self) -> None:
        for each in list(self._connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_away:
                client.close()
                continue
            redis = socket.socket(socket.AF_UNIX)
            redis.connect(self._path)
            self._connections |= {client, redis}
            for pair in ((client, redis, False), (redis, client, True)):
                self._threads.append(threading.Thread(target=self._pass_on, args=pair))
                self._threads[-1].start()

    def _loses(self) -> bool:
        """Whether a reply is lost."""
        with self._counting:
            is_lost = self._lost > 0
            self._lost -= is_lost
        return is_lost

    def _pass_on(self, source: socket.socket, target: socket.socket, is_reply: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if is_reply:
                    self._may_reply.wait()
                if is_reply and self._loses():
                    break
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
