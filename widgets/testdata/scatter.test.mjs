import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { dots, mixed, packed, paint, paintOver, shuffled, stamp } from "../assets/scatterdraw.mjs";
import { keyOf } from "../assets/scatterhand.mjs";
import { brushed, corners, enclosed, extentOf, further, indexOf, inside, mosaic, nearest, tileAt, toCanvas, toPlane } from "../assets/scatterspace.mjs";
import {
  barOf, bitsOf, bytesOf, colorOf, combine, countOf, fit, groupOf, groupsOf, isolated, modeOf, moved, NONE, pointsOf, resized, ringsOf, toggled, zoomed,
} from "../assets/scatterstate.mjs";

const wire = JSON.parse(readFileSync(new URL("scatter.json", import.meta.url)));

test("places, rows and scales are as Go has them (scatter.json)", () => {
  const got = [...pointsOf(bytesOf(wire.points.base64).buffer)];
  assert.deepEqual(got.map((v) => (Number.isNaN(v) ? null : v)), wire.points.read);
  wire.points.values.forEach((v, i) => assert.ok(v === null || Math.abs(v - got[i]) <= 5 / 65534 / 2 + 1e-6, `${v} is read as ${got[i]}`));
  assert.deepEqual([...pointsOf(new ArrayBuffer(0))], []);
  for (const { rows, of, bits } of wire.rows) {
    const order = shuffled(of);
    const marks = Uint8Array.from(order, (row) => Number(rows.includes(row)));
    assert.equal(bitsOf(marks, order), bits, `rows ${rows}`);
  }
  const shades = { scale: true, groups: Array(5).fill({ name: "", color: "#000000" }) };
  assert.deepEqual(wire.scale.codes.map((code) => groupOf(shades, code)), wire.scale.groups);
  assert.deepEqual(wire.scale.codes.map((code) => colorOf(shades, code)), wire.scale.colors);
});

// A hundred points on a grid of 10 by 10, at 0 … 9 each way, and one that has no place.
const points = Float32Array.from([...Array.from({ length: 100 }, (_, i) => [i % 10, Math.floor(i / 10)]).flat(), NaN, NaN]);
const index = indexOf(points);
const see = { x: 4.5, y: 4.5, k: 10, w: 200, h: 100 };

test("the plane goes to the canvas and back, and up is up", () => {
  assert.deepEqual(toCanvas(see, 4.5, 5.5), [100, 40]);
  assert.deepEqual(toPlane(see, 100, 40), [4.5, 5.5]);
  assert.deepEqual(extentOf(points), { left: 0, right: 9, low: 0, high: 9 });
  assert.deepEqual(extentOf([NaN, NaN]), { left: -1, right: 1, low: -1, high: 1 });
});

test("the nearest dot is found within reach, and among those that are shown", () => {
  const at = (x, y) => toCanvas(see, x, y);
  assert.equal(nearest(index, see, ...at(3.2, 6.1), 5), 63);
  assert.equal(nearest(index, see, ...at(3.5, 6.5), 4), -1, "seven pixels away");
  assert.equal(nearest(index, see, ...at(3.2, 6.1), 20, (dot) => dot !== 63), 64);
  for (let i = 0; i < 300; i++) { // against going through all
    const [x, y] = [(i * 37) % 200, (i * 53) % 100];
    const far = (dot) => { const [px, py] = toCanvas(see, points[2 * dot], points[2 * dot + 1]); return Math.hypot(px - x, py - y); };
    const found = nearest(index, see, x, y, 30);
    const least = Math.min(...Array.from({ length: 100 }, (_, dot) => far(dot)));
    if (least > 30.001) assert.equal(found, -1);
    else assert.ok(Math.abs(far(found) - least) < 1e-6, `at ${x}, ${y}`);
  }
});

test("a line encloses what is inside of it, also where it is hollow", () => {
  const u = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]];
  assert.deepEqual([[0.5, 2], [1.5, 2], [2.5, 2], [1.5, 0.5], [4, 1]].map(([x, y]) => inside(u, x, y)), [true, false, true, true, false]);
  const line = (list) => list.map(([x, y]) => toCanvas(see, x, y));
  assert.deepEqual(enclosed(index, see, line([[0.5, 0.5], [2.5, 0.5], [0.5, 2.5]])).sort((a, b) => a - b), [11], "a triangle");
  const box = corners(toCanvas(see, 7.5, 7.5), toCanvas(see, 20, 20));
  assert.deepEqual(enclosed(index, see, box).sort((a, b) => a - b), [88, 89, 98, 99]);
  assert.deepEqual(enclosed(index, see, box, (dot) => dot !== 99).length, 3, "what is hidden is not caught");
  assert.deepEqual(enclosed(index, see, [[0, 0], [200, 100]]), [], "two places enclose nothing");
  assert.equal(further(further([[0, 0]], [2, 2]), [9, 9]).length, 2, "places near to each other are one");
});

test("a brush takes what it touches on its way", () => {
  const at = (x, y) => toCanvas(see, x, y);
  const sorted = (dots) => dots.sort((a, b) => a - b);
  assert.deepEqual(sorted(brushed(index, see, at(2, 5), at(2, 5), 6)), [52], "a dab: the others are ten pixels away");
  assert.deepEqual(sorted(brushed(index, see, at(2, 5), at(5, 5), 6)), [52, 53, 54, 55], "and all between, however fast the hand");
  assert.deepEqual(sorted(brushed(index, see, at(2, 5), at(3, 6), 7.2)), [52, 53, 62, 63], "across: two are 7.07 pixels from the line");
  assert.deepEqual(sorted(brushed(index, see, at(2, 5), at(3, 6), 7)), [52, 63]);
  assert.deepEqual(sorted(brushed(index, see, at(2, 5), at(5, 5), 6, (dot) => dot !== 53)), [52, 54, 55], "what is hidden stays");
});

test("rings go around what is listed and, thinner, what has a bit", () => {
  const rows = shuffled(20);
  const dotOf = new Uint32Array(20);
  rows.forEach((row, dot) => (dotOf[row] = dot));
  const byRow = (marks) => Object.fromEntries([...marks].map((mark, dot) => [rows[dot], mark]).filter(([, mark]) => mark));
  assert.deepEqual(byRow(ringsOf(rows, dotOf, [3, 9, 99], Uint8Array.of(0b00001001, 0, 0b1000))), { 0: 1, 3: 2, 9: 2, 19: 1 });
  assert.deepEqual(byRow(ringsOf(rows, dotOf, [], null)), {});
});

test("images stand apart: one for each square of the plane, that nearest to its middle, also after a move", () => {
  const tiles = mosaic(index, see, 30);
  const unit = tiles[0].side;
  assert.ok(unit >= 30 && unit < 30 * Math.SQRT2 + 1e-9, `a side of ${unit}`);
  for (const a of tiles) for (const b of tiles) if (a !== b) assert.ok(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= unit - 1e-9);
  const shifted = mosaic(index, { ...see, x: 4.52 }, 30);
  assert.deepEqual(shifted.map(({ dot }) => dot), tiles.map(({ dot }) => dot));
  assert.equal(tileAt(tiles, tiles[3].x + unit / 2 - 1, tiles[3].y - unit / 2 + 1), tiles[3].dot);
  assert.equal(tileAt(tiles, -1e4, 0), -1);
  const marked = Uint8Array.from({ length: 101 }, (_, dot) => (dot === 44 ? 2 : dot === 45 || dot === 34 ? 1 : 0));
  const ranked = mosaic(index, see, 30, () => true, marked);
  assert.ok(!tiles.some(({ dot }) => dot === 44) && ranked.some(({ dot }) => dot === 44), "what is marked goes first");
  assert.equal(ranked.length, tiles.length);
  assert.equal(mosaic(index, { ...see, k: 200, x: 3, y: 6, w: 150, h: 150 }, 64).some(({ dot }) => dot === 63), true, "near enough each is shown");
});

test("zooming keeps what is below the pointer, within bounds; moving keeps something in view", () => {
  const all = fit(index.extent, 200, 100);
  assert.equal(all.k, 64 / 9);
  const near = zoomed(all, 3, 30, 80, all);
  assert.deepEqual(toPlane(near, 30, 80).map((v) => v.toFixed(6)), toPlane(all, 30, 80).map((v) => v.toFixed(6)));
  assert.equal(zoomed(all, 1e9, 0, 0, all).k, all.k * 2000);
  assert.equal(zoomed(all, 1e-9, 0, 0, all).k, all.k / 2);
  assert.deepEqual([moved(all, -1e6, 1e6, index.extent).x, moved(all, -1e6, 1e6, index.extent).y], [9, 9]);
  const large = resized(all, 400, 200);
  assert.deepEqual([large.k, large.x], [2 * all.k, all.x]);
});

test("drawing selects, Shift adds, Alt takes away", () => {
  assert.deepEqual([{}, { shiftKey: true }, { altKey: true, shiftKey: true }].map(modeOf), ["new", "add", "subtract"]);
  const one = combine(new Uint8Array(5), [1, 2], "new");
  const two = combine(one, [4], "add");
  assert.deepEqual([[...one], [...two], [...combine(two, [2, 3], "subtract")], [...combine(two, [0], "new")]], [[0, 1, 1, 0, 0], [0, 1, 1, 0, 1], [0, 1, 0, 0, 1], [1, 0, 0, 0, 0]]);
  assert.equal(countOf(two), 3);
});

test("the legend counts, hides and shows alone", () => {
  const shades = { groups: [{ name: "a", color: "#111111" }, { name: "b", color: "#222222" }], none: "neither" };
  const groups = groupsOf(shades, [0, 0, 1, NONE]);
  assert.deepEqual(groups.map(({ name, n, i }) => [name, n, i]), [["a", 2, 0], ["b", 1, 1], ["neither", 1, 2]]);
  assert.equal(groupsOf(shades, [0, 1]).length, 2, "nobody is neither");
  assert.deepEqual([...toggled(new Set([1]), 1)], []);
  assert.deepEqual([...isolated(new Set(), 1, groups)], [0, 2]);
  assert.deepEqual([...isolated(new Set([0, 2]), 1, groups)], [], "a second time shows all again");
  assert.deepEqual([...barOf(shades, [0, 0, 1, NONE], Uint8Array.of(1, 0, 1, 1))], [[0, 1], [1, 1], [2, 1]]);
});

test("keys that are ours", () => {
  assert.deepEqual([{ key: "+" }, { key: "L" }, { key: "ArrowLeft", shiftKey: true }, { key: "a", ctrlKey: true }, { key: "q" }, { key: "b" }, { key: "[" }].map(keyOf),
    [["zoom", 1.4], ["tool", "lasso"], ["pan", 240, 0], null, null, ["tool", "brush"], ["brush", 0.8]]);
});

test("dots are drawn where they are, in their colour, and not beyond the edge", () => {
  assert.equal(packed("#0072b2"), 0xffb27200);
  assert.equal(packed("red;}"), 0xff808080);
  assert.equal(mixed(0xff000000, 0xffffffff, 128), 0xff7f7f7f);
  const [width, height] = [12, 8];
  const target = { pixels: new Uint32Array(width * height).fill(0xffffffff), width, height };
  const dot = stamp(1);
  const places = Float32Array.from([3, 2, 0, 0, 100, 0, NaN, NaN, 8, 5]);
  const colors = new Uint32Array(256).fill(packed("#0072b2"));
  const alphas = new Uint16Array(256).fill(256);
  alphas[7] = 0;
  const drawn = paint(target, places, { k: 1, x: 0, y: 7 }, Uint8Array.of(0, 0, 0, 0, 7), colors, alphas, dot);
  assert.equal(drawn, 2, "two are in sight and not hidden");
  assert.equal(target.pixels[5 * width + 3], packed("#0072b2"));
  assert.equal(target.pixels[7 * width], packed("#0072b2"), "in the corner");
  assert.equal(target.pixels[7 * width + 11], 0xffffffff, "what is cut at one edge does not come back at the other");
  assert.equal(target.pixels[2 * width + 8], 0xffffffff, "hidden");
  assert.equal(paint(target, places, { k: 1, x: 0, y: 7 }, Uint8Array.of(0, 0, 0, 0, 0), colors, new Uint16Array(256).fill(256), dot, Uint8Array.of(0, 0, 0, 0, 1), 1), 1, "marked ones alone");
});

test("what is known lies on what is not, whatever the order", () => {
  const [width, height] = [8, 8];
  const colors = new Uint32Array(256).fill(packed("#0072b2"));
  colors[255] = packed("#9aa0a8");
  for (const codes of [[255, 0], [0, 255]]) {
    const target = { pixels: new Uint32Array(width * height).fill(0xffffffff), width, height };
    const over = (alphas) => paintOver(target, Float32Array.from([3, 3, 3, 3]), { k: 1, x: 0, y: 7 }, Uint8Array.from(codes), colors, alphas, stamp(1), 255);
    assert.equal(over(new Uint16Array(256).fill(256)), 2, "both are drawn");
    assert.equal(target.pixels[4 * width + 3], packed("#0072b2"));
    const hidden = new Uint16Array(256).fill(256);
    hidden[255] = 0;
    assert.equal(over(hidden), 1, "a group that is hidden stays so");
  }
});

test("dots are the smaller and fainter the more there are", () => {
  const [few, many] = [dots(200, 400_000), dots(100_000, 400_000)];
  assert.ok(few.radius > many.radius && few.alpha > many.alpha && many.alpha >= 100, JSON.stringify([few, many]));
  assert.deepEqual([...shuffled(50)].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
});
