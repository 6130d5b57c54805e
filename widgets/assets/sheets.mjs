// What opens over the grid: the overlay that all share, and the help sheet. They live inside the grid's root, so that the
// grid's keys go on working while they are open, and close with Escape, their button or a click beside them.

import { actions, keyText } from "./keys.mjs";
import { el, put } from "./dom.mjs";

// overlay makes a closed sheet with a close button.
export function overlay(label, close, ...children) {
  const button = el("button", { type: "button", class: "pw-close", "aria-label": "close", title: "close (Esc)", tabindex: "-1" }, "✕");
  const stage = el("div", { class: "pw-stage" }, el("div", { class: "pw-panel" }, button, ...children));
  const node = el("div", { class: "pw-overlay", role: "dialog", "aria-label": label, hidden: "" }, stage);
  button.addEventListener("click", close);
  let began = null; // where the pointer went down: a finger that opened the sheet must not close it when it goes up
  node.addEventListener("pointerdown", (e) => (began = e.target));
  node.addEventListener("click", (e) => e.target === began && (e.target === node || e.target === stage) && close());
  return node;
}

// reveal opens or closes an overlay. In a notebook the page is a frame that may reach far beyond the screen; only an
// intersection says which part of it is in view, and that is where the overlay's content goes.
export function reveal(node, open) {
  if (node.hidden === !open) return;
  node.hidden = !open;
  if (!open) return;
  const watch = new IntersectionObserver(([{ intersectionRect: seen }]) => {
    watch.disconnect();
    if (seen.height < 200) return;
    node.style.setProperty("--seen-top", `${Math.round(seen.top)}px`);
    node.style.setProperty("--seen-height", `${Math.round(seen.height)}px`);
  });
  watch.observe(node);
}

const fixed = {
  Label: [[["1 – 9"], "a class: unknown → present → absent"], [["Shift + 1 – 9"], "set the class absent"]],
  "Move and select": [[["Shift + ←"], "select from here on; also with ↑ ↓, Home, End, Page"], [["Ctrl + ←"], "move and keep the selection"],
    [["Click", "Shift + click", "Ctrl + click"], "one, a range, one more"], [["Drag"], "all that the box touches"]],
  Look: [[["Double click"], "full image; there the wheel zooms, dragging pans"], [["Ctrl + wheel"], "size of the images"]],
};

// sheetOf is what the help says: {head, rows: [[keys, what]]} for each group, with the keys that are in force. Pure.
export function sheetOf(bindings, layout) {
  const groups = [];
  for (const action of actions) {
    if (action.head) groups.push({ head: action.head, rows: action.head === "Label" ? [...fixed.Label] : [] });
    else {
      const keys = bindings.keysOf.get(action.name).map((key) => keyText(key, layout));
      const rows = groups.at(-1).rows;
      if (action.what) rows.push([keys, action.what]);
      else rows.at(-1)[0].push(...keys);
    }
  }
  groups.slice(1).forEach((group) => group.rows.push(...(fixed[group.head] ?? [])));
  return groups.map((group) => ({ ...group, rows: group.rows.filter(([keys]) => keys.length) }));
}

// helpSheet lists the keys. show(open, bindings) opens and closes it.
export function helpSheet(close) {
  const groups = el("div", { class: "pw-keys" });
  const problems = el("p", { class: "pw-problems", role: "alert", hidden: "" });
  const node = overlay("keys", close, el("h3", {}, "Keys"), problems, groups);
  const fill = (bindings, layout) => {
    problems.hidden = !bindings.problems.length;
    problems.textContent = `In the chosen keys: ${bindings.problems.join("; ")}.`;
    groups.replaceChildren(...sheetOf(bindings, layout).map(({ head, rows }) => el("section", {}, el("h4", {}, head),
      el("table", {}, el("tbody", {}, ...rows.map(([keys, what]) =>
        el("tr", {}, el("th", { scope: "row" }, ...keys.map((key) => el("kbd", {}, key))), el("td", {}, what))))))));
  };
  const show = (open, bindings) => {
    if (open && node.hidden) {
      fill(bindings);
      globalThis.navigator?.keyboard?.getLayoutMap?.().then((layout) => fill(bindings, layout), () => {});
    }
    reveal(node, open);
  };
  put(node, "data-help", true);
  return { node, show };
}
