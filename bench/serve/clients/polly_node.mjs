// `@aws-sdk/client-polly`, which speaks HTTP/2 unless it is given the handler of HTTP/1.1.
import {
  DescribeVoicesCommand, GetLexiconCommand, ListLexiconsCommand, Polly, PollyClient, StartSpeechSynthesisTaskCommand,
  SynthesizeSpeechCommand,
} from "@aws-sdk/client-polly";
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

call("every format", async () => {
  for (const [OutputFormat, SampleRate] of [["pcm", "8000"], ["pcm", "16000"], ["mp3", "22050"], ["ogg_vorbis", "24000"]]) {
    checkSound(await all((await client.send(new SynthesizeSpeechCommand({ ...asked, OutputFormat, SampleRate }))).AudioStream));
  }
});

call("SSML", async () => {
  const Text = '<speak>Hello <mark name="here"/> there.<break time="200ms"/></speak>';
  const command = new SynthesizeSpeechCommand({ ...asked, Text, TextType: "ssml", OutputFormat: "json", SpeechMarkTypes: ["ssml"] });
  const mark = JSON.parse((await all((await client.send(command)).AudioStream)).toString());
  check(mark.value === "here", mark.value);
});

call("the client of all calls at once", async () => {
  const polly = new Polly({ endpoint: url, region: "eu-west-1", credentials: { accessKeyId: "any", secretAccessKey: token },
    requestHandler: new NodeHttpHandler() });
  checkSound(await all((await polly.synthesizeSpeech(asked)).AudioStream));
  check((await polly.describeVoices({ LanguageCode: "en-GB" })).Voices.every((voice) => voice.LanguageCode === "en-GB"), "others");
});

call("what there is not", async () => {
  check((await client.send(new ListLexiconsCommand({}))).Lexicons.length === 0, "lexicons");
  const none = await refused(() => client.send(new GetLexiconCommand({ Name: "mine" })), 404);
  check(none.name === "LexiconNotFoundException", none.name);
  const task = await refused(() => client.send(new StartSpeechSynthesisTaskCommand({ ...asked, OutputS3BucketName: "bucket" })), 400);
  check(task.name === "ValidationException", task.name);
});

call("errors", async () => {
  const error = await refused(() => client.send(new SynthesizeSpeechCommand({ ...asked, Text: "<speak><", TextType: "ssml" })), 400);
  check(error.name === "InvalidSsmlException", error.name);
  await refused(() => made("wrong-token").send(new SynthesizeSpeechCommand(asked)), 401);
});

await run();
