// Where tiles stand and how large they are. Pure. Lengths are CSS pixels.

const narrowest = 120; // a tile below this loses a column
export const gap = 10;
const tallest = 12e6; // browsers give up on elements a little higher than this

// columnsFor is how many tiles fit side by side: what Go asked for, fewer in a narrow place.
export const columnsFor = (asked, width) =>
  Math.max(1, Math.min(asked || 4, width > 0 ? Math.floor(width / narrowest) : asked || 4));

// columnsOf is the same for a size that a person chose, null for none.
export const columnsOf = (asked, size, width) =>
  (size && width > 0 ? Math.max(1, Math.floor((width + gap) / (size + gap))) : columnsFor(asked, width));

// sizes are the widths of a tile that a person can choose.
export const sizes = [64, 88, 112, 144, 184, 232, 296, 384, 512];

// nextSize is the size one step larger (1) or smaller (-1) than a width.
export function nextSize(width, step) {
  const other = step > 0 ? sizes.find((s) => s > width + 4) : sizes.findLast((s) => s < width - 4);
  return other ?? (step > 0 ? sizes.at(-1) : sizes[0]);
}

// sizeBeside is the size a step beside another at which, in a grid of pages, there is another number of columns: there
// tiles are as wide as the columns are.
export function sizeBeside(from, step, { columns, width, pages }) {
  let to = nextSize(from, step);
  while (pages && columnsOf(columns, to, width) === columns && nextSize(to, step) !== to) to = nextSize(to, step);
  return to;
}

// small says that a tile has no room for its caption.
export const small = (tile) => tile < 130;

// heightOf is the height of a tile in a grid of pages, where all have the same: picture, caption, lines of chips.
export function heightOf(tile, classes, quick) {
  if (small(tile)) return Math.round(tile + 34);
  const width = quick || classes <= 5 ? 96 : 34; // of a chip, more or less
  const lines = quick ? 1 : Math.min(4, Math.ceil((classes * width) / tile) + (classes > 5 ? 1 : 0));
  return Math.round(tile + 36 + 26 * lines);
}

// frameOf describes a grid of pages: columns, tile width, height of a line, lines, the height it would have (real) and
// the one it gets (tall).
export function frameOf({ total, columns, width, classes, quick }) {
  const tile = Math.max(1, (width - gap * (columns - 1)) / columns);
  const line = heightOf(tile, classes, quick) + gap;
  const lines = Math.ceil(total / columns);
  const real = lines * line;
  return { total, columns, width, tile, line, lines, real, tall: Math.min(real, tallest) };
}

// scrolled is where a scroll to top leads: at is the place in the real height, top what the scroll bar should say. In a
// grid higher than a browser can show, small steps move as far as they say and leaps move in proportion.
export function scrolled(before, top, height, frame) {
  const most = Math.max(0, frame.real - height);
  if (frame.tall === frame.real) return { at: Math.max(0, Math.min(top, most)), top };
  const bar = frame.tall - height;
  const near = before && Math.abs(top - before.top) <= height;
  const at = Math.max(0, Math.min(most, near ? before.at + top - before.top : (top / bar) * most));
  const atEnd = (top <= 0 && at > 0) || (top >= bar && at < most);
  return { at, top: atEnd ? Math.max(1, Math.min(bar - 1, (at / most) * bar)) : top };
}

// linesAt are the lines [from, to) of the screen at a place, and those of a screen more on both sides.
export function linesAt(at, height, frame) {
  const from = Math.max(0, Math.floor(at / frame.line));
  const to = Math.min(frame.lines, Math.ceil((at + height) / frame.line));
  const spare = Math.max(1, to - from);
  return { from, to, first: Math.max(0, from - spare), last: Math.min(frame.lines, to + spare) };
}

// reach is the place to scroll to, so that a tile is on the screen; the same place when it is.
export function reach(place, at, height, frame) {
  const top = Math.floor(place / frame.columns) * frame.line;
  if (top < at) return top;
  return top + frame.line > at + height ? Math.min(top, top + frame.line - height) : at;
}

// boxed are the spans of tiles that a box {x, y, w, h} in the grid touches.
export function boxed(box, frame) {
  const span = (from, size, step, thick, count) =>
    [Math.max(0, Math.ceil((from - thick) / step)), Math.min(count - 1, Math.floor((from + size) / step))];
  const [left, right] = span(box.x, box.w, frame.tile + gap, frame.tile, frame.columns);
  const [first, last] = span(box.y, box.h, frame.line, frame.line - gap, frame.lines);
  const spans = [];
  for (let line = first; line <= last && left <= right; line++) {
    const [from, to] = [line * frame.columns + left, Math.min(frame.total, line * frame.columns + right + 1)];
    if (from < to) spans.push([from, to]);
  }
  return spans;
}
