// `@cartesia/cartesia-js`.
import * as cartesia from "@cartesia/cartesia-js";
import { AbsentError, all, call, check, checkSound, refused, run, text, token, url } from "./calls.mjs";

const Cartesia = cartesia.default ?? cartesia.CartesiaClient;
const client = new Cartesia({ apiKey: token, baseURL: url, baseUrl: url, maxRetries: 0 });
const output_format = { container: "raw", encoding: "pcm_s16le", sample_rate: 24000 };
const asked = { model_id: "sonic-3", transcript: text, voice: { mode: "id", id: "af_heart" }, output_format, language: "en" };

call("generate", async () => {
  if (!client.tts.generate) throw new AbsentError();
  const answer = await client.tts.generate(asked);
  checkSound(Buffer.from(await answer.arrayBuffer()), 40000);
});

call("events", async () => {
  if (!client.tts.generateSSE && !client.tts.generateSse) throw new AbsentError();
  const events = await (client.tts.generateSSE ?? client.tts.generateSse).call(client.tts, { ...asked, add_timestamps: true });
  const types = new Set();
  for await (const event of events) types.add(event.type);
  check(["chunk", "timestamps", "done"].every((type) => types.has(type)), [...types].join());
});

call("websocket", async () => {
  const { WebSocket } = await import("ws");
  const query = `api_key=${token}&cartesia_version=2025-04-16`;
  const socket = new WebSocket(`${url.replace("http", "ws")}/tts/websocket?${query}`);
  await new Promise((done) => socket.on("open", done));
  socket.send(JSON.stringify({ ...asked, context_id: "one" }));
  let bytes = 0;
  await new Promise((done, refuse) => {
    socket.on("message", (data) => {
      const told = JSON.parse(data);
      if (told.type === "chunk") bytes += Buffer.from(told.data, "base64").length;
      if (told.type === "done") done();
      if (told.type === "error") refuse(new Error(told.message));
    });
  });
  socket.close();
  check(bytes > 40000, `${bytes} bytes`);
});

call("voices", async () => {
  const names = [];
  for await (const voice of client.voices.list({ limit: 2 })) names.push(voice.id);
  check(names.includes("af_heart") && new Set(names).size === names.length, names.join());
});

call("errors", async () => {
  if (!client.tts.generate) throw new AbsentError();
  await refused(() => client.tts.generate({ ...asked, voice: { mode: "id", id: "nobody" } }), 400);
});

await run();
