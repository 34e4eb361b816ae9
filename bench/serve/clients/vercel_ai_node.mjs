// `ai` with `@ai-sdk/openai`, as web apps use it.
import { createOpenAI } from "@ai-sdk/openai";
import * as ai from "ai";
import { call, check, checkSound, run, text, token, url } from "./calls.mjs";

const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: token });
const generate = ai.generateSpeech ?? ai.experimental_generateSpeech;

call("generateSpeech", async () => {
  const { audio } = await generate({ model: openai.speech("tts-1"), text, voice: "nova" });
  checkSound(Buffer.from(audio.uint8Array));
});

call("generateSpeech with format, speed and instructions", async () => {
  const model = openai.speech("gpt-4o-mini-tts");
  const { audio } = await generate({ model, text, voice: "alloy", outputFormat: "wav", speed: 1.2, instructions: "Calmly." });
  check(Buffer.from(audio.uint8Array).subarray(0, 4).toString() === "RIFF", "no WAV");
});

await run();
