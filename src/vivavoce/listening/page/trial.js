// A trial: sounds, their buttons and keys, the waveform, and the answer.

import { element, paragraphs, unique } from "./dom.js";
import { Player } from "./player.js";
import { answerFor } from "./scales.js";
import { Waveform } from "./waveform.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export class Trial {
  constructor(page, context, fetchSound) {
    this.page = page;
    this.letters = [...LETTERS.slice(0, page.names.length)];
    this.extra = [...(page.reference ? ["R"] : []), ...(page.x ? ["X"] : [])];
    this.player = new Player(context, { restart: page.switching === "restart", loop: page.loop });
    this.fetchSound = fetchSound;
    this.buttons = new Map();
    this.began = performance.now();
  }

  async load() {
    const slots = [...this.extra, ...this.letters];
    const buffers = await Promise.all(slots.map((slot) => this.fetchSound(slot)));
    this.player.setBuffers(new Map(slots.map((slot, index) => [slot, buffers[index]])));
    return buffers[slots.indexOf("R")] ?? null;
  }

  async render() {
    const reference = await this.load();
    const { page, player } = this;
    const extra = element("div", { class: "sounds" }, ...this.extra.map((slot) => this.playButton(slot)));
    const stop = element("button", { type: "button", class: "stop", onclick: () => player.stop() }, "Stop");
    extra.append(stop);
    this.waveform = new Waveform(player, page.waveform ? reference : null, { loop: page.loop });
    this.scale = answerFor(page, this.letters, (letter) => this.playButton(letter));
    this.comment = page.comment ? element("textarea", { id: unique("comment"), rows: 2, maxlength: 2000 }) : null;
    player.changed = () => this.refresh();
    this.keys = (event) => this.onKey(event);
    document.addEventListener("keydown", this.keys);
    this.refresh();
    return [
      ...(page.training ? [element("p", { class: "badge" }, "Practice")] : []),
      ...paragraphs(page.question),
      extra,
      this.waveform.root,
      this.scale.root,
      ...(this.comment ? [element("label", { for: this.comment.id }, "Comment (if you like)"), this.comment] : []),
    ];
  }

  // What is missing: [message, control to go to], or null.
  missing() {
    const unheard = this.page.listening === "nothing" ? null : this.letters.find((letter) => !this.ready(letter));
    if (unheard) {
      const what = this.page.listening === "whole" ? "to the end" : "";
      return [`Please listen to ${unheard} ${what} first.`, this.buttons.get(unheard)];
    }
    const control = this.scale.missing();
    return control ? ["Please give your answer.", control] : null;
  }

  answer() {
    const plays = Object.fromEntries(this.letters.map((letter) => [letter, this.player.plays.get(letter)]));
    const seconds = (performance.now() - this.began) / 1000;
    const comment = this.comment ? { comment: this.comment.value } : {};
    return { ...this.scale.answer(), ...comment, plays, seconds };
  }

  close() {
    this.player.stop();
    document.removeEventListener("keydown", this.keys);
  }

  ready(letter) {
    return this.page.listening === "whole" ? this.player.wasHeard(letter) : this.player.plays.get(letter) > 0;
  }

  playButton(slot) {
    const index = this.letters.indexOf(slot);
    const name = { R: "Reference", X: "X" }[slot] ?? (this.page.names[index] || slot);
    const key = { R: "R", X: "X" }[slot] ?? (index < 9 ? String(index + 1) : null);
    const button = element(
      "button",
      { type: "button", class: "play", "aria-pressed": "false", "data-slot": slot, onclick: () => this.toggle(slot) },
      element("span", { class: "icon", "aria-hidden": "true" }),
      element("span", {}, name),
      key ? element("kbd", { "aria-hidden": "true" }, key) : null,
    );
    if (key) button.setAttribute("aria-keyshortcuts", key);
    this.buttons.set(slot, button);
    return button;
  }

  async toggle(slot) {
    const { player } = this;
    if (player.context.state === "suspended") await player.context.resume();
    if (player.running && player.current === slot) player.stop();
    else player.play(slot);
  }

  refresh() {
    for (const [slot, button] of this.buttons) {
      const playing = this.player.running && this.player.current === slot;
      button.setAttribute("aria-pressed", String(playing));
      button.classList.toggle("heard", this.player.wasHeard(slot));
    }
    this.waveform.draw();
  }

  onKey(event) {
    const tag = event.target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || tag === "TEXTAREA" || event.target.type === "text") return;
    if (event.key === " ") {
      if (tag === "BUTTON" || tag === "SUMMARY" || event.target.type === "radio") return; // they take the space bar
      event.preventDefault();
      this.toggle(this.player.current ?? this.letters[0]);
      return;
    }
    const key = event.key.toUpperCase();
    const slot = this.extra.includes(key) ? key : this.letters[Number(event.key) - 1];
    if (!slot) return;
    event.preventDefault();
    this.buttons.get(slot).focus();
    this.toggle(slot);
  }
}
