import assert from "node:assert/strict";
import test from "node:test";
import { barLabel, heights } from "../assets/bars.mjs";
import { figures, nearest, startOf } from "../assets/decisions.mjs";
import { shade } from "../assets/matrix.mjs";

test("figures follow from four counts, and nothing from none", () => {
  assert.deepEqual(figures({ tp: 3, fp: 1, fn: 1, tn: 15 }), { precision: 0.75, recall: 0.75, alarms: 1 / 16, f1: 0.75 });
  assert.deepEqual(figures({ tp: 0, fp: 0, fn: 0, tn: 5 }), { precision: null, recall: null, alarms: 0, f1: null });
});

test("a slider begins at the loosest threshold of one half or more", () => {
  assert.equal(startOf([{ at: 0.9 }, { at: 0.6 }, { at: 0.4 }]), 1);
  assert.equal(startOf([{ at: 0.3 }, { at: 0.1 }]), 0);
  assert.equal(startOf([]), 0);
});

test("a press on a curve takes the point nearest to it", () => {
  const points = [{ tp: 1, fp: 0, fn: 3, tn: 4 }, { tp: 3, fp: 1, fn: 1, tn: 3 }, { tp: 4, fp: 4, fn: 0, tn: 0 }];
  const roc = (f) => [f.alarms, f.recall];
  assert.equal(nearest(points, roc, 0.3, 0.8), 1);
  assert.equal(nearest(points, roc, 0, 0), 0);
  assert.equal(nearest(points, roc, 1, 0.9), 2);
});

test("a cell is as dark as its share of its row", () => {
  assert.equal(shade([[3, 1], [0, 0]], 0, 1), 0.25);
  assert.equal(shade([[3, 1], [0, 0]], 1, 1), 0);
});

test("bars are as high as their share of the tallest", () => {
  const groups = [{ name: "present", counts: [1, 0, 3] }, { name: "absent", counts: [1, 0, 1] }];
  assert.deepEqual(heights(groups).map((h) => h.total), [2, 0, 4]);
  assert.deepEqual(heights(groups)[0].parts, [0.25, 0.25]);
  assert.deepEqual(heights([]), []);
  assert.equal(barLabel("<b>water</b>", 2, 3, groups, ""), "<b>water</b> scored 0.67 to 1.00: 3 present, 1 absent");
  assert.equal(barLabel("water", 1, 3, groups, "absent"), "water scored 0.33 to 0.67: no images");
});
