// `openai` for Node.
import OpenAI from "openai";
import { all, call, check, checkSound, refused, run, text, token, url } from "./calls.mjs";

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
const asked = { model: "gpt-4o-mini-tts", voice: "nova", input: text };

call("create", async () => checkSound(Buffer.from(await (await client.audio.speech.create(asked)).arrayBuffer())));

call("all formats", async () => {
  for (const response_format of ["mp3", "opus", "aac", "flac", "wav", "pcm"]) {
    const answer = await client.audio.speech.create({ ...asked, response_format });
    checkSound(await all(answer.body));
  }
});

call("blob", async () => check((await (await client.audio.speech.create(asked)).blob()).size > 4000, "too small"));

call("with instructions and speed", async () => {
  const answer = await client.audio.speech.create({ ...asked, instructions: "Speak slowly.", speed: 1.2 });
  check(answer.headers.get("x-instructions-applied"), "no header");
});

call("events", async () => {
  const answer = await client.audio.speech.create({ ...asked, stream_format: "sse", response_format: "pcm" });
  const events = (await answer.text()).split("\n\n").filter(Boolean).map((event) => JSON.parse(event.slice(6)));
  check(events.at(-1).type === "speech.audio.done", "no end");
  check(events[0].type === "speech.audio.delta", "no sound");
});

call("asResponse and withResponse", async () => {
  const { response } = await client.audio.speech.create(asked).withResponse();
  check(response.headers.get("x-request-id").startsWith("req_"), "no request id");
  await response.arrayBuffer();
});

call("abort", async () => {
  const controller = new AbortController();
  const long = { ...asked, input: "A long sentence that goes on. ".repeat(60) };
  const answer = await client.audio.speech.create(long, { signal: controller.signal });
  const reader = answer.body.getReader ? answer.body.getReader() : undefined;
  if (reader) await reader.read();
  controller.abort();
});

call("models", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  check(names.includes("tts-1"), "no tts-1");
  check((await client.models.retrieve("tts-1")).object === "model", "no model");
});

call("errors", async () => {
  const error = await refused(() => client.audio.speech.create({ ...asked, voice: "nobody" }), 400);
  check(error.param === "voice", "no param");
  const wrong = new OpenAI({ baseURL: `${url}/v1`, apiKey: "wrong-token", maxRetries: 0 });
  await refused(() => wrong.audio.speech.create(asked), 401);
});

await run();
