import assert from "node:assert/strict";
import test from "node:test";
import { near, presetOf, shown, stepOf } from "../assets/preview.mjs";

test("a preset is recognised by its values, through rounding", () => {
  const presets = [{ values: [0, 0.3] }, { values: [1, 0.2] }, { values: [1, 0.2, 0] }];
  assert.equal(presetOf(presets, [1, 0.1 + 0.1]), 1);
  assert.equal(presetOf(presets, [0, 0.1 + 0.2]), 0);
  assert.equal(presetOf(presets, [0, 0.31]), -1);
  assert.ok(!near(0.3, 0.301));
});

test("a value has the digits of its step", () => {
  assert.equal(shown({ min: 0, max: 1 }, 0.2), "0.20");
  assert.equal(shown({ min: 0, max: 1, step: 0.001 }, 0.25), "0.250");
  assert.equal(shown({ min: 0, max: 50, step: 1 }, 7), "7");
  assert.equal(shown({ min: 0, max: 1000 }, 30), "30");
  assert.equal(stepOf({ min: 2, max: 4 }), 0.02);
});
