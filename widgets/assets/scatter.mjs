// A map of many images: a dot for each at its place on a plane, coloured by what is asked for. model:
//
//   points   x, y of each row as float32, little-endian, in an ArrayBuffer; NaN has no place
//   codes    a byte for each row: its group in shades, or, where that is a scale, 0 to 254; 255 has none
//   view     {by, colorings: [{key, name}], shades: {groups: [{name, color}], scale, none}, highlight: [rows], can_open,
//            can_undo}
//   summary  of the selection that was told last, as Go sees it: {classes: [{name, present, absent, unknown}], tiles}
//
// It sends {kind: "color", by}; {kind: "look", rows}, which is answered with receive({kind: "tiles", tiles: [{row, src, caption,
// title, badge, why}]}); {kind: "select", bits, count} when other images are selected, bits as base64 of a bit for each row;
// {kind: "open", bits}; {kind: "label", bits, class, value, only}; {kind: "undo"}. It sets selected, how many there are.

import { el, put, root as makeRoot, write } from "./dom.mjs";
import { extentOf, corners, enclosed, further, indexOf, nearest, toCanvas, within } from "./scatterspace.mjs";
import { barOf, bitsOf, combine, countOf, fit, groupOf, groupsOf, isolated, modeOf, moved, NONE, pointsOf, resized, toggled, zoomed } from "./scatterstate.mjs";
import { shuffled } from "./scatterdraw.mjs";
import { sheets } from "./scattercanvas.mjs";
import { album } from "./scatterthumbs.mjs";
import { follow } from "./scatterhand.mjs";
import { bar as makeBar, card as makeCard, legend as makeLegend, selection as makeSelection } from "./scatterparts.mjs";

const reach = 14; // px around the pointer in which a dot counts as meant

export function render({ model, el: host }) {
  const root = makeRoot("scatter");
  const s = {
    points: new Float32Array(0), rows: new Uint32Array(0), dotOf: new Map(), codes: new Uint8Array(0), marks: new Uint8Array(0), count: 0,
    shades: { groups: [], scale: false }, hidden: new Set(), index: indexOf(new Float32Array(0)), extent: extentOf([]), see: { x: 0, y: 0, k: 1, w: 640, h: 440 },
    all: { k: 1 }, hover: -1, byKeys: false, line: [], mode: "new", images: false, rings: { some: false, marks: new Uint8Array(0) },
    shown: (dot) => s.codes.length > 0 && !s.hidden.has(groupOf(s.shades, s.codes[dot])),
  };
  let tool = "move";
  let frame = 0;
  let telling = 0;
  const pictures = album((rows) => model.send({ kind: "look", rows }), () => (later(), tell()));
  const { below, above, size, draw, over } = sheets(pictures);

  const bar = makeBar({
    tool: choose, color: (key) => model.send({ kind: "color", by: key }), images: () => showImages(!s.images), zoom: (factor) => zoom(factor), all: () => all(),
    undo: () => model.send({ kind: "undo" }),
  });
  const said = el("p", { class: "pw-said", role: "status" });
  const card = makeCard();
  const stage = el("div", { class: "pw-stage", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": "map of images. Arrows move, plus and minus zoom, space selects what is in the middle, a all in view, Enter opens, Escape clears." }, below, above, card.node);
  const legend = makeLegend((i) => hide(toggled(s.hidden, i)), (i) => hide(isolated(s.hidden, i, groupsOf(s.shades, s.codes))));
  const selection = makeSelection({
    open: () => s.count && model.send({ kind: "open", bits: bitsOf(s.marks, s.rows), count: s.count }),
    clear: () => select([], "new"),
    label: (name, value, only) => model.send({ kind: "label", bits: bitsOf(s.marks, s.rows), class: name, value, only }),
  });
  root.append(bar.node, el("div", { class: "pw-both" }, stage, el("div", { class: "pw-beside" }, legend.node, selection.node)), said);
  host.append(root);

  function later() {
    if (!frame) frame = requestAnimationFrame(() => ((frame = 0), draw(s)));
  }
  function look(see) {
    s.see = see;
    if (s.byKeys) point(nearest(s.index, s.see, s.see.w / 2, s.see.h / 2, 3 * reach, s.shown));
    tell();
    later();
  }
  const zoom = (factor, x = s.see.w / 2, y = s.see.h / 2) => look(zoomed(s.see, factor, x, y, s.all));
  const all = () => look(fit(s.extent, s.see.w, s.see.h));

  // point makes a dot the one that is spoken of.
  function point(dot) {
    if (dot === s.hover) return;
    s.hover = dot;
    if (dot >= 0 && !s.images) pictures.want([s.rows[dot]]);
    else if (dot >= 0) pictures.of(s.rows[dot]);
    tell();
    over(s);
  }
  function tell() {
    const tile = s.hover >= 0 ? pictures.tile(s.rows[s.hover]) : null;
    const [x, y] = s.hover >= 0 ? toCanvas(s.see, s.points[2 * s.hover], s.points[2 * s.hover + 1]) : [0, 0];
    card.show(tile, x, y, s.see);
    if (s.byKeys) write(said, tile ? [tile.caption, tile.badge, tile.why].filter(Boolean).join("; ") : "");
  }

  function select(dots, mode) {
    s.marks = combine(s.marks, dots, mode);
    s.count = countOf(s.marks);
    model.set("selected", s.count);
    model.set("summary", null);
    paintSelection();
    later();
    clearTimeout(telling);
    telling = setTimeout(() => model.send({ kind: "select", bits: bitsOf(s.marks, s.rows), count: s.count }), 120);
  }
  function paintSelection() {
    const counts = barOf(s.shades, s.codes, s.marks);
    const parts = groupsOf(s.shades, s.codes).map((g) => ({ ...g, n: counts.get(g.i) ?? 0 })).filter((g) => g.n);
    selection.paint({ count: s.count, parts, summary: model.get("summary"), canOpen: Boolean(model.get("view")?.can_open) });
  }
  function hide(hidden) {
    s.hidden = hidden;
    s.hover = -1;
    legend.show(groupsOf(s.shades, s.codes), hidden);
    tell();
    later();
  }
  function choose(name) {
    tool = name;
    bar.tool(name);
    put(stage, "data-tool", name);
  }
  function showImages(on) {
    s.images = on;
    bar.images(on);
    later();
  }

  const stop = follow(stage, {
    tool: () => tool,
    pan: (dx, dy) => look(moved(s.see, dx, dy, s.extent)),
    zoom,
    hover(x, y) {
      s.byKeys = false;
      point(x === null ? -1 : nearest(s.index, s.see, x, y, s.images ? 46 : reach, s.shown));
    },
    click(x, y, e) {
      const dot = nearest(s.index, s.see, x, y, s.images ? 46 : reach, s.shown);
      point(dot);
      if (dot >= 0) select([dot], modeOf(e));
    },
    draw(kind, from, to, e) {
      s.mode = modeOf(e);
      s.line = kind === "box" ? corners(from, to) : further(s.line.length ? s.line : [from], to);
      point(-1);
      over(s);
    },
    drawn(e) {
      const line = s.line;
      s.line = [];
      select(enclosed(s.index, s.see, line, s.shown), modeOf(e));
    },
    drop() {
      s.line = [];
      over(s);
    },
    key([what, a, b]) {
      s.byKeys = what === "pan" || what === "zoom" || what === "pick";
      if (what === "pan") look(moved(s.see, a, b, s.extent));
      else if (what === "zoom") zoom(a);
      else if (what === "fit") all();
      else if (what === "tool") choose(a);
      else if (what === "images") showImages(!s.images);
      else if (what === "clear") select([], "new");
      else if (what === "undo") model.send({ kind: "undo" });
      else if (what === "open" && s.count && model.get("view")?.can_open) model.send({ kind: "open", bits: bitsOf(s.marks, s.rows), count: s.count });
      else if (what === "all") {
        const dots = [];
        const [w, h] = [s.see.w / s.see.k / 2, s.see.h / s.see.k / 2];
        within(s.index, s.see.x - w, s.see.y - h, s.see.x + w, s.see.y + h, (dot) => s.shown(dot) && dots.push(dot));
        select(dots, "new");
      } else if (what === "pick") {
        const dot = nearest(s.index, s.see, s.see.w / 2, s.see.h / 2, 3 * reach, s.shown);
        point(dot);
        if (dot >= 0) select([dot], s.marks[dot] ? "subtract" : "add");
      }
    },
  });

  // What is kept by row on the wire is kept here in the order in which dots are drawn.
  function onPoints() {
    const given = model.get("points");
    if (!given) return;
    const byRow = pointsOf(given);
    const before = s.rows.length;
    s.rows = shuffled(byRow.length / 2);
    s.points = new Float32Array(byRow.length);
    s.dotOf = new Map();
    s.rows.forEach((row, dot) => {
      s.points[2 * dot] = byRow[2 * row];
      s.points[2 * dot + 1] = byRow[2 * row + 1];
      s.dotOf.set(row, dot);
    });
    s.extent = extentOf(s.points);
    s.index = indexOf(s.points, s.extent);
    s.all = fit(s.extent, s.see.w, s.see.h);
    s.hover = -1;
    if (before !== s.rows.length) { // what is selected stays when the same images have moved
      s.marks = new Uint8Array(s.rows.length);
      s.count = 0;
      s.see = s.all;
      paintSelection();
    }
    onCodes();
    onView();
  }
  function onCodes() {
    const given = model.get("codes");
    const bytes = given ? new Uint8Array(given.buffer ?? given, given.byteOffset ?? 0, given.byteLength) : null;
    s.codes = Uint8Array.from(s.rows, (row) => bytes?.[row] ?? NONE);
    pictures.stale();
    if (s.hover >= 0) pictures.want([s.rows[s.hover]]);
    onView();
    if (s.count && model.get("summary")) model.send({ kind: "select", bits: bitsOf(s.marks, s.rows), count: s.count }); // labels have changed
  }
  let before = "";
  function onView() {
    const view = model.get("view");
    root.hidden = !view;
    if (!view) return;
    s.shades = view.shades ?? s.shades;
    if (before !== view.by) s.hidden = new Set(); // other groups
    before = view.by;
    bar.show(view);
    const marks = new Uint8Array(s.rows.length);
    for (const row of view.highlight ?? []) if (s.dotOf.has(row)) marks[s.dotOf.get(row)] = 1;
    s.rings = { some: marks.includes(1), marks };
    legend.show(groupsOf(s.shades, s.codes), s.hidden);
    paintSelection();
    later();
  }
  const onMessage = (message) => message.kind === "tiles" && pictures.take(message.tiles);
  const on = { "change:points": onPoints, "change:codes": onCodes, "change:view": onView, "change:summary": paintSelection, "msg:custom": onMessage };
  Object.entries(on).forEach(([event, call]) => model.on(event, call));
  const watch = new ResizeObserver(() => {
    const [w, h] = [stage.clientWidth, stage.clientHeight];
    if (!w || !h || (w === s.see.w && h === s.see.h && below.width > 1)) return;
    const whole = s.see.k === s.all.k;
    size(w, h);
    s.all = fit(s.extent, w, h);
    s.see = whole ? s.all : resized(s.see, w, h);
    draw(s);
  });
  watch.observe(stage);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", later);
  choose("move");
  showImages(false);
  onPoints();
  return () => {
    Object.entries(on).forEach(([event, call]) => model.off(event, call));
    stop();
    watch.disconnect();
    dark.removeEventListener("change", later);
    cancelAnimationFrame(frame);
    clearTimeout(telling);
    pictures.close();
    root.remove();
  };
}

export default { render };
