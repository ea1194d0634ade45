"""The drift watch: types as paths, and what a difference is."""

from typing import Any, Literal

from pydantic import BaseModel
from typing_extensions import NotRequired, TypedDict

from drift.paths import beyond, paths


class Url(TypedDict):
    type: Literal["url", "link"]
    url: str


class Note(BaseModel):
    type: Literal["note"]
    about: "Note | None" = None


class Message(TypedDict):
    role: Literal["user", "assistant"]
    parts: NotRequired[list[Url | Note]]
    extra: dict[str, Any]


def test_every_member_and_every_value_has_a_path() -> None:
    assert paths("Message", Message) == {
        "Message.role",
        "Message.role = 'user'",
        "Message.role = 'assistant'",
        "Message.parts",
        "Message.parts[url].type",
        "Message.parts[url].url",
        "Message.parts[url].url = *",
        "Message.parts[link].type",
        "Message.parts[link].url",
        "Message.parts[link].url = *",
        "Message.parts[note].type",
        "Message.parts[note].about",
        "Message.extra",
        "Message.extra*",
    }
    assert paths("Message", Message, closed=frozenset({"parts", "extra"})) == {
        "Message.role",
        "Message.role = 'user'",
        "Message.role = 'assistant'",
        "Message.parts",
        "Message.extra",
    }


def test_what_one_side_leaves_open_is_no_difference() -> None:
    typed = {"A.b", "A.b = 'x'", "A.c", "A.c[t].d"}
    assert beyond(typed, {"A.b", "A.b = *", "A.c", "A.c*"}) == set()
    assert beyond(typed, {"A.b", "A.c"}) == {"A.b = 'x'", "A.c[t].d"}


def test_an_object_of_another_type_leaves_known_types_closed() -> None:
    typed = {"A.c[t].d", "A.c[u].d"}
    assert beyond(typed, {"A.c", "A.c[?]*", "A.c[t].e"}) == {"A.c[t].d"}
