// The openai package over HTTP.

import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

import { callOutputs, drive, ENCRYPTED, MODEL, WEATHER } from "./driver.mjs";

const client = new OpenAI();
const Event = z.object({ name: z.string(), participants: z.array(z.string()) });

async function plain() {
  return (await client.responses.create({ model: MODEL, input: "I am Ann." })).output_text;
}

async function stream() {
  let deltas = "";
  const events = client.responses.stream({ model: MODEL, input: "I am Ann." });
  for await (const event of events) {
    if (event.type === "response.output_text.delta") deltas += event.delta;
  }
  return deltas;
}

/** Ask, answer calls, until there is a text; `input` grows by all that was said. */
async function loop(input, options = {}) {
  for (;;) {
    const response = await client.responses.create({
      model: MODEL,
      input,
      tools: [WEATHER],
      ...options,
    });
    const outputs = callOutputs(response.output);
    input.push(...response.output, ...outputs);
    if (!outputs.length) return response.output_text;
  }
}

function tools() {
  return loop([{ role: "user", content: "How is the weather in Paris?" }]);
}

async function structured() {
  const text = { format: zodTextFormat(Event, "event") };
  const input = "Ann goes to a fair.";
  return (await client.responses.parse({ model: MODEL, input, text })).output_parsed;
}

async function continued() {
  const first = await client.responses.create({ model: MODEL, input: "I am Ann." });
  const second = await client.responses.create({
    model: MODEL,
    input: "Who am I?",
    previous_response_id: first.id,
  });
  return second.output_text;
}

async function stateless() {
  const options = { store: false, include: ENCRYPTED };
  const input = [{ role: "user", content: "How is the weather in Paris?" }];
  await loop(input, options);
  input.push({ role: "user", content: "And in Rome?" });
  return loop(input, options);
}

await drive(["openai"], { plain, stream, tools, structured, retry: plain, continued, stateless });
