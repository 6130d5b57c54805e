// The grid's state as pure functions, so that node can test it. Go owns the labels; the page owns the cursor, the
// selection, what is open, and the edits that Go has not sent back yet.
//
//   ui = {batch, cursor, anchor, selected, edits, help, zoom, menu, ask, contrast, bands, why, info, last, before,
//         reasons, since}
//
// cursor is a place in the grid; selected a selection of places (selection.mjs), empty when only the cursor counts;
// anchor is where a range begins, null when nothing was picked yet; edits maps a row to what the person changed of it;
// ask is the question that is open, "exclude" or "note"; last and before are the two images labelled last; since is when
// (ms) the cursor came to its tile, from which dwell_ms is counted.

import { countOf, paged } from "./gridtiles.mjs";
import { alike, flip, label, tell } from "./labelling.mjs";
import * as sel from "./selection.mjs";

export const start = (view, now = 0) => ({
  batch: view?.batch, cursor: paged(view) ? clamp(view.start ?? 0, view.total) : 0, anchor: null, selected: sel.none, edits: {},
  help: false, zoom: false, menu: false, ask: null, contrast: "none", bands: 0, why: false, info: false,
  last: null, before: null, reasons: [], since: now,
});

const clamp = (at, count) => Math.max(0, Math.min(at, count - 1));

// settle takes a new view in. Edits stay only for the rows that are still pending; a new batch starts at its first tile.
export function settle(ui, view, pending, now) {
  const open = new Set(pending ?? []);
  const edits = Object.fromEntries(Object.entries(ui.edits).filter(([row]) => open.has(Number(row))));
  const { help, contrast, bands, why, info, last, before, reasons } = ui;
  if (view?.batch !== ui.batch) return { ...start(view, now), edits, help, contrast, bands, why, info, last, before, reasons };
  return { ...ui, edits, cursor: clamp(ui.cursor, countOf(view)), selected: sel.clip(ui.selected, countOf(view)) };
}

const quiet = (ui, say = "") => ({ ui, events: [], say });
const toggles = { help: "help", zoom: "zoom", menu: "menu", why: "why", info: "info" };

// act carries out one intent on the selection, or on the tile under the cursor. shape is {columns, rows}: how many tiles
// stand side by side and how many lines a page has. The result has the next state, the events for Go, a sentence for the
// status line, and leave: true when the keys go back to the page.
export function act(ui, view, intent, shape, now) {
  switch (intent.do) {
    case "help":
    case "why":
    case "info":
      return quiet({ ...ui, [toggles[intent.do]]: !ui[toggles[intent.do]] });
    case "leave":
      return leave(ui);
    case "undo":
    case "redo":
      return { ui, events: [{ kind: intent.do }], say: intent.do };
    case "next":
      if (paged(view) && ui.cursor < view.total - 1) return move(ui, view, { to: "pageDown" }, shape, now);
      return { ui: { ...ui, zoom: false, menu: false }, events: [{ kind: "next" }], say: "next batch" };
    case "contrast":
      return turn(ui, "contrast", ["none", ...(view?.contrasts ?? [])], (name) => `contrast: ${name}`);
    case "bands":
      return turn(ui, "bands", (view?.bands ?? []).map((_, i) => i), (i) => `bands: ${view.bands[i].name}`);
  }
  if (!countOf(view)) return quiet(ui);
  switch (intent.do) {
    case "alike":
      return alike(ui, view);
    case "flip":
      return flip(ui, view);
    case "move":
      return move(ui, view, intent, shape, now);
    case "choose":
      return choose(ui, view, intent.at, now);
    case "range":
      return select({ ...ui, cursor: intent.at, since: now }, sel.between(ui.anchor ?? ui.cursor, intent.at), ui.anchor ?? ui.cursor);
    case "toggle":
      return toggleAt(ui, intent.at ?? ui.cursor, now);
    case "all":
      return select(ui, [[0, countOf(view)]], ui.anchor ?? ui.cursor);
    case "box":
      return select(ui, sel.clip(intent.add ? sel.union(intent.base ?? sel.none, intent.places) : intent.places, countOf(view)), ui.anchor);
    case "zoom":
    case "menu":
      return quiet({ ...ui, [intent.do]: !ui[intent.do] });
    case "excludeWhy":
      return quiet({ ...ui, ask: "exclude" });
    case "note":
      return quiet({ ...ui, ask: "note" });
    case "tell":
      return tell({ ...ui, ask: null }, view, intent, now);
  }
  return label(ui, view, intent, now) ?? quiet(ui);
}

// leave closes what is on top, one thing at a time: a question, the menu, the sheet, the full image, the selection.
function leave(ui) {
  for (const [what, shut] of [["ask", null], ["menu", false], ["help", false], ["zoom", false]]) {
    if (ui[what]) return quiet({ ...ui, [what]: shut });
  }
  if (ui.selected.length) return quiet({ ...ui, selected: sel.none }, "nothing selected");
  return { ...quiet(ui), leave: true };
}

function turn(ui, what, choices, say) {
  if (choices.length < 2) return quiet(ui, what === "bands" ? "there is one choice of bands" : "this view has no contrast");
  const next = choices[(choices.indexOf(ui[what]) + 1) % choices.length];
  return quiet({ ...ui, [what]: next }, say(next));
}

const selectedText = (n) => (n ? `${n.toLocaleString("en")} selected` : "nothing selected");
const select = (ui, selected, anchor) => quiet({ ...ui, selected, anchor }, selectedText(sel.size(selected)));

// choose puts the cursor on a tile, which is then what keys work on.
export function choose(ui, view, at, now) {
  if (at < 0 || at >= countOf(view)) return quiet(ui);
  const since = at === ui.cursor ? ui.since : now;
  return quiet({ ...ui, cursor: at, anchor: at, selected: sel.none, since }, ui.selected.length ? "nothing selected" : "");
}

// toggleAt selects a tile or not. A tile that was picked before, by a click or by moving to it, counts as selected.
function toggleAt(ui, at, now) {
  const begin = !ui.selected.length && ui.anchor !== null && ui.anchor !== at && ui.anchor === ui.cursor ? sel.between(ui.anchor, ui.anchor) : ui.selected;
  return select({ ...ui, cursor: at, since: at === ui.cursor ? ui.since : now }, sel.toggle(begin, at), at);
}

function move(ui, view, { to, extend, keep }, shape, now) {
  const at = target(ui.cursor, countOf(view), shape, to);
  if (extend) {
    const anchor = ui.anchor ?? ui.cursor;
    return select({ ...ui, cursor: at, since: now }, sel.between(anchor, at), anchor);
  }
  if (keep) return quiet({ ...ui, cursor: at, since: at === ui.cursor ? ui.since : now });
  return choose(ui, view, at, now);
}

function target(at, count, { columns, rows }, to) {
  const page = columns * Math.max(1, rows);
  if (to === "home") return 0;
  if (to === "end") return count - 1;
  if (to === "pageDown") return Math.min(at + page, count - 1);
  if (to === "pageUp") return Math.max(at - page, at % columns);
  const next = at + { left: -1, right: 1, up: -columns, down: columns }[to];
  if (next >= 0 && next < count) return next;
  return to === "down" && Math.floor(at / columns) < Math.floor((count - 1) / columns) ? count - 1 : at;
}
