"""`pytest` in a process of its own that need not import first what nearly every suite imports.

A process that has imported it waits, and for each command forks one that goes on as that command.
Not imported is what is tested here: each command loads `mockserver` and its plugin for itself.
"""

import contextlib
import gc
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

MODULES = (
    "anyio.pytest_plugin",
    "openai.resources.responses",
    "pytest_asyncio.plugin",
    "starlette.applications",
    "uvicorn",
    "vcr",
    "xdist.dsession",
    "xdist.plugin",
    "yaml",
)
_KILLED = 70
"""The status of a command whose process ended without one."""


@contextlib.contextmanager
def warm_pytest() -> Iterator[Path]:
    """A program that does what `pytest` does, while the context lasts."""
    if not hasattr(os, "fork"):
        yield Path(sys.executable).with_name("pytest")
        return
    # Not in a folder of pytest's: the address of a socket may have about 100 characters.
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        address = f"{folder}/s"
        listening.bind(address)
        listening.listen()
        warm = subprocess.Popen(
            [sys.executable, __file__, str(listening.fileno())], pass_fds=[listening.fileno()]
        )
        program = Path(folder, "pytest")
        command = shlex.join([sys.executable, "-IS", __file__, address])
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        try:
            yield program
        finally:
            warm.terminate()
            warm.wait()


def _ask(address: str, arguments: list[str]) -> int:
    """Let a command run, with the folder, the variables and the files of this process. Returns its
    status.
    """
    told = json.dumps([arguments, os.getcwd(), dict(os.environ)]).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [len(told).to_bytes(8, "big")], [0, 1, 2])
        connection.sendall(told)
        return int(connection.recv(8) or _KILLED)


def _serve(listening: socket.socket) -> None:
    """Run one command after the other."""
    for name in MODULES:
        with contextlib.suppress(ImportError):
            import_module(name)
    from openai.types.responses import Response

    Response.model_rebuild()
    gc.collect()
    gc.freeze()
    while True:
        connection, _ = listening.accept()
        with connection:
            length, files, _, _ = socket.recv_fds(connection, 8, 3)
            told = b""
            while len(told) < int.from_bytes(length, "big"):
                told += connection.recv(65_536)
            process = os.fork()
            if process == 0:
                listening.close()
                connection.close()
                _become(files, *json.loads(told))
            for file in files:
                os.close(file)
            _, status = os.waitpid(process, 0)
            connection.sendall(str(os.waitstatus_to_exitcode(status) % 256).encode())


def _become(files: list[int], arguments: list[str], folder: str, variables: dict[str, str]) -> None:
    import pytest

    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv[1:] = arguments
    sys.path[0] = str(Path(sys.executable).parent)
    # It would write the assertions of plugins anew, of which some are imported by now.
    sys.exit(pytest.main(["-Wignore::pytest.PytestAssertRewriteWarning", *arguments]))


if __name__ == "__main__":
    if sys.argv[1].isdecimal():
        _serve(socket.socket(fileno=int(sys.argv[1])))
    sys.exit(_ask(sys.argv[1], sys.argv[2:]))
