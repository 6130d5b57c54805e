// Label buttons: for each class a three-way switch, with its key and the model's score. model:
//
//   view  {classes: [{name, key, color, description}], values: [-1|0|1 …], scores: [0..1 …] | null, disabled}
//
// It sends {kind: "set", class, value}. A press paints at once; the next view has the last word. With the focus inside,
// arrow keys move, and the class keys work as in the grid.

import { ABSENT, PRESENT, UNKNOWN, clean, colorOf, cycle, inkOn, keyOf, percent, word } from "./classes.mjs";
import { intentOf } from "./keys.mjs";
import { el, put, root as makeRoot, write } from "./dom.mjs";

const order = [UNKNOWN, ABSENT, PRESENT];
const face = { [UNKNOWN]: "?", [ABSENT]: "✕", [PRESENT]: "✓" };

// change is what a press sends, or null when the value is so already. Pure.
export const change = (values, at, value) =>
  clean(values[at]) === value ? null : { kind: "set", class: at, value };

export function render({ model, el: host }) {
  const root = makeRoot("buttons");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "classes");
  host.append(root);
  let view;
  let values = [];
  let rows = [];

  function makeRow(cls, c) {
    const color = colorOf(view.classes, c);
    const choices = order.map((value) => el("button", {
      type: "button", role: "radio", "data-class": c, "data-value": word(value), "aria-label": word(value), title: word(value),
    }, face[value]));
    const fill = el("span", { class: "pw-fill" });
    const score = el("span", { class: "pw-score" });
    const meter = el("span", { class: "pw-meter", "aria-hidden": "true" }, fill);
    const key = el("kbd", { "aria-hidden": "true" }, keyOf(view.classes, c).toUpperCase());
    const name = el("span", { class: "pw-name", title: cls.description || null }, cls.name);
    const group = el("span", { class: "pw-three", role: "radiogroup", "aria-label": cls.name }, ...choices);
    const node = el("div", { class: "pw-class" }, key, el("span", { class: "pw-what" }, name, meter), score, group);
    node.style.setProperty("--c", color);
    node.style.setProperty("--ink", inkOn(color));
    return { node, choices, fill, score, meter };
  }

  function paint() {
    put(root, "data-disabled", Boolean(view.disabled));
    put(root, "aria-disabled", view.disabled ? "true" : null);
    put(root, "data-scored", Boolean(view.scores));
    rows.forEach((row, c) => {
      const value = clean(values[c]);
      put(row.node, "data-value", word(value));
      row.choices.forEach((button, i) => {
        put(button, "aria-checked", String(order[i] === value));
        put(button, "tabindex", order[i] === value ? "0" : "-1");
        button.disabled = Boolean(view.disabled);
      });
      const guess = percent(view.scores?.[c]);
      row.fill.style.width = guess || "0";
      write(row.score, guess);
      put(row.meter, "title", guess ? `model: ${guess}` : null);
    });
  }

  function set(at, value) {
    const event = view.disabled || !(at in rows) ? null : change(values, at, value);
    if (!event) return;
    values = values.map((v, c) => (c === at ? value : v));
    paint();
    model.send(event);
  }

  function onClick(e) {
    const button = e.target.closest("button[role=radio]");
    if (!button) return;
    set(Number(button.dataset.class), order.find((value) => word(value) === button.dataset.value));
  }

  function onKey(e) {
    if (e.target.closest("button") && (e.key === " " || e.key === "Enter")) return e.stopPropagation();
    const intent = intentOf(e, view.classes);
    if (e.key?.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey) e.stopPropagation();
    if (!intent) return;
    const button = e.target.closest("button[role=radio]");
    const at = button ? Number(button.dataset.class) : 0;
    const step = { left: -1, right: 1 }[intent.to];
    const climb = { up: -1, down: 1 }[intent.to];
    if (intent.do === "cycle") set(intent.class, cycle(values[intent.class]));
    else if (intent.do === "absent") set(intent.class, ABSENT);
    else if (step) set(at, order[Math.max(0, Math.min(2, order.indexOf(clean(values[at])) + step))]);
    else if (intent.do === "leave") document.activeElement?.blur();
    else if (!climb) return;
    if (step || climb) focus(at + (climb ?? 0));
    e.preventDefault();
    e.stopPropagation();
  }
  const focus = (at) => rows[at]?.choices.find((button) => button.tabIndex === 0)?.focus();

  function onView() {
    const before = JSON.stringify(view?.classes);
    view = model.get("view") ?? { classes: [], values: [], scores: null, disabled: true };
    values = view.classes.map((_, c) => clean(view.values?.[c]));
    if (JSON.stringify(view.classes) !== before) {
      rows = view.classes.map(makeRow);
      root.replaceChildren(...rows.map((row) => row.node));
    }
    paint();
  }
  root.addEventListener("click", onClick);
  root.addEventListener("keydown", onKey);
  model.on("change:view", onView);
  onView();
  return () => {
    model.off("change:view", onView);
    root.remove();
  };
}

export default { render };
