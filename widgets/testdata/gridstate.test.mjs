import assert from "node:assert/strict";
import test from "node:test";
import { act, settle, start } from "../assets/gridstate.mjs";
import { shown } from "../assets/gridtiles.mjs";

const tile = (row, ...values) => ({ row, caption: `${row}.jpg`, values, scores: null, excluded: false, validation: false });
const view = {
  batch: "1", columns: 4, classes: [{ name: "a" }, { name: "b" }],
  tiles: [tile(10, -1, -1), tile(11, 1, -1), tile(12, 0, 1), tile(13, -1, -1), tile(14, -1, -1), tile(15, -1, -1)],
};
const at = (cursor) => ({ ...start(view, 0), cursor });
const set = (ui, intent, now = 5) => act(ui, view, intent, { columns: 4, rows: 3 }, now);

test("a class goes round: unknown, present, absent, unknown", () => {
  let ui = at(0);
  for (const want of [1, 0, -1]) {
    const done = set(ui, { do: "cycle", class: 0 });
    assert.deepEqual(done.events[0].changes, [{ row: 10, class: 0, value: want }]);
    ui = done.ui;
    assert.equal(shown(ui, view.tiles[0]).values[0], want, "painted before Go answers");
  }
  assert.deepEqual(view.tiles[0].values, [-1, -1], "Go's view is not touched");
});

test("a set sends the time since the cursor came or the last label", () => {
  const first = set(at(0), { do: "cycle", class: 0 }, 1500.4);
  assert.equal(first.events[0].dwell_ms, 1500);
  assert.equal(set(first.ui, { do: "cycle", class: 1 }, 1700).events[0].dwell_ms, 200);
});

test("what is so already is not sent", () => {
  assert.deepEqual(set(at(2), { do: "absent", class: 0 }).events, []);
  assert.deepEqual(set(at(2), { do: "set", class: 1, value: 1 }).events, []);
  assert.deepEqual(set(at(0), { do: "clear" }).events, []);
  assert.deepEqual(set(at(0), { do: "cycle", class: 7 }).events, [], "no such class");
});

test("space: only the unknown become absent, and the cursor moves on", () => {
  const done = set(at(1), { do: "rest" });
  assert.deepEqual(done.events[0].changes, [{ row: 11, class: 1, value: 0 }]);
  assert.equal(done.ui.cursor, 2);
  const known = set(at(2), { do: "rest" });
  assert.deepEqual([known.events, known.ui.cursor], [[], 3], "nothing to say about a tile that is known");
  const last = set(at(5), { do: "rest" });
  assert.equal(last.ui.cursor, 5);
  assert.match(last.say, /Enter/);
});

test("backspace clears all labels of a tile in one event", () => {
  const done = set(at(2), { do: "clear" });
  assert.deepEqual(done.events[0].changes, [{ row: 12, class: 0, value: -1 }, { row: 12, class: 1, value: -1 }]);
});

test("moves stay in the grid; down reaches a short last line", () => {
  const rows = [[0, "left", 0], [0, "right", 1], [5, "right", 5], [0, "up", 0], [4, "up", 0], [1, "down", 5], [3, "down", 5], [4, "down", 4], [3, "home", 0], [0, "end", 5]];
  for (const [from, to, want] of rows) assert.equal(set(at(from), { do: "move", to }).ui.cursor, want, `${from} ${to}`);
});

test("flags toggle and are told with their row", () => {
  const done = set(at(1), { do: "exclude" });
  assert.deepEqual(done.events, [{ kind: "exclude", row: 11, value: true }]);
  assert.deepEqual(set(done.ui, { do: "exclude" }).events, [{ kind: "exclude", row: 11, value: false }]);
  assert.deepEqual(set(at(1), { do: "validation" }).events, [{ kind: "validation", row: 11, value: true }]);
});

test("escape closes what is open, then gives the keys back", () => {
  const open = { ...at(0), help: true, zoom: true };
  const one = set(open, { do: "leave" });
  const two = set(one.ui, { do: "leave" });
  assert.deepEqual([one.ui.help, one.ui.zoom, two.ui.zoom], [false, true, false]);
  assert.equal(two.leave, undefined);
  assert.equal(set(two.ui, { do: "leave" }).leave, true);
});

test("an edit stays while its row is pending and yields to Go after", () => {
  const { ui } = set(at(0), { do: "cycle", class: 0 });
  assert.equal(shown(settle(ui, view, [10], 9), view.tiles[0]).values[0], 1, "an old view must not flicker through");
  assert.equal(shown(settle(ui, view, [], 9), view.tiles[0]).values[0], -1, "Go has the last word");
});

test("a new batch starts at its first tile; the same batch keeps the cursor", () => {
  assert.equal(settle(at(4), { ...view, batch: "2" }, [], 9).cursor, 0);
  assert.equal(settle(at(4), { ...view }, [], 9).cursor, 4);
  assert.equal(settle(at(4), { ...view, tiles: view.tiles.slice(0, 2) }, [], 9).cursor, 1);
});

test("an empty grid takes every key quietly", () => {
  const none = { ...view, tiles: [] };
  for (const what of ["move", "cycle", "absent", "rest", "clear", "exclude", "validation", "zoom"]) {
    assert.deepEqual(act(start(none), none, { do: what, class: 0, to: "down" }, { columns: 4, rows: 3 }, 0).events, [], what);
  }
});
