"""A server in a process of its own, as a user starts it."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import TracebackType

from patience import SECONDS

ROOT = Path(__file__).resolve().parents[1]


def _limit_memory(most_bytes: int) -> None:
    import resource  # Windows has none.

    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


class ServerProcess:
    """`mockserver serve`, up and running. url: its base URL, `/v1` included.

    hash_seed: the PYTHONHASHSEED of the process. most_bytes: of memory that it may have.
    """

    def __init__(
        self, *arguments: str, hash_seed: str = "0", most_bytes: int | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "mockserver", "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            preexec_fn=None if most_bytes is None else partial(_limit_memory, most_bytes),
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise AssertionError(
                f"the server did not start: {self.process.communicate(timeout=SECONDS)[1]}"
            )

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.finish()

    def finish(self) -> tuple[int, str]:
        """The exit status, and all that stands on standard error, once the process has ended."""
        try:
            _, errors = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        except ValueError:  # It was waited for before.
            return self.process.returncode, ""
        return self.process.returncode, errors


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `mockserver` to its end."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "mockserver", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=SECONDS,
        check=False,
    )
