// Where dots are: which is nearest, which lie within a drawn line, which stand for their part of the plane. Pure.
//
// Dots are numbered in the order in which they are drawn. A view is {x, y, k, w, h}: the point of the plane in the middle, CSS
// pixels for each unit of the plane, and the size of the canvas. y goes up on the plane and down on the canvas.

export const toCanvas = (see, x, y) => [see.w / 2 + see.k * (x - see.x), see.h / 2 - see.k * (y - see.y)];
export const toPlane = (see, x, y) => [see.x + (x - see.w / 2) / see.k, see.y - (y - see.h / 2) / see.k];

// extentOf is the box around all points that have a place, or that around the origin if none has.
export function extentOf(points) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  return left <= right ? { left, right, low, high } : { left: -1, right: 1, low: -1, high: 1 };
}

// indexOf sorts dots into cells, so that those near a place are found without going through all.
export function indexOf(points, extent = extentOf(points)) {
  const count = points.length / 2;
  const side = Math.max(1, Math.min(512, Math.round(Math.sqrt(count / 3))));
  const size = Math.max(extent.right - extent.left, extent.high - extent.low, 1e-9) / side;
  const of = (v, from) => Math.max(0, Math.min(side - 1, Math.floor((v - from) / size)));
  const cell = new Int32Array(count).fill(-1);
  const starts = new Uint32Array(side * side + 1);
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(points[2 * i]) || !Number.isFinite(points[2 * i + 1])) continue;
    cell[i] = of(points[2 * i + 1], extent.low) * side + of(points[2 * i], extent.left);
    starts[cell[i] + 1]++;
  }
  for (let c = 0; c < side * side; c++) starts[c + 1] += starts[c];
  const fill = starts.slice();
  const members = new Uint32Array(starts[side * side]);
  for (let i = 0; i < count; i++) if (cell[i] >= 0) members[fill[cell[i]]++] = i;
  return { points, extent, side, size, starts, members };
}

// within calls each(dot) for the dots in a box of the plane.
export function within(index, left, low, right, high, each) {
  const { points, extent, side, size, starts, members } = index;
  const of = (v, from) => Math.max(0, Math.min(side - 1, Math.floor((v - from) / size)));
  const [x0, x1] = [of(left, extent.left), of(right, extent.left)];
  for (let y = of(low, extent.low); y <= of(high, extent.low); y++) {
    for (let m = starts[y * side + x0]; m < starts[y * side + x1 + 1]; m++) {
      const dot = members[m];
      const [px, py] = [points[2 * dot], points[2 * dot + 1]];
      if (px >= left && px <= right && py >= low && py <= high) each(dot, px, py);
    }
  }
}

// nearest is the dot that is nearest to a place on the canvas, no further than reach pixels, and −1 if there is none; only
// those count that shown(dot) says are there.
export function nearest(index, see, x, y, reach, shown = () => true) {
  const [px, py] = toPlane(see, x, y);
  const r = reach / see.k;
  let [best, least] = [-1, r * r];
  within(index, px - r, py - r, px + r, py + r, (dot, dx, dy) => {
    const d = (dx - px) ** 2 + (dy - py) ** 2;
    if (d <= least && shown(dot)) [best, least] = [dot, d];
  });
  return best;
}

// inside says whether a place is inside a closed line [[x, y], …]: a ray from it crosses the line an odd number of times.
export function inside(line, x, y) {
  let odd = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [ax, ay] = line[i];
    const [bx, by] = line[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

// enclosed lists the dots within a closed line drawn on the canvas; fewer than three places enclose nothing.
export function enclosed(index, see, line, shown = () => true) {
  if (line.length < 3) return [];
  const plane = line.map(([x, y]) => toPlane(see, x, y));
  const [xs, ys] = [plane.map(([x]) => x), plane.map(([, y]) => y)];
  const dots = [];
  within(index, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (dot, x, y) => {
    if (shown(dot) && inside(plane, x, y)) dots.push(dot);
  });
  return dots;
}

// corners is the closed line of a rectangle between two places.
export const corners = ([ax, ay], [bx, by]) => [[ax, ay], [bx, ay], [bx, by], [ax, by]];

// further adds a place to a line unless it is nearer than gap to the last: a slow hand makes hundreds.
export function further(line, place, gap = 4) {
  const last = line.at(-1);
  return last && Math.hypot(place[0] - last[0], place[1] - last[1]) < gap ? line : [...line, place];
}

// brushed lists the dots that a round brush touches on its way from one place of the canvas to another.
export function brushed(index, see, from, to, radius, shown = () => true) {
  const [[ax, ay], [bx, by]] = [toPlane(see, ...from), toPlane(see, ...to)];
  const r = radius / see.k;
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const dots = [];
  within(index, Math.min(ax, bx) - r, Math.min(ay, by) - r, Math.max(ax, bx) + r, Math.max(ay, by) + r, (dot, x, y) => {
    const along = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    if ((x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= r * r && shown(dot)) dots.push(dot);
  });
  return dots;
}

// mosaic chooses images to show at a place each, so that none lies on another: the plane is cut into squares of about side
// pixels, and in each the dot nearest to its middle is chosen, of those with the highest rank where dots have one. The squares stay on the plane when it is moved, and have one of
// a few sizes, so that the choice changes only now and then while one zooms. Each is {dot, x, y, side} on the canvas.
export function mosaic(index, see, side, shown = () => true, rank = null) {
  const unit = 2 ** (Math.ceil(2 * Math.log2(side / see.k)) / 2); // of the plane
  const [left, high] = toPlane(see, 0, 0).map((v, i) => Math.floor(v / unit) + (i ? 1 : -1)); // of squares, with one more each way
  const [right, low] = toPlane(see, see.w, see.h).map((v, i) => Math.floor(v / unit) + (i ? -1 : 1));
  const wide = right - left + 1;
  const best = new Int32Array(wide * (high - low + 1)).fill(-1);
  const least = new Float64Array(best.length);
  within(index, left * unit, low * unit, (right + 1) * unit, (high + 1) * unit, (dot, x, y) => {
    const [cx, cy] = [Math.min(right, Math.floor(x / unit)), Math.min(high, Math.floor(y / unit))];
    const d = (x / unit - cx - 0.5) ** 2 + (y / unit - cy - 0.5) ** 2;
    const at = (cy - low) * wide + cx - left;
    const above = rank && best[at] >= 0 ? rank[dot] - rank[best[at]] : 0;
    if ((best[at] < 0 || above > 0 || (above === 0 && d < least[at])) && shown(dot)) [best[at], least[at]] = [dot, d];
  });
  const tiles = [];
  best.forEach((dot, at) => {
    if (dot < 0) return;
    const [x, y] = toCanvas(see, (left + (at % wide) + 0.5) * unit, (low + Math.floor(at / wide) + 0.5) * unit);
    tiles.push({ dot, x, y, side: unit * see.k });
  });
  return tiles;
}

// tileAt is the dot of the tile at a place on the canvas, −1 where there is none.
export function tileAt(tiles, x, y) {
  return tiles.find((tile) => Math.abs(tile.x - x) <= tile.side / 2 && Math.abs(tile.y - y) <= tile.side / 2)?.dot ?? -1;
}
