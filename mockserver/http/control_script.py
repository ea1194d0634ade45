"""Control endpoints: steps, stubs and stored prompts; what is there, more of it, less of it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.api.errors import own_error
from mockserver.api.json import Json
from mockserver.http.call import Call
from mockserver.http.control_request import (
    control_error,
    control_route,
    json_body,
    members_of,
    object_body,
    scripted,
    steps_of,
)
from mockserver.script.loader import load_prompts
from mockserver.session.listing import entry_as_json
from mockserver.session.script_sources import EntryKind, ScriptEntry
from mockserver.session.state import Change
from mockserver.session.written import Addition, Removal, Replacement

_PORTION = 5_000
"""How many steps are added before others are answered."""


def script_routes() -> list[Route]:
    """The routes about what is scripted."""
    routes = [
        control_route("POST", "/script", add_steps),
        control_route("POST", "/stubs", add_stubs),
        control_route("POST", "/prompts", add_prompts),
    ]
    kinds: tuple[tuple[str, EntryKind], ...] = (("/script", "step"), ("/stubs", "stub"))
    for path, kind in kinds:
        routes += [
            control_route("GET", path, _for_kind(list_entries, kind)),
            control_route("DELETE", path, _for_kind(clear_entries, kind)),
            control_route("GET", f"{path}/{{id}}", _for_kind(read_entry, kind)),
            control_route("PUT", f"{path}/{{id}}", _for_kind(change_entry, kind)),
            control_route("DELETE", f"{path}/{{id}}", _for_kind(remove_entry, kind)),
        ]
    return routes


def _for_kind(
    work: Callable[[EntryKind, Call, Request], Awaitable[Response]], kind: EntryKind
) -> Callable[..., Awaitable[Response]]:
    """The work on steps or on stubs, described in its words."""
    bound = partial(work, kind)
    bound.__doc__ = (work.__doc__ or "").replace("ENTRIES", f"{kind}s").replace("ENTRY", kind)
    return bound


async def add_steps(call: Call, request: Request) -> Response:
    """`POST /script`: add steps to the queue: one, a list, or `{"interactions": […]}`; `times:
    always` makes a stub.
    """
    return await _add(call, "step", "script", await json_body(request))


async def add_stubs(call: Call, request: Request) -> Response:
    """`POST /stubs`: add standing rules: one, a list, or `{"interactions": […]}`, which answer
    always.
    """
    return await _add(call, "stub", "stubs", await json_body(request))


async def _add(call: Call, kind: EntryKind, source: str, value: Any) -> Response:
    """Add steps, in portions where they are many.

    Others are answered meanwhile; who asks the same session waits until all are there.
    """
    session = call.session
    steps = await call.compute(lambda: steps_of(value, source))
    sent, after = members_of(value), session.journal.count
    portions = [
        Addition(kind, steps[start : start + _PORTION], sent[start : start + _PORTION], after)
        for start in range(0, len(steps), _PORTION)
    ]
    if len(portions) == 1:
        await session.state.commit(Change(edits=portions))
    else:
        async with session.arrivals:
            for portion in portions:
                await session.state.commit(Change(edits=[portion]))
                await asyncio.sleep(0)
    return call.reply(_counts([entry for each in portions for entry in each.entries]), status=201)


async def add_prompts(call: Call, request: Request) -> Response:
    """`POST /prompts`: store prompts, as a cassette has them: `{id: {model, instructions, …}}`,
    with or without `{"prompts": …}` around it. A prompt that is there already is replaced.
    """
    body = await object_body(request, None)
    prompts = scripted(lambda: load_prompts(body.get("prompts", body), "prompts"))
    await call.session.state.commit(Change(prompts=prompts))
    view = await call.session.state.begin()
    return call.reply({"prompts": sorted(view.prompts)})


async def list_entries(kind: EntryKind, call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET`: the ENTRIES that were added, what they answer, and how often they have."""
    view = await call.session.state.begin()
    entries = call.session.state.written.entries(kind).entries
    return call.reply({"object": "list", "data": [entry_as_json(entry, view) for entry in entries]})


async def clear_entries(kind: EntryKind, call: Call, request: Request) -> Response:  # noqa: ARG001
    """`DELETE`: take out all ENTRIES; requests and what is stored stay."""
    removal = Removal(kind)
    await call.session.state.commit(Change(edits=[removal]))
    return call.reply({"removed": removal.removed})


async def read_entry(kind: EntryKind, call: Call, request: Request) -> Response:
    """`GET`: one ENTRY."""
    view = await call.session.state.begin()
    return call.reply(entry_as_json(_entry(kind, call, request), view))


async def change_entry(kind: EntryKind, call: Call, request: Request) -> Response:
    """`PUT`: put another ENTRY in its place, which has an id of its own and has not answered."""
    old = _entry(kind, call, request)
    sent = await json_body(request)
    made = await call.compute(partial(steps_of, sent, kind))
    if len(made) != 1:
        text = f"One {kind} takes the place of one, not {len(made)}."
        raise control_error(text, "mockserver_invalid_value")
    if kind == "step" and made[0].is_stub:
        text = "A step of the queue cannot answer always. Do: POST it to /stubs."
        raise control_error(text, "mockserver_invalid_value", "times")
    replacement = Replacement(kind, old.number, made[0], members_of(sent)[0])
    await call.session.state.commit(Change(edits=[replacement]))
    entry = replacement.entry or _entry(kind, call, request)
    return call.reply(entry_as_json(entry, await call.session.state.begin()))


async def remove_entry(kind: EntryKind, call: Call, request: Request) -> Response:
    """`DELETE`: take out one ENTRY."""
    entry = _entry(kind, call, request)
    await call.session.state.commit(Change(edits=[Removal(kind, entry.number)]))
    return call.reply({"id": entry.number, "removed": True})


def _entry(kind: EntryKind, call: Call, request: Request) -> ScriptEntry:
    """The entry that a path names. Raises ApiError 404."""
    given: str = request.path_params["id"]
    entries = call.session.state.written.entries(kind)
    found = entries.get(int(given)) if given.isdecimal() and len(given) < 10 else None
    if found is None:
        there = ", ".join(str(entry.number) for entry in entries.entries[:20]) or "none"
        text = f"No {kind} has the id '{given}'. There are: {there}."
        raise own_error(404, text, "mockserver_no_entry", param="id")
    return found


def _counts(added: list[ScriptEntry]) -> Json:
    stubs = [entry.number for entry in added if entry.kind == "stub"]
    steps = [entry.number for entry in added if entry.kind == "step"]
    return {"steps": len(steps), "stubs": len(stubs), "ids": {"steps": steps, "stubs": stubs}}
