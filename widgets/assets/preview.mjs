// Pictures that depend on settings, and a control for each setting. model:
//
//   view  {controls: [{name, about, switch, min, max, step}], presets: [{name, about, values}], values, columns,
//         tiles: [{src, caption, title}], text, fault}
//
// It sends {kind: "set", values} with one value for each control, at most one at a time: what is moved meanwhile goes
// out when the answer has come. {kind: "again"} asks for other draws with the same settings.

import { el, put, root as makeRoot, write } from "./dom.mjs";

// near says whether two values show as the same. Pure.
export const near = (a, b) => Math.abs(a - b) < 1e-9;

// presetOf is the index of the preset that has these values, or -1. Pure.
export const presetOf = (presets, values) =>
  presets.findIndex((p) => p.values.length === values.length && p.values.every((v, i) => near(v, values[i])));

// stepOf is the step of a slider. Pure.
export const stepOf = (control) => control.step || (control.max - control.min) / 100;

// shown writes a value with as many digits as its step has. Pure.
export function shown(control, value) {
  const digits = Math.max(0, Math.ceil(-Math.log10(stepOf(control)) - 1e-9));
  return value.toFixed(Math.min(digits, 6));
}

export function render({ model, el: host }) {
  const root = makeRoot("preview");
  const list = el("div", { class: "pw-controls", role: "group", "aria-label": "settings" });
  const presets = el("select", { "aria-label": "named settings" });
  const again = el("button", { type: "button", title: "other random draws with the same settings" }, "Draw again");
  const pictures = el("div", { class: "pw-pictures", role: "list", "aria-label": "pictures" });
  const fault = el("p", { class: "pw-fault", role: "alert" });
  const text = el("pre", { class: "pw-text", tabindex: "0", "aria-label": "the settings as text" });
  const copy = el("button", { type: "button", class: "pw-copy" }, "Copy");
  const copied = el("span", { class: "pw-copied", role: "status" });
  root.append(
    el("div", { class: "pw-side" }, el("div", { class: "pw-tools" }, presets, again), list, el("div", { class: "pw-textbox" }, el("div", { class: "pw-texthead" }, copied, copy), text)),
    el("div", { class: "pw-show" }, fault, pictures));
  host.append(root);

  let view = { controls: [], presets: [], values: [], tiles: [], text: "" };
  let rows = []; // {input, number} for each control
  let wanted = null; // values that Go has not been told yet
  let busy = false;

  function ask(values) {
    wanted = values;
    show(values);
    if (busy) return;
    busy = true;
    put(pictures, "aria-busy", true);
    const sending = wanted;
    wanted = null;
    Promise.resolve(model.send({ kind: "set", values: sending })).catch(() => {}).then(() => {
      busy = false;
      put(pictures, "aria-busy", null);
      if (wanted) ask(wanted);
      else show(view.values);
    });
  }

  function build() {
    rows = view.controls.map((control, i) => {
      const id = `pw-control-${i}`;
      const input = control.switch
        ? el("input", { type: "checkbox", id })
        : el("input", { type: "range", id, min: control.min, max: control.max, step: stepOf(control) });
      const number = el("output", { for: id });
      input.addEventListener("input", () => {
        const values = [...(wanted ?? view.values)];
        values[i] = control.switch ? Number(input.checked) : Number(input.value);
        ask(values);
      });
      list.append(el("div", { class: "pw-control", title: control.about }, el("label", { for: id }, control.name), input, number));
      return { input, number };
    });
    presets.append(el("option", { value: "-1" }, "own settings"), ...view.presets.map((p, i) => el("option", { value: i, title: p.about }, p.name)));
    presets.hidden = !view.presets.length;
  }

  // show puts values into the controls; those that Go does not know yet too, so that nothing jumps back.
  function show(values) {
    rows.forEach(({ input, number }, i) => {
      const control = view.controls[i];
      if (control.switch) input.checked = values[i] > 0;
      else if (!near(Number(input.value), values[i])) input.value = values[i];
      write(number, control.switch ? (values[i] ? "on" : "off") : shown(control, values[i]));
      put(number.parentNode, "data-off", !values[i]);
    });
    presets.value = String(presetOf(view.presets, values));
  }

  function paint() {
    view = model.get("view") ?? view;
    if (!rows.length) build();
    if (!wanted) show(view.values);
    root.style.setProperty("--cols", view.columns || 4);
    while (pictures.children.length > view.tiles.length) pictures.lastChild.remove();
    view.tiles.forEach((tile, i) => {
      const at = pictures.children[i] ?? pictures.appendChild(el("figure", { role: "listitem" }, el("img", { alt: "" }), el("figcaption")));
      put(at.firstChild, "src", tile.src);
      put(at.firstChild, "alt", tile.title || tile.caption || `picture ${i + 1}`);
      put(at, "title", tile.title || null);
      write(at.lastChild, tile.caption ?? "");
    });
    write(fault, view.fault ?? "");
    fault.hidden = !view.fault;
    write(text, view.text ?? "");
    text.parentNode.hidden = !view.text;
  }

  presets.addEventListener("change", () => {
    const preset = view.presets[Number(presets.value)];
    if (preset) ask([...preset.values]);
  });
  again.addEventListener("click", () => model.send({ kind: "again" }));
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(view.text);
      write(copied, "copied");
    } catch {
      getSelection().selectAllChildren(text); // a frame may not be allowed to: then it is at least marked
      write(copied, "marked: press ctrl + c");
    }
  });
  model.on("change:view", paint);
  paint();
  return () => {
    model.off("change:view", paint);
    root.remove();
  };
}

export default { render };
