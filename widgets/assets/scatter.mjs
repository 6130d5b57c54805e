// A map of many images: a dot for each at its place on a plane, coloured by what is asked for. model:
//
//   points   x, y of each row, in an ArrayBuffer as pointsOf reads it
//   codes    a byte for each row: its group in shades, or, where that is a scale, 0 to 254; 255 has none
//   marks    a bit for each row, or null: these have a thin ring
//   view     {by, colorings: [{key, name}], shades: {groups: [{name, color}], scale, none}, highlight: [rows], which have a ring,
//            can_open, can_show, can_undo}
//   current  row that has a large ring, or null
//   summary  of the selection that was told last, as Go sees it: {classes: [{name, present, absent, unknown}], tiles}
//
// It sends {kind: "color", by}; {kind: "look", rows}, which is answered with receive({kind: "tiles", tiles: [{row, src, caption,
// title, badge, why}]}); {kind: "select", bits, count} when other images are selected, bits as base64 of a bit for each row;
// {kind: "open", bits}; {kind: "label", bits, class, value, only}; {kind: "undo"}. It sets selected, how many there are.

import { el, put, root as makeRoot, write } from "./dom.mjs";
import { extentOf, indexOf, nearest, tileAt, toCanvas } from "./scatterspace.mjs";
import {
  barOf, bitsOf, combine, countOf, fit, groupOf, groupsOf, isolated, NONE, pointsOf, resized, ringsOf, toggled, zoomed,
} from "./scatterstate.mjs";
import { shuffled } from "./scatterdraw.mjs";
import { sheets } from "./scattercanvas.mjs";
import { album } from "./scatterthumbs.mjs";
import { follow } from "./scatterhand.mjs";
import { acts } from "./scatteracts.mjs";
import { bar as makeBar, card as makeCard, legend as makeLegend, selection as makeSelection } from "./scatterparts.mjs";

const reach = 14; // px around the pointer in which a dot counts as meant

export function render({ model, el: host, tools = [] }) {
  const root = makeRoot("scatter");
  const s = {
    points: new Float32Array(0), rows: new Uint32Array(0), dotOf: new Uint32Array(0), codes: new Uint8Array(0), marks: new Uint8Array(0), count: 0,
    shades: { groups: [], scale: false }, hidden: new Set(), index: indexOf(new Float32Array(0)), extent: extentOf([]), see: { x: 0, y: 0, k: 1, w: 640, h: 440 },
    all: { k: 1 }, hover: -1, byKeys: false, line: [], mode: "new", images: false, tiles: [], rings: new Uint8Array(0), current: -1,
    brush: { radius: 24, at: null }, // px, and where it is
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
  }, tools);
  const said = el("p", { class: "pw-said", role: "status" });
  const card = makeCard();
  const stage = el("div", { class: "pw-stage", tabindex: "0", role: "application", "aria-roledescription": "map", "aria-label": "map of images. Arrows move, plus and minus zoom, space selects what is in the middle, with the brush all that it covers, a all in view, Enter opens, Escape clears." }, below, above, card.node);
  const legend = makeLegend((i) => hide(toggled(s.hidden, i)), (i) => hide(isolated(s.hidden, i, groupsOf(s.shades, s.codes))));
  const selection = makeSelection({
    open,
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
    if (s.byKeys) point(middle());
    tell();
    later();
  }
  const zoom = (factor, x = s.see.w / 2, y = s.see.h / 2) => look(zoomed(s.see, factor, x, y, s.all));
  const all = () => look(fit(s.extent, s.see.w, s.see.h));
  const under = (x, y) => (s.images ? tileAt(s.tiles, x, y) : nearest(s.index, s.see, x, y, reach, s.shown));
  const middle = () => nearest(s.index, s.see, s.see.w / 2, s.see.h / 2, 3 * reach, s.shown);
  function open() {
    if (s.count && model.get("view")?.can_open) model.send({ kind: "open", bits: bitsOf(s.marks, s.rows), count: s.count });
    else if (s.hover >= 0 && model.get("view")?.can_show) model.send({ kind: "show", row: s.rows[s.hover] });
  }

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

  const select = (dots, mode) => selected(combine(s.marks, dots, mode));
  function selected(marks) {
    s.marks = marks;
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
    s.brush.at = null;
    over(s);
  }
  function showImages(on) {
    s.images = on;
    bar.images(on);
    later();
  }

  const stop = follow(stage, acts(s, {
    tool: () => tool, look, zoom, all, point, select, selected, under, middle, open, choose, showImages, later, paintSelection, over: () => over(s),
    counted: selection.count, undo: () => model.send({ kind: "undo" }), canShow: () => Boolean(model.get("view")?.can_show), show: (dot) => model.send({ kind: "show", row: s.rows[dot] }),
  }));

  // What is kept by row on the wire is kept here in the order in which dots are drawn.
  function onPoints() {
    const given = model.get("points");
    if (!given) return;
    const byRow = pointsOf(given);
    const had = s.rows.length;
    const whole = s.see.k === s.all.k;
    s.rows = shuffled(byRow.length / 2);
    s.points = new Float32Array(byRow.length);
    s.dotOf = new Uint32Array(s.rows.length);
    s.rows.forEach((row, dot) => {
      s.points[2 * dot] = byRow[2 * row];
      s.points[2 * dot + 1] = byRow[2 * row + 1];
      s.dotOf[row] = dot;
    });
    s.extent = extentOf(s.points);
    s.index = indexOf(s.points, s.extent);
    s.all = fit(s.extent, s.see.w, s.see.h);
    s.hover = -1;
    if (whole) s.see = s.all;
    if (had !== s.rows.length) { // what is selected stays when the same images have moved
      s.marks = new Uint8Array(s.rows.length);
      s.count = 0;
      s.see = s.all;
      paintSelection();
    }
    onCodes();
    onCurrent();
  }
  function onCodes() {
    const given = model.get("codes");
    const bytes = given ? new Uint8Array(given.buffer ?? given, given.byteOffset ?? 0, given.byteLength) : null;
    s.codes = new Uint8Array(s.rows.length);
    for (let dot = 0; dot < s.codes.length; dot++) s.codes[dot] = bytes?.[s.rows[dot]] ?? NONE;
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
    onMarks();
    legend.show(groupsOf(s.shades, s.codes), s.hidden);
    paintSelection();
    later();
  }
  function onMarks() {
    const bits = model.get("marks");
    s.rings = ringsOf(s.rows, s.dotOf, model.get("view")?.highlight ?? [], bits ? new Uint8Array(bits) : null);
    const counts = [0, 0, 0];
    for (const level of s.rings) counts[level]++;
    put(stage, "data-marked", counts[1] + counts[2]);
    put(stage, "data-ringed", counts[2]);
    later();
  }
  function onCurrent() {
    s.current = s.dotOf[model.get("current")] ?? -1;
    put(stage, "data-current", s.current < 0 ? null : model.get("current"));
    over(s);
  }
  const onMessage = (message) => message.kind === "tiles" && pictures.take(message.tiles);
  const on = { "change:points": onPoints, "change:codes": onCodes, "change:view": onView, "change:marks": onMarks, "change:current": onCurrent, "change:summary": paintSelection, "msg:custom": onMessage };
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
