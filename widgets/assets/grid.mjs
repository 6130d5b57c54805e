// The image grid. model:
//
//   view     {batch, columns, classes: [{name, key, color, description}], tiles: [{row, src, full, caption, why,
//            values, scores, excluded, validation, note}]} from Go; drawn, never changed here
//   pending  rows with events that Go has not acknowledged
//   cursor   set here: row of the tile under the cursor; following it from outside works too
//   current  set here: that tile with the person's edits, for widgets that follow the grid
//
// It sends {kind: "set", changes: [{row, class, value}], dwell_ms}, {kind: "exclude" | "validation", row, value},
// {kind: "next" | "undo" | "redo"}. It receives {kind: "set", class, value} for the tile under the cursor, and any
// intent of keys.mjs as {kind: "do", intent}, from the page's own buttons; {kind: "say", text} fills the line below the
// grid. render returns the clean-up.

import { act, choose, settle, shown, start } from "./gridstate.mjs";
import { intentOf } from "./keys.mjs";
import { makeTile, paintTile } from "./tile.mjs";
import { el, put, root as makeRoot, write } from "./dom.mjs";
import { helpSheet, zoomSheet } from "./sheets.mjs";

const narrowest = 120; // px: a tile below this loses a column

// columnsFor is how many tiles fit side by side: what Go asked for, fewer in a narrow place. Pure.
export const columnsFor = (asked, width) =>
  Math.max(1, Math.min(asked || 4, width > 0 ? Math.floor(width / narrowest) : asked || 4));

let instances = 0;

export function render({ model, el: host }) {
  const id = `pw-grid-${++instances}`;
  const clock = () => performance.now();
  let view = model.get("view");
  let ui = start(view, clock());
  let tiles = [];
  let columns = columnsFor(view?.columns, 0);

  const root = makeRoot("grid");
  const cells = el("div", { class: "pw-cells", role: "grid", tabindex: "0", "aria-label": "images to label" });
  const help = el("button", { type: "button", class: "pw-help", "aria-label": "keys", title: "keys (?)" }, "?");
  const why = el("span", { class: "pw-line", role: "status" });
  const helps = helpSheet(() => done({ ui: { ...ui, help: false } }));
  const zooms = zoomSheet(() => done({ ui: { ...ui, zoom: false } }));
  root.append(cells, el("div", { class: "pw-foot" }, why, help), zooms.node, helps.node);
  host.append(root);

  // build makes the tiles anew: after another batch, other classes or another number of columns.
  function build() {
    columns = columnsFor(view?.columns, host.clientWidth);
    const classes = view?.classes ?? [];
    tiles = (view?.tiles ?? []).map((_, i) => makeTile(`${id}-${i}`, classes));
    const rows = [];
    for (let i = 0; i < tiles.length; i += columns) {
      rows.push(el("div", { role: "row" }, ...tiles.slice(i, i + columns).map((tile) => tile.node)));
    }
    if (!tiles.length) rows.push(el("p", { class: "pw-empty" }, view?.empty ?? "No images to show."));
    cells.replaceChildren(...rows);
    cells.style.setProperty("--cols", columns);
    put(root, "data-many", classes.length > 5);
  }

  function paint() {
    const pending = new Set(model.get("pending") ?? []);
    tiles.forEach((parts, i) => {
      const tile = shown(ui, view.tiles[i]);
      paintTile(parts, tile, view.classes, { cursor: i === ui.cursor, pending: pending.has(tile.row) });
    });
    const at = view?.tiles?.[ui.cursor];
    const tile = at ? shown(ui, at) : null;
    put(cells, "aria-activedescendant", tile ? `${id}-${ui.cursor}` : null);
    helps.show(ui.help);
    zooms.show(ui.zoom ? tile : null, view?.classes);
    model.set("current", tile);
    model.set("cursor", tile ? tile.row : null);
    model.save_changes();
  }

  // say fills the line under the grid: what was just done, then why the image under the cursor is shown.
  function say(text) {
    const tile = view?.tiles?.[ui.cursor];
    write(why, [text, tile?.why && `shown because: ${tile.why}`].filter(Boolean).join(" · "));
  }

  function done(result) {
    const moved = result.ui.cursor !== ui.cursor;
    ui = result.ui;
    paint();
    (result.events ?? []).forEach((event) => model.send(event));
    if (result.events?.some((event) => event.kind === "next")) put(cells, "aria-busy", "true");
    say(result.say ?? "");
    if (moved) tiles[ui.cursor]?.node.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (result.leave) root.contains(document.activeElement) && document.activeElement.blur();
  }

  const run = (intent) => done(act(ui, view, intent, columns, clock()));
  const focus = () => cells.focus({ preventScroll: true });

  function onKey(e) {
    const onButton = e.target.closest?.("button") && (e.key === "Enter" || e.key === " ");
    const intent = onButton ? null : intentOf(e, view?.classes ?? []);
    if (intent) e.preventDefault();
    // Plain keys stay here even when they mean nothing to us: in a notebook "d d" would delete the cell.
    const plain = e.key?.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey;
    if (intent || onButton || plain) e.stopPropagation();
    if (intent && intent.do !== "nothing") run(intent);
  }

  function onClick(e) {
    const at = tiles.findIndex((tile) => tile.node.contains(e.target));
    if (at < 0) return;
    focus();
    const chip = e.target.closest(".pw-chip");
    const chosen = choose(ui, view, at, clock());
    if (!chip) return done(chosen);
    ui = chosen.ui;
    run({ do: e.shiftKey ? "absent" : "cycle", class: Number(chip.dataset.class) });
  }

  const onDouble = (e) => e.target.closest(".pw-picture") && run({ do: "zoom" });
  const onHelp = () => (focus(), run({ do: "help" }));
  const keepFocus = (e) => e.target.closest("button") && e.preventDefault(); // a chip never takes the focus
  root.addEventListener("keydown", onKey);
  cells.addEventListener("click", onClick);
  cells.addEventListener("dblclick", onDouble);
  root.addEventListener("mousedown", keepFocus);
  help.addEventListener("click", onHelp);

  function onView() {
    const before = view;
    view = model.get("view");
    ui = settle(ui, view, model.get("pending"), clock());
    put(cells, "aria-busy", null);
    const same = before?.batch === view?.batch && before?.tiles?.length === view?.tiles?.length
      && JSON.stringify(before?.classes) === JSON.stringify(view?.classes) && before?.columns === view?.columns;
    if (!same) build();
    paint();
    if (!same) say("");
  }
  function onCursor() {
    const at = view?.tiles?.findIndex((tile) => tile.row === model.get("cursor")) ?? -1;
    if (at >= 0 && at !== ui.cursor) done(choose(ui, view, at, clock()));
  }
  function onMessage(message) {
    if (message.kind === "set") run({ do: "set", class: message.class, value: message.value });
    if (message.kind === "do") run(message.intent);
    if (message.kind === "say") say(message.text);
  }
  model.on("change:view", onView);
  model.on("change:pending", paint);
  model.on("change:cursor", onCursor);
  model.on("msg:custom", onMessage);

  const resized = new ResizeObserver(() => {
    if (columnsFor(view?.columns, host.clientWidth) !== columns) build(), paint();
  });
  resized.observe(host);
  build();
  paint();
  say("");

  return () => {
    resized.disconnect();
    model.off("change:view", onView);
    model.off("change:pending", paint);
    model.off("change:cursor", onCursor);
    model.off("msg:custom", onMessage);
    root.remove();
  };
}

export default { render };
