// LangChain's ChatOpenAI, told to use the Responses API.

import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { z } from "zod";

import { drive, ENCRYPTED, getWeather, MODEL } from "./driver.mjs";

const Event = z.object({ name: z.string(), participants: z.array(z.string()) });
const weather = tool(getWeather, {
  name: "get_weather",
  description: "The weather in a city.",
  schema: z.object({ city: z.string() }),
});

function chat(options = {}) {
  const configuration = { baseURL: process.env.OPENAI_BASE_URL };
  return new ChatOpenAI({ model: MODEL, useResponsesApi: true, configuration, ...options });
}

async function plain() {
  return (await chat().invoke("I am Ann.")).text;
}

async function stream() {
  let deltas = "";
  for await (const chunk of await chat().stream("I am Ann.")) deltas += chunk.text;
  return deltas;
}

/** Ask, answer calls, until there is a text; `messages` grows by all that was said. */
async function loop(messages, model, options) {
  const bound = model.bindTools([weather], options);
  for (;;) {
    const reply = await bound.invoke(messages);
    messages.push(reply);
    if (!reply.tool_calls.length) return reply.text;
    for (const call of reply.tool_calls) {
      messages.push(new ToolMessage(await weather.invoke(call.args), call.id));
    }
  }
}

function tools() {
  return loop([new HumanMessage("How is the weather in Paris?")], chat());
}

function structured() {
  const model = chat().withStructuredOutput(Event, { method: "jsonSchema", name: "event" });
  return model.invoke("Ann goes to a fair.");
}

async function continued() {
  const first = await chat().invoke("I am Ann.");
  const options = { previous_response_id: first.response_metadata.id };
  return (await chat().invoke("Who am I?", options)).text;
}

async function stateless() {
  const model = chat({ zdrEnabled: true, modelKwargs: { store: false } });
  const messages = [new HumanMessage("How is the weather in Paris?")];
  await loop(messages, model, { include: ENCRYPTED });
  messages.push(new HumanMessage("And in Rome?"));
  return loop(messages, model, { include: ENCRYPTED });
}

await drive(["@langchain/openai"], {
  plain,
  stream,
  tools,
  structured,
  retry: plain,
  continued,
  stateless,
});
