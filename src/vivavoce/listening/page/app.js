// The listener's way through the test: one page after the other, each answer acknowledged before the next page comes.

import { element, paragraphs, radios, unique } from "./dom.js";
import { Player } from "./player.js";
import { Trial } from "./trial.js";

const TOKEN_FIELDS = ["token", "PROLIFIC_PID", "workerId", "participant"];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

const main = document.getElementById("page");
const notice = document.getElementById("notice");
const storageKey = `listening-test ${location.pathname}`;
const state = { token: null, lease: null, context: null, number: 0 };

function remembered() {
  const query = new URLSearchParams(location.search);
  const given = TOKEN_FIELDS.map((name) => query.get(name)).find(Boolean);
  try {
    return given ?? localStorage.getItem(storageKey);
  } catch {
    return given ?? null; // storage may be switched off
  }
}

function remember(token) {
  state.token = token;
  try {
    localStorage.setItem(storageKey, token);
  } catch {
    // then a closed tab cannot be taken up again without its address
  }
}

function audioContext() {
  state.context ??= new AudioContext();
  return state.context;
}

function say(message) {
  notice.textContent = message;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Post until the server has answered; what it refuses is thrown, with its status.
async function post(path, body) {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const response = await fetch(path, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      const value = await response.json();
      if (response.ok) return value;
      if (response.status < 500) throw Object.assign(new Error(value.error), { status: response.status });
      if (response.status === 503 && path.endsWith("session")) throw Object.assign(new Error(value.error), { status: 503 });
    } catch (error) {
      if (error.status) throw error;
    }
    say("The connection is lost. Your answers are safe; trying again …");
    await pause(wait);
  }
}

async function fetchSound(slot) {
  const query = new URLSearchParams({ token: state.token, page: state.number, slot });
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const response = await fetch(`api/sound?${query}`);
      if (response.ok) return await audioContext().decodeAudioData(await response.arrayBuffer());
    } catch {
      // once more
    }
    say("A sound could not be loaded, trying again …");
    await pause(wait);
  }
}

async function enter() {
  try {
    const entered = await post("api/session", { token: remembered() ?? undefined, simulated: "simulated" in window || undefined });
    remember(entered.token);
    state.lease = entered.lease;
    document.getElementById("name").textContent = entered.name;
    document.title = entered.name;
    await show(entered);
  } catch (error) {
    refuse(error);
  }
}

function refuse(error) {
  state.close?.();
  main.replaceChildren(element("h1", {}, "The test cannot go on here"), element("p", { class: "text" }, error.message));
  if (error.status === 409) main.append(element("button", { type: "button", onclick: () => location.reload() }, "Reload"));
  say("");
}

async function show(next) {
  state.close?.();
  state.close = null;
  state.number = next.number;
  document.getElementById("progress-label").hidden = false;
  document.getElementById("progress").value = next.done ? 1 : next.number / next.of;
  document.getElementById("progress-text").textContent = next.done ? `${next.of} of ${next.of}` : `${next.number + 1} of ${next.of}`;
  if (next.done) return done(next);
  const views = { message, volume, trial, finish };
  main.replaceChildren(element("h1", { tabindex: "-1" }, "One moment …"));
  const { body, answer, missing, button } = await views[next.page.type](next.page);
  say("");
  const heading = element("h1", { tabindex: "-1" }, next.page.title || "Please listen");
  const go = element("button", { type: "submit", class: "next" }, button ?? "Next");
  const form = element("form", { novalidate: true, onsubmit: (event) => submit(event, answer, missing) }, ...body, go);
  main.replaceChildren(heading, form);
  heading.focus();
  window.scrollTo(0, 0);
  document.body.dataset.page = String(next.number);
}

async function submit(event, answer, missing) {
  event.preventDefault();
  const lacking = missing?.();
  if (lacking) {
    say(lacking[0]);
    lacking[1].focus();
    return;
  }
  const go = event.target.querySelector(".next");
  go.disabled = true;
  try {
    await show(await post("api/answer", { token: state.token, lease: state.lease, page: state.number, answer: answer() }));
  } catch (error) {
    if (error.status !== 422) return refuse(error);
    say(error.message);
  } finally {
    go.disabled = false;
  }
}

function message(page) {
  const body = paragraphs(page.text);
  if (!page.consent) return { body, answer: () => ({}) };
  const box = element("input", { type: "checkbox", id: unique("consent") });
  body.push(element("label", { class: "agree" }, box, "I agree to take part"));
  return {
    body,
    answer: () => ({ consent: box.checked }),
    missing: () => (box.checked ? null : ["Please agree first, or close this page.", box]),
  };
}

async function volume(page) {
  const player = new Player(audioContext(), { restart: true, loop: true });
  player.setBuffers(new Map([["A", await fetchSound("A")]]));
  const button = element("button", { type: "button", class: "play", "aria-pressed": "false" }, "Play and stop");
  button.addEventListener("click", async () => {
    await player.context.resume();
    if (player.running) player.stop();
    else player.play("A");
  });
  player.changed = () => button.setAttribute("aria-pressed", String(player.running));
  state.close = () => player.stop();
  const missing = () => (player.plays.get("A") ? null : ["Please play the sound first.", button]);
  return { body: [...paragraphs(page.text), button], answer: () => ({}), missing };
}

async function trial(page) {
  const view = new Trial(page, audioContext(), fetchSound);
  const body = await view.render();
  state.close = () => view.close();
  return { body, answer: () => view.answer(), missing: () => view.missing() };
}

function finish(page) {
  const values = {};
  const fields = page.questions.map((question) => {
    if (question.type === "choice") return radios(question.label, question.choices, (value) => (values[question.name] = value));
    const id = unique("question");
    const input = element("input", {
      id, type: question.type, min: question.low, max: question.high, autocomplete: "off", maxlength: 2000,
      oninput: (event) => (values[question.name] = question.type === "number" ? event.target.valueAsNumber : event.target.value),
    });
    const label = question.optional ? `${question.label} (if you like)` : question.label;
    return element("div", { class: "question" }, element("label", { for: id }, label), input);
  });
  const missing = () => {
    const index = page.questions.findIndex(({ name, optional }) => !optional && !values[name] && values[name] !== 0);
    return index < 0 ? null : [`Please answer: ${page.questions[index].label}`, fields[index].querySelector("input")];
  };
  const title = page.questions.length ? "Last questions" : "That was all";
  page.title = page.questions.length ? title : page.title;
  return { body: fields, answer: () => ({ questionnaire: values }), missing, button: "Send and finish" };
}

function done(next) {
  say("");
  const code = element("p", {}, "Your completion code: ", element("code", { id: "code" }, next.code));
  const heading = element("h1", { tabindex: "-1" }, "Thank you");
  main.replaceChildren(heading, ...paragraphs(next.text), code);
  heading.focus();
  document.body.dataset.page = "done";
}

window.addEventListener("pageshow", (event) => event.persisted && location.reload()); // gone back to
enter();
