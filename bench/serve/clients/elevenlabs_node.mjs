// `@elevenlabs/elevenlabs-js`.
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";
import { all, call, check, checkSound, refused, run, text, token, url } from "./calls.mjs";

const client = new ElevenLabsClient({ apiKey: token, baseUrl: url, maxRetries: 0 });
const voice = "21m00Tcm4TlvDq8ikWAM";
const asked = { text, modelId: "eleven_multilingual_v2" };

call("convert", async () => checkSound(await all(await client.textToSpeech.convert(voice, { ...asked, outputFormat: "mp3_44100_128" }))));
call("stream", async () => checkSound(await all(await client.textToSpeech.stream(voice, { ...asked, outputFormat: "pcm_16000" }))));

call("convertWithTimestamps", async () => {
  const told = await client.textToSpeech.convertWithTimestamps(voice, asked);
  check(told.alignment.characters.join("") === text, told.alignment.characters.join(""));
  checkSound(Buffer.from(told.audioBase64, "base64"));
});

call("streamWithTimestamps", async () => {
  let characters = "";
  for await (const piece of await client.textToSpeech.streamWithTimestamps(voice, asked)) {
    characters += piece.alignment?.characters?.join("") ?? "";
  }
  check(characters === text, characters);
});

call("voices", async () => {
  check((await client.voices.getAll()).voices.length > 3, "too few");
  check((await client.voices.search({ pageSize: 2 })).voices.length === 2, "no page");
  check((await client.voices.get("af_heart")).voiceId === "af_heart", "no voice");
});

call("models", async () => check((await client.models.list())[0].canDoTextToSpeech, "no model"));
call("user", async () => check((await client.user.get()).subscription.status === "active", "not active"));

call("errors", async () => {
  await refused(() => client.textToSpeech.convert("nobody", asked), 400);
  const wrong = new ElevenLabsClient({ apiKey: "wrong-token", baseUrl: url, maxRetries: 0 });
  await refused(() => wrong.textToSpeech.convert(voice, asked), 401);
});

await run();
