import assert from "node:assert/strict";
import test from "node:test";
import { act, settle, start } from "../assets/gridstate.mjs";
import { shown } from "../assets/gridtiles.mjs";
import { takeIn } from "../assets/pages.mjs";

const tile = (row, ...values) => ({ row, caption: `${row}.jpg`, values, scores: null, excluded: false, validation: false });
const view = {
  batch: "1", columns: 4, classes: [{ name: "a" }, { name: "b" }],
  tiles: [tile(10, -1, -1), tile(11, 1, -1), tile(12, 0, 1), tile(13, -1, -1), tile(14, -1, -1), tile(15, -1, -1)],
};
const on = (ui, intent, in_ = view) => act(ui, in_, intent, { columns: 4, rows: 2 }, 5);
const after = (ui, ...intents) => intents.reduce((state, intent) => on(state, intent).ui, ui);
const begin = start(view, 0);

test("selecting: click, range, toggle, keys, all, box", () => {
  const clicked = after(begin, { do: "choose", at: 1 });
  assert.deepEqual(clicked.selected, [], "one image needs no selection");
  const range = on(clicked, { do: "range", at: 3 });
  assert.deepEqual([range.ui.selected, range.ui.cursor, range.say], [[[1, 4]], 3, "3 selected"]);
  assert.deepEqual(after(range.ui, { do: "range", at: 0 }).selected, [[0, 2]], "the range turns round its anchor");
  assert.deepEqual(after(clicked, { do: "toggle", at: 4 }).selected, [[1, 2], [4, 5]], "the clicked image counts as selected");
  assert.deepEqual(after(begin, { do: "toggle", at: 4 }).selected, [[4, 5]], "the first image was not picked by anyone");
  assert.deepEqual(after(begin, { do: "toggle", at: 4 }, { do: "toggle", at: 4 }).selected, []);
  const keys = after(begin, { do: "move", to: "right", extend: true }, { do: "move", to: "down", extend: true });
  assert.deepEqual([keys.selected, keys.cursor, keys.anchor], [[[0, 6]], 5, 0]);
  assert.deepEqual(after(keys, { do: "move", to: "left", keep: true }).selected, [[0, 6]], "with control the selection stays");
  assert.deepEqual(after(keys, { do: "move", to: "left" }).selected, []);
  assert.deepEqual(after(begin, { do: "all" }).selected, [[0, 6]]);
  assert.deepEqual(after(clicked, { do: "box", places: [[2, 4], [5, 9]] }).selected, [[2, 4], [5, 6]]);
  assert.deepEqual(after(clicked, { do: "box", places: [[2, 4]], base: [[0, 1]], add: true }).selected, [[0, 1], [2, 4]]);
});

test("a label goes to the whole selection in one event", () => {
  const some = after(begin, { do: "choose", at: 0 }, { do: "range", at: 2 });
  const done = on(some, { do: "cycle", class: 0 });
  assert.deepEqual([done.events.length, done.events[0].changes], [1, [{ row: 11, class: 0, value: -1 }, { row: 12, class: 0, value: -1 }]]);
  assert.deepEqual(done.ui.selected, [[0, 3]], "the selection stays for the next label");
  assert.deepEqual(view.tiles.slice(0, 3).map((t) => shown(done.ui, t).values[0]), [-1, -1, -1], "the cursor's image is absent, so all go to unknown");
  const present = on(some, { do: "set", class: 0, value: 1 });
  assert.deepEqual(present.events[0].changes, [{ row: 10, class: 0, value: 1 }, { row: 12, class: 0, value: 1 }], "who has it already is left out");
  assert.equal(present.say, "a: present on 2 images");
});

test("copy, same as last, all absent, rest absent", () => {
  const some = after(begin, { do: "choose", at: 1 }, { do: "range", at: 3 }, { do: "move", to: "left", keep: true });
  assert.equal(some.cursor, 2);
  assert.deepEqual(on(some, { do: "copySelected" }).events[0].changes,
    [{ row: 11, class: 0, value: 0 }, { row: 11, class: 1, value: 1 }, { row: 13, class: 0, value: 0 }, { row: 13, class: 1, value: 1 }]);
  assert.equal(on(begin, { do: "copySelected" }).events.length, 0, "nothing is selected");
  const known = after(begin, { do: "choose", at: 1 });
  assert.deepEqual(on(known, { do: "copyAll" }).events[0].changes.map((c) => [c.row, c.class]), [[10, 0], [12, 0], [13, 0], [14, 0], [15, 0]], "what is unknown is not copied");
  assert.deepEqual(on(begin, { do: "none" }).events[0].changes.map((c) => c.value), [0, 0]);
  const all = on(after(begin, { do: "all" }), { do: "rest" });
  assert.equal(all.events[0].changes.length, 9);
  assert.equal(all.ui.cursor, 0, "with a selection nothing moves on");

  const first = on(begin, { do: "cycle", class: 1 }).ui;
  const second = after(first, { do: "move", to: "end" });
  assert.deepEqual(on(second, { do: "same" }).events[0].changes, [{ row: 15, class: 1, value: 1 }]);
  const again = after(second, { do: "same" }, { do: "set", class: 0, value: 0 });
  assert.deepEqual(on(again, { do: "same" }).events, [], "the last is this image itself: the one before it counts, and it has its labels");
  assert.match(on(begin, { do: "same" }).say, /no image/);
  assert.deepEqual(on(settle(first, { ...view, batch: "2" }, [], 0), { do: "same" }, { ...view, batch: "2" }).events, [], "the last is remembered over a batch");
});

test("flags, notes and doubts of many", () => {
  const some = after(begin, { do: "choose", at: 0 }, { do: "range", at: 2 });
  assert.deepEqual(on(some, { do: "validation" }).events, [{ kind: "validation", rows: [10, 11, 12], value: true }]);
  const asked = after(some, { do: "excludeWhy" });
  assert.equal(asked.ask, "exclude");
  const told = on(asked, { do: "tell", about: "exclude", text: "  cloud " });
  assert.deepEqual(told.events, [{ kind: "exclude", rows: [10, 11, 12], value: true, text: "cloud" }]);
  assert.deepEqual([told.ui.reasons, told.ui.ask], [["cloud"], null]);
  assert.deepEqual(on(told.ui, { do: "exclude" }).events, [{ kind: "exclude", rows: [10, 11, 12], value: false }]);
  assert.deepEqual(on(begin, { do: "tell", about: "note", text: "<b>" }).events, [{ kind: "note", rows: [10], text: "<b>" }]);
  const doubt = on(begin, { do: "unsure" });
  assert.deepEqual(doubt.events, [{ kind: "unsure", rows: [10], class: null, value: true }]);
  assert.equal(on(doubt.ui, { do: "unsure" }).events[0].value, false);
  assert.deepEqual(on(begin, { do: "unsure", class: 1 }).events, [{ kind: "unsure", rows: [10], class: 1, value: true }]);
  assert.equal(after(asked, { do: "leave" }).ask, null);
});

test("one class, accept or reject", () => {
  const quick = { ...view, quick: { class: 1 } };
  const yes = on(begin, { do: "accept" }, quick);
  assert.deepEqual([yes.events[0].changes, yes.ui.cursor], [[{ row: 10, class: 1, value: 1 }], 1]);
  const no = on(yes.ui, { do: "reject" }, quick);
  assert.deepEqual([no.events[0].changes, no.ui.cursor], [[{ row: 11, class: 1, value: 0 }], 2]);
  const out = on(no.ui, { do: "exclude" }, quick);
  assert.deepEqual([out.events, out.ui.cursor], [[{ kind: "exclude", row: 12, value: true }], 3], "left out is left out, and on it goes");
  assert.deepEqual(on(out.ui, { do: "rest" }, quick).events[0].changes, [{ row: 13, class: 1, value: 0 }], "the rest is this class alone");
  assert.deepEqual(on(begin, { do: "accept" }).events, [], "without the mode the key does nothing");
});

test("where doubts are about images as a whole, they are so in the one-class mode too", () => {
  const whole = { ...view, quick: { class: 1 }, without: ["unsureClass"] };
  const doubt = on(begin, { do: "unsure" }, whole);
  assert.deepEqual(doubt.events, [{ kind: "unsure", rows: [10], class: null, value: true }]);
  const marked = { ...whole, tiles: whole.tiles.map((t) => (t.row === 10 ? { ...t, unsure: true } : t)) };
  const answered = settle(doubt.ui, marked, [], 0);
  assert.equal(on(answered, { do: "unsure" }, marked).events[0].value, false, "the second press takes it back");
  assert.equal(on(begin, { do: "unsure", class: 0 }, whole).events[0].class, null, "also from the menu");
});

test("escape: question, menu, sheet, image, selection, then the keys", () => {
  let ui = { ...after(begin, { do: "all" }), ask: "note", menu: true, help: true, zoom: true };
  const open = () => [ui.ask !== null, ui.menu, ui.help, ui.zoom, ui.selected.length > 0].filter(Boolean).length;
  for (let left = 4; left >= 0; left--) {
    const done = on(ui, { do: "leave" });
    assert.equal(done.leave, undefined);
    ui = done.ui;
    assert.equal(open(), left);
  }
  assert.equal(on(ui, { do: "leave" }).leave, true);
});

test("in the full image only that image counts", () => {
  const open = after(begin, { do: "all" }, { do: "zoom" });
  assert.deepEqual(on(open, { do: "set", class: 0, value: 1 }).events[0].changes, [{ row: 10, class: 0, value: 1 }]);
});

test("contrast and bands turn through what there is", () => {
  const looks = { ...view, contrasts: ["stretch", "clahe"], bands: [{ name: "x" }, { name: "y" }] };
  let ui = begin;
  const seen = [];
  for (let i = 0; i < 4; i++) seen.push((ui = on(ui, { do: "contrast" }, looks).ui).contrast);
  assert.deepEqual(seen, ["stretch", "clahe", "none", "stretch"]);
  assert.equal(on(begin, { do: "contrast" }).ui.contrast, "none", "without choices nothing changes");
  assert.equal(after(begin).bands, 0);
  assert.equal(on(begin, { do: "bands" }, looks).ui.bands, 1);
});

test("a grid of pages: what the page has goes by row, what it has not by place", () => {
  const paged = takeIn({ ...view, total: 100_000, version: 1, start: 40 }, null);
  const ui = start(paged, 0);
  assert.equal(ui.cursor, 40);
  const all = on(ui, { do: "all" }, paged).ui;
  const [event] = on(all, { do: "set", class: 1, value: 0 }, paged).events;
  assert.equal(event.changes.length, 6);
  assert.deepEqual([event.batch, event.spans, event.fill], ["1", [[0, 40], [46, 100_000]], [{ class: 1, value: 0 }]]);
  assert.deepEqual(on(all, { do: "rest" }, paged).events[0].fill, [{ class: 0, value: 0, only: -1 }, { class: 1, value: 0, only: -1 }]);
  assert.deepEqual(on(all, { do: "exclude" }, paged).events[0].spans, [[0, 40], [46, 100_000]]);
  assert.equal(on({ ...ui, cursor: 9 }, { do: "cycle", class: 0 }, paged).say, "the image is still coming");
  const down = on(ui, { do: "next" }, paged);
  assert.deepEqual([down.ui.cursor, down.events], [48, []], "enter is a page down");
  assert.deepEqual(on({ ...ui, cursor: 99_999 }, { do: "next" }, paged).events, [{ kind: "next" }], "at the end it asks for more");
  assert.equal(on(ui, { do: "move", to: "pageUp" }, paged).ui.cursor, 32);
});

test("1,000 selected images are labelled in one event", () => {
  const big = { ...view, tiles: Array.from({ length: 1000 }, (_, i) => tile(i, -1, -1)) };
  const done = on(on(start(big, 0), { do: "all" }, big).ui, { do: "none" }, big);
  assert.equal(done.events[0].changes.length, 2000);
  assert.equal(done.say, "2 classes absent on 1,000 images");
});

test("3,000 random actions: what the page shows before Go answers is what Go then has", () => {
  let seed = 11;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const total = 120;
  const truth = Array.from({ length: total }, (_, row) => ({ ...tile(row, -1, -1), unsure: false, unsure_classes: [], note: "" }));
  const windowed = (start, before) => takeIn({ ...view, total, version: before ? before.version + 1 : 0, quick: { class: 1 }, start, tiles: truth.slice(start, start + 20).map((t) => structuredClone(t)) }, before);
  const apply = (event) => {
    const far = (event.spans ?? []).flatMap(([a, b]) => truth.slice(a, b));
    const near = (event.rows ?? (event.row === undefined ? [] : [event.row])).map((row) => truth[row]);
    event.changes?.forEach((c) => (truth[c.row].values[c.class] = c.value));
    for (const f of event.fill ?? []) far.filter((t) => f.only === undefined || t.values[f.class] === f.only).forEach((t) => (t.values[f.class] = f.value));
    for (const t of [...near, ...far]) {
      if (event.kind === "exclude") Object.assign(t, { excluded: event.value }, event.text ? { reason: event.text } : {});
      if (event.kind === "validation") t.validation = event.value;
      if (event.kind === "note") t.note = event.text;
      if (event.kind === "unsure" && event.class === null) t.unsure = event.value;
      if (event.kind === "unsure" && event.class !== null) t.unsure_classes = t.unsure_classes.filter((c) => c !== event.class).concat(event.value ? [event.class] : []);
    }
  };
  const wishes = [
    () => ({ do: "move", to: ["left", "right", "up", "down", "home", "end", "pageUp", "pageDown"][random(8)], extend: random(3) === 0, keep: random(5) === 0 }),
    () => ({ do: "choose", at: random(total) }), () => ({ do: "toggle", at: random(total) }), () => ({ do: "range", at: random(total) }), () => ({ do: "leave" }),
    () => ({ do: ["cycle", "absent"][random(2)], class: random(2) }), () => ({ do: ["rest", "clear", "none", "same", "copySelected", "copyAll", "accept", "reject", "all"][random(9)] }),
    () => ({ do: ["exclude", "validation"][random(2)] }), () => ({ do: "unsure", class: [undefined, 0][random(2)] }), () => ({ do: "tell", about: ["note", "exclude"][random(2)], text: ["", "x", "y"][random(3)] }),
    () => ({ do: "zoom" }),
  ];
  let seen = windowed(0, null);
  let ui = start(seen, 0);
  let labelled = 0;
  for (let step = 0; step < 3000; step++) {
    const done = on(ui, wishes[random(wishes.length)](), seen);
    ui = done.ui;
    done.events.filter((e) => e.kind !== "next").forEach(apply);
    labelled += done.events.length;
    for (const [at, t] of seen.cache) {
      const { values, excluded, validation, note, unsure, unsure_classes: doubts } = shown(ui, t);
      const now = truth[at];
      assert.deepEqual([values, excluded, validation, note, unsure, [...doubts].sort()],
        [now.values, now.excluded, now.validation, now.note, now.unsure, [...now.unsure_classes].sort()], `step ${step}, image ${at}`);
    }
    assert.ok(ui.cursor >= 0 && ui.cursor < total);
    if (random(4) > 0) continue;
    // Go answers, with the window that the page shows now; the rest of its tiles may be old and are dropped here.
    seen = windowed(Math.max(0, Math.min(total - 20, ui.cursor - random(20))), { ...seen, cache: null });
    ui = settle(ui, seen, [], 0);
  }
  assert.ok(labelled > 500, `${labelled} events`);
});
