// OpenAI's Agents SDK, over HTTP or, if it is told so, a WebSocket.

import {
  Agent,
  run,
  setOpenAIResponsesTransport,
  setTracingDisabled,
  tool,
  user,
} from "@openai/agents";
import { z } from "zod";

import { drive, ENCRYPTED, getWeather, MODEL } from "./driver.mjs";

const socket = process.argv.includes("websocket");
setTracingDisabled(true);
if (socket) setOpenAIResponsesTransport("websocket");

const Event = z.object({ name: z.string(), participants: z.array(z.string()) });
const weather = tool({
  name: "get_weather",
  description: "The weather in a city.",
  parameters: z.object({ city: z.string() }),
  execute: getWeather,
});

function agent(options = {}) {
  return new Agent({ name: "Ann's", instructions: "Be brief.", model: MODEL, ...options });
}

async function plain() {
  return (await run(agent(), "I am Ann.")).finalOutput;
}

async function stream() {
  let deltas = "";
  const result = await run(agent(), "I am Ann.", { stream: true });
  for await (const delta of result.toTextStream()) deltas += delta;
  await result.completed;
  return deltas;
}

async function tools() {
  return (await run(agent({ tools: [weather] }), "How is the weather in Paris?")).finalOutput;
}

async function structured() {
  return (await run(agent({ outputType: Event }), "Ann goes to a fair.")).finalOutput;
}

async function continued() {
  const first = await run(agent(), "I am Ann.");
  const previousResponseId = first.lastResponseId;
  return (await run(agent(), "Who am I?", { previousResponseId })).finalOutput;
}

async function stateless() {
  const modelSettings = { store: false, providerData: { include: ENCRYPTED } };
  const forgetful = agent({ tools: [weather], modelSettings });
  const first = await run(forgetful, "How is the weather in Paris?");
  return (await run(forgetful, [...first.history, user("And in Rome?")])).finalOutput;
}

await drive(["@openai/agents"], {
  plain,
  [socket ? "stream_of_a_socket" : "stream"]: stream,
  tools,
  structured,
  retry: socket ? "repeats nothing after an error event, whatever its policy says" : plain,
  continued,
  stateless,
});
