// The page's end of the way through the kernel, over a way that loses, repeats and reorders.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Stream } from "../page/kernel.mjs";

test("two ends exchange all messages in order over a bad way", async () => {
  let seed = 42;
  const luck = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const later = (f, ms) => setTimeout(f, ms / 50); // repetition at fifty times the speed
  const ends = {};
  const way = (to) => (datagram) => {
    for (let copy = 0; copy < (luck() < 0.2 ? 2 : 1); copy++) {
      if (luck() < 0.1) continue;
      setTimeout(() => ends[to].hear(JSON.parse(JSON.stringify(datagram))), luck() * 3);
    }
  };
  const sizes = [0, 1, 42_000, 42_001, 200_000, 3, 400_005];
  const got = [];
  await new Promise((done) => {
    ends.a = new Stream(way("b"), () => {}, later);
    ends.b = new Stream(way("a"), (bytes) => got.push(bytes) === sizes.length && done(), later);
    sizes.forEach((n, i) => ends.a.write(new Uint8Array(n).fill(i)));
  });
  assert.deepEqual(got.map((bytes) => bytes.length), sizes);
  assert.ok(got.every((bytes, i) => bytes.every((b) => b === i)));
  ends.a.close();
  ends.b.close();
});
