// The menu of classes: all that keys do to labels, for fingers and for those who would rather see the words. A long touch
// opens it, or M. It works on the selection, or on the tile under the cursor, and stays open until it is closed.

import { ABSENT, PRESENT, UNKNOWN, clean, colorOf, inkOn, word } from "./classes.mjs";
import { el, put, write } from "./dom.mjs";
import { doubtsOfClasses } from "./labelling.mjs";
import { overlay, reveal } from "./sheets.mjs";

const choices = [[UNKNOWN, "?"], [ABSENT, "✕"], [PRESENT, "✓"]];
const commands = [
  ["none", "all absent"], ["rest", "rest absent"], ["same", "same as last"], ["clear", "clear"], ["unsure", "unsure"],
  ["exclude", "leave out"], ["excludeWhy", "leave out, why …"], ["validation", "validation"], ["note", "note …"], ["toggle", "select"], ["all", "select all"],
  ["alike", "more like this"], ["flip", "turn doubted round"], ["zoom", "full image"], ["undo", "undo"],
];

// menuSheet makes the menu. run(intent) acts. show(tile or null, view, count) opens, follows and closes it.
export function menuSheet(close, run) {
  const title = el("h3");
  const list = el("div", { class: "pw-menu" });
  const buttons = commands.map(([name, text]) => el("button", { type: "button", class: "pw-tool", "data-do": name }, text));
  const node = overlay("menu of classes", close, title, list, el("div", { class: "pw-commands" }, ...buttons));
  node.dataset.menu = "";
  let key = "";
  let rows = [];

  function build(classes) {
    key = JSON.stringify(classes);
    rows = classes.map((cls, c) => {
      const three = choices.map(([value, face]) => el("button", { type: "button", "data-class": c, "data-value": word(value), "aria-label": `${cls.name}: ${word(value)}` }, face));
      const unsure = el("button", { type: "button", "data-class": c, "data-do": "unsure", "aria-label": `${cls.name}: unsure` }, "unsure");
      const row = el("div", { class: "pw-menurow", role: "group", "aria-label": cls.name },
        el("span", { class: "pw-name" }, cls.name), el("span", { class: "pw-three" }, ...three), unsure);
      row.style.setProperty("--c", colorOf(classes, c));
      row.style.setProperty("--ink", inkOn(colorOf(classes, c)));
      return { row, three, unsure };
    });
    list.replaceChildren(...rows.map(({ row }) => row));
  }

  node.addEventListener("click", (e) => {
    const button = e.target.closest("button");
    if (!button || button.classList.contains("pw-close")) return;
    const { class: of, value, do: name } = button.dataset;
    if (value) run({ do: "set", class: Number(of), value: choices.find(([v]) => word(v) === value)[0] });
    else run(of === undefined ? { do: name } : { do: name, class: Number(of) }, ["excludeWhy", "note", "zoom", "toggle", "all", "alike", "flip"].includes(name));
  });
  // Arrow keys go from button to button; all other keys mean what they mean in the grid.
  node.addEventListener("keydown", (e) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    const all = [...node.querySelectorAll(".pw-menu button, .pw-commands button")];
    const stride = e.key === "ArrowDown" || e.key === "ArrowUp" ? 4 : 1;
    const at = all.indexOf(node.ownerDocument.activeElement);
    all[Math.max(0, Math.min(all.length - 1, at + step * stride))]?.focus();
  });

  function show(tile, view, count) {
    const opened = tile && node.hidden;
    reveal(node, Boolean(tile));
    if (!tile) return;
    if (JSON.stringify(view.classes) !== key) build(view.classes);
    write(title, count > 1 ? `${count.toLocaleString("en")} images` : tile.caption ?? "");
    const without = view.without ?? [];
    buttons.forEach((button) => (button.hidden = without.includes(button.dataset.do)));
    rows.forEach(({ three, unsure }, c) => {
      unsure.hidden = !doubtsOfClasses(view);
      three.forEach((button, i) => put(button, "aria-pressed", String(choices[i][0] === clean(tile.values[c]))));
      put(unsure, "aria-pressed", String((tile.unsure_classes ?? []).includes(c)));
    });
    const on = { unsure: tile.unsure, exclude: tile.excluded, validation: tile.validation };
    buttons.forEach((button) => button.dataset.do in on && put(button, "aria-pressed", String(Boolean(on[button.dataset.do]))));
    if (opened) rows[0]?.three[0].focus({ preventScroll: true });
  }
  return { node, show };
}
