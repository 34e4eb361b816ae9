// What listeners answer with, one builder for each kind of trial. Each gives {root, answer(), missing()}: the element,
// what is sent, and the control that still needs an answer, or null.

import { element, radios, unique } from "./dom.js";

const QUALITY = ["Excellent", "Good", "Fair", "Poor", "Bad"];
const IMPAIRMENT = ["Imperceptible", "Perceptible, but not annoying", "Slightly annoying", "Annoying", "Very annoying"];
const COMPARISON = [
  "Much better", "Better", "Slightly better", "About the same", "Slightly worse", "Worse", "Much worse",
];

export function answerFor(page, letters, playButton) {
  switch (page.kind) {
    case "mushra":
      return board(letters, page, playButton, { low: 0, high: 100, step: 1, start: 50, bands: QUALITY });
    case "bs1116":
      return board(letters, page, playButton, { low: 1, high: 5, step: 0.1, start: 3, bands: IMPAIRMENT });
    case "mos":
      return single(letters, playButton, "Your rating", QUALITY.map((word, index) => [5 - index, `${5 - index} ${word}`]), (score) => ({
        scores: { A: Number(score) },
      }));
    case "ccr":
      return single(letters, playButton, "B compared with A", COMPARISON.map((word, index) => [3 - index, word]), (score) => ({
        score: Number(score),
      }));
    case "transcription":
      return transcription(playButton(letters[0]));
    case "likert":
      return likert(letters, page, playButton);
    default:
      return single(letters, playButton, "Your answer", pairChoices(page), (choice) => ({ choice }));
  }
}

function pairChoices(page) {
  const label = { abx: "X is {}", ab: "{} is better", identity: "{} sounds more like the reference" }[page.kind];
  const shown = page.kind === "abx" && !page.x ? "{} is the reference" : label;
  const choices = ["A", "B"].map((letter) => [letter, shown.replace("{}", letter)]);
  return page.unforced ? [...choices, ["neither", page.unforced]] : choices;
}

// A slider for each sound beside the words of the scale.
function board(letters, page, playButton, { low, high, step, start, bands }) {
  const inputs = new Map();
  const columns = letters.map((letter, index) => {
    const id = unique("score");
    const shown = element("output", { for: id, class: "score" }, "–");
    const touch = (event) => {
      event.target.classList.remove("untouched");
      shown.value = Number(event.target.value).toFixed(step < 1 ? 1 : 0);
    };
    const input = element("input", {
      type: "range", id, min: low, max: high, step, value: start, class: "scale untouched",
      "aria-label": `Score of ${page.names[index] || letter}`,
      "aria-valuetext": "not rated yet",
      oninput: (event) => {
        touch(event);
        event.target.setAttribute("aria-valuetext", `${shown.value}, ${word(event.target.value)}`);
      },
      onpointerup: touch,
    });
    inputs.set(letter, input);
    return element("div", { class: "column" }, playButton(letter), input, shown);
  });
  const word = (value) => bands[Math.min(4, Math.floor(((high - value) / (high - low)) * 5))];
  const words = element("div", { class: "bands", "aria-hidden": "true" }, ...bands.map((band) => element("span", {}, band)));
  const ready = ([, input]) => !input.classList.contains("untouched");
  return {
    root: element("div", { class: "board" }, words, ...columns),
    answer: () => ({ scores: Object.fromEntries([...inputs].map(([letter, input]) => [letter, Number(input.value)])) }),
    missing: () => [...inputs].find((entry) => !ready(entry))?.[1] ?? null,
  };
}

function single(letters, playButton, legend, choices, wrap) {
  let chosen = null;
  const set = radios(legend, choices, (value) => {
    chosen = value;
  });
  return {
    root: element("div", {}, element("div", { class: "sounds" }, ...letters.map(playButton)), set),
    answer: () => wrap(chosen),
    missing: () => (chosen === null ? set.querySelector("input") : null),
  };
}

function transcription(button) {
  const id = unique("heard");
  const field = element("textarea", { id, rows: 3, maxlength: 2000, spellcheck: "false", autocomplete: "off" });
  return {
    root: element("div", {}, element("div", { class: "sounds" }, button), element("label", { for: id }, "What you hear"), field),
    answer: () => ({ heard: field.value.trim() }),
    missing: () => (field.value.trim() ? null : field),
  };
}

function likert(letters, page, playButton) {
  const values = new Map(letters.map((letter) => [letter, page.scales.map(() => null)]));
  const parts = letters.map((letter, index) => {
    const name = page.names[index] || letter;
    const sets = page.scales.map((scale, number) => {
      const legend = page.scales.length > 1 ? `${name}, question ${number + 1}` : `Your answer for ${name}`;
      return radios(legend, scale, (value) => {
        values.get(letter)[number] = value;
      });
    });
    return element("div", { class: "likert" }, playButton(letter), ...sets);
  });
  const root = element("div", {}, ...parts);
  return {
    root,
    answer: () => ({ scales: Object.fromEntries(values) }),
    missing: () => {
      if (!page.must_rate) return null;
      const sets = [...root.querySelectorAll("fieldset")];
      return sets.find((set) => !set.querySelector("input:checked"))?.querySelector("input") ?? null;
    },
  };
}
