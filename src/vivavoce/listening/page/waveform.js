// The reference's waveform with the loop and the place at hand; the loop is also set by two sliders.

import { element } from "./dom.js";

export class Waveform {
  constructor(player, buffer, { loop }) {
    Object.assign(this, { player, buffer, loop });
    this.canvas = element("canvas", { class: "waveform", "aria-hidden": "true", width: 1200, height: 96 });
    this.root = element("div", { class: "timeline" }, buffer ? this.canvas : null);
    if (loop) this.root.append(this.ends());
    if (buffer) this.peaks = peaks(buffer.getChannelData(0), 600);
    this.canvas.addEventListener("pointerdown", (event) => this.drag(event));
  }

  ends() {
    const slider = (label, value, act) =>
      element(
        "label",
        {},
        label,
        element("input", {
          type: "range", min: 0, max: this.player.duration, step: 0.05, value, class: "end",
          onchange: (event) => act(Number(event.target.value)),
        }),
      );
    const [begin, end] = [0, this.player.duration];
    this.sliders = element(
      "details",
      { class: "loop" },
      element("summary", {}, "Repeat only a part"),
      slider("from", begin, (time) => this.player.setRegion(time, this.player.region[1])),
      slider("to", end, (time) => this.player.setRegion(this.player.region[0], time)),
    );
    return this.sliders;
  }

  draw() {
    if (this.sliders) {
      const inputs = this.sliders.querySelectorAll("input");
      this.player.region.forEach((time, index) => {
        if (document.activeElement !== inputs[index]) inputs[index].value = time;
      });
    }
    if (!this.buffer) return;
    const { width, height } = this.canvas;
    const drawing = this.canvas.getContext("2d");
    const style = getComputedStyle(this.root);
    const across = (time) => (time / this.player.duration) * width;
    drawing.clearRect(0, 0, width, height);
    drawing.fillStyle = style.getPropertyValue("--band");
    const [from, to] = this.player.region.map(across);
    drawing.fillRect(from, 0, to - from, height);
    drawing.fillStyle = style.getPropertyValue("--wave");
    const step = across(this.buffer.duration) / this.peaks.length;
    this.peaks.forEach((peak, index) => {
      const tall = Math.max(1, peak * height);
      drawing.fillRect(index * step, (height - tall) / 2, Math.max(1, step - 0.5), tall);
    });
    drawing.fillStyle = style.getPropertyValue("--accent");
    drawing.fillRect(across(this.player.position()) - 1, 0, 3, height);
  }

  drag(down) {
    if (!this.loop) return;
    const time = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return ((event.clientX - box.left) / box.width) * this.player.duration;
    };
    const from = time(down);
    const up = (event) => {
      this.canvas.removeEventListener("pointerup", up);
      const to = time(event);
      if (Math.abs(to - from) < 0.2) this.player.setRegion(0, this.player.duration);
      else this.player.setRegion(Math.min(from, to), Math.max(from, to));
    };
    this.canvas.addEventListener("pointerup", up);
    this.canvas.setPointerCapture(down.pointerId);
  }
}

function peaks(samples, count) {
  const size = Math.max(1, Math.floor(samples.length / count));
  const found = Array.from({ length: count }, (_, index) => {
    let most = 0;
    for (let at = index * size; at < Math.min(samples.length, (index + 1) * size); at++) {
      most = Math.max(most, Math.abs(samples[at]));
    }
    return most;
  });
  const loudest = Math.max(...found, 1e-6);
  return found.map((peak) => peak / loudest);
}
