import assert from "node:assert/strict";
import test from "node:test";
import { boxed, columnsFor, columnsOf, frameOf, linesAt, nextSize, reach, scrolled, sizeBeside, sizes } from "../assets/gridlayout.mjs";
import { addressOf, lookOf, placeOf } from "../assets/gridtiles.mjs";
import { keepNear, takeIn, wanted } from "../assets/pages.mjs";
import { fitted, held, panned, zoomed } from "../assets/zoom.mjs";

test("columns: as many as Go says, or as fit a size", () => {
  assert.deepEqual([[4, 0], [4, 1000], [4, 300], [4, 50], [undefined, 900]].map(([n, width]) => columnsFor(n, width)), [4, 4, 2, 1, 4]);
  assert.deepEqual([[4, 64, 1000], [4, 512, 1000], [4, null, 1000], [4, 900, 100]].map((a) => columnsOf(...a)), [13, 1, 4, 1]);
  assert.deepEqual([nextSize(232, 1), nextSize(232, -1), nextSize(200, 1), nextSize(64, -1), nextSize(900, 1)], [296, 184, 232, 64, sizes.at(-1)]);
});

test("a step of size is seen: in pages it changes the columns", () => {
  const room = { columns: 4, width: 860, pages: true };
  assert.equal(sizeBeside(207, -1, room), 144, "184 would leave four columns");
  assert.equal(sizeBeside(207, -1, { ...room, pages: false }), 184);
  assert.equal(sizeBeside(512, 1, { ...room, columns: 1 }), 512);
});

test("lines near the screen, and the place to scroll to", () => {
  const frame = frameOf({ total: 1001, columns: 4, width: 1000, classes: 3 });
  assert.deepEqual([frame.tile, frame.lines, frame.tall], [242.5, 251, frame.real]);
  assert.deepEqual(linesAt(0, 600, frame), { from: 0, to: 2, first: 0, last: 4 });
  const end = linesAt(frame.real - 600, 600, frame);
  assert.deepEqual([end.to, end.last], [251, 251]);
  assert.equal(reach(0, 500, 600, frame), 0);
  assert.equal(reach(4, 0, 2 * frame.line, frame), 0, "it is on the screen");
  assert.equal(reach(8, 0, 2 * frame.line, frame), frame.line, "just so far");
});

test("a box touches the tiles under it", () => {
  const frame = frameOf({ total: 10, columns: 4, width: 430, classes: 3 }); // tiles of 100, 10 between
  assert.equal(frame.tile, 100);
  assert.deepEqual(boxed({ x: 50, y: 10, w: 100, h: 20 }, frame), [[0, 2]]);
  assert.deepEqual(boxed({ x: 102, y: 10, w: 5, h: 20 }, frame), [], "between two tiles");
  assert.deepEqual(boxed({ x: -50, y: -50, w: 5000, h: 5000 }, frame), [[0, 4], [4, 8], [8, 10]]);
});

test("ten million images: small steps are small, leaps reach everywhere", () => {
  const frame = frameOf({ total: 1e7, columns: 4, width: 1000, classes: 3 });
  assert.ok(frame.tall < frame.real);
  let where = scrolled(null, 0, 600, frame);
  assert.deepEqual(where, { at: 0, top: 0 });
  where = scrolled(where, 100, 600, frame);
  assert.equal(where.at, 100);
  const end = scrolled(where, frame.tall - 600, 600, frame);
  assert.equal(end.at, frame.real - 600);
  const back = scrolled(end, end.top - 100, 600, frame);
  assert.equal(back.at, frame.real - 700);
  for (let i = 0, place = where; i < 50; i++) {
    place = scrolled(place, 0, 600, frame);
    assert.ok(place.at === 0 || place.top > 0, "the bar's end is never the end of the way");
    assert.ok(place.at >= 0 && place.at <= frame.real - 600);
  }
});

test("pages: what is asked for, kept and forgotten", () => {
  const tile = (row) => ({ row });
  const tiles = (from, n) => Array.from({ length: n }, (_, i) => tile(from + i));
  let view = takeIn({ batch: "a", version: 1, total: 1000, start: 0, tiles: tiles(0, 8) }, null);
  assert.deepEqual(wanted(view, 0, 8, 8, 100), { start: 8, count: 8 }, "what is on the screen is here; what comes next is not");
  assert.deepEqual(wanted(view, 4, 12, 8, 100), { start: 8, count: 16 }, "first what is seen");
  assert.deepEqual(wanted(view, 500, 508, 8, 10), { start: 500, count: 10 }, "never more than is allowed");
  view = takeIn({ batch: "a", version: 1, total: 1000, start: 8, tiles: tiles(8, 8) }, view);
  assert.equal(wanted(view, 0, 8, 8, 100), null);
  assert.equal(placeOf(view, 12), 12);
  const newer = takeIn({ batch: "a", version: 2, total: 1000, start: 8, tiles: tiles(8, 8) }, view);
  assert.equal(newer.cache.size, 16, "what may have changed is shown on");
  assert.deepEqual(wanted(newer, 0, 8, 8, 100), { start: 0, count: 16 }, "and asked for again");
  keepNear(newer, 4, 10);
  assert.deepEqual([...newer.cache.keys()].sort((a, b) => a - b), [4, 5, 6, 7, 8, 9]);
  const other = takeIn({ batch: "b", version: 2, total: 4, start: 0, tiles: tiles(50, 4) }, newer);
  assert.deepEqual([other.cache.size, other.cache.get(0).row], [4, 50], "another batch is another order");
  const plain = { batch: "c", tiles: tiles(0, 2) };
  assert.equal(takeIn(plain, other), plain);
  assert.equal(placeOf(plain, 1), 1);
});

test("addresses ask for contrast and bands", () => {
  const view = { contrasts: ["clahe"], bands: [{ name: "natural" }, { name: "infrared", bands: [4, 3, 2] }] };
  assert.deepEqual(lookOf({ contrast: "clahe", bands: 1 }, view), { contrast: "clahe", bands: [4, 3, 2] });
  assert.deepEqual(lookOf({ contrast: "stretch", bands: 9 }, view), { contrast: "none", bands: [] }, "what this view does not offer");
  assert.equal(addressOf("image/x?row=1", { contrast: "clahe", bands: [4, 3, 2] }), "image/x?row=1&contrast=clahe&bands=4,3,2");
  assert.equal(addressOf("x.png", { contrast: "stretch", bands: [] }), "x.png?contrast=stretch");
  assert.deepEqual([addressOf("x.png", { contrast: "none", bands: [] }), addressOf("data:abc", { contrast: "clahe" }), addressOf(undefined)], ["x.png", "data:abc", ""]);
});

test("zoom keeps the point under the pointer, pan keeps the picture in sight", () => {
  const [size, box] = [{ w: 1000, h: 500 }, { w: 400, h: 400 }];
  const fit = fitted(size, box);
  assert.deepEqual(fit, { scale: 0.4, x: 0, y: 100 });
  assert.equal(fitted({ w: 8, h: 8 }, box).scale, 8, "a tiny picture is enlarged, but not for ever");
  const point = { x: 300, y: 200 };
  const at = (place) => [(point.x - place.x) / place.scale, (point.y - place.y) / place.scale];
  const two = zoomed(fit, 2, point, size, box);
  assert.deepEqual(at(two).map((v) => Math.round(v)), at(fit).map((v) => Math.round(v)));
  assert.equal(zoomed(two, 1000, point, size, box).scale, 32);
  assert.equal(zoomed(two, 0.001, point, size, box).scale, 0.4, "not smaller than the whole");
  assert.deepEqual([panned(two, 1e6, 1e6, size, box).x, panned(two, -1e6, 0, size, box).x], [0, 400 - 2000]);
  assert.deepEqual(held({ scale: 0.1, x: 999, y: -5 }, size, box), { scale: 0.1, x: 150, y: 175 });
});
