// `@deepgram/sdk`; version 5 names its calls otherwise than those before.
import * as deepgram from "@deepgram/sdk";
import { AbsentError, all, call, check, checkSound, run, socketUrl, text, token, url } from "./calls.mjs";

const isNew = !deepgram.createClient;
const client = isNew
  ? new deepgram.DeepgramClient({ apiKey: token, environment: { base: url, production: socketUrl, agent: socketUrl, agentRest: url } })
  : deepgram.createClient(token, { global: { url } });

call("speech over HTTP", async () => {
  if (!isNew) {
    const answer = await client.speak.request({ text }, { model: "aura-2-thalia-en" });
    return checkSound(await all(await answer.getStream()));
  }
  const answer = await client.speak.v1.audio.generate({ text, model: "aura-2-thalia-en" });
  return checkSound(Buffer.from(await answer.arrayBuffer()));
});

call("linear16 in a WAV", async () => {
  if (!isNew) throw new AbsentError();
  const asked = { text, model: "af_heart", encoding: "linear16", container: "wav", sample_rate: 24000 };
  const data = Buffer.from(await (await client.speak.v1.audio.generate(asked)).arrayBuffer());
  check(data.subarray(0, 4).toString() === "RIFF", "no WAV");
});

call("speech over a WebSocket", async () => {
  if (!isNew) throw new AbsentError();
  const socket = await client.speak.v1.connect({ model: "aura-2-thalia-en", encoding: "linear16", sample_rate: 24000,
    Authorization: `Token ${token}` });
  let bytes = 0;
  const flushed = new Promise((done, refuse) => {
    socket.on("message", (message) => {
      if (message?.type === "Flushed") done();
      else if (!message?.type) bytes += message.byteLength ?? message.size ?? message.length ?? 0;
    });
    socket.on("error", refuse);
  });
  socket.connect();
  await socket.waitForOpen();
  socket.sendText({ type: "Speak", text });
  socket.sendFlush({ type: "Flush" });
  await flushed;
  check(bytes > 40000, `${bytes} bytes`);
  socket.close();
});

call("models", async () => {
  if (!isNew) throw new AbsentError();
  const { tts } = await client.manage.v1.models.list();
  check(tts.some((model) => (model.canonical_name ?? model.canonicalName) === "af_heart"), "no voice");
});

await run();
