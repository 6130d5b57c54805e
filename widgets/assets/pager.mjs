// Sends for the tiles of a grid of pages, one window at a time, and forgets what is far from the screen.

import { paged } from "./gridtiles.mjs";
import { keepNear, wanted } from "./pages.mjs";

const patience = 1000; // ms until a window that did not come is asked for again

// makePager works on the view that current() gives. send hands a message to Go, and may return a promise of the answer.
export function makePager(current, send) {
  let screen = [0, 0]; // the places that are seen
  let asked = null;

  function ask() {
    const view = current();
    if (!paged(view)) return;
    const [from, to] = screen;
    const spare = Math.max(1, to - from);
    keepNear(view, from - 3 * spare, to + 3 * spare);
    const want = asked ? null : wanted(view, from, to, spare, view.page ?? 120);
    if (!want) return;
    asked = want;
    const free = () => {
      if (asked !== want) return;
      asked = null;
      ask();
    };
    const came = () => current()?.fresh?.has(want.start);
    Promise.resolve(send({ kind: "page", batch: view.batch, ...want })).then(
      () => setTimeout(free, came() ? 0 : patience), () => setTimeout(free, 2 * patience));
  }

  return {
    // show says which places are on the screen.
    show(from, to) {
      screen = [from, to];
      ask();
    },
    // took says that a view came, after the view before.
    took(before) {
      const view = current();
      if (before?.batch !== view?.batch || (asked && view?.fresh?.has(asked.start))) asked = null;
      ask();
    },
    onScreen: (at) => at >= screen[0] && at < screen[1],
  };
}
