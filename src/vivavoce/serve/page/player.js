// Sound as it comes: 16-bit samples into an AudioWorklet, which every browser has.
export class Player {
  /** `onEnd` is called when the last sample has been heard. */
  constructor(rate, onEnd) {
    this.rate = rate;
    this.onEnd = onEnd;
    this.played = 0;
    this.odd = new Uint8Array();
  }

  async open() {
    this.context = new AudioContext({ sampleRate: this.rate, latencyHint: "interactive" });
    await this.context.audioWorklet.addModule(new URL("worklet.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "queue", { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => {
      if (data === "end") this.close().then(this.onEnd);
      else this.played = data;
    };
    this.node.connect(this.context.destination);
    await this.context.resume();
  }

  /** Seconds that have left the loudspeaker. */
  get seconds() {
    return Math.max(0, this.played / this.rate - (this.context?.outputLatency ?? 0));
  }

  /** Bytes of 16-bit little-endian samples, in pieces of any length. */
  push(bytes) {
    const all = new Uint8Array(this.odd.length + bytes.length);
    all.set(this.odd);
    all.set(bytes, this.odd.length);
    const whole = all.length & ~1;
    this.odd = all.slice(whole);
    const samples = new Int16Array(all.buffer, 0, whole / 2);
    this.node.port.postMessage(Float32Array.from(samples, (value) => value / 32768));
  }

  end() {
    this.node.port.postMessage("end");
  }

  async close() {
    const context = this.context;
    this.context = undefined;
    if (context) await context.close();
  }
}
