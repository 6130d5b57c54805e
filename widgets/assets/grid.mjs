// The image grid. model:
//
//   view      {batch, columns, classes: [{name, key, color, description}], tiles: [{row, src, full, caption, title, why,
//             values, scores, excluded, reason, validation, note, unsure, unsure_classes, meta: [[name, value]]}], empty,
//             keys: {action: key | [key]}, quick: {class}, contrasts: ["stretch", "clahe"], bands: [{name, bands}],
//             reasons: [text], without: [action]} from Go; drawn, never changed here. Instead of all tiles it may have {version, total, page,
//             start} and the tiles of one window (pages.mjs)
//   pending   rows with events that Go has not acknowledged
//   cursor    set here: row of the tile under the cursor; following it from outside works too
//   current   set here: that tile with the person's edits, for widgets that follow the grid
//   selected  set here: how many tiles are selected
//
// It sends the events of labelling.mjs, {kind: "next" | "undo" | "redo"} and {kind: "page", batch, start, count}. It
// receives {kind: "set", class, value} for the selection or the tile under the cursor, and any intent of keys.mjs as
// {kind: "do", intent}, from the page's own buttons; {kind: "say", text} fills the line below the grid. render returns
// the clean-up.

import { act, choose, settle, start } from "./gridstate.mjs";
import { countOf, lookOf, paged, placeOf, shown, tileAt } from "./gridtiles.mjs";
import { askSheet } from "./asksheet.mjs";
import { bindingsOf, intentOf } from "./keys.mjs";
import { keyboard } from "./keyboard.mjs";
import { put, root as makeRoot } from "./dom.mjs";
import { follow } from "./pointer.mjs";
import { foot } from "./gridfoot.mjs";
import { helpSheet } from "./sheets.mjs";
import { makePager } from "./pager.mjs";
import { makeCells } from "./gridview.mjs";
import { menuSheet } from "./menusheet.mjs";
import { takeIn } from "./pages.mjs";
import { remember, remembered } from "./memory.mjs";
import { zoomSheet } from "./zoomsheet.mjs";
import * as sel from "./selection.mjs";

let instances = 0;
const pan = { left: [90, 0], right: [-90, 0], up: [0, 90], down: [0, -90] };
// What a person may do to an image that is not on the screen.
const blind = new Set(["move", "choose", "range", "toggle", "all", "box", "help", "leave", "undo", "redo", "next", "why", "contrast", "bands", "info"]);

export function render({ model, el: host }) {
  const id = `pw-grid-${++instances}`;
  const clock = () => performance.now();
  const kept = remembered();
  let view = takeIn(model.get("view"), null);
  let ui = { ...start(view, clock()), why: Boolean(kept.why), contrast: kept.contrast ?? "none" };
  let size = Number.isFinite(kept.size) ? kept.size : null; // of a tile, as the person chose it
  let tile = 232; // width of a tile now
  let boxBase = null; // what was selected when a box began
  let bindings = bindingsOf(view?.keys, view?.without);

  const root = makeRoot("grid");
  const pager = makePager(() => view, (message) => model.send(message));
  const grid = makeCells(id, pager.show);
  const line = foot({ run: (intent) => (run(intent), focus()) });
  const close = (change) => () => (done({ ui: { ...ui, ...change } }), focus());
  const helps = helpSheet(close({ help: false }));
  const zooms = zoomSheet(close({ zoom: false }), (intent) => run(intent));
  const asks = askSheet(close({ ask: null }), (about, text) => (run({ do: "tell", about, text }), focus()));
  const menu = menuSheet(close({ menu: false }), (intent, last) => {
    if (last) ui = { ...ui, menu: false };
    run(intent);
    if (last && !ui.ask) focus();
  });
  root.append(grid.scroll, line.node, zooms.node, menu.node, helps.node, asks.node);
  host.append(root);

  // build makes the tiles anew: after another batch, other classes or another size.
  function build() {
    put(root, "data-many", (view?.classes ?? []).length > 5);
    put(root, "data-quick", view?.quick !== undefined && view?.quick !== null);
    tile = grid.build(view, countOf(view) > 1 ? size : null, (places) => paintTiles(places));
  }

  function paintTiles(places) {
    const pending = new Set(model.get("pending") ?? []);
    const look = lookOf(ui, view);
    const quick = view?.quick?.class;
    grid.paint(ui, (at, t) => ({ cursor: at === ui.cursor, selected: sel.has(ui.selected, at), pending: t && pending.has(t.row), look, quick }), places);
  }

  function paint() {
    paintTiles();
    const at = tileAt(view, ui.cursor);
    const current = at ? shown(ui, at) : null;
    const selected = sel.size(ui.selected);
    put(grid.cells, "aria-activedescendant", grid.idOf(ui.cursor));
    put(root, "data-why", ui.why);
    put(root, "data-selecting", selected > 0);
    line.paint({ selected, count: countOf(view), ui, view, bindings });
    helps.show(ui.help, bindings);
    if (current || !ui.zoom) zooms.show(ui.zoom ? current : null, view, ui);
    menu.show(ui.menu ? current : null, view, selected || 1);
    const reasons = [...ui.reasons, ...(view?.reasons ?? [])];
    asks.show(ui.ask, { text: ui.ask === "note" ? current?.note : "", choices: ui.ask === "exclude" ? [...new Set(reasons)].slice(0, 6) : [], count: selected || 1 });
    model.set("current", current);
    model.set("selected", selected);
    model.set("cursor", current ? current.row : null);
    model.save_changes();
  }

  // say fills the line under the grid: what was just done, then why the image under the cursor is shown.
  function say(text) {
    const at = tileAt(view, ui.cursor);
    line.say([text, at?.why && !ui.why && `shown because: ${at.why}`].filter(Boolean).join(" · "));
  }

  function done(result) {
    const moved = result.ui.cursor !== ui.cursor;
    if (result.ui.why !== ui.why) remember({ why: result.ui.why });
    if (result.ui.contrast !== ui.contrast) remember({ contrast: result.ui.contrast });
    ui = result.ui;
    paint();
    (result.events ?? []).forEach((event) => model.send(event));
    if (result.events?.some((event) => event.kind === "next" || event.kind === "alike")) put(grid.cells, "aria-busy", "true");
    say(result.say ?? "");
    if (moved) grid.reveal(ui.cursor);
    if (result.leave) root.contains(document.activeElement) && document.activeElement.blur();
  }

  // run carries out an intent of keys.mjs, of a button or of the page.
  function run(intent) {
    if (intent.do === "larger" || intent.do === "smaller" || intent.do === "fit" || intent.do === "one") {
      if (ui.zoom) return zooms.to(intent.do);
      return intent.do === "larger" || intent.do === "smaller" ? resize(intent.do === "larger" ? 1 : -1) : undefined;
    }
    if (ui.zoom && intent.do === "move" && intent.keep) return zooms.to({ pan: pan[intent.to] ?? [0, 0] });
    const hidden = paged(view) && !ui.zoom && !ui.selected.length && !pager.onScreen(ui.cursor);
    if (hidden && !blind.has(intent.do)) {
      grid.reveal(ui.cursor);
      return say("this is the image that the key meant: press again");
    }
    return done(act(ui, view, intent, grid.shape(), clock()));
  }
  const focus = () => grid.cells.focus({ preventScroll: true });

  function resize(step) {
    const to = grid.sizeBeside(size ?? tile, step);
    if (to === size) return;
    size = to;
    remember({ size });
    build();
    paint();
    grid.reveal(ui.cursor);
    say("");
  }

  const onKey = keyboard({
    intent: (e) => intentOf(e, view?.classes ?? [], bindings),
    shut: close({ ask: null }),
    run(intent) {
      const menuWas = ui.menu;
      run(intent);
      if (menuWas && !ui.menu && !ui.ask) focus();
    },
  });

  const label = (at, e) => ({ do: e.shiftKey ? "absent" : "cycle", class: Number(at.dataset.class) });
  const stop = follow(grid.cells, grid.scroll, {
    click(e, touched) {
      const at = grid.at(e.target);
      if (at < 0) return;
      focus();
      const chip = e.target.closest(".pw-chip");
      if (chip) {
        ui = sel.has(ui.selected, at) ? { ...ui, cursor: at } : choose(ui, view, at, clock()).ui;
        run(label(chip, e));
      } else if (e.shiftKey) run({ do: "range", at });
      else if (e.ctrlKey || e.metaKey || (touched && ui.selected.length)) run({ do: "toggle", at });
      else run({ do: "choose", at });
    },
    double: (e) => e.target.closest(".pw-picture") && !e.shiftKey && !e.ctrlKey && !e.metaKey && run({ do: "zoom" }),
    press(e) {
      const at = grid.at(e.target);
      if (at < 0) return;
      if (!sel.has(ui.selected, at)) run({ do: "choose", at });
      run({ do: "menu" });
    },
    box(box, add) {
      boxBase ??= ui.selected;
      run({ do: "box", places: sel.spansOf(grid.boxed(box)), base: boxBase, add });
    },
    boxed() {
      boxBase = null;
      if (ui.selected.length && !sel.has(ui.selected, ui.cursor)) ui = { ...ui, cursor: ui.selected[0][0] };
      paint();
      focus();
    },
  });
  const onZoomChip = (e) => e.target.closest(".pw-chip") && run(label(e.target.closest(".pw-chip"), e));
  // Nothing takes the focus from the grid but what is typed in, and the buttons of the menu.
  const keepFocus = (e) => e.target.closest(".pw-chip, .pw-foot, .pw-overlay") && !e.target.closest("input, [data-menu] button, [data-ask] button") && e.preventDefault();
  const onWheel = (e) => e.ctrlKey && (e.preventDefault(), run({ do: e.deltaY < 0 ? "larger" : "smaller" }));
  const onScroll = () => grid.follow();
  root.addEventListener("keydown", onKey);
  root.addEventListener("mousedown", keepFocus);
  zooms.node.addEventListener("click", onZoomChip);
  grid.scroll.addEventListener("wheel", onWheel, { passive: false });
  grid.scroll.addEventListener("scroll", onScroll, { passive: true });

  function onView() {
    const before = view;
    view = takeIn(model.get("view"), before);
    ui = settle(ui, view, model.get("pending"), clock());
    put(grid.cells, "aria-busy", null);
    const shape = (v) => JSON.stringify([v?.batch, countOf(v), v?.classes, v?.columns, v?.quick, v?.keys, v?.without]);
    const same = before && shape(before) === shape(view);
    if (same) grid.update(view);
    else {
      bindings = bindingsOf(view?.keys, view?.without);
      build();
    }
    paint();
    if (!same) say("");
    pager.took(before);
  }
  function onCursor() {
    const at = placeOf(view, model.get("cursor"));
    if (at >= 0 && at !== ui.cursor) done(choose(ui, view, at, clock()));
  }
  function onMessage(message) {
    if (message.kind === "set") run({ do: "set", class: message.class, value: message.value });
    if (message.kind === "do") run(message.intent);
    if (message.kind === "say") say(message.text);
  }
  const heard = [["change:view", onView], ["change:pending", paint], ["change:cursor", onCursor], ["msg:custom", onMessage]];
  heard.forEach(([event, call]) => model.on(event, call));

  let wide = 0;
  const resized = new ResizeObserver(() => {
    if (host.clientWidth === wide) return;
    wide = host.clientWidth;
    build();
    paint();
  });
  wide = host.clientWidth;
  resized.observe(host);
  build();
  paint();
  say(bindings.problems.length ? `In the chosen keys: ${bindings.problems.join("; ")}.` : "");

  return () => {
    resized.disconnect();
    stop();
    heard.forEach(([event, call]) => model.off(event, call));
    root.remove();
  };
}

export default { render };
