// Codex CLI with the server as its provider, over HTTP or, if it is told so, WebSockets.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { drive, MODEL, SCHEMA } from "./driver.mjs";

const socket = process.argv.includes("websocket");
const home = mkdtempSync(join(import.meta.dirname, "codex-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));
writeFileSync(
  join(home, "config.toml"),
  `model = "${MODEL}"
model_provider = "mockserver"

[model_providers.mockserver]
name = "mockserver"
base_url = "${process.env.OPENAI_BASE_URL}"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
supports_websockets = ${socket}

[analytics]
enabled = false
`,
);

/** A turn of the agent; its last message. */
async function turn(...words) {
  const program = join(process.env.NODE_PACKAGES, ".bin", "codex");
  const options = { cwd: home, env: { ...process.env, CODEX_HOME: home }, timeout: 60_000 };
  const flags = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
  const running = promisify(execFile)(program, ["exec", ...flags, ...words], options);
  running.child.stdin.end();
  const { stdout } = await running.catch((error) => {
    throw new Error(`${error.stdout.trim().split("\n").at(-1)}\n${error.message}`);
  });
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const messages = events.filter((event) => event.item?.type === "agent_message");
  return messages.at(-1)?.item.text ?? stdout;
}

function stream() {
  return turn("I am Ann.");
}

function tools() {
  return turn("How is the weather in Paris?");
}

async function structured() {
  const file = join(home, "schema.json");
  writeFileSync(file, JSON.stringify(SCHEMA));
  return JSON.parse(await turn("--output-schema", file, "Ann goes to a fair."));
}

async function stateless() {
  await turn("How is the weather in Paris?");
  return turn("resume", "--last", "And in Rome?");
}

await drive(["@openai/codex"], {
  plain: "always streams",
  [socket ? "stream_of_a_socket" : "stream"]: stream,
  tools_of_a_shell: tools,
  structured,
  retry_of_a_server_error: stream,
  ...(socket
    ? { continued_of_a_shell: tools }
    : { continued: "stores nothing, and sends all again" }),
  stateless_of_a_shell: stateless,
});
