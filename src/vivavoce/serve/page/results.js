// Players, pitch and tables.
const SVG = "http://www.w3.org/2000/svg";

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  parent?.append(made);
  return made;
}

export function showTake(parent, title, wav) {
  const take = element("div", "", parent);
  take.className = "take";
  element("h3", title, take);
  const audio = element("audio", "", take);
  audio.controls = true;
  audio.setAttribute("aria-label", title);
  audio.src = `data:audio/wav;base64,${wav}`;
  return take;
}

/** Pitch over time, in octaves about the middle of the take. */
export function showPitch(take, { pitch, median_hz: median }) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "pitch");
  drawing.setAttribute("viewBox", `0 -12 ${Math.max(1, pitch.length)} 24`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `Pitch about ${Math.round(median)} hertz, an octave up and down`);
  let line = "";
  pitch.forEach((hz, index) => {
    if (!hz) return;
    const semitones = Math.max(-12, Math.min(12, 12 * Math.log2(hz / median)));
    line += `${pitch[index - 1] ? "L" : "M"}${index} ${-semitones.toFixed(2)}`;
  });
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", line);
  drawing.append(path);
  take.append(drawing);
}

export function showDefects(parent, name, { events, notes }) {
  parent.replaceChildren();
  element("p", events.length ? `${events.length} found in ${name}` : `Nothing wrong was found in ${name}`, parent);
  if (events.length) {
    const table = element("table", "", parent);
    const head = element("tr", "", element("thead", "", table));
    for (const title of ["Defect", "From", "To", "Severity"]) element("th", title, head).scope = "col";
    const body = element("tbody", "", table);
    for (const event of events) {
      const row = element("tr", "", body);
      const cells = [event.defect, `${event.start_s} s`, `${event.end_s} s`, event.severity];
      for (const cell of cells) element("td", String(cell).replaceAll("_", " "), row);
    }
  }
  for (const note of notes) element("p", note, parent);
}
