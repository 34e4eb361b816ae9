// Calls of one client, each tried by itself and told of in a line.
export const url = process.env.SPEECH_URL;
export const token = process.env.SPEECH_TOKEN;
export const socketUrl = url.replace("http", "ws");
export const text = "Hello there. How are you today?";

const calls = [];

export class AbsentError extends Error {}

export function call(name, action) {
  calls.push([name, action]);
}

export async function run() {
  let failed = 0;
  for (const [name, action] of calls) {
    let outcome = "ok";
    let reason = "";
    let timer;
    try {
      const patience = new Promise((_, refuse) => { timer = setTimeout(() => refuse(new Error("it took too long")), 60000); });
      await Promise.race([action(), patience]);
    } catch (error) {
      outcome = error instanceof AbsentError ? "absent" : "failed";
      if (outcome === "failed") failed += 1;
      reason = outcome === "failed" ? `${error.name}: ${error.message}`.replace(/\s+/g, " ").slice(0, 300) : "";
    }
    clearTimeout(timer);
    console.log(`${outcome}\t${name}\t${reason}`);
  }
  process.exit(Math.min(failed, 99));
}

export function check(isTrue, what) {
  if (!isTrue) throw new Error(what);
}

/** Everything of a stream of any kind as one buffer. */
export async function all(stream) {
  const parts = [];
  if (stream?.getReader) {
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(Buffer.from(part.value));
  } else {
    for await (const part of stream) parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

export function checkSound(data, least = 4000) {
  check(data.length > least, `only ${data.length} bytes`);
}

export async function refused(action, status) {
  try {
    await action();
  } catch (error) {
    const known = error.status ?? error.statusCode ?? error.$metadata?.httpStatusCode ?? error.code;
    check(known === status || String(error.message).includes(String(status)), `${known}: ${error.message}`);
    return error;
  }
  throw new Error("no error was raised");
}
