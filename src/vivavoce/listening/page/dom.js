// Elements by a line each; text is always text.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// Paragraphs of a text; lines that begin with a dash become a list.
export function paragraphs(text) {
  return text
    .split(/\n{2,}/)
    .filter((part) => part.trim())
    .map((part) => {
      const lines = part.split("\n");
      if (!lines.every((line) => line.startsWith("- "))) return element("p", { class: "text" }, part);
      return element("ul", {}, ...lines.map((line) => element("li", {}, line.slice(2))));
    });
}

let serial = 0;

export function unique(name) {
  serial += 1;
  return `${name}-${serial}`;
}

// A group of radio buttons; `told` hears the value.
export function radios(legend, choices, told) {
  const name = unique("choice");
  const set = element("fieldset", { class: "choices" }, element("legend", {}, legend));
  for (const [value, label] of choices) {
    const input = element("input", { type: "radio", name, value, onchange: () => told(value) });
    set.append(element("label", {}, input, element("span", {}, label)));
  }
  return set;
}
