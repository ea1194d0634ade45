"""A client in another language: Node and the `openai` npm package, scripting through the control
endpoints.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mockserver import MockServer
from patience import SECONDS

PROGRAM = """
const OpenAI = require("openai").default ?? require("openai");
const root = process.env.MOCKSERVER_URL;

async function control(method, path, body, base = root) {
  const headers = body ? { "content-type": "application/json" } : {};
  const reply = await fetch(`${base}/__mockserver__${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: reply.status, body: await reply.json() };
}

async function main() {
  const session = (await control("POST", "/sessions", { seed: 7 })).body;
  const at = (method, path, body) => control(method, path, body, `${root}/s/${session.name}`);

  await at("POST", "/script", [
    { type: "function_call", name: "get_weather", arguments: { city: "Paris" } },
    { error: { kind: "rate_limit" } },
    "It is 18 °C in Paris.",
    "A streamed answer.",
  ]);
  const client = new OpenAI({ baseURL: session.base_url, apiKey: "any" });
  const parameters = { type: "object", properties: {} };
  const tools = [{ type: "function", name: "get_weather", strict: false, parameters }];
  const first = await client.responses.create({ model: "gpt-5", input: "How is Paris?", tools });
  const call = first.output[0];
  const second = await client.responses.create({
    model: "gpt-5", previous_response_id: first.id, tools,
    input: [{ type: "function_call_output", call_id: call.call_id, output: "18 °C" }],
  });
  let streamed = "";
  for await (const event of await client.responses.create({ model: "gpt-5", input: "Stream.", stream: true })) {
    if (event.type === "response.output_text.delta") streamed += event.delta;
  }
  const requests = (await at("GET", "/requests")).body.data;
  const asserted = await at("POST", "/assert", { times: 2, tool_outputs: { get_weather: "18 °C" } });
  const verified = await at("GET", "/verify");
  const closed = await control("DELETE", `/sessions/${session.name}`);
  console.log(JSON.stringify({
    name: call.name, args: JSON.parse(call.arguments), text: second.output_text, streamed,
    statuses: requests.map(request => request.answered.status),
    asserted: asserted.status, verified: verified.body, closed: closed.body.closed,
  }));
}

main().catch(error => { console.error(error); process.exit(1); });
"""


@pytest.fixture
def node_modules() -> Path:
    """The folder with the npm package `openai`; nothing is fetched here."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    root = Path(__file__).parent.parent
    given = os.environ.get("MOCKSERVER_NODE_MODULES")
    for folder in (Path(given), root / "node_modules") if given else (root / "node_modules",):
        if (folder / "openai" / "package.json").exists():
            return folder
    pytest.skip(
        "the npm package openai is not here: npm install openai, and set MOCKSERVER_NODE_MODULES "
        "to its folder"
    )


def test_node_scripts_the_server_and_gets_its_answers(node_modules: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.cjs"
    program.write_text(PROGRAM)
    with MockServer() as server:
        env = {**os.environ, "MOCKSERVER_URL": server.url, "NODE_PATH": str(node_modules)}
        done = subprocess.run(
            ["node", str(program)], env=env, capture_output=True, text=True, timeout=SECONDS
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "name": "get_weather",
        "args": {"city": "Paris"},
        "text": "It is 18 °C in Paris.",
        "streamed": "A streamed answer.",
        "statuses": [200, 429, 200, 200],
        "asserted": 200,
        "verified": {"ok": True, "unplayed": [], "warnings": []},
        "closed": True,
    }
