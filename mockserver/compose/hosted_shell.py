"""Made-up work on a machine: shells, patches, a computer's screen."""

import re
import shlex
from collections.abc import Sequence

from mockserver.api.json import Json
from mockserver.compose.identity import digest
from mockserver.compose.made import Making, slug
from mockserver.compose.offered import Offer
from mockserver.schemas import sentence

__all__ = ["apply_patch", "computer", "local_shell", "shell"]

_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w./-]*\w\.[A-Za-z]\w{0,5}\b")
_DELETES = re.compile(r"\b(?:delete|remove)\b", re.IGNORECASE)
_UPDATES = re.compile(r"\b(?:update|change|edit|fix|modify|rename|replace)\b", re.IGNORECASE)


def shell(making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A command for the client to run; in a container, the server runs it, and says what came of
    it.
    """
    environment = offer.tool.get("environment") or {"type": "local"}
    action = {"commands": [_command(making)]}
    if environment["type"] == "local":
        return [{"type": "shell_call", "action": action, "environment": {"type": "local"}}]
    container = (
        environment.get("container_id") or f"cntr_{digest(making.key, 'container', size=24).hex()}"
    )
    place = {"type": "container_reference", "container_id": container}
    printed = f"{sentence(making.rng('shell'))}\n"
    return [
        {"type": "shell_call", "action": action, "environment": place},
        {"type": "shell_call_output", "output": [printed]},
        making.message(f"The command printed: {printed.strip()}"),
    ]


def local_shell(making: Making, _offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A command for the client to run."""
    return [{"type": "local_shell_call", "action": {"command": ["bash", "-lc", _command(making)]}}]


def apply_patch(making: Making, _offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A change of the file that the user speaks of: it is created, unless the user says to delete
    or update it.
    """
    said = making.request.input_text
    found = _PATH.search(said)
    path = found[0] if found else f"{slug(making.query)}.txt"
    line = sentence(making.rng("patch"))
    if _DELETES.search(said):
        operation = {"type": "delete_file", "path": path}
    elif _UPDATES.search(said):
        operation = {"type": "update_file", "diff": f"@@\n+{line}\n", "path": path}
    else:
        operation = {"type": "create_file", "diff": f"+{line}\n", "path": path}
    return [{"type": "apply_patch_call", "operation": operation}]


def computer(_making: Making, offer: Offer, _offers: Sequence[Offer]) -> list[Json]:
    """A look at the screen, with which the use of a computer begins."""
    action = {"type": "screenshot"}
    if offer.tool["type"] == "computer_use_preview":
        return [{"type": "computer_call", "action": action}]
    return [{"type": "computer_call", "actions": [action]}]


def _command(making: Making) -> str:
    """The command that the user quotes, or one that looks for what the user speaks of."""
    quoted = _QUOTED.search(making.request.input_text)
    return (
        quoted[1] if quoted else f"grep -rin -- {shlex.quote(max(making.query.split(), key=len))} ."
    )
