// A selection is a list of spans [from, to), apart and in order, of places in the grid: "all 100,000" is one span.
// Everything here is pure.

export const none = [];

// has says whether a place is selected.
export const has = (selection, at) => selection.some(([from, to]) => at >= from && at < to);

// size is how many places are selected.
export const size = (selection) => selection.reduce((sum, [from, to]) => sum + to - from, 0);

// between is the span that holds two places and all between them.
export const between = (a, b) => [[Math.min(a, b), Math.max(a, b) + 1]];

// without takes the places [from, to) out.
export const without = (selection, from, to) => selection
  .flatMap(([a, b]) => [[a, Math.min(b, from)], [Math.max(a, to), b]])
  .filter(([a, b]) => a < b);

// withSpan puts the places [from, to) in.
export function withSpan(selection, from, to) {
  if (from >= to) return selection;
  const touching = selection.filter(([a, b]) => a <= to && b >= from);
  const apart = selection.filter(([a, b]) => a > to || b < from);
  const merged = [Math.min(from, ...touching.map(([a]) => a)), Math.max(to, ...touching.map(([, b]) => b))];
  return [...apart, merged].sort((a, b) => a[0] - b[0]);
}

// toggle puts one place in or takes it out.
export const toggle = (selection, at) =>
  has(selection, at) ? without(selection, at, at + 1) : withSpan(selection, at, at + 1);

// of is the selection of some places.
export const of = (places) => places.reduce((selection, at) => withSpan(selection, at, at + 1), none);

// union holds what either selection holds.
export const union = (a, b) => b.reduce((selection, [from, to]) => withSpan(selection, from, to), a);

// clip leaves only places below count.
export const clip = (selection, count) => without(selection, count, Infinity);

// spansOf is the selection of some spans, in any order.
export const spansOf = (spans) => union(none, spans);
