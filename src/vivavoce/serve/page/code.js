// What is on the screen, as lines for a shell and for Python.
export function showCode(curl, python, { input, voice, prosody, speed, pitch, pauses }) {
  const body = { model: "vivavoce", input, voice, response_format: "wav" };
  if (prosody && prosody !== "none") body.prosody = prosody;
  if (speed !== 1) body.speed = speed;
  if (pitch) body.pitch = pitch;
  if (pauses !== 1) body.pauses = pauses;
  const url = new URL("v1/audio/speech", location.href.replace(/[?#].*/, ""));
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  curl.textContent = `curl ${url} -H 'Content-Type: application/json' -o speech.wav \\\n  -d '${quoted}'`;
  const options = [`speaker=${JSON.stringify(voice)}`];
  if (body.prosody) options.push(`prosody=${JSON.stringify(prosody)}`);
  if (speed !== 1) options.push(`rate=${speed}`);
  if (pitch) options.push(`pitch_semitones=${pitch}`);
  if (pauses !== 1) options.push(`pauses=${pauses}`);
  python.textContent = [
    "import vivavoce", "",
    `client = vivavoce.Client(${JSON.stringify(url.origin)})`,
    `for chunk in client.speak(${JSON.stringify(input)}, ${options.join(", ")}):`,
    "    print(len(chunk.samples), [word.text for word in chunk.words])",
  ].join("\n");
}
