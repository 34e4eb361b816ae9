// `@aws-sdk/client-polly`, which speaks HTTP/2 unless it is given the handler of HTTP/1.1.
import { DescribeVoicesCommand, PollyClient, SynthesizeSpeechCommand } from "@aws-sdk/client-polly";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { all, call, check, checkSound, refused, run, text, token, url } from "./calls.mjs";

const made = (secretAccessKey) =>
  new PollyClient({ endpoint: url, region: "eu-west-1", credentials: { accessKeyId: "any", secretAccessKey },
    requestHandler: new NodeHttpHandler() });
const client = made(token);
const asked = { Text: text, VoiceId: "Joanna", OutputFormat: "mp3" };

call("SynthesizeSpeech", async () => {
  const answer = await client.send(new SynthesizeSpeechCommand(asked));
  check(answer.RequestCharacters === text.length, "wrong count");
  checkSound(await all(answer.AudioStream));
});

call("speech marks", async () => {
  const command = new SynthesizeSpeechCommand({ ...asked, OutputFormat: "json", SpeechMarkTypes: ["word"] });
  const answer = await client.send(command);
  const marks = (await all(answer.AudioStream)).toString().trim().split("\n").map((line) => JSON.parse(line));
  check(marks.length === 6, `${marks.length} words`);
});

call("DescribeVoices", async () => check((await client.send(new DescribeVoicesCommand({}))).Voices.length > 5, "too few"));

call("errors", async () => {
  const error = await refused(() => client.send(new SynthesizeSpeechCommand({ ...asked, Text: "<speak><", TextType: "ssml" })), 400);
  check(error.name === "InvalidSsmlException", error.name);
  await refused(() => made("wrong-token").send(new SynthesizeSpeechCommand(asked)), 401);
});

await run();
