"""What an option is: what values it takes, how it is spelled where, and how it is explained."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any, Literal, TypeAlias

from mockserver.names import describe_unknown, suggest

Place: TypeAlias = Literal["serve", "record", "plugin", "marker", "MockServer", "sessions"]
"""Where options are said: two commands, the plugin's options and ini keys, its marker, the keywords
of `MockServer`, and the body of `POST /__mockserver__/sessions`.
"""

Kind: TypeAlias = Literal["string", "int", "float", "bool", "list"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Args:
        kind: what values are; a `list` may be given as its only member.
        default: what holds when nobody says anything.
        defaults: other defaults, by place.
        metavar: what stands for the value in help texts.
        least: the smallest number. most: the largest.
        flags: how the commands spell it, where that is not `--name`.
        section: the heading under which the commands list it.
        but: the places where it cannot be said, and why.
    """

    kind: Kind
    help: str
    default: Any = None
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    least: float | None = None
    most: float | None = None
    defaults: Mapping[Place, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    section: str = ""
    but: Mapping[Place, str] = field(default_factory=dict)
    name: str = ""

    @property
    def flag(self) -> str:
        """How the commands spell it."""
        return self.flags[0] if self.flags else "--" + self.name.replace("_", "-")

    def said_in(self, place: Place) -> bool:
        """Whether it can be said there."""
        return place not in self.but

    def default_in(self, place: Place) -> Any:
        """What holds when it is not said there."""
        return self.defaults.get(place, self.default)

    def help_in(self, place: Place) -> str:
        """The help text, with the default where that says something."""
        default = self.default_in(place)
        if default in (None, False, ()) or "(default" in self.help:
            return self.help
        return f"{self.help} (default: {default})"

    def argument(self, place: Place) -> dict[str, Any]:
        """The keywords of `add_argument` that make it an argument of a command; None is its
        default.
        """
        keywords: dict[str, Any] = {"help": self.help_in(place), "default": None}
        if self.choices:
            keywords["choices"] = self.choices
        elif self.kind == "bool":
            keywords["action"] = "store_true"
        elif self.kind == "list":
            keywords["action"] = "append"
        elif self.kind in ("int", "float"):
            unbounded = int if self.kind == "int" else float
            keywords["type"] = unbounded if self.least is None else self.read
        if self.metavar is not None:
            keywords["metavar"] = self.metavar
        return keywords

    def read(self, text: str) -> int | float:
        """A number of the command line. Raises ArgumentTypeError, whose text argparse shows."""
        try:
            number: int | float = int(text) if self.kind == "int" else float(text)
            self.check(number)
        except ValueError:
            from argparse import ArgumentTypeError

            raise ArgumentTypeError(f"expected {self._expected()}, not '{text}'") from None
        return number

    @property
    def rule(self) -> str:
        """What a value must be, in words that follow `must be`."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        words = {"string": "a string", "bool": "true or false", "list": "a list of strings"}
        return words.get(self.kind) or self._expected()

    def check(self, value: Any) -> Any:
        """The value as `Settings` hold it. Raises OptionError for one that cannot be."""
        if self.choices and value not in self.choices:
            raise OptionError(self, value, f"none of {', '.join(self.choices)}")
        if self.kind == "list":
            members = [value] if isinstance(value, str | PathLike) else value
            if not isinstance(members, Iterable):
                raise OptionError(self, value, "no list")
            texts = tuple(fspath(each) if isinstance(each, PathLike) else each for each in members)
            if not all(isinstance(each, str) for each in texts):
                raise OptionError(self, value, "no list of strings")
            return texts
        types: dict[str, Any] = {"string": str, "int": int, "float": int | float, "bool": bool}
        if not isinstance(value, types[self.kind]) or (
            isinstance(value, bool) and self.kind != "bool"
        ):
            raise OptionError(self, value, f"no {self.kind}")
        if self.kind in ("int", "float") and not self._within(value):
            raise OptionError(self, value, f"not {self._expected()}")
        return value

    def _within(self, number: float) -> bool:
        """Whether a number is within the bounds; infinity and what is no number never are."""
        least = float("-inf") if self.least is None else self.least
        most = float("inf") if self.most is None else self.most
        return least <= number <= most and abs(number) < float("inf")

    def _expected(self) -> str:
        noun = "a whole number" if self.kind == "int" else "a number"
        if self.least is None:
            return noun
        upper = "upwards" if self.most is None else f"to {self.most:g}"
        return f"{noun} from {self.least:g} {upper}"


class OptionError(ValueError):
    """A value that an option cannot have.

    Attributes:
        name: the option. value: what it was given. rule: what values must be.
        reason: why not, for where the option is named beside it.
    """

    def __init__(self, option: Option, value: Any, wrong: str) -> None:
        self.name = option.name
        self.value = value
        self.rule = option.rule
        hint = suggest(str(value), option.choices)
        self.reason = f"{value!r} is {wrong}{hint}"
        if option.choices:
            super().__init__(describe_unknown(option.name, value, option.choices))
        else:
            super().__init__(f"{option.name}: {self.reason}")


class UnknownOptionError(ValueError):
    """An option that nobody knows, or that cannot be said where it was.

    Attributes:
        name: what was given. hint: the nearest option, as words to add to a text.
    """

    def __init__(self, name: str, place: Place, options: Iterable[Option]) -> None:
        self.name = name
        known = {option.name: option for option in options}
        self.reason = known[name].but.get(place, "") if name in known else ""
        self.hint = suggest(name, [each for each in known if known[each].said_in(place)])
        why = f": {self.reason}" if self.reason else self.hint
        super().__init__(f"unknown option '{name}'{why}")


_PLACE_WORDS: Mapping[Place, str] = {
    "serve": "`mockserver serve`",
    "record": "`mockserver record`",
    "plugin": "pytest's command line and ini file",
    "marker": "the marker",
    "MockServer": "`MockServer`",
    "sessions": "`POST /__mockserver__/sessions`",
}
_KIND_WORDS: Mapping[Kind, str] = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "one text or several",
}
_PAGE = """# Options

This page is made from the table in `mockserver/settings/` by `python tests/site_pages.py`.

An option has one name and one meaning wherever it can be said:

| where | `seed`, for example |
|---|---|
| `mockserver serve`, `mockserver record` | `--seed 7` |
| pytest's command line | `--mockserver-seed=7` |
| pytest's ini file | `mockserver_seed = 7` |
| the marker | `@pytest.mark.mockserver(seed=7)` |
| `MockServer`, `mockserver_factory` | `MockServer(seed=7)` |
| `POST /__mockserver__/sessions` | `{"seed": 7}` |
| the environment | `MOCKSERVER_SEED=7` |
| pyproject.toml | `[tool.mockserver]`, `seed = 7` |
| mockserver.toml | `seed = 7` |

What stands nearer to the call goes first: the marker before pytest's command line, a command line
before the environment, that before pytest's ini file, that before pyproject.toml and
mockserver.toml, which are read in the working directory (pytest: in its root directory). The last
three tell the commands and the plugin what to do; `MockServer` in code is told by its caller alone.
In a variable, several texts stand on lines of their own or in a JSON array, yes or no is 1 or 0,
and an empty one says nothing. `MOCKSERVER_CASSETTE` and `cassette` name what `mockserver serve`
plays when it is given no arguments.

A session that is opened over HTTP has the options of its server, but for those that it says itself;
cassettes of its own must stand below the working directory of the server. `api_keys` is `--api-key`
to the commands, which may be repeated, as may all that take several texts.

"""


def document_options(cls: type, place: Place, options: Iterable[Option]) -> None:
    """Show the options that a class takes as keywords where `help` and editors look."""
    initialize = cls.__init__  # type: ignore[misc]
    signature = inspect.signature(initialize)
    parameters = {
        name: parameter for name, parameter in signature.parameters.items() if name != "options"
    }
    lines = ["", "    Options:"]
    for option in options:
        if option.name in parameters:
            continue
        parameters[option.name] = inspect.Parameter(
            option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default
        )
        lines.append(f"        {option.name}: {option.help_in(place)}.")
    initialize.__signature__ = inspect.Signature([*parameters.values()])
    cls.__doc__ = f"{(cls.__doc__ or '').rstrip()}\n" + "\n".join(lines) + "\n    "


def reference(options: Iterable[Option]) -> str:
    """The page of the documentation that lists these options."""
    rows = ["| option | values | default | what it does | cannot be said in |", "|" + "---|" * 5]
    for option in options:
        values = ", ".join(f"`{choice}`" for choice in option.choices) or _KIND_WORDS[option.kind]
        cells = (f"`{option.name}`", values, _default_words(option), option.help, _but(option))
        rows.append("| " + " | ".join(cells) + " |")
    return _PAGE + "\n".join(rows) + "\n"


def _default_words(option: Option) -> str:
    words = [] if option.default in (None, (), False) else [f"`{option.default}`"]
    if option.default == 0 and option.kind != "bool":
        words = [f"`{option.default}`"]
    others = [f"`{value}` in `{place}`" for place, value in option.defaults.items()]
    return ", ".join([*words, *others])


def _but(option: Option) -> str:
    places: dict[str, list[str]] = {}
    for place, reason in option.but.items():
        places.setdefault(reason, []).append(_PLACE_WORDS[place])
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in places.items())
