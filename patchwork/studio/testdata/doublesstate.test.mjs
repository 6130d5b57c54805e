import assert from "node:assert/strict";
import test from "node:test";
import { aboutText, acts, badgesOf, chipsOf, chosenIn, doublesProgress, emptyText, intentOf, keysOf, pageFrom, placeText, stepFrom } from "../assets/doublesstate.mjs";

const groups = [
  { group: 7, tiles: [{ row: 3 }, { row: 9 }] },
  { group: 2, tiles: [{ row: 4 }, { row: 5 }, { row: 6 }] },
];

test("arrows move in a group, between groups and off the page", () => {
  const none = new Map();
  assert.deepEqual(stepFrom(groups, { group: 7, row: 3 }, "right", none), { group: 7, row: 9 });
  assert.deepEqual(stepFrom(groups, { group: 7, row: 9 }, "right", none), { group: 7, row: 9 });
  assert.deepEqual(stepFrom(groups, { group: 7, row: 9 }, "left", none), { group: 7, row: 3 });
  assert.deepEqual(stepFrom(groups, { group: 7, row: 9 }, "down", none), { group: 2, row: 4 });
  assert.deepEqual(stepFrom(groups, { group: 7, row: 9 }, "down", new Map([[2, 6]])), { group: 2, row: 6 }, "where one was");
  assert.deepEqual(stepFrom(groups, { group: 2, row: 4 }, "down", none), { turn: 1 });
  assert.deepEqual(stepFrom(groups, { group: 7, row: 3 }, "up", none), { turn: -1 });
  assert.deepEqual(stepFrom(groups, { group: 7, row: 3 }, "end", none), { group: 2, row: 4 });
  assert.deepEqual(chosenIn(groups[0], new Map([[7, 99]])), { group: 7, row: 3 }, "an image that is not shown is not chosen");
});

test("pages begin and end", () => {
  assert.equal(pageFrom({ start: 0, length: 25, page: 10 }, -1), null);
  assert.equal(pageFrom({ start: 10, length: 25, page: 10 }, 1), 20);
  assert.equal(pageFrom({ start: 20, length: 25, page: 10 }, 1), null);
  assert.equal(placeText({ start: 1230, length: 4312, groups }), "1,231 to 1,232 of 4,312 groups");
  assert.equal(placeText({ start: 0, length: 2, settled: 1, groups }), "1 to 2 of 2 groups, 1 of them done");
  assert.equal(placeText({ start: 0, length: 0, groups: [] }), "no group");
});

test("keys", () => {
  const press = (chord, more = {}) => intentOf({ key: "", ...more }, chord);
  assert.deepEqual(press("KeyC"), { act: "label" });
  assert.deepEqual(press("KeyC", { repeat: true }), {}, "a held key acts once, and goes nowhere else");
  assert.equal(press("Ctrl+KeyC"), null, "copying text is the browser's");
  assert.deepEqual(press("KeyZ"), { act: "large" });
  assert.deepEqual(press("Ctrl+KeyZ"), { send: "undo" });
  assert.deepEqual(press("Shift+KeyU"), { send: "redo" });
  assert.deepEqual(press("ArrowDown"), { move: "down" });
  assert.deepEqual(press("PageUp"), { turn: -1 });
  assert.deepEqual(press("Shift+Slash", { key: "?" }), { help: true });
  assert.deepEqual(press("Escape"), { leave: true });
  assert.equal(press("KeyJ"), null);
  assert.equal(press("KeyC", { isComposing: true }), null);
  const help = keysOf((key) => key.toLowerCase());
  for (const { key, what } of acts) assert.ok(help.some(([keys, says]) => says === what && keys[0] === key.toLowerCase()), `${key} is in the help`);
});

test("what is the matter with a group", () => {
  const group = { images: 3, left: 3, leak: false, differ: [], apart: false, tiles: [1, 2, 3] };
  assert.deepEqual(badgesOf(group), []);
  assert.deepEqual(badgesOf({ ...group, leak: true, differ: ["a", "b", "c", "d", "e"] }, (name) => name.toUpperCase()).map(([kind, text]) => `${kind}: ${text}`),
    ["leak: leak: learned from and measured on", "differ: labelled differently: A, B, C, D …"]);
  assert.deepEqual(badgesOf({ ...group, leak: true, apart: true }), [["apart", "not doubles"]]);
  assert.deepEqual(badgesOf({ ...group, leak: true, left: 1 }), [["settled", "one image left in use"]]);
  assert.equal(aboutText(group), "3 images");
  assert.equal(aboutText({ ...group, images: 1200, left: 1100 }), "1,200 images · 100 left out · the first 3 are shown");
});

test("labels that tell something come first, and no unknown one counts as absent", () => {
  const classes = ["water", "road", "field", "house"].map((name) => ({ name }));
  assert.deepEqual(chipsOf([0, -1, 1, 0], classes, ["water"]),
    { chips: [{ class: 0, value: 0, differs: true }, { class: 2, value: 1, differs: false }], rest: "1 absent, 1 not labelled" });
  assert.deepEqual(chipsOf([1, 1, 1, -1], classes, [], 2).rest, "1 present, 1 not labelled");
  assert.deepEqual(chipsOf([-1, -1, -1, -1], classes, []), { chips: [], rest: "4 not labelled" });
});

test("what stands in place of groups and of a search", () => {
  const lists = [{ name: "open", n: 0 }, { name: "settled", n: 1 }, { name: "apart", n: 2 }];
  assert.equal(emptyText({ list: "open", lists }), "Nothing is left to do: 1 group with one image left in use and 2 groups that are no doubles.");
  assert.equal(emptyText({ list: "open", lists: [] }), "No two images show the same.");
  assert.equal(emptyText({ list: "leaks", lists }), "No group is in this list now.");
  assert.deepEqual(doublesProgress(null), { state: "idle" });
  assert.deepEqual(doublesProgress({ running: true, step: "comparing pictures", done: 3, total: 9, seconds: 1.2 }),
    { state: "running", label: "comparing pictures", done: 3, total: 9, elapsed_ms: 1200, cancel: true });
});
