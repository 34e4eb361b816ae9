import { bytes, events, request, token } from "./api.js";
import { showCode } from "./code.js";
import { showDefects, showPitch, showTake } from "./results.js";
import { Player } from "./player.js";

const $ = (id) => document.getElementById(id);
const RATE = 24000;
let current;

function asked() {
  return {
    input: $("text").value, voice: $("voice").value, prosody: $("prosody").value,
    speed: Number($("rate").value), pitch: Number($("pitch").value), pauses: Number($("pauses").value),
  };
}

function tell(text) {
  $("status").textContent = text;
}

/** Show what is wrong, and select the place in the text where it is. */
function complain(error) {
  const box = $("text");
  $("error").textContent = error?.message ?? "";
  box.setAttribute("aria-invalid", String(Boolean(error)));
  const place = error?.message?.match(/line (\d+), column (\d+)/);
  if (!place) return;
  const lines = box.value.split("\n");
  const start = lines.slice(0, place[1] - 1).join("\n").length + (place[1] > 1 ? 1 : 0) + Number(place[2]) - 1;
  box.focus();
  box.setSelectionRange(start, Math.min(box.value.length, start + 1));
}

function busy(is) {
  $("speak").disabled = is;
  $("stop").disabled = !is;
}

async function speak() {
  await stop();
  complain();
  busy(true);
  const controller = new AbortController();
  const speech = { controller, words: [], begun: performance.now() };
  current = speech;
  speech.player = new Player(RATE, () => current === speech && finish("Said."));
  try {
    await speech.player.open();
    const body = { model: "vivavoce", ...asked(), response_format: "pcm", stream_format: "sse", timestamps: true };
    const response = await request("v1/audio/speech", body, controller.signal);
    let isFirst = true;
    for await (const event of events(response)) {
      if (event.type === "error") throw new Error(event.error.message);
      if (event.type === "speech.audio.timestamps") addWords(speech, event.words);
      if (event.type !== "speech.audio.delta") continue;
      if (isFirst) tell(`First sound after ${Math.round(performance.now() - speech.begun)} ms`);
      isFirst = false;
      speech.player.push(bytes(event.audio));
    }
    speech.player.end();
    $("reading").append([...body.input].slice(speech.place).join("").replace(/<[^>]*>/g, ""));
  } catch (error) {
    await speech.player.close();
    if (current === speech) finish("");
    if (error.name !== "AbortError") complain(error);
  }
}

async function stop() {
  if (!current) return;
  const speech = current;
  finish("Stopped.");
  speech.controller.abort();
  await speech.player.close();
}

function finish(text) {
  current = undefined;
  busy(false);
  tell(text);
  for (const word of $("reading").querySelectorAll(".now")) word.className = "said";
}

/** The text with a span for each word, so that it can be lit. */
function addWords(speech, words) {
  const text = $("text").value;
  if (!speech.words.length) {
    $("reading").replaceChildren();
    speech.place = 0;
    requestAnimationFrame(() => light(speech));
  }
  const characters = [...text];
  for (const word of words) {
    if (word.start_char < speech.place) continue;
    $("reading").append(characters.slice(speech.place, word.start_char).join("").replace(/<[^>]*>/g, ""));
    const span = document.createElement("span");
    span.textContent = word.text;
    $("reading").append(span);
    speech.words.push({ ...word, span });
    speech.place = word.end_char;
  }
}

function light(speech) {
  if (current !== speech) return;
  const now = speech.player.seconds;
  for (const { span, start, end } of speech.words) {
    span.className = now >= end ? "said" : now >= start ? "now" : "";
  }
  requestAnimationFrame(() => light(speech));
}

async function work(button, doing, action) {
  complain();
  button.disabled = true;
  tell(doing);
  try {
    await action();
    tell("");
  } catch (error) {
    tell("");
    complain(error);
  }
  button.disabled = false;
}

async function compare() {
  const takes = $("takes");
  takes.replaceChildren();
  for (const { value } of $("prosody").options) {
    const response = await request("v1/pitch", { ...asked(), prosody: value });
    const take = await response.json();
    const shown = showTake(takes, value, take.audio);
    showPitch(shown, take);
  }
}

async function carry() {
  const response = await request("v1/loss", { ...asked(), loss: Number($("loss").value) / 100 });
  const carried = await response.json();
  $("carried").replaceChildren();
  showTake($("carried"), `Without redundancy (${carried.lost} of ${carried.packets} packets lost)`, carried.plain);
  showTake($("carried"), "With a second of redundancy in each packet", carried.protected);
}

async function inspect(file) {
  const response = await request(`v1/inspect?name=${encodeURIComponent(file.name)}`, file);
  showDefects($("defects"), file.name, await response.json());
}

async function begin() {
  const [voices, systems] = await Promise.all([
    request("v1/audio/voices").then((response) => response.json()),
    request("page/systems.json").then((response) => response.json()),
  ]);
  for (const voice of voices.voices) {
    if (!voice.speaker) $("voice").add(new Option(`${voice.name} (${voice.language})`, voice.id));
  }
  for (const name of systems) $("prosody").add(new Option(name, name, name === "none", name === "none"));
  update();
}

function update() {
  $("rate-value").value = Number($("rate").value).toFixed(2);
  $("pitch-value").value = `${$("pitch").value} st`;
  $("pauses-value").value = Number($("pauses").value).toFixed(1);
  $("loss-value").value = `${$("loss").value} %`;
  showCode($("curl"), $("python"), asked());
}

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  speak();
});
$("stop").addEventListener("click", stop);
$("compare").addEventListener("click", ({ target }) => work(target, "Every system is speaking …", compare));
$("carry").addEventListener("click", ({ target }) => work(target, "On its way …", carry));
$("file").addEventListener("change", ({ target }) => {
  if (target.files.length) work(target, "Listening and looking …", () => inspect(target.files[0]));
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    const file = kind === "drop" && event.dataTransfer.files[0];
    if (file) work($("file"), "Listening and looking …", () => inspect(file));
  });
}
$("token").value = token.get();
$("token").addEventListener("input", ({ target }) => token.set(target.value));
document.addEventListener("input", update);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("say").requestSubmit();
});
begin().catch(complain);
