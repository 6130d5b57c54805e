// The elements of a grid: all tiles of a batch, or of pages only the lines near the screen. A picture's element is made
// for one place and row and never used for another, so that no picture is seen under another's labels.

import { boxed, columnsOf, frameOf, linesAt, reach, scrolled, sizeBeside, small } from "./gridlayout.mjs";
import { countOf, paged, tileAt } from "./gridtiles.mjs";
import { makeTile, paintTile } from "./tile.mjs";
import { el, put } from "./dom.mjs";

// paintChanged paints a tile if anything of it is other than when it was painted last: a key changes one tile of many.
function paintChanged(parts, tile, edit, state, classes) {
  const how = JSON.stringify(state);
  const last = parts.last;
  if (last && last.tile === tile && last.edit === edit && last.how === how) return;
  const now = tile && edit ? { ...tile, ...edit } : tile ?? null;
  const text = JSON.stringify(now);
  if (!last || last.text !== text || last.how !== how) paintTile(parts, now, classes, state);
  parts.last = { tile, edit, how, text };
}

// makeCells makes the elements. onWindow(from, to) is told which places are on the screen of a grid of pages.
export function makeCells(id, onWindow) {
  const cells = el("div", { class: "pw-cells", role: "grid", tabindex: "0", "aria-label": "images to label", "aria-multiselectable": "true" });
  const scroll = el("div", { class: "pw-scroll" }, cells);
  const tiles = new Map(); // place → parts
  const lines = new Map(); // line of a grid of pages → its element
  let view = null;
  let frame = null;
  let where = null; // {at, top} of the scroll of a grid of pages
  let width = 0; // of the room for tiles
  let shape = { columns: 1, rows: 4 };
  let paint = () => {};

  const make = (at) => {
    const parts = makeTile(`${id}-${at}`, view?.classes ?? []);
    put(parts.node, "aria-colindex", (at % shape.columns) + 1);
    tiles.set(at, parts);
    return parts.node;
  };

  // build makes the elements anew for a view and a width that a person chose for tiles (null: as many columns as Go says).
  function build(next, size, painter) {
    const stay = frame && view?.batch === next?.batch ? Math.round(where.at / frame.line) * shape.columns : next?.start ?? 0;
    view = next;
    paint = painter;
    tiles.clear();
    lines.clear();
    cells.replaceChildren();
    width = cells.clientWidth - 8;
    shape = { columns: columnsOf(view?.columns, size, width), rows: 4 };
    cells.style.setProperty("--cols", shape.columns);
    put(scroll, "data-pages", paged(view));
    frame = paged(view) ? frameOf({ total: view.total, columns: shape.columns, width, classes: view.classes.length, quick: view.quick }) : null;
    cells.style.height = frame ? `${frame.tall + 8}px` : "";
    const tile = frame?.tile ?? Math.min(size ?? 232, width / shape.columns);
    put(scroll, "data-small", width > 0 && small(tile));
    if (size && !frame) cells.style.setProperty("--pw-tile", `${size}px`);
    else cells.style.removeProperty("--pw-tile");
    put(cells, "aria-rowcount", Math.ceil(countOf(view) / shape.columns));
    put(cells, "aria-colcount", shape.columns);
    if (!countOf(view)) cells.append(el("p", { class: "pw-empty" }, view?.empty ?? "No images to show."));
    else if (frame) {
      where = null;
      scroll.scrollTop = frame.tall === frame.real ? Math.floor(stay / shape.columns) * frame.line : (stay / view.total) * frame.tall;
      follow();
    }
    else for (let at = 0; at < countOf(view); at += shape.columns) cells.append(lineOf(at / shape.columns));
    return tile;
  }

  function lineOf(line) {
    const node = el("div", { role: "row", "aria-rowindex": line + 1 });
    for (let at = line * shape.columns; at < Math.min(countOf(view), (line + 1) * shape.columns); at++) node.append(make(at));
    return node;
  }

  // follow shows the lines that the scroll has come to.
  function follow() {
    if (!frame) return;
    const height = scroll.clientHeight;
    where = scrolled(where, scroll.scrollTop, height, frame);
    if (Math.abs(where.top - scroll.scrollTop) > 1) scroll.scrollTop = where.top;
    const { from, to, first, last } = linesAt(where.at, height, frame);
    shape = { ...shape, rows: Math.max(1, Math.floor(height / frame.line)) };
    for (const [line, node] of lines) {
      if (line >= first && line < last) continue;
      node.remove();
      lines.delete(line);
      for (let at = line * shape.columns; at < (line + 1) * shape.columns; at++) tiles.delete(at);
    }
    const made = [];
    for (let line = first; line < last; line++) {
      let node = lines.get(line);
      if (!node) {
        node = lineOf(line);
        node.style.height = `${frame.line - 10}px`;
        lines.set(line, node);
        const after = lines.get(line + 1);
        after ? after.before(node) : cells.append(node);
        for (let at = line * shape.columns; at < Math.min(view.total, (line + 1) * shape.columns); at++) made.push(at);
      }
      node.style.transform = `translateY(${Math.round(line * frame.line - where.at + where.top)}px)`;
    }
    paint(made);
    onWindow(from * shape.columns, Math.min(view.total, to * shape.columns));
  }

  // refill makes a place's element anew when another row has come to stand there.
  function refill(at, tile) {
    const parts = tiles.get(at);
    if (!tile || !parts?.node.dataset.row || parts.node.dataset.row === String(tile.row)) return parts;
    const old = parts.node;
    old.replaceWith(make(at));
    return tiles.get(at);
  }

  return {
    cells, scroll, build, follow,
    shape: () => shape,
    sizeBeside: (from, step) => sizeBeside(from, step, { columns: shape.columns, width, pages: paged(view) }),
    idOf: (at) => (tiles.has(at) ? `${id}-${at}` : null),
    at: (node) => {
      for (const [at, parts] of tiles) if (parts.node.contains(node)) return at;
      return -1;
    },
    // update takes a newer view in whose tiles stand where they stood.
    update: (next) => (view = next),
    // paint draws some places, or all that are here: state(at) is what paintTile needs beside the tile.
    paint(ui, state, places) {
      for (const at of places ?? tiles.keys()) {
        const tile = tileAt(view, at);
        const parts = refill(at, tile);
        if (parts) paintChanged(parts, tile, tile && ui.edits[tile.row], state(at, tile), view.classes);
      }
    },
    // reveal brings a place onto the screen.
    reveal(at) {
      if (!frame) return tiles.get(at)?.node.scrollIntoView({ block: "nearest", inline: "nearest" });
      const to = reach(at, where.at, scroll.clientHeight, frame);
      if (to === where.at) return undefined;
      if (frame.tall === frame.real) scroll.scrollTop = to;
      else {
        const bar = (to / Math.max(1, frame.real - scroll.clientHeight)) * (frame.tall - scroll.clientHeight);
        where = { at: to, top: Math.round(bar) };
        scroll.scrollTop = where.top;
      }
      return follow();
    },
    // boxed are the spans of tiles that a box, {x, y, w, h} on the screen, touches.
    boxed(box) {
      const base = cells.getBoundingClientRect();
      if (frame) return boxed({ x: box.x - base.x - 4, y: box.y - base.y - 4 + where.at - where.top, w: box.w, h: box.h }, frame);
      const touched = [...tiles].filter(([, { node }]) => {
        const r = node.getBoundingClientRect();
        return r.left < box.x + box.w && r.right > box.x && r.top < box.y + box.h && r.bottom > box.y;
      });
      return touched.map(([at]) => [at, at + 1]);
    },
  };
}
