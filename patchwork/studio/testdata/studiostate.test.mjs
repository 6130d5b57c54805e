import assert from "node:assert/strict";
import test from "node:test";
import {
  figure, foundText, linesOf, measuringText, moved, named, optionText, overtaken, paceText, planText, progressOf, rangeText, remainText, savedText, sizeAfter,
} from "../assets/studiostate.mjs";

test("what is saved is said in every state", () => {
  assert.deepEqual(savedText("live", 0), { text: "all saved", level: "ok" });
  assert.deepEqual(savedText("live", 3), { text: "saving 3 …", level: "busy" });
  assert.deepEqual(savedText("offline", 0), { text: "studio not reachable", level: "bad" });
  assert.deepEqual(savedText("live", 3, "not saved yet: no space"), { text: "3 not saved yet, kept in this tab and tried again: no space", level: "bad" });
  assert.deepEqual(savedText("live", 0, "no space"), { text: "all saved", level: "ok" });
  assert.deepEqual(savedText("ended", 0), { text: "closed, all saved", level: "ok" });
  assert.deepEqual(savedText("ended", 2), { text: "closed: 2 not saved", level: "bad" });
  assert.deepEqual(savedText("connecting", 2), { text: "connecting …: 2 not saved yet, kept in this tab", level: "bad" });
});

test("progress is idle unless a training runs", () => {
  assert.deepEqual(progressOf({ running: false }), { state: "idle" });
  assert.equal(progressOf({ running: true, step: "", done: 1, total: 4, seconds: 1.5 }).elapsed_ms, 1500);
});

test("pace says nothing before the first label, then speed and coverage", () => {
  assert.equal(paceText({ session: 0, per_minute: 0, coverage: 0.5 }), "");
  assert.equal(paceText({ session: 1234, per_minute: 12.4, seconds: 2.345, coverage: 0.31 }), "1,234 now · 12 a minute · 2.3 s an image · 31 % of all");
  assert.equal(paceText({ session: 1, per_minute: 6, coverage: 0.004 }), "1 now · 6.0 a minute · 0.4 % of all");
});

test("options say how many images they leave", () => {
  assert.equal(optionText({ title: "with water", n: 36412 }), "with water · 36,412");
  assert.deepEqual([0, 1, 2000].map(remainText), ["no image fits", "1 image remains", "2,000 images remain"]);
});

test("a grid gets larger and smaller within bounds", () => {
  assert.deepEqual(sizeAfter({ columns: 4 }, 1), { columns: 5, rows: 5 });
  assert.equal(sizeAfter({ columns: 1 }, -1), null);
  assert.equal(sizeAfter({ columns: 12 }, 1), null);
});

test("a figure that is not there is a dash", () => {
  assert.deepEqual([0.75, 1, 0, null, undefined].map(figure), ["0.750", "1.000", "0.000", "–", "–"]);
});

test("labels go with the names that classes have here, and nothing else does", () => {
  const classes = [{ name: "sea" }, { name: "road" }];
  assert.deepEqual(named({ kind: "set", changes: [] }, classes), { kind: "set", changes: [], names: ["sea", "road"] });
  assert.deepEqual(named({ kind: "undo" }, classes), { kind: "undo" });
});

test("a class moves by one step and not beyond the end", () => {
  assert.deepEqual(moved(["a", "b", "c"], "c", -1), ["a", "c", "b"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", -1), ["a", "b", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", 1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a"], "z", 1), ["a"]);
});

test("names are lines, whatever else is in them", () => {
  assert.deepEqual(linesOf(" one, two \n\n<b>three</b>\n"), ["one, two", "<b>three</b>"]);
});

test("a plan says only what would happen", () => {
  const plan = { from: "pool", into: "water", present: 1200, absent: 3, conflicts: 0, reopened: 0 };
  assert.equal(planText(plan), "water would be present in 1,200, absent in 3.");
  assert.match(planText({ ...plan, conflicts: 2, reopened: 5 }), /in 2 one was present.*in 5 one was absent/);
});

test("an alpha without an interval is a figure alone", () => {
  assert.equal(rangeText({ alpha: 0.8123, low: 0.7, high: 0.9 }), "0.81 (0.70 to 0.90)");
  assert.equal(rangeText({ alpha: null, low: null, high: null }), "–");
});

test("an audit says how far it is, and what it found", () => {
  assert.equal(foundText({ found: 0.5, low: 0.25, high: 0.75 }), "0.50 (0.25 to 0.75)");
  assert.equal(foundText({ found: null, low: null, high: null }), "–");
  const idle = { running: false, done: 0, total: 0, images: 0, advice: "" };
  assert.equal(measuringText(idle), "Not measured yet.");
  assert.equal(measuringText({ ...idle, advice: "Too early to tell." }), "");
  assert.equal(measuringText({ ...idle, running: true }), "measuring …");
  assert.equal(measuringText({ ...idle, running: true, done: 3, total: 35 }), "measuring: training 3 of 35 …");
  assert.equal(measuringText({ ...idle, images: 24, advice: "Go on." }), "on 24 images that were drawn at random");
});

test("an answer that was overtaken or comes twice is not shown, a new session is", () => {
  const tiles = [{}];
  const shown = { session: "a", grid: { version: 7 } };
  assert.equal(overtaken({ session: "a", grid: { version: 6, tiles } }, shown), true);
  assert.equal(overtaken({ session: "a", grid: { version: 7, tiles } }, shown), true);
  assert.equal(overtaken({ session: "a", grid: { version: 8, tiles } }, shown), false);
  assert.equal(overtaken({ session: "a", grid: { version: 7, tiles, total: 100 } }, shown), false);
  assert.equal(overtaken({ session: "a", grid: { version: 7, tiles: [], total: 100 } }, shown), true);
  assert.equal(overtaken({ session: "b", grid: { version: 0, tiles } }, shown), false);
  assert.equal(overtaken({ only: true, grid: { version: 7, tiles } }, shown), false);
  assert.equal(overtaken({ only: true, grid: { version: 6, tiles } }, shown), true);
  assert.equal(overtaken({ session: "a", grid: { version: 1, tiles } }, null), false);
});
