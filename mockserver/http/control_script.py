"""Control endpoints: steps, stubs and stored prompts; what is there, more of it, less of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

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
    object_body,
    scripted,
    steps_of,
)
from mockserver.script.loader import load_prompts
from mockserver.script.steps import Step
from mockserver.session.listing import entry_as_json
from mockserver.session.script_sources import ScriptEntry, ScriptSource, StubSource
from mockserver.session.session import Session
from mockserver.session.state import Change

Entries: TypeAlias = ScriptSource | StubSource
EntriesOf: TypeAlias = Callable[[Session], Entries]
Work: TypeAlias = Callable[[EntriesOf, Call, Request], Awaitable[Response]]

_PORTION = 5_000
"""How many steps are added before others are answered."""


def script_routes() -> list[Route]:
    """The routes about what is scripted."""
    routes = [
        control_route("POST", "/script", add_steps),
        control_route("POST", "/stubs", add_stubs),
        control_route("POST", "/prompts", add_prompts),
    ]
    for path, name, entries_of in (
        ("/script", "step", _script_of),
        ("/stubs", "stub", _stubs_of),
    ):
        routes += [
            control_route("GET", path, _about(list_entries, entries_of, name)),
            control_route("DELETE", path, _about(clear_entries, entries_of, name)),
            control_route("GET", f"{path}/{{id}}", _about(read_entry, entries_of, name)),
            control_route("PUT", f"{path}/{{id}}", _about(change_entry, entries_of, name)),
            control_route("DELETE", f"{path}/{{id}}", _about(remove_entry, entries_of, name)),
        ]
    return routes


def _script_of(session: Session) -> Entries:
    return session.sources.script


def _stubs_of(session: Session) -> Entries:
    return session.sources.stubs


def _about(work: Work, entries_of: EntriesOf, name: str) -> Callable[..., Awaitable[Response]]:
    """The work on steps or on stubs, described in its words."""
    bound = partial(work, entries_of)
    bound.__doc__ = (work.__doc__ or "").replace("ENTRIES", f"{name}s").replace("ENTRY", name)
    return bound


async def add_steps(call: Call, request: Request) -> Response:
    """`POST /script`: add steps to the queue: one, a list, or `{"interactions": […]}`; `times:
    always` makes a stub.
    """
    value = await json_body(request)
    steps = await call.compute(lambda: steps_of(value, "script"))
    added = await _added(call, steps, call.session.script)
    return call.reply(_counts(added), status=201)


async def add_stubs(call: Call, request: Request) -> Response:
    """`POST /stubs`: add standing rules: one, a list, or `{"interactions": […]}`, which answer for
    ever.
    """
    value = await json_body(request)
    steps = await call.compute(lambda: steps_of(value, "stubs"))
    stubs = call.session.sources.stubs
    added = await _added(call, steps, lambda some: [stubs.add(_standing(step)) for step in some])
    return call.reply(_counts(added), status=201)


async def _added(
    call: Call, steps: list[Step], add: Callable[[list[Step]], list[ScriptEntry]]
) -> list[ScriptEntry]:
    """The entries of steps that are added, in portions where they are many.

    Others are answered meanwhile; who asks the same session waits until all are there.
    """
    if len(steps) <= _PORTION:
        return add(steps)
    added: list[ScriptEntry] = []
    async with call.session.arrivals:
        for start in range(0, len(steps), _PORTION):
            added += add(steps[start : start + _PORTION])
            await asyncio.sleep(0)
    return added


async def add_prompts(call: Call, request: Request) -> Response:
    """`POST /prompts`: store prompts, as a cassette has them: `{id: {model, instructions, …}}`,
    with or without `{"prompts": …}` around it. A prompt that is there already is replaced.
    """
    body = await object_body(request, None)
    prompts = scripted(lambda: load_prompts(body.get("prompts", body), "prompts"))
    await call.session.state.commit(Change(prompts=prompts))
    view = await call.session.state.begin()
    return call.reply({"prompts": sorted(view.prompts)})


async def list_entries(entries_of: EntriesOf, call: Call, request: Request) -> Response:  # noqa: ARG001
    """`GET`: the ENTRIES that were added, what they answer, and how often they have."""
    view = await call.session.state.begin()
    data = [entry_as_json(entry, view) for entry in entries_of(call.session).entries]
    return call.reply({"object": "list", "data": data})


async def clear_entries(entries_of: EntriesOf, call: Call, request: Request) -> Response:  # noqa: ARG001
    """`DELETE`: take out all ENTRIES; requests and what is stored stay."""
    entries = entries_of(call.session)
    removed = list(entries.entries)
    for entry in removed:
        entries.remove(entry)
    return call.reply({"removed": len(removed)})


async def read_entry(entries_of: EntriesOf, call: Call, request: Request) -> Response:
    """`GET`: one ENTRY."""
    view = await call.session.state.begin()
    return call.reply(entry_as_json(_entry(entries_of, call, request), view))


async def change_entry(entries_of: EntriesOf, call: Call, request: Request) -> Response:
    """`PUT`: put another ENTRY in its place, which has an id of its own and has not answered."""
    old = _entry(entries_of, call, request)
    steps = await json_body(request)
    made = await call.compute(partial(steps_of, steps, old.kind))
    if len(made) != 1:
        text = f"One {old.kind} takes the place of one, not {len(made)}."
        raise control_error(text, "mockserver_invalid_value")
    entries = entries_of(call.session)
    step = made[0]
    if old.kind == "stub":
        step = _standing(step)
    elif step.is_stub:
        text = "A step of the queue cannot answer always. Do: POST it to /stubs."
        raise control_error(text, "mockserver_invalid_value", "times")
    view = await call.session.state.begin()
    return call.reply(entry_as_json(entries.change(old, step), view))


async def remove_entry(entries_of: EntriesOf, call: Call, request: Request) -> Response:
    """`DELETE`: take out one ENTRY."""
    entry = _entry(entries_of, call, request)
    entries_of(call.session).remove(entry)
    return call.reply({"id": entry.number, "removed": True})


def _entry(entries_of: EntriesOf, call: Call, request: Request) -> ScriptEntry:
    given: str = request.path_params["id"]
    entries = entries_of(call.session)
    found = entries.get(int(given)) if given.isdecimal() and len(given) < 10 else None
    if found is None:
        kind = "step" if isinstance(entries, ScriptSource) else "stub"
        there = ", ".join(str(entry.number) for entry in entries.entries[:20]) or "none"
        text = f"No {kind} has the id '{given}'. There are: {there}."
        raise own_error(404, text, "mockserver_no_entry", param="id")
    return found


def _standing(step: Step) -> Step:
    """A step that answers for ever, unless it says how often."""
    return step if step.times != 1 else replace(step, times="always")


def _counts(added: list[ScriptEntry]) -> Json:
    stubs = [entry.number for entry in added if entry.kind == "stub"]
    steps = [entry.number for entry in added if entry.kind == "step"]
    return {"steps": len(steps), "stubs": len(stubs), "ids": {"steps": steps, "stubs": stubs}}
