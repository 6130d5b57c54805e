// A grid over any number of images. Go sends the total and the tiles of a window; the page asks for the window it needs
// and keeps only what is near the screen. Pure.
//
//   view = {batch, version, total, page, start, tiles, …}
//
// tiles[0] stands at place start. Another batch is another order; another version says that tiles may have changed, so
// that those the page holds are shown on and asked for again. The page adds cache (place → tile) and fresh (the places
// that are as new as version).

import { paged } from "./gridtiles.mjs";

// takeIn puts a view's tiles to those of the view before.
export function takeIn(next, before) {
  if (!paged(next)) return next;
  const same = paged(before) && before.batch === next.batch && before.cache;
  const cache = new Map(same ? before.cache : []);
  const fresh = new Set(same && before.version === next.version ? before.fresh : []);
  (next.tiles ?? []).forEach((tile, i) => {
    cache.set((next.start ?? 0) + i, tile);
    fresh.add((next.start ?? 0) + i);
  });
  for (const at of cache.keys()) if (at >= next.total) cache.delete(at);
  return { ...next, cache, fresh };
}

// keepNear forgets tiles beyond the places [from, to), in place.
export function keepNear(view, from, to) {
  for (const at of view.cache.keys()) {
    if (at >= from && at < to) continue;
    view.cache.delete(at);
    view.fresh.delete(at);
  }
}

// wanted is the window {start, count} to ask for next, or null: first what is missing on the screen [first, last), then
// what is missing within spare places around it. One window is never longer than most.
export function wanted(view, first, last, spare, most) {
  const missing = (from, to) => {
    const gaps = [];
    for (let at = Math.max(0, from); at < Math.min(view.total, to); at++) if (!view.fresh.has(at)) gaps.push(at);
    return gaps;
  };
  const on = missing(first, last);
  const gaps = on.length ? on : missing(first - spare, last + spare);
  if (!gaps.length) return null;
  const begin = on.length ? Math.max(0, on[0]) : gaps[0];
  const end = on.length ? Math.max(on.at(-1) + 1, Math.min(view.total, begin + Math.min(most, last - first + spare))) : gaps.at(-1) + 1;
  return { start: begin, count: Math.min(most, end - begin) };
}
