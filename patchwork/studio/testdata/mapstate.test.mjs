import assert from "node:assert/strict";
import test from "node:test";
import { mapProgress, mapText } from "../assets/mapstate.mjs";

test("a layout that is being made has a bar that can be cancelled", () => {
  assert.deepEqual(mapProgress({ running: false, step: "x" }), { state: "idle" });
  assert.deepEqual(mapProgress({ running: true, step: "", done: 0, total: 0, seconds: 1.2 }),
    { state: "running", label: "reading the map", done: 0, total: 0, elapsed_ms: 1200, cancel: true });
});

test("what is missing from a map is said", () => {
  const whole = { kind: "umap", points: "map/points", placed: 10, images: 10, behind: 0 };
  assert.equal(mapText(whole), "");
  assert.equal(mapText({ ...whole, running: true, failed: "x" }), "", "not while it is made");
  assert.equal(mapText({ ...whole, failed: "no features" }), "No umap map: no features");
  assert.equal(mapText({ ...whole, behind: 1 }), "1 image came later and has no place yet.");
  assert.equal(mapText({ ...whole, images: 1310 }), "1,300 images without features are not on the map.");
  assert.equal(mapText({ ...whole, points: "", placed: 0, images: 0 }), "");
});
