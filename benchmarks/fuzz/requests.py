"""Requests over every route, in every mode: a world is one application and what it is asked."""

import asyncio
import gzip
import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from benchmarks.fuzz import seeds as known
from benchmarks.fuzz.asgi import Reply, Request, ask, ids_in
from benchmarks.fuzz.findings import Findings, HungError, ending
from benchmarks.fuzz.mutation import Mutator, Pool, written
from mockserver.http import create_app
from mockserver.http.api_routes import ROUTES
from mockserver.session import CassetteContents, Sessions
from mockserver.settings import Settings

CASES = 200
"""Requests of one world."""
_real_sleep = asyncio.sleep

_QUERIES = {
    "": ("limit", "order", "after", "before", "include[]", "purpose", "name", "filter"),
    "/responses/{}": ("stream", "starting_after", "include[]", "include_obfuscation"),
}
"""What may be asked of a route besides, by its path; of all others what stands at "".
"""
_PATHS = (
    *((method, re.sub(r"\{[^}]*\}", "{}", path)) for method, path, _ in ROUTES),
    ("GET", "/__mockserver__"),
    ("GET", "/__mockserver__/requests"),
    ("GET", "/__mockserver__/verify"),
    ("POST", "/__mockserver__/reset"),
    ("GET", "/__mockserver__/sessions"),
    ("DELETE", "/__mockserver__/sessions/{}"),
    ("OPTIONS", "/responses"),
    ("PATCH", "/{}"),
)
_HEADERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("content-encoding", ("gzip", "br", "zstd", "deflate", "gzip, gzip", "x", "identity", "é")),
    ("content-type", ("text/plain", "multipart/form-data; boundary=x", "", "application/json; é")),
    ("x-mockserver-dialect", ("openai", "open-responses", "klingon", "")),
    ("authorization", ("Bearer sk-x", "Basic é", "Bearer", "")),
    ("origin", ("null", "https://evil.example", "http://[", "é")),
    ("host", ("", "[", "[::1]:x", "evil.example", "é", "a" * 5_000)),
    ("content-length", ("-1", "9" * 5_000, "²", "x", "٣")),
    ("accept", ("text/event-stream", "é")),
    ("openai-beta", ("responses_multi_agent=v1", "responses=experimental", "é,")),
    ("idempotency-key", ("x" * 9_000,)),
    ("x-stainless-retry-count", ("x", "9" * 5_000)),
)
_QUERY = (
    "",
    "0",
    "-1",
    "1",
    "true",
    "desc",
    "asc",
    "9" * 5_000,
    "1e5",
    "%00",
    "%ff",
    "é",
    "x" * 9_000,
)
_NAMES = (
    "x",
    "",
    "%00",
    "..",
    "resp_" + "0" * 50,
    "file-1",
    "conv_é",
    "a" * 9_000,
    "msg_1",
    "gpt-5",
    "\ufffd",
)


class World:
    """One application in a mode that is drawn, and its requests, each drawn after those before."""

    def __init__(self, seed: int, number: int, seeds: known.Seeds, pool: Pool) -> None:
        self.drawn = random.Random(f"{seed}:{number}")
        self._seeds = seeds
        self._mutator = Mutator(self.drawn, pool, known.TYPES)
        self._ids = ["resp_1", "conv_1", "msg_1"]
        contents = None
        if seeds.recorded and self.drawn.random() < 0.25:
            contents = CassetteContents(
                recorded=self.drawn.sample(seeds.recorded, k=min(8, len(seeds.recorded)))
            )
        self.settings = self._mode()
        sessions = Sessions(self.settings, contents)
        sessions.open("mine")
        self.app = create_app(sessions)

    def _mode(self) -> Settings:
        draw = self.drawn
        is_odd = draw.random() < 0.3
        return Settings(
            dialect=draw.choice(("openai", "openai", "open-responses")),
            on_miss=draw.choice(("fail", "generate", "generate", "echo")),
            strict_models=draw.random() < 0.3,
            allow_unknown=draw.random() < 0.5,
            examples=draw.random() < 0.3,
            tokens=draw.choice(("exact", "estimate")),
            store_limit=draw.choice((3, 10_000)),
            repeat=draw.choice(("fail", "last", "loop")),
            match_order=draw.random() < 0.2,
            match_ignore=("metadata", "input[*].id") if is_odd else (),
            match_normalise=("uuids", "dates") if is_odd else (),
            cors=("https://mine.example",) if draw.random() < 0.2 else (),
            speed=draw.choice((0.0, 1.0)),
            max_body=draw.choice((0.01, 64)),
        )

    def requests(self) -> Iterator[Request]:
        """The requests, of which each may use what came back before."""
        for _ in range(CASES):
            yield self._request()

    def learn(self, reply: Reply) -> None:
        """Note the ids that a reply gave out."""
        self._ids = [*self._ids, *ids_in(reply)[:4]][-30:]

    def _request(self) -> Request:
        draw = self.drawn
        chance = draw.random()
        prefix = draw.choice(
            ("/v1", "/v1", "/v1", "", "/openai/v1", "/s/mine/v1", "/openai/deployments/x")
        )
        if chance < 0.12:
            return self._socket(prefix)
        if chance < 0.30:
            return self._without_body(prefix)
        if chance < 0.35:
            return self._form(prefix)
        path, value = self._with_body(prefix)
        if draw.random() < 0.9:
            value = self._mutator.changed(value)
        request = Request("POST", path, body=written(value, draw))
        self._spoil(request)
        return request

    def _with_body(self, prefix: str) -> tuple[str, Any]:
        draw = self.drawn
        chance = draw.random()
        if chance < 0.2:
            return self._control(draw.choice(("", "", "/s/mine")))
        create = self._with_ids(draw.choice(self._seeds.creates))
        if chance < 0.75:
            return f"{prefix}/responses", create
        if chance < 0.8:
            return f"{prefix}/responses/input_tokens", create
        if chance < 0.85:
            return f"{prefix}/responses/compact", create
        if chance < 0.91:
            conversation = json.loads(json.dumps(draw.choice(known.CONVERSATIONS)))
            if isinstance(create.get("input"), list) and draw.random() < 0.5:
                conversation["items"] = create["input"]
            conversations = f"{prefix}/conversations"
            named = f"{conversations}/{self._name()}"
            return draw.choice((conversations, named, f"{named}/items")), conversation
        if chance < 0.99:
            path, body = draw.choice(known.NEIGHBOURS)
            return f"{prefix}/{self._filled(path)}", self._with_files(body)
        return f"{prefix}/{draw.choice(('embeddings', 'chat/completions', 'files', 'x'))}", create

    def _form(self, prefix: str) -> Request:
        """An upload, cut or changed here and there."""
        draw = self.drawn
        path = draw.choice(("files", "files", "uploads/{}/parts", "containers/{}/files"))
        body = bytearray(known.FORM)
        for _ in range(draw.choice((0, 0, 1, 3))):
            place = draw.randrange(len(body))
            body[place : place + draw.choice((0, 1, 9))] = draw.choice(
                (b"", b"\r\n", b"--b", b"\xff", b"x" * 3_000, b"--b--\r\n")
            )
        request = Request("POST", f"{prefix}/{self._filled(path)}", body=bytes(body))
        request.headers["content-type"] = draw.choice(
            ("multipart/form-data; boundary=b",) * 6
            + ('multipart/form-data; boundary="b"; charset=x', "multipart/form-data; boundary=")
        )
        self._spoil(request)
        return request

    def _filled(self, path: str) -> str:
        return path.replace("{}", self._name(), 1).replace("{}", self._name())

    def _with_files(self, body: Any) -> Any:
        """A copy that names files that there are, now and then."""
        text = json.dumps(body)
        if self.drawn.random() < 0.7:
            text = text.replace('"file-1"', json.dumps(self.drawn.choice(self._ids)))
        return json.loads(text)

    def _control(self, session: str) -> tuple[str, Any]:
        draw = self.drawn
        root = f"{session}/__mockserver__"
        steps = draw.sample(known.STEPS, k=draw.randint(1, 3))
        return draw.choice(
            (
                (f"{root}/script", steps),
                (f"{root}/script", {"interactions": steps}),
                (f"{root}/stubs", steps[0]),
                (f"{root}/prompts", known.PROMPTS),
                (f"{root}/assert", known.STEPS[5]["when"]),
                (f"{root}/sessions", known.SESSION),
                (f"{root}/reset", {}),
            )
        )

    def _without_body(self, prefix: str) -> Request:
        draw = self.drawn
        method, path = draw.choice(_PATHS)
        names = _QUERIES.get(path, _QUERIES[""])
        filled = self._filled(path)
        query = "&".join(
            f"{name}={quote(draw.choice((*_QUERY, *self._ids)), safe='%')}"
            for name in names
            if draw.random() < 0.4
        )
        start = "" if path.startswith("/__") else prefix
        body = draw.choice((b"", b"", b"{}", b"[", b"\xff"))
        request = Request(method, start + filled, query.encode(), body=body)
        self._spoil(request)
        return request

    def _socket(self, prefix: str) -> Request:
        draw = self.drawn
        messages = []
        for _ in range(draw.randint(1, 4)):
            value: Any = self._with_ids(draw.choice(known.MESSAGES))
            if draw.random() < 0.3:
                value = {"type": "response.create", **draw.choice(self._seeds.creates)}
            if draw.random() < 0.8:
                value = self._mutator.changed(value)
            messages.append(written(value, draw))
        path = draw.choice(("/responses", "/responses", "/responses", "/realtime", ""))
        request = Request("GET", prefix + path, messages=messages)
        self._spoil(request)
        return request

    def _with_ids(self, value: Any) -> Any:
        """A copy that refers to what there is, now and then."""
        value = json.loads(json.dumps(value))
        if "resp_live" in value.values():
            return value
        names = ("previous_response_id", "conversation", "response_id", "stream_id")
        for name in names:
            if self.drawn.random() < (0.8 if name in value else 0.06):
                value[name] = self.drawn.choice(self._ids)
        return value

    def _name(self) -> str:
        return self.drawn.choice((*self._ids, *self._ids, self.drawn.choice(_NAMES)))

    def _spoil(self, request: Request) -> None:
        draw = self.drawn
        if draw.random() < 0.1:
            name, values = draw.choice(_HEADERS)
            request.headers[name] = draw.choice(values)
            if request.headers.get("content-encoding") == "gzip" and draw.random() < 0.7:
                request.body = gzip.compress(request.body, 1, mtime=0)


async def run_world(
    seed: int, number: int, seeds: known.Seeds, pool: Pool, findings: Findings, last: int = CASES
) -> int:
    """Ask one world all that it is asked, up to the case `last`; how many requests that was."""
    world = World(seed, number, seeds, pool)
    asked = 0
    for index, request in enumerate(world.requests()):
        findings.case = (
            f"--seed {seed} --case {number * CASES + index}: {world.settings.dialect} {request}"
        )
        asked += 1
        try:
            with ending():
                reply = await ask(world.app, request)
        except (Exception, HungError) as error:
            findings.add(error)
            continue
        findings.statuses[_status(request, reply)] += 1
        findings.slow(reply.seconds)
        world.learn(reply)
        if index == last:
            print(f"{findings.case}\n\n{reply.status} {reply.body[:3_000]!r}")
            break
    return asked


def _status(request: Request, reply: Reply) -> str:
    if request.messages is None or reply.status is not None:
        return str(reply.status)
    return f"WebSocket{' answered' if reply.body else ''}"


async def sleep_shortly(_seconds: float, result: Any = None) -> Any:
    """What `asyncio.sleep` is replaced by: nobody here waits for a pace."""
    return await _real_sleep(0, result)
