// Plays what is queued; tells how many samples of it were heard.
class Queue extends AudioWorkletProcessor {
  constructor() {
    super();
    this.chunks = [];
    this.place = 0;
    this.played = 0;
    this.ended = false;
    this.port.onmessage = ({ data }) => {
      if (data === "end") this.ended = true;
      else this.chunks.push(data);
    };
  }

  process(_, [[output]]) {
    let written = 0;
    while (written < output.length && this.chunks.length) {
      const chunk = this.chunks[0];
      const count = Math.min(output.length - written, chunk.length - this.place);
      output.set(chunk.subarray(this.place, this.place + count), written);
      written += count;
      this.place += count;
      if (this.place === chunk.length) {
        this.chunks.shift();
        this.place = 0;
      }
    }
    this.played += written;
    this.port.postMessage(this.played);
    if (this.ended && !this.chunks.length) {
      this.port.postMessage("end");
      return false;
    }
    return true;
  }
}

registerProcessor("queue", Queue);
