"""A Redis server for tests, where one is installed."""

import shutil
import subprocess
from pathlib import Path

import redis

from patience import until

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")
WHY_NOT = "no redis-server and no valkey-server is here"


class RedisServer:
    """A server at a socket in a folder; it keeps nothing when it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}?db=0"
        self.client = redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Begin to serve."""
        assert PROGRAM is not None
        command = [PROGRAM, "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        """End; what was kept is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False
