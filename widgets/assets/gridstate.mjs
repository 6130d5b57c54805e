// The grid's state as pure functions, so that node can test it. Go owns the labels; the page owns the cursor, what is
// open, and the edits that Go has not sent back yet.
//
//   ui = {batch, cursor, edits, help, zoom, since}
//
// cursor is a place in view.tiles; edits maps a row to {values, excluded, validation} as the person left them; since is
// when (ms) the cursor came to its tile, from which dwell_ms is counted.

import { ABSENT, UNKNOWN, clean, cycle, word } from "./classes.mjs";

export const start = (view, now = 0) =>
  ({ batch: view?.batch, cursor: 0, edits: {}, help: false, zoom: false, since: now });

// shown is a tile with the person's own edits laid over it.
export function shown(ui, tile) {
  const edit = ui.edits[tile.row];
  return edit ? { ...tile, ...edit } : tile;
}

// settle takes a new view in. Edits stay only for the rows that are still pending; a new batch starts at its first tile.
export function settle(ui, view, pending, now) {
  const open = new Set(pending ?? []);
  const edits = Object.fromEntries(Object.entries(ui.edits).filter(([row]) => open.has(Number(row))));
  if (view?.batch !== ui.batch) return { ...start(view, now), edits, help: ui.help };
  const cursor = Math.max(0, Math.min(ui.cursor, (view?.tiles?.length ?? 0) - 1));
  return { ...ui, edits, cursor };
}

const unchanged = (ui) => ({ ui, events: [], say: "" });

// act carries out one intent on the tile under the cursor. The result has the next state, the events for Go, a sentence
// for the status line, and leave: true when the keys go back to the page.
export function act(ui, view, intent, columns, now) {
  const tile = view?.tiles?.[ui.cursor];
  switch (intent.do) {
    case "help":
      return { ...unchanged(ui), ui: { ...ui, help: !ui.help } };
    case "leave":
      if (ui.help) return { ...unchanged(ui), ui: { ...ui, help: false } };
      if (ui.zoom) return { ...unchanged(ui), ui: { ...ui, zoom: false } };
      return { ...unchanged(ui), leave: true };
    case "undo":
    case "redo":
      return { ui, events: [{ kind: intent.do }], say: intent.do };
    case "next":
      return { ui: { ...ui, zoom: false }, events: [{ kind: "next" }], say: "next batch" };
  }
  if (!tile) return unchanged(ui);
  const seen = shown(ui, tile);
  switch (intent.do) {
    case "move":
      return choose(ui, view, target(ui.cursor, view.tiles.length, columns, intent.to), now);
    case "cycle":
      return label(ui, view, [[intent.class, cycle(seen.values[intent.class])]], now);
    case "absent":
      return label(ui, view, [[intent.class, ABSENT]], now);
    case "set":
      return label(ui, view, [[intent.class, intent.value]], now);
    case "rest":
      return rest(ui, view, seen, now);
    case "clear":
      return label(ui, view, view.classes.map((_, c) => [c, UNKNOWN]), now);
    case "exclude":
      return flag(ui, seen, "exclude", "excluded", !seen.excluded);
    case "validation":
      return flag(ui, seen, "validation", "validation", !seen.validation);
    case "zoom":
      return { ...unchanged(ui), ui: { ...ui, zoom: !ui.zoom } };
  }
  return unchanged(ui);
}

// choose puts the cursor on a tile.
export function choose(ui, view, at, now) {
  if (at === ui.cursor || !view.tiles[at]) return unchanged(ui);
  return { ...unchanged(ui), ui: { ...ui, cursor: at, since: now } };
}

function target(at, count, columns, to) {
  const step = { left: -1, right: 1, up: -columns, down: columns }[to];
  if (to === "home") return 0;
  if (to === "end") return count - 1;
  const next = at + step;
  if (next >= 0 && next < count) return next;
  return to === "down" && Math.floor(at / columns) < Math.floor((count - 1) / columns) ? count - 1 : at;
}

// label sets classes of the tile under the cursor: pairs of class and value. Values that are so already are left out.
function label(ui, view, pairs, now) {
  const tile = shown(ui, view.tiles[ui.cursor]);
  const values = view.classes.map((_, c) => clean(tile.values[c]));
  const changes = pairs
    .filter(([c, value]) => c in values && values[c] !== value)
    .map(([c, value]) => ({ row: tile.row, class: c, value }));
  if (!changes.length) return unchanged(ui);
  changes.forEach((change) => (values[change.class] = change.value));
  const last = changes.at(-1);
  const say = changes.length === 1
    ? `${view.classes[last.class].name}: ${word(last.value)}`
    : `${changes.length} classes ${word(last.value)}`;
  const event = { kind: "set", changes, dwell_ms: Math.max(0, Math.round(now - ui.since)) };
  return { ui: edited({ ...ui, since: now }, tile, { values }), events: [event], say };
}

function rest(ui, view, tile, now) {
  const open = view.classes.map((_, c) => c).filter((c) => clean(tile.values[c]) === UNKNOWN);
  const done = label(ui, view, open.map((c) => [c, ABSENT]), now);
  const moved = choose(done.ui, view, ui.cursor + 1, now);
  const last = ui.cursor === view.tiles.length - 1;
  return { ...done, ui: moved.ui, say: last ? "last image of the batch: Enter brings the next" : done.say };
}

function flag(ui, tile, kind, name, value) {
  const say = { exclude: value ? "left out" : "taken back", validation: value ? "held out for validation" : "used for training" };
  return { ui: edited(ui, tile, { [name]: value }), events: [{ kind, row: tile.row, value }], say: say[kind] };
}

function edited(ui, tile, change) {
  return { ...ui, edits: { ...ui.edits, [tile.row]: { ...ui.edits[tile.row], ...change } } };
}
