// A slider with its name, its value and a line that says what it does.

import { make } from "./lab_controls.js";

let ranges = 0;

/** `spec` has min, max, step and show. `set` hears of every move, and whether it is the last. */
export function range(name, text, help, spec, get, set) {
  const id = `ocr-range-${name}-${ranges++}`;
  const input = make("input", {
    type: "range", id, name, min: spec.min, max: spec.max, step: spec.step,
    "aria-describedby": help ? `${id}-help` : undefined,
    oninput: () => set(Number(input.value), false), onchange: () => set(Number(input.value), true),
  });
  const output = make("output", { for: id });
  const element = make("div", { class: "ocr-lab-slider" },
    make("label", { for: id }, text), output, input, help ? make("small", { id: `${id}-help` }, help) : null);
  const refresh = (max = spec.max) => {
    input.max = max;
    input.value = get();
    output.textContent = spec.show(get());
    input.setAttribute("aria-valuetext", spec.show(get()));
    input.style.setProperty("--filled", `${(100 * (input.value - spec.min)) / (max - spec.min || 1)}%`);
  };
  return { element, refresh };
}
