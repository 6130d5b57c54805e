// What a hand or a key on a map does: moves, points, draws and selects.

import { brushed, corners, enclosed, further, within } from "./scatterspace.mjs";
import { combine, countOf, modeOf, moved } from "./scatterstate.mjs";

// acts are the calls that scatterhand.mjs makes. s is the state of the map; c is what the map can do (scatter.mjs).
export function acts(s, c) {
  let unpainted = null; // what was selected before the stroke of the brush that is being painted

  // stroke paints with the brush; only when it is drawn is it known what is selected then.
  function stroke(from, to, e) {
    if (!unpainted) {
      [unpainted, s.mode] = [s.marks, modeOf(e)];
      s.marks = combine(s.marks, [], s.mode);
      c.point(-1);
    }
    for (const dot of brushed(s.index, s.see, from, to, s.brush.radius, s.shown)) s.marks[dot] = s.mode === "subtract" ? 0 : 1;
    s.count = countOf(s.marks);
    s.brush.at = to;
    c.counted(s.count);
    c.later();
  }

  return {
    tool: c.tool,
    pan: (dx, dy) => c.look(moved(s.see, dx, dy, s.extent)),
    zoom: c.zoom,
    hover(x, y) {
      s.byKeys = false;
      s.brush.at = c.tool() === "brush" && x !== null ? [x, y] : null;
      c.point(x === null ? -1 : c.under(x, y));
      if (c.tool() === "brush") c.over();
    },
    click(x, y, e) {
      const dot = c.under(x, y);
      c.point(dot);
      if (dot < 0) return;
      if (modeOf(e) === "new" && c.canShow()) c.show(dot);
      else c.select([dot], modeOf(e));
    },
    draw(kind, from, to, e) {
      if (kind === "brush") return stroke(from, to, e);
      s.mode = modeOf(e);
      s.line = kind === "box" ? corners(from, to) : further(s.line.length ? s.line : [from], to);
      c.point(-1);
      return c.over();
    },
    drawn(e) {
      if (unpainted) {
        unpainted = null;
        return c.selected(s.marks);
      }
      const line = s.line;
      s.line = [];
      return c.select(enclosed(s.index, s.see, line, s.shown), modeOf(e));
    },
    drop() {
      if (unpainted) s.marks = unpainted;
      unpainted = null;
      s.count = countOf(s.marks);
      s.line = [];
      c.paintSelection();
      c.later();
    },
    key([what, a, b]) {
      s.byKeys = ["pan", "zoom", "pick", "brush"].includes(what) || (what === "open" && s.byKeys);
      const center = [s.see.w / 2, s.see.h / 2];
      if (what === "pan") c.look(moved(s.see, a, b, s.extent));
      else if (what === "zoom") c.zoom(a);
      else if (what === "fit") c.all();
      else if (what === "tool") c.choose(a);
      else if (what === "images") c.showImages(!s.images);
      else if (what === "clear") c.select([], "new");
      else if (what === "undo") c.undo();
      else if (what === "open") c.open();
      else if (what === "brush") {
        c.choose("brush");
        s.brush = { radius: Math.max(6, Math.min(120, s.brush.radius * a)), at: center };
        c.over();
      } else if (what === "all") {
        const dots = [];
        const [w, h] = [s.see.w / s.see.k / 2, s.see.h / s.see.k / 2];
        within(s.index, s.see.x - w, s.see.y - h, s.see.x + w, s.see.y + h, (dot) => s.shown(dot) && dots.push(dot));
        c.select(dots, "new");
      } else if (what === "pick") {
        c.point(c.middle());
        const dots = c.tool() === "brush" ? brushed(s.index, s.see, center, center, s.brush.radius, s.shown) : [s.hover].filter((dot) => dot >= 0);
        if (dots.length) c.select(dots, dots.every((dot) => s.marks[dot]) ? "subtract" : "add");
      }
    },
  };
}
