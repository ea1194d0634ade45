"""A row of the table of options, and why some cannot be said everywhere."""

from dataclasses import field
from typing import Any

from mockserver.options import Kind, Option, Place


def row(
    kind: Kind,
    help: str,  # noqa: A002
    default: Any = None,
    *,
    is_secret: bool = False,
    **details: Any,
) -> Any:
    """A field of a table that is an option. is_secret: its values are shown to nobody."""
    option = Option(kind, help, default, **details)
    return field(default=default, metadata={"option": option}, repr=not is_secret)


PLUGIN_SERVER: dict[Place, str] = {
    "plugin": "its server stands at a free port of this machine",
    "marker": "its server stands at a free port of this machine",
    "sessions": "they share the server's",
}
SERVER_LIMIT: dict[Place, str] = {
    "plugin": "its server serves the tests alone",
    "marker": "its server serves the tests alone",
    "sessions": "they share the server's",
}
SHARED_STATE: dict[Place, str] = {
    **SERVER_LIMIT,
    "record": "one process writes the cassette",
    "MockServer": "it is one process, with its test",
}
ANSWERED_UPSTREAM: dict[Place, str] = {"record": "the upstream judges and answers"}
COMMAND_RECORDS: dict[Place, str] = {
    "serve": "`mockserver record` records",
    "sessions": "whoever opens a session must not spend the key of who runs the server",
}
VERIFIED = "`GET /__mockserver__/verify` tells of them"
WHOLE_RUN = "it is about the whole run"
