// Plays the stimuli of a trial through one AudioContext. All that run in step are started at the same sample and only
// their gains change, so a switch keeps the place exactly; it fades over FADE seconds, so it makes no click.

export const FADE = 0.01;
const LEAD = 0.02; // what is scheduled lies this far ahead, or the first samples would be too late
const EDGE = 0.005; // fades at the ends of a loop that the listener chose
const BIN = 0.1; // what was heard is counted in tenths of a second
const HEARD = 0.95; // of a sound, from where on it counts as heard
const TICK_MS = 40;

const UP = curve((t) => 0.5 - 0.5 * Math.cos(Math.PI * t));
const DOWN = curve((t) => 0.5 + 0.5 * Math.cos(Math.PI * t));

function curve(shape) {
  return Float32Array.from({ length: 65 }, (_, index) => shape(index / 64));
}

export class Player {
  constructor(context, { restart = false, loop = true } = {}) {
    Object.assign(this, { context, restart, loop });
    this.buffers = new Map();
    this.lengths = new Map();
    this.heard = new Map();
    this.plays = new Map();
    this.voices = new Map();
    this.current = null;
    this.running = false;
    this.busyUntil = 0;
    this.region = null;
    this.changed = () => {};
  }

  // Sounds by their letters, as AudioBuffers. Those in step are padded to one length.
  setBuffers(buffers) {
    const longest = Math.max(...[...buffers.values()].map((buffer) => buffer.length));
    for (const [slot, buffer] of buffers) {
      this.lengths.set(slot, buffer.duration);
      this.heard.set(slot, new Uint8Array(Math.max(1, Math.floor(buffer.duration / BIN))));
      this.plays.set(slot, 0);
      this.buffers.set(slot, this.restart ? buffer : this.padded(buffer, longest));
    }
    this.duration = Math.max(...[...this.buffers.values()].map((buffer) => buffer.duration));
    this.region = [0, this.duration];
  }

  // Play a sound from the beginning of the loop, or switch to it while another plays.
  play(slot, when = this.context.currentTime + LEAD) {
    const time = Math.max(when, this.busyUntil);
    if (this.running && slot === this.current && !this.restart) return;
    this.plays.set(slot, this.plays.get(slot) + 1);
    if (this.running && !this.restart) {
      this.fade(this.current, DOWN, time);
      this.fade(slot, UP, time);
    } else {
      if (this.running) this.end(this.current, time);
      const slots = this.restart ? [slot] : [...this.buffers.keys()];
      for (const one of slots) this.start(one, time);
      this.fade(slot, UP, time);
      this.startedAt = time;
      this.markedTo = 0;
    }
    this.current = slot;
    this.running = true;
    this.busyUntil = time + FADE;
    this.watch();
    this.changed();
  }

  stop(when = this.context.currentTime + LEAD) {
    if (!this.running) return;
    const time = Math.max(when, this.busyUntil);
    this.mark();
    for (const slot of this.voices.keys()) this.end(slot, time, slot === this.current);
    this.busyUntil = time + FADE;
    this.rest();
  }

  // The stretch that is played, in seconds; from its beginning at once if something plays.
  setRegion(from, to) {
    const end = Math.min(this.duration, Math.max(to, from + 0.2));
    this.region = [Math.max(0, Math.min(from, end - 0.2)), end];
    const { running, current } = this;
    this.stop();
    if (running) this.play(current);
    this.changed();
  }

  // Where we are, in seconds from the beginning of the sound.
  position() {
    if (!this.running) return this.region ? this.region[0] : 0;
    const [from, to] = this.regionOf(this.current);
    const elapsed = Math.max(0, this.context.currentTime - this.startedAt);
    return from + (this.loop ? elapsed % (to - from) : Math.min(elapsed, to - from));
  }

  wasHeard(slot) {
    const bins = this.heard.get(slot);
    return bins.reduce((sum, bin) => sum + bin, 0) >= HEARD * bins.length;
  }

  regionOf(slot) {
    const end = Math.min(this.region[1], this.buffers.get(slot).duration);
    return this.region[0] < end - 0.05 ? [this.region[0], end] : [0, this.buffers.get(slot).duration];
  }

  start(slot, time) {
    const source = this.context.createBufferSource();
    const gain = this.context.createGain();
    source.buffer = this.stretch(slot);
    source.loop = this.loop;
    gain.gain.value = 0;
    source.connect(gain).connect(this.context.destination);
    source.start(time);
    source.onended = () => {
      if (this.voices.get(slot)?.source === source && this.current === slot && !this.loop) {
        this.mark(true);
        this.rest();
      }
    };
    this.voices.set(slot, { source, gain });
  }

  end(slot, time, audible = true) {
    const voice = this.voices.get(slot);
    this.voices.delete(slot);
    if (!voice) return;
    if (audible) voice.gain.gain.setValueCurveAtTime(DOWN, time, FADE);
    voice.source.stop(time + FADE);
  }

  fade(slot, shape, time) {
    this.voices.get(slot).gain.gain.setValueCurveAtTime(shape, time, FADE);
  }

  rest() {
    this.running = false;
    clearInterval(this.timer);
    this.timer = null;
    this.voices.clear();
    this.changed();
  }

  watch() {
    if (this.timer || !this.context.state || this.context.startRendering) return;
    this.timer = setInterval(() => this.mark(), TICK_MS);
  }

  // Note what was heard since the last look.
  mark(toEnd = false) {
    if (!this.running) return;
    const [from, to] = this.regionOf(this.current);
    const elapsed = Math.max(0, this.context.currentTime - this.startedAt);
    const bins = this.heard.get(this.current);
    const until = toEnd ? Math.max(elapsed, to - from) : elapsed;
    for (let time = Math.max(this.markedTo, until - (to - from)); time <= until; time += BIN / 4) {
      bins[Math.min(bins.length - 1, Math.floor((from + (time % (to - from))) / BIN))] = 1;
    }
    this.markedTo = until;
    this.changed();
  }

  padded(buffer, length) {
    if (buffer.length === length) return buffer;
    const longer = this.context.createBuffer(buffer.numberOfChannels, length, buffer.sampleRate);
    for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
      longer.copyToChannel(buffer.getChannelData(channel), channel);
    }
    return longer;
  }

  // The sound of the loop: the whole buffer, or a piece of it that fades at its ends.
  stretch(slot) {
    const buffer = this.buffers.get(slot);
    const [from, to] = this.regionOf(slot).map((time) => Math.round(time * buffer.sampleRate));
    if (from === 0 && to >= buffer.length) return buffer;
    const piece = this.context.createBuffer(buffer.numberOfChannels, to - from, buffer.sampleRate);
    const edge = Math.round(EDGE * buffer.sampleRate);
    for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
      const samples = buffer.getChannelData(channel).slice(from, to);
      for (let index = 0; index < edge; index++) {
        const weight = 0.5 - 0.5 * Math.cos((Math.PI * (index + 0.5)) / edge);
        samples[index] *= weight;
        samples[samples.length - 1 - index] *= weight;
      }
      piece.copyToChannel(samples, channel);
    }
    return piece;
  }
}
