"""Scripted cassettes: YAML or JSON files, read strictly. An error names the file, the line and the
key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockserver.api.json import Json
from mockserver.errors import DAMAGE, ScriptError, describe_damage
from mockserver.script.places import Place
from mockserver.script.steps import STEP_KEYS, Step, check_any, entry, to_step
from mockserver.wording import show_value

TOP_KEYS = ("interactions", "prompts", "seed", "version")
RECORDED_KEYS = frozenset({"request", "response"})

PROMPT_KEYS = (
    "version",
    "model",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "text",
    "reasoning",
    "temperature",
    "top_p",
    "max_output_tokens",
    "parallel_tool_calls",
    "include",
)
"""What a stored prompt may hold: its version, and parameters of the create request."""


@dataclass(frozen=True, slots=True)
class StoredPrompt:
    """A stored prompt: parameters that a request takes over when its `prompt.id` names it."""

    id: str
    version: str | None
    parameters: Json
    source: str


@dataclass(frozen=True, slots=True)
class ScriptedCassette:
    """What a cassette scripts. `recorded` are the interactions that are recordings, which are not
    understood here: their numbers, counted from 1, and their plain values.
    """

    steps: tuple[Step, ...] = ()
    prompts: Mapping[str, StoredPrompt] = field(default_factory=dict)
    seed: int | None = None
    recorded: tuple[tuple[int, Json], ...] = ()


def load(path: str | Path) -> ScriptedCassette:
    """Read a scripted cassette. Raises ScriptError naming file, line, key and the nearest valid
    key.
    """
    return loads(_read(Path(path)), str(path))


def loads(text: str, source: str) -> ScriptedCassette:
    """Read a scripted cassette from text; JSON when `source` ends in `.json`, YAML otherwise.
    Raises ScriptError.
    """
    from mockserver.data_files import DataError, Lines, parse_json, parse_yaml

    lines = Lines()
    parse = parse_json if source.lower().endswith(".json") else parse_yaml
    try:
        return _cassette(parse(text, lines), Place(source, lines))
    except DataError as error:
        place = source if error.line is None else f"{source}:{error.line}"
        raise ScriptError(str(error), source=place) from error
    except ScriptError:
        raise
    except DAMAGE as error:
        raise ScriptError(describe_damage(error), source=source) from error


def load_steps(value: Any, source: str) -> list[Step]:
    """Steps from JSON that a client sent: one step, a list of steps, or `{interactions: […]}`.
    Raises ScriptError.
    """
    place = Place(source)
    if isinstance(value, Mapping) and "interactions" in value:
        place.check_keys(value, ("interactions",), "the script")
        value = value["interactions"]
        if not isinstance(value, list):
            raise place.error(f"'interactions' must be a list, not {show_value(value)}")
    members = value if isinstance(value, list) else [value]
    check_any(members, place)
    return [to_step(member, Place(f"{source}#{index}")) for index, member in enumerate(members, 1)]


def load_prompts(value: Any, source: str) -> dict[str, StoredPrompt]:
    """Prompts from JSON that a client sent: a table of them by id. Raises ScriptError."""
    return _prompts(value, Place(source))


def is_recorded(interaction: Any) -> bool:
    """Whether an interaction is a recording (`request` and `response`) rather than a scripted
    one.
    """
    return isinstance(interaction, Mapping) and bool(interaction.keys() & RECORDED_KEYS)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        said = error.strerror or str(error)
        raise ScriptError(f"cannot read the cassette: {said}", source=str(path)) from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"the cassette is not UTF-8 text: {error}", source=str(path)) from error


def _cassette(value: Any, place: Place) -> ScriptedCassette:
    if value is None:
        raise place.error("the cassette is empty", next_step="Write a list 'interactions'.")
    if isinstance(value, list):
        raise place.error(
            "a cassette must be a mapping, not a list",
            next_step="Put it below a line `interactions:`.",
        )
    top = place.mapping(value, "a cassette")
    interactions = top.get("interactions", [] if "prompts" in top else None)
    place.check_keys(top, TOP_KEYS, "the cassette")
    if not isinstance(interactions, list):
        said = "the cassette has no list 'interactions'"
        raise place.error(said, top, "interactions" if "interactions" in top else None)
    if top.get("version", 1) != 1 or top.get("version") is True:
        raise place.error(f"'version' must be 1, not {show_value(top['version'])}", top, "version")
    seed = top.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise place.error(f"'seed' must be a whole number, not {show_value(seed)}", top, "seed")
    steps: list[Step] = []
    recorded: list[tuple[int, Json]] = []
    for index, each in enumerate(interactions):
        if _is_recording(each, place, interactions):
            recorded.append((index + 1, each))
        else:
            steps.append(entry(each, place, interactions, index))
    prompts = _prompts(top["prompts"], place, top) if top.get("prompts") is not None else {}
    return ScriptedCassette(tuple(steps), prompts, seed, tuple(recorded))


def _is_recording(interaction: Any, place: Place, container: list[Any]) -> bool:
    if not is_recorded(interaction):
        return False
    mixed = next((key for key in interaction if key in STEP_KEYS), None)
    if mixed is not None:
        raise place.error(
            f"an interaction is recorded or scripted: '{mixed}' beside 'request'",
            interaction,
            mixed,
        )
    if not interaction.keys() >= RECORDED_KEYS:
        raise place.error("a recorded interaction needs 'request' and 'response'", container, None)
    return True


def _prompts(value: Any, place: Place, container: Json | None = None) -> dict[str, StoredPrompt]:
    table = place.mapping(value, "'prompts'", container, "prompts")
    prompts = {}
    for name, each in table.items():
        given = place.mapping(each, f"the prompt '{name}'", table, name)
        place.check_keys(given, PROMPT_KEYS, f"the prompt '{name}'")
        version = given.get("version")
        if version is not None and (
            isinstance(version, bool) or not isinstance(version, str | int)
        ):
            raise place.error(
                f"'version' must be a string, not {show_value(version)}", given, "version"
            )
        parameters = {key: parameter for key, parameter in given.items() if key != "version"}
        text = None if version is None else str(version)
        prompts[name] = StoredPrompt(name, text, parameters, place.at(table, name))
    return prompts
