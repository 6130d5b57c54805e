import assert from "node:assert/strict";
import test from "node:test";
import * as sel from "../assets/selection.mjs";

test("spans stay apart and in order, whatever is put in and taken out", () => {
  let s = sel.none;
  const truth = new Set();
  let seed = 7;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let step = 0; step < 2000; step++) {
    const from = random(40);
    const to = from + random(6);
    const add = random(2) === 0;
    s = add ? sel.withSpan(s, from, to) : sel.without(s, from, to);
    for (let at = from; at < to; at++) add ? truth.add(at) : truth.delete(at);
    for (let i = 1; i < s.length; i++) assert.ok(s[i - 1][1] < s[i][0], JSON.stringify(s));
    assert.ok(s.every(([a, b]) => a < b), JSON.stringify(s));
    assert.equal(sel.size(s), truth.size);
    for (let at = 0; at < 48; at++) assert.equal(sel.has(s, at), truth.has(at));
  }
});

test("one place, a range, all of a million", () => {
  assert.deepEqual(sel.toggle(sel.toggle(sel.none, 3), 4), [[3, 5]]);
  assert.deepEqual(sel.toggle([[0, 1e6]], 500), [[0, 500], [501, 1e6]]);
  assert.deepEqual(sel.between(9, 4), [[4, 10]]);
  assert.deepEqual(sel.of([5, 1, 2]), [[1, 3], [5, 6]]);
  assert.deepEqual(sel.union([[0, 2]], [[2, 4], [8, 9]]), [[0, 4], [8, 9]]);
  assert.deepEqual(sel.spansOf([[8, 9], [0, 2], [1, 5]]), [[0, 5], [8, 9]]);
  assert.deepEqual(sel.clip([[0, 3], [5, 90]], 7), [[0, 3], [5, 7]]);
});
