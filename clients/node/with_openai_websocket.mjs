// The openai package over a WebSocket.

import OpenAI from "openai";
import { ResponsesWS } from "openai/resources/responses/ws";

import { callOutputs, drive, ENCRYPTED, MODEL, SCHEMA, WEATHER } from "./driver.mjs";

const socket = new ResponsesWS(new OpenAI());
socket.on("error", () => {}); // Each question hears of its own.

/** Create a response; it, with its deltas joined. */
function ask(body) {
  return new Promise((resolve, reject) => {
    let deltas = "";
    const hear = (event) => {
      if (event.type === "response.output_text.delta") deltas += event.delta;
      if (event.type === "response.completed") end(resolve, { ...event.response, deltas });
    };
    const fail = (error) => end(reject, error);
    const end = (settle, value) => {
      socket.off("event", hear);
      socket.off("error", fail);
      settle(value);
    };
    socket.on("event", hear);
    socket.on("error", fail);
    socket.send({ type: "response.create", model: MODEL, ...body });
  });
}

async function plain() {
  const { output } = await ask({ input: "I am Ann." });
  return output.at(-1).content[0].text;
}

async function stream() {
  return (await ask({ input: "I am Ann." })).deltas;
}

/** Ask, answer calls, until there is a text; `input` grows by all that was said. */
async function loop(input, options = {}) {
  for (;;) {
    const response = await ask({ input, tools: [WEATHER], ...options });
    const outputs = callOutputs(response.output);
    input.push(...response.output, ...outputs);
    if (!outputs.length) return response.deltas;
  }
}

function tools() {
  return loop([{ role: "user", content: "How is the weather in Paris?" }]);
}

async function structured() {
  const format = { type: "json_schema", name: "event", schema: SCHEMA, strict: true };
  return JSON.parse((await ask({ input: "Ann goes to a fair.", text: { format } })).deltas);
}

/** An error is an event here, and asking again the caller's. */
async function retry() {
  for (let times = 0; times < 2; times++) {
    try {
      return await plain();
    } catch {
      continue;
    }
  }
  return plain();
}

async function continued() {
  const first = await ask({ input: "I am Ann." });
  return (await ask({ input: "Who am I?", previous_response_id: first.id })).deltas;
}

async function stateless() {
  const options = { store: false, include: ENCRYPTED };
  const input = [{ role: "user", content: "How is the weather in Paris?" }];
  await loop(input, options);
  input.push({ role: "user", content: "And in Rome?" });
  return loop(input, options);
}

await drive(["openai"], {
  plain,
  stream_of_a_socket: stream,
  tools,
  structured,
  retry,
  continued,
  stateless,
});
