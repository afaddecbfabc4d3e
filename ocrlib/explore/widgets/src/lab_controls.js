// The form: sliders, choices, switches and buttons, all native, so that keys and touch just work.

let counter = 0;

/** An element with attributes and children; text is text, never HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sliders: least, most, step, decimals; max_candidates moves in equal ratios. */
const SLIDERS = {
  thresh: { min: 0, max: 1, step: 0.01, show: (v) => v.toFixed(2) },
  box_thresh: { min: 0, max: 1, step: 0.01, show: (v) => v.toFixed(2) },
  unclip_ratio: { min: 0.1, max: 4, step: 0.05, show: (v) => v.toFixed(2) },
  max_candidates: {
    min: 0, max: 120, step: 1, show: (v) => String(v),
    toValue: (at) => Math.round(10 ** (at / 40)), toPlace: (value) => Math.round(40 * Math.log10(value)),
  },
};
const CHOICES = { score_mode: ["fast", "slow"], box_type: ["quad", "poly"] };

/** One control per parameter. `get` and `set` reach the model; returns { element, refresh }. */
export function makeControl(name, words, get, set) {
  if (name in SLIDERS) return slider(name, words, get, set);
  if (name in CHOICES) {
    return choice(name, CHOICES[name], words.options, name, words.help[name], () => get(name), (v) => set(name, v, true));
  }
  return toggle(name, words, get, set);
}

function slider(name, words, get, set) {
  const spec = { toValue: (at) => at, toPlace: (value) => value, ...SLIDERS[name] };
  const id = `ocr-lab-${name}-${counter++}`;
  const input = make("input", {
    type: "range", id, name, min: spec.min, max: spec.max, step: spec.step, "aria-describedby": `${id}-help`,
    oninput: () => set(name, spec.toValue(Number(input.value)), false),
    onchange: () => set(name, spec.toValue(Number(input.value)), true),
  });
  const output = make("output", { for: id });
  const refresh = () => {
    const value = get(name);
    input.value = spec.toPlace(value);
    output.textContent = spec.show(value);
    input.setAttribute("aria-valuetext", spec.show(value));
    const filled = (100 * (input.value - spec.min)) / (spec.max - spec.min);
    input.style.setProperty("--filled", `${filled}%`);
  };
  const element = make("div", { class: "ocr-lab-slider" },
    make("label", { for: id }, make("code", {}, name)), output, input,
    make("small", { id: `${id}-help` }, words.help[name]));
  return { element, refresh };
}

/** A row of radio buttons that looks like one divided button. */
export function choice(name, values, labels, legend, help, get, set) {
  const group = `ocr-lab-${name}-${counter++}`;
  const inputs = values.map((value) =>
    make("input", { type: "radio", name: group, value, "data-name": name, onchange: () => set(value) }));
  const element = make("fieldset", { class: "ocr-lab-choice" },
    make("legend", {}, help ? make("code", {}, legend) : legend, help ? make("small", {}, help) : null),
    make("div", {}, ...inputs.map((input) => make("label", {}, input, make("span", {}, labels[input.value])))));
  return { element, refresh: () => inputs.forEach((input) => (input.checked = input.value === get())) };
}

function toggle(name, words, get, set) {
  const input = make("input", { type: "checkbox", role: "switch", name, onchange: () => set(name, input.checked, true) });
  const element = make("label", { class: "ocr-lab-switch" }, input,
    make("span", {}, make("code", {}, name), make("small", {}, words.help[name])));
  return { element, refresh: () => (input.checked = get(name)) };
}

/** A checkbox with a swatch of what it draws. */
export function layerBox(name, text, colour, checked, onchange) {
  const input = make("input", { type: "checkbox", name, onchange: () => onchange(input.checked) });
  input.checked = checked;
  const swatch = make("i", { "aria-hidden": "true", class: `ocr-lab-swatch ocr-lab-swatch-${name}` });
  if (colour) swatch.style.setProperty("--colour", colour);
  return make("label", { class: "ocr-lab-layer" }, input, colour ? swatch : null, text);
}
