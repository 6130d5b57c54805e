// What stands beside the canvas of a map: the legend, what is known of the image under the pointer, and the selection.

import { el, put, write } from "./dom.mjs";
import { called } from "./classes.mjs";

const number = (n) => n.toLocaleString("en");
const images = (n) => (n === 1 ? "1 image" : `${number(n)} images`);

const tools = [["move", "Move", "drag to move (v)"], ["lasso", "Lasso", "draw around dots (l, or Shift and drag)"], ["box", "Box", "draw a rectangle (r)"],
  ["brush", "Brush", "paint over dots (b; [ and ] make the brush smaller and larger)"]];

// bar is the row of tools, with some of another's before them. calls: tool(name), color(key), images(), zoom(factor), all(), undo().
export function bar(calls, before = []) {
  const button = (text, title, call) => {
    const node = el("button", { type: "button", title }, text);
    node.addEventListener("click", call);
    return node;
  };
  const modes = tools.map(([name, text, title]) => button(text, title, () => calls.tool(name)));
  const by = el("select", { "aria-label": "what colours mean" });
  by.addEventListener("change", () => calls.color(by.value));
  const label = el("label", { class: "pw-by" }, "colour by ", by);
  const pictured = button("Images", "show images in place of dots (i)", calls.images);
  const undo = button("Undo", "undo the last change of labels (u)", calls.undo);
  const node = el("div", { class: "pw-bar", role: "toolbar", "aria-label": "map" }, ...before,
    el("span", { class: "pw-modes", role: "group", "aria-label": "what dragging does" }, ...modes), label, pictured,
    el("span", { class: "pw-modes", role: "group", "aria-label": "zoom" }, button("+", "nearer (+)", () => calls.zoom(1.4)), button("−", "further away (−)", () => calls.zoom(1 / 1.4)), button("All", "show all (0)", calls.all)), undo);
  return {
    node,
    tool: (name) => tools.forEach(([one], i) => put(modes[i], "aria-pressed", String(one === name))),
    images: (on) => put(pictured, "aria-pressed", String(on)),
    show(view) {
      if (by.options.length !== view.colorings.length || [...by.options].some((o, i) => o.value !== view.colorings[i].key)) {
        by.replaceChildren(...view.colorings.map(({ key, name }) => el("option", { value: key }, name)));
      }
      by.value = view.by;
      label.hidden = view.colorings.length < 2;
      undo.hidden = view.can_undo === undefined;
      undo.disabled = !view.can_undo;
    },
  };
}

// legend lists the groups. toggle(i) and isolate(i) are what a press, and one with Shift, ask for.
export function legend(toggle, isolate) {
  const list = el("div", { class: "pw-groups", role: "group", "aria-label": "groups; press one to hide it, with Shift to see it alone" });
  let shape = "";
  function show(groups, hidden) {
    const now = JSON.stringify(groups.map(({ i, name, color }) => [i, name, color]));
    if (now !== shape) {
      shape = now;
      list.replaceChildren(...groups.map(({ i, name, color }) => {
        const swatch = el("i", { "aria-hidden": "true" });
        swatch.style.background = color;
        const button = el("button", { type: "button", title: `${name}: press to hide or show it, with Shift to see it alone` }, swatch, el("span", { class: "pw-name" }, called(name)), el("b"));
        button.addEventListener("click", (e) => (e.shiftKey ? isolate : toggle)(i));
        return button;
      }));
    }
    groups.forEach(({ i, n }, at) => {
      put(list.children[at], "aria-pressed", String(!hidden.has(i)));
      write(list.children[at].lastChild, number(n));
    });
  }
  return { node: list, show };
}

// card says what is known of one image, beside its dot.
export function card() {
  const picture = el("img", { alt: "" });
  const name = el("b");
  const badge = el("span", { class: "pw-badge" });
  const why = el("span", { class: "pw-why" });
  const node = el("div", { class: "pw-card", hidden: "" }, picture, el("div", {}, name, badge, why));
  function show(tile, x, y, see) {
    node.hidden = !tile;
    if (!tile) return;
    put(picture, "src", tile.src);
    write(name, tile.caption);
    write(badge, tile.badge ?? "");
    write(why, tile.why ?? "");
    node.style.left = `${Math.max(4, Math.min(see.w - 228, x > see.w - 240 ? x - 236 : x + 14))}px`;
    node.style.top = `${Math.max(4, Math.min(see.h - 110, y > see.h - 130 ? y - 112 : y + 12))}px`;
  }
  return { node, show };
}

// stack is a bar of parts [colour, how many].
const stack = (counts, total) => {
  const node = el("span", { class: "pw-stack", "aria-hidden": "true" });
  for (const [color, n] of counts) {
    if (!n) continue;
    const piece = el("i");
    piece.style.background = color;
    piece.style.width = `${(100 * n) / Math.max(1, total)}%`;
    node.append(piece);
  }
  return node;
};
const truthColors = ["#009e73", "#d55e00", "#9aa0a8"]; // present, absent, not labelled

// selection shows what is selected. calls: open(), clear(), label(class, value, only).
export function selection(calls) {
  const count = el("b", { class: "pw-count" });
  const open = el("button", { type: "button", class: "pw-main", title: "show these images in the grid (Enter)" }, "Open as a batch");
  const clear = el("button", { type: "button", title: "select nothing (Esc)" }, "Clear");
  const groups = el("div", { class: "pw-parts" });
  const only = el("input", { type: "checkbox", checked: "" });
  const onlyAt = el("label", { class: "pw-only" }, only, "only where not labelled yet");
  const classes = el("table", { class: "pw-classes" });
  const strip = el("div", { class: "pw-strip", role: "list", "aria-label": "some of the selected images" });
  const hint = el("p", { class: "pw-hint" }, "Draw around dots with Lasso or Box, or paint with Brush. Shift adds, Alt takes away.");
  const body = el("div", { class: "pw-body" }, el("div", { class: "pw-tools" }, open, clear), groups, classes, onlyAt, strip);
  const node = el("section", { class: "pw-selection", "aria-label": "selection" }, count, hint, body);
  open.addEventListener("click", calls.open);
  clear.addEventListener("click", calls.clear);
  let now = { summary: null };
  only.addEventListener("change", () => paint(now));

  function rowOf({ name, present, absent, unknown }) {
    const many = (value) => unknown + (only.checked ? 0 : value ? absent : present);
    const button = (value, word) => {
      const n = many(value);
      const made = el("button", { type: "button", "data-value": word, "aria-label": `label ${images(n)} ${word} for ${called(name)}`, title: `label ${images(n)} ${word}` }, value ? "✓ " : "✗ ", number(n));
      made.disabled = n === 0;
      made.addEventListener("click", () => calls.label(name, value, only.checked));
      return made;
    };
    return el("tr", {},
      el("th", { scope: "row", title: name }, called(name)),
      el("td", { title: `${number(present)} present, ${number(absent)} absent, ${number(unknown)} not labelled` },
        stack([[truthColors[0], present], [truthColors[1], absent], [truthColors[2], unknown]], present + absent + unknown)),
      el("td", {}, button(1, "present")), el("td", {}, button(0, "absent")));
  }

  // paint shows state = {count, parts: [{name, color, n}], summary: what Go says or null, canOpen}.
  function paint(state) {
    now = state;
    write(count, state.count ? `${images(state.count)} selected` : "Nothing selected");
    hint.hidden = state.count > 0;
    body.hidden = state.count === 0;
    open.hidden = !state.canOpen;
    if (!state.count) return;
    groups.replaceChildren(stack(state.parts.map(({ color, n }) => [color, n]), state.count),
      ...state.parts.slice(0, 8).map(({ name, color, n }) => {
        const swatch = el("i", { "aria-hidden": "true" });
        swatch.style.background = color;
        return el("span", { class: "pw-part" }, swatch, `${called(name)} ${number(n)}`);
      }));
    const summary = state.summary;
    put(body, "aria-busy", !summary);
    if (!summary) return;
    const labelled = summary.classes ?? [];
    classes.hidden = onlyAt.hidden = !labelled.length;
    // A press on a button must not lose the focus when what it did comes back.
    const focused = [...classes.querySelectorAll("button")].indexOf(document.activeElement);
    classes.replaceChildren(el("tbody", {}, ...labelled.map(rowOf)));
    if (focused >= 0) classes.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
    strip.replaceChildren(...(summary.tiles ?? []).map((tile) => el("div", { role: "listitem" }, el("img", { src: tile.src, alt: tile.caption, title: [tile.title || tile.caption, tile.badge].filter(Boolean).join("\n"), loading: "lazy" }))));
  }
  return { node, paint, count: (n) => write(count, n ? `${images(n)} selected` : "Nothing selected") };
}
