// Vercel's AI SDK with its provider for OpenAI.

import { openai } from "@ai-sdk/openai";
import { generateText, isStepCount, Output, streamText, tool } from "ai";
import { z } from "zod";

import { drive, ENCRYPTED, getWeather, MODEL } from "./driver.mjs";

const model = openai(MODEL);
const Event = z.object({ name: z.string(), participants: z.array(z.string()) });
const LOOP = {
  model,
  tools: {
    get_weather: tool({
      description: "The weather in a city.",
      inputSchema: z.object({ city: z.string() }),
      execute: getWeather,
    }),
  },
  stopWhen: isStepCount(5),
};

async function plain() {
  return (await generateText({ model, prompt: "I am Ann." })).text;
}

async function stream() {
  let deltas = "";
  for await (const delta of streamText({ model, prompt: "I am Ann." }).textStream) deltas += delta;
  return deltas;
}

async function tools() {
  return (await generateText({ ...LOOP, prompt: "How is the weather in Paris?" })).text;
}

async function structured() {
  const output = Output.object({ schema: Event });
  return (await generateText({ model, output, prompt: "Ann goes to a fair." })).output;
}

async function continued() {
  const first = await generateText({ model, prompt: "I am Ann." });
  const previousResponseId = first.finalStep.providerMetadata.openai.responseId;
  const providerOptions = { openai: { previousResponseId } };
  return (await generateText({ model, providerOptions, prompt: "Who am I?" })).text;
}

async function stateless() {
  const forgetful = { ...LOOP, providerOptions: { openai: { store: false, include: ENCRYPTED } } };
  const messages = [{ role: "user", content: "How is the weather in Paris?" }];
  const first = await generateText({ ...forgetful, messages });
  messages.push(...first.responseMessages, { role: "user", content: "And in Rome?" });
  return (await generateText({ ...forgetful, messages })).text;
}

await drive(["ai", "@ai-sdk/openai"], {
  plain,
  stream,
  tools,
  structured,
  retry: plain,
  continued,
  stateless,
});
