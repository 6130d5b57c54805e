import assert from "node:assert/strict";
import test from "node:test";
import { called, clean, colorOf, coloured, cycle, inkOn, keyOf, palette, percent, pressed } from "../assets/classes.mjs";
import { layout, onDark, optionOf } from "../assets/curves.mjs";
import { change } from "../assets/labelbuttons.mjs";
import { buttonsFor, createModel } from "../assets/model.mjs";
import { clockText, measure } from "../assets/progress.mjs";
import { quickText } from "../assets/gridfoot.mjs";
import { bindingsOf } from "../assets/keys.mjs";
import { badgesOf, describe, labelsOf } from "../assets/tile.mjs";

test("anything that is not a label is unknown", () => {
  assert.deepEqual([1, 0, -1, null, undefined, 2, "1", NaN].map(clean), [1, 0, -1, -1, -1, -1, -1, -1]);
  assert.deepEqual([-1, 1, 0].map(cycle), [1, 0, -1]);
  assert.deepEqual([-1, 1, 0].map(pressed), ["mixed", "true", "false"]);
});

test("classes have keys and colours; a colour that is none is not used", () => {
  const classes = [{ name: "a" }, { name: "b", key: "F", color: "#123456" }, { name: "c", color: "red;}" }];
  assert.deepEqual(classes.map((_, i) => keyOf(classes, i)), ["1", "f", "3"]);
  assert.deepEqual(classes.map((_, i) => colorOf(classes, i)), [palette[0], "#123456", palette[2]]);
  assert.equal(keyOf(Array(12).fill({ name: "x" }), 9), "", "there are nine digits");
});

test("ink reads on every colour: contrast at least 4.5 (WCAG 2 AA)", () => {
  const luminance = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  for (const color of palette) {
    const [high, low] = [luminance(color), luminance(inkOn(color))].sort((a, b) => b - a);
    assert.ok((high + 0.05) / (low + 0.05) >= 4.5, color);
  }
});

test("scores in words", () => {
  assert.deepEqual([0.824, 0, 1, null, NaN].map(percent), ["82%", "0%", "100%", "", ""]);
});

test("a tile in words, for a screen reader", () => {
  const classes = [{ name: "a" }, { name: "b" }, { name: "c" }];
  const tile = { caption: "x.jpg", values: [1, 0, -1], excluded: true };
  assert.equal(labelsOf(tile, classes), "present: a; absent: b; unknown: c");
  assert.equal(describe(tile, classes, true), "x.jpg; present: a; absent: b; unknown: c; left out; saving");
});

test("what is marked on a picture, and the question of the one-class mode", () => {
  const classes = [{ name: "a" }, { name: "b" }];
  assert.deepEqual(badgesOf({ excluded: true, reason: "cloud", unsure_classes: [1], note: "x" }, classes),
    [["out", "left out: cloud"], ["unsure", "unsure: b"], ["note", "note"]]);
  assert.equal(quickText({ classes, quick: { class: 1 } }, bindingsOf()), "b?  F yes · D no · X leave out");
  assert.equal(quickText({ classes }, bindingsOf()), "");
});

test("a name in a sentence is no longer than a line and turns nothing behind it", () => {
  assert.equal(called("water, <b>deep</b>"), "water, <b>deep</b>");
  assert.equal(called("w".repeat(80)), "w".repeat(80));
  assert.equal(called("🙂".repeat(81)), `${"🙂".repeat(79)}…`, "letters are counted, not halves of them");
  assert.equal(called("a\u202eb\u2069"), "ab");
  assert.equal(called("with ماء"), "\u2068with ماء\u2069");
});

test("label buttons send only changes", () => {
  assert.deepEqual(change([-1, 1], 0, 1), { kind: "set", class: 0, value: 1 });
  assert.equal(change([-1, 1], 1, 1), null);
});

test("buttons follow the grid's cursor and hand presses to it", () => {
  const grid = createModel({ view: { classes: [{ name: "a" }] } });
  const got = [];
  grid.on("msg:custom", (message) => got.push(message));
  const buttons = buttonsFor(grid);
  assert.equal(buttons.get("view").disabled, true);
  grid.set("current", { row: 4, values: [1], scores: [0.5] });
  assert.deepEqual(buttons.get("view"), { classes: [{ name: "a" }], values: [1], scores: [0.5], disabled: false });
  buttons.send({ kind: "set", class: 0, value: 0 });
  assert.deepEqual(got, [{ kind: "set", class: 0, value: 0 }]);
});

test("a model tells its listeners once for each change, and not after off", () => {
  const model = createModel({ a: 1 });
  let calls = 0;
  const call = () => calls++;
  model.on("change:a", call);
  model.set("a", 2);
  model.set("a", 2);
  model.off("change:a", call);
  model.set("a", 3);
  assert.deepEqual([calls, model.get("a")], [1, 3]);
});

test("progress: share, count and what is left", () => {
  const running = (done, total, elapsed) => measure({ state: "running", done, total }, elapsed);
  assert.deepEqual(running(250, 1000, 10_000), { share: 0.25, left: 30_000, count: "250 / 1,000" });
  assert.equal(running(1, 1000, 10_000).left, null, "too early to say");
  assert.equal(running(500, 1000, 900).left, null, "too early to say");
  assert.deepEqual(running(5, 0, 100), { share: null, left: null, count: "5" });
  assert.equal(running(1200, 1000, 100).share, 1);
  assert.equal(measure({ state: "done", total: 0 }, 1).share, 1);
  assert.deepEqual([7_000, 750_000, 3_725_000, -5].map(clockText), ["0:07", "12:30", "1:02:05", "0:00"]);
});

test("curves: which face, and an option that is no JSON", () => {
  assert.deepEqual([layout(true, {}, "s"), layout(false, {}, "s"), layout(true, null, "s"), layout(true, null, "")], ["chart", "picture", "picture", "nothing"]);
  assert.deepEqual([optionOf('{"a":1}'), optionOf("{"), optionOf(undefined)], [{ a: 1 }, null, null]);
  assert.deepEqual(onDark({ color: ["#000000", "red"] }).color, ["#545454", "red"]);
});

test("a class keeps its colour when another is taken away", () => {
  const all = [{ name: "a" }, { name: "gone" }, { name: "b" }];
  assert.deepEqual(coloured([{ name: "a" }, { name: "b" }], all).map((c) => c.color), [palette[0], palette[2]]);
  assert.equal(coloured([{ name: "unheard of" }], all)[0].color, palette[0]);
});
