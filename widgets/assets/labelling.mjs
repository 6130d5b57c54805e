// What keys and clicks do to labels, as pure functions: each works on the whole selection, or on the tile under the
// cursor when nothing is selected, and makes one event, so that one undo takes it back.
//
//   {kind: "set", changes: [{row, class, value}], dwell_ms}
//   {kind: "exclude" | "validation", row | rows, value, text}     row for one image, rows for more
//   {kind: "unsure", rows, class, value}                          class null: the image as a whole
//   {kind: "note", rows, text}
//   {kind: "flip", rows}                                          turns the labels round that Go doubts
//   {kind: "alike", rows}                                         no change: show images that look like these
//
// In a grid of pages, places that are selected but whose rows the page has not been told go along as {batch, spans: [[from, to)]},
// and for a set with fill: [{class, value, only}], where only limits it to labels that have this value now. Everything
// of one event is one step.

import { ABSENT, PRESENT, UNKNOWN, clean, cycle, word } from "./classes.mjs";
import { countOf, paged, shown, tileAt } from "./gridtiles.mjs";
import * as sel from "./selection.mjs";

// targets is what an intent works on: the tiles that the page has, and the spans of places that it has not.
function targets(ui, view, whole) {
  const selected = whole ? [[0, countOf(view)]] : alone(ui) ? sel.between(ui.cursor, ui.cursor) : ui.selected;
  if (!paged(view)) return { tiles: tilesIn(ui, view, selected), spans: [] };
  const here = [...view.cache.keys()].filter((at) => sel.has(selected, at)).sort((a, b) => a - b);
  const spans = here.reduce((left, at) => sel.without(left, at, at + 1), selected);
  return { tiles: here.map((at) => shown(ui, view.cache.get(at))), spans };
}

function tilesIn(ui, view, selected) {
  const tiles = [];
  for (const [from, to] of selected) {
    for (let at = from; at < to; at++) if (view.tiles[at]) tiles.push(shown(ui, view.tiles[at]));
  }
  return tiles;
}

// alone says that only the tile under the cursor counts: nothing is selected, or one image is open in full.
const alone = (ui) => ui.zoom || !ui.selected.length;
const many = ({ tiles, spans }) => tiles.length + sel.size(spans);
const beyond = (view, spans) => (spans.length ? { batch: view.batch, spans } : {});
const quiet = (ui, say = "") => ({ ui, events: [], say });
const classesOf = (view) => view.classes.map((_, c) => c);

// label carries out an intent that changes labels or flags; undefined for one that does not.
export function label(ui, view, intent, now) {
  const at = tileAt(view, ui.cursor);
  const to = targets(ui, view);
  const tile = at ? shown(ui, at) : to.tiles[0];
  const copies = intent.do === "copySelected" || intent.do === "copyAll";
  if (!tile || (copies && !at)) return quiet(ui, "the image is still coming");
  const set = (fill) => setAll(ui, view, to, fill, now);
  const goOn = (done) => (alone(ui) ? forward(done, view, now) : done);
  const quick = view.quick?.class;
  switch (intent.do) {
    case "cycle":
      return set([{ class: intent.class, value: cycle(leading(to, tile).values[intent.class]) }]);
    case "absent":
      return set([{ class: intent.class, value: ABSENT }]);
    case "set":
      return set([{ class: intent.class, value: intent.value }]);
    case "clear":
      return set(classesOf(view).map((c) => ({ class: c, value: UNKNOWN })));
    case "none":
      return set(classesOf(view).map((c) => ({ class: c, value: ABSENT })));
    case "rest":
      return goOn(set((quick === undefined ? classesOf(view) : [quick]).map((c) => ({ class: c, value: ABSENT, only: UNKNOWN }))));
    case "accept":
    case "reject":
      if (quick === undefined) return quiet(ui, "there is no one-class mode here");
      return goOn(set([{ class: quick, value: intent.do === "accept" ? PRESENT : ABSENT }]));
    case "same":
      return same(ui, tile, set);
    case "copySelected":
      return ui.selected.length ? set(known(tile.values)) : quiet(ui, "nothing is selected to copy to");
    case "copyAll":
      return setAll(ui, view, targets(ui, view, true), known(tile.values), now);
    case "exclude":
    case "validation":
      return flag(ui, view, to, { kind: intent.do, value: !leading(to, tile)[flags[intent.do].name] }, quick === undefined ? null : (done) => goOn(done));
    case "unsure":
      return unsure(ui, view, to, tile, doubtsOfClasses(view) ? intent.class ?? quick ?? null : null);
  }
  return undefined;
}

// leading is the tile that decides what a toggle does: the one under the cursor if it is among the targets.
const leading = ({ tiles }, tile) => (tiles.some(({ row }) => row === tile.row) ? tile : tiles[0] ?? tile);

// known is what to set for an image to have the labels of another; what is unknown there stays as it is.
const known = (values) => values.map((value, c) => ({ class: c, value: clean(value) })).filter(({ value }) => value !== UNKNOWN);

function same(ui, tile, set) {
  const from = ui.last?.row === tile.row ? ui.before : ui.last;
  return from ? set(known(from.values)) : quiet(ui, "no image was labelled before this one");
}

// setAll fills classes of all targets in one event. Values that are so already are left out.
function setAll(ui, view, to, fill, now) {
  const inPlace = fill.filter((f) => view.classes[f.class]);
  const changes = [];
  const edits = { ...ui.edits };
  let { last, before } = ui;
  for (const tile of to.tiles) {
    const values = classesOf(view).map((c) => clean(tile.values[c]));
    const mine = inPlace.filter((f) => values[f.class] !== f.value && (f.only === undefined || values[f.class] === f.only));
    if (!mine.length) continue;
    mine.forEach((f) => {
      values[f.class] = f.value;
      changes.push({ row: tile.row, class: f.class, value: f.value });
    });
    edits[tile.row] = { ...edits[tile.row], values };
    if (last?.row !== tile.row) before = last;
    last = { row: tile.row, values };
  }
  const spans = inPlace.length ? to.spans : [];
  if (!changes.length && !spans.length) return quiet(ui, to.tiles.length > 1 ? "all are so already" : "");
  const far = spans.length ? { ...beyond(view, spans), fill: inPlace } : {};
  const event = { kind: "set", changes, ...far, dwell_ms: Math.max(0, Math.round(now - ui.since)) };
  return { ui: { ...ui, edits, last, before, since: now }, events: [event], say: saySet(view, changes, inPlace, spans) };
}

function saySet(view, changes, fill, spans) {
  const rows = new Set(changes.map(({ row }) => row)).size + sel.size(spans);
  const said = spans.length ? fill : changes;
  const classes = [...new Set(said.map((change) => change.class))];
  const values = [...new Set(said.map(({ value }) => value))];
  const what = classes.length === 1 ? `${view.classes[classes[0]].name}: ` : `${classes.length} classes `;
  return `${what}${values.length === 1 ? word(values[0]) : "set"}${rows > 1 ? ` on ${rows.toLocaleString("en")} images` : ""}`;
}

// forward goes on to the next image; at the last it says what brings more.
function forward(done, view, now) {
  const at = done.ui.cursor + 1;
  if (at >= countOf(view)) return { ...done, say: "last image of the batch: Enter brings the next" };
  return { ...done, ui: { ...done.ui, cursor: at, anchor: null, since: now } };
}

const flags = {
  exclude: { name: "excluded", on: "left out", off: "taken back" },
  validation: { name: "validation", on: "held out for validation", off: "used for training" },
};

function flag(ui, view, to, { kind, value, text }, then) {
  const { name, on, off } = flags[kind];
  const rows = to.tiles.filter((tile) => Boolean(tile[name]) !== value || text).map(({ row }) => row);
  if (!rows.length && !to.spans.length) return quiet(ui, "all are so already");
  const one = rows.length === 1 && !to.spans.length;
  const event = { kind, ...(one ? { row: rows[0] } : { rows }), ...beyond(view, to.spans), value, ...(text ? { text } : {}) };
  const more = text ? { reason: text } : {};
  const n = rows.length + sel.size(to.spans);
  const done = { ui: edited(ui, rows, () => ({ [name]: value, ...more })), events: [event], say: `${n > 1 ? `${n.toLocaleString("en")} images ` : ""}${value ? on : off}` };
  return then && value ? then(done) : done;
}

// doubtsOfClasses says that a doubt can be about one class of an image, and not only about the image as a whole.
export const doubtsOfClasses = (view) => !["unsure", "unsureClass"].some((name) => view.without?.includes(name));

function unsure(ui, view, to, tile, of) {
  const isOn = (t) => (of === null ? Boolean(t.unsure) : (t.unsure_classes ?? []).includes(of));
  const value = !isOn(leading(to, tile));
  const tiles = to.tiles.filter((t) => isOn(t) !== value);
  if (!tiles.length && !to.spans.length) return quiet(ui, "all are so already");
  const classes = new Map(tiles.map((t) => [t.row, (t.unsure_classes ?? []).filter((c) => c !== of).concat(value ? [of] : [])]));
  const change = (row) => (of === null ? { unsure: value } : { unsure_classes: classes.get(row) });
  const rows = tiles.map(({ row }) => row);
  const event = { kind: "unsure", rows, ...beyond(view, to.spans), class: of, value };
  const n = rows.length + sel.size(to.spans);
  const say = `${of === null ? "" : `${view.classes[of].name}: `}${value ? "unsure" : "sure"}${n > 1 ? ` on ${n.toLocaleString("en")} images` : ""}`;
  return { ui: edited(ui, rows, change), events: [event], say };
}

// tell takes the answer to a question: the reason of an exclusion, or a note ("" removes it).
export function tell(ui, view, { about, text }) {
  const to = targets(ui, view);
  const said = String(text ?? "").trim();
  if (about === "exclude") {
    const done = flag(ui, view, to, { kind: "exclude", value: true, text: said });
    const reasons = said ? [said, ...ui.reasons.filter((reason) => reason !== said)].slice(0, 6) : ui.reasons;
    return { ...done, ui: { ...done.ui, reasons } };
  }
  const rows = to.tiles.map(({ row }) => row);
  if (!rows.length && !to.spans.length) return quiet(ui);
  const event = { kind: "note", rows, ...beyond(view, to.spans), text: said };
  return { ui: edited(ui, rows, () => ({ note: said })), events: [event], say: `${said ? "noted" : "note removed"}${many(to) > 1 ? ` on ${many(to).toLocaleString("en")} images` : ""}` };
}

// alike asks for images that look like these.
export function alike(ui, view) {
  const to = targets(ui, view);
  if (!many(to)) return quiet(ui, "the image is still coming");
  const event = { kind: "alike", rows: to.tiles.map(({ row }) => row), ...beyond(view, to.spans) };
  return { ui: { ...ui, zoom: false, menu: false }, events: [event], say: "looking for images like this …" };
}

// flip asks for the doubted labels of these to be turned round; which they are only Go knows.
export function flip(ui, view) {
  const to = targets(ui, view);
  if (!many(to)) return quiet(ui, "the image is still coming");
  return { ui, events: [{ kind: "flip", rows: to.tiles.map(({ row }) => row), ...beyond(view, to.spans) }], say: "doubted labels turned round" };
}

function edited(ui, rows, change) {
  const edits = { ...ui.edits };
  for (const row of rows) edits[row] = { ...edits[row], ...change(row) };
  return { ...ui, edits };
}
