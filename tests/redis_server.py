"""A Redis server for tests, where one is installed."""

import shutil
import subprocess
from pathlib import Path

import redis

from patience import until

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")
WHY_NOT = "no redis-server and no valkey-server is here"


class RedisServer:
    """A server at a socket in a folder; when it is stopped, it keeps what was saved, once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self.socket}?db=0"
        self.client = redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Begin to serve, with what was saved."""
        assert PROGRAM is not None
        command = [PROGRAM, "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL
        )
        until(self._answers)
        (self._folder / "dump.rdb").unlink(missing_ok=True)

    def save(self) -> None:
        """Keep what is there now, for the next start."""
        self.client.save()

    def stop(self) -> None:
        """End; what was not saved is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False
