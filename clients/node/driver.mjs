// What every Node client is driven by: a scenario's name comes in on a line, what came of it goes
// out on a line.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export const MODEL = "gpt-5";
export const ENCRYPTED = ["reasoning.encrypted_content"];
export const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string" },
    participants: { type: "array", items: { type: "string" } },
  },
  required: ["name", "participants"],
  additionalProperties: false,
};
export const WEATHER = {
  type: "function",
  name: "get_weather",
  description: "The weather in a city.",
  strict: true,
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

export function getWeather({ city }) {
  return `18 °C in ${city}`;
}

/** What the calls among the items of an output return, as items; none without a call. */
export function callOutputs(output) {
  return output
    .filter((item) => item.type === "function_call")
    .map((call) => ({
      type: "function_call_output",
      call_id: call.call_id,
      output: getWeather(JSON.parse(call.arguments)),
    }));
}

/** Run scenarios as they are asked for: functions that give what the client was told in the end,
 * or a text that says why this client cannot do it. */
export async function drive(packages, scenarios) {
  console.log = console.error; // What libraries print is no answer.
  const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");
  const able = Object.keys(scenarios).filter((name) => typeof scenarios[name] === "function");
  const cannot = Object.entries(scenarios).filter(([name]) => !able.includes(name));
  const versions = packages.map((name) => `${name} ${versionOf(name)}`).join(", ");
  say({ versions, able, cannot: Object.fromEntries(cannot) });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say({ answer: await scenarios[line.trim()]() });
    } catch (error) {
      say({ failed: error.stack ?? String(error) });
    }
  }
  process.exit(0);
}

function versionOf(name) {
  const file = `${process.env.NODE_PACKAGES}/${name}/package.json`;
  return JSON.parse(readFileSync(file, "utf8")).version;
}
