// What a threshold leads to: two curves with one point on both, a slider that moves it, and the four kinds of images, each
// of which opens. model:
//
//   view  {points: [{at, tp, fp, fn, tn}], start, choosing}, the strictest threshold first; a score of at least "at" counts as
//         present. start is the threshold to begin with, without it one half or a little more
//
// It sends {kind: "decision", cell: "tp" | "fp" | "fn" | "tn", at} when one of the four is pressed, and, where choosing is true,
// {kind: "threshold", at} when the person has moved it, and cell "near" when a point of a curve is pressed.

import { el, put, root as makeRoot, write } from "./dom.mjs";

const side = 132; // of a curve's square, in its own units
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
};

// figures are the shares that follow from four counts; null where there is nothing to divide by. Pure.
export function figures({ tp, fp, fn, tn }) {
  const share = (a, b) => (b ? a / b : null);
  return { precision: share(tp, tp + fp), recall: share(tp, tp + fn), alarms: share(fp, fp + tn), f1: share(2 * tp, 2 * tp + fp + fn) };
}

// startOf is the place of the point from which a slider begins: the loosest threshold of at least one half, or of start. Pure.
export function startOf(points, start = 0.5) {
  const at = points.findLastIndex((point) => point.at >= start);
  return Math.max(0, at);
}

// nearest is the point that lies nearest to a place in a curve. Pure.
export function nearest(points, of, x, y) {
  const gap = (point) => {
    const [a, b] = of(figures(point));
    return a === null || b === null ? Infinity : (a - x) ** 2 + (b - y) ** 2;
  };
  return points.reduce((best, point, i) => (gap(point) < gap(points[best]) ? i : best), 0);
}

const curves = [
  { name: "ROC", x: "false alarms", y: "recall", of: (f) => [f.alarms, f.recall], from: [0, 0] },
  { name: "precision and recall", x: "recall", y: "precision", of: (f) => [f.recall, f.precision] },
];
const cells = [["tp", "found"], ["fn", "missed"], ["fp", "false alarms"], ["tn", "rightly absent"]];
const text = (value) => (value === null ? "–" : value.toFixed(2));

export function render({ model, el: host }) {
  const root = makeRoot("decisions");
  let points = [];
  let place = 0;
  const drawn = curves.map((curve) => {
    const line = svg("polyline", { class: "pw-line", fill: "none" });
    const dot = svg("circle", { class: "pw-dot", r: 4 });
    const picture = svg("svg", { viewBox: `-4 -4 ${side + 8} ${side + 8}`, role: "img", "aria-label": curve.name },
      svg("rect", { class: "pw-frame", width: side, height: side }), svg("line", { class: "pw-half", x1: 0, y1: side / 2, x2: side, y2: side / 2 }), line, dot);
    picture.addEventListener("click", (e) => {
      const box = picture.getBoundingClientRect();
      const at = (v, from, size) => ((v - from) / size) * (side + 8) - 4;
      move(nearest(points, curve.of, at(e.clientX, box.left, box.width) / side, 1 - at(e.clientY, box.top, box.height) / side));
      if (points.length && model.get("view").choosing) model.send({ kind: "decision", cell: "near", at: points[place].at });
    });
    root.append(el("figure", {}, picture, el("figcaption", {}, `${curve.y} over ${curve.x}`)));
    return { ...curve, line, dot, picture };
  });
  const slider = el("input", { type: "range", min: "0", step: "1", "aria-label": "threshold" });
  const said = el("p", { class: "pw-said", role: "status" });
  const buttons = cells.map(([cell, name]) => {
    const count = el("b");
    const node = el("button", { type: "button", "data-cell": cell, title: `show the images: ${name}` }, count, el("span", {}, name));
    node.addEventListener("click", () => points[place] && model.send({ kind: "decision", cell, at: points[place].at }));
    return { node, count, cell };
  });
  const none = el("p", { class: "pw-empty" }, "No label of this class is known there.");
  root.append(slider, said, el("div", { class: "pw-four" }, ...buttons.map(({ node }) => node)), none);
  host.append(root);
  slider.addEventListener("input", () => move(Number(slider.value)));

  function move(to) {
    place = Math.max(0, Math.min(points.length - 1, to));
    paint();
    if (points.length && model.get("view").choosing) model.send({ kind: "threshold", at: points[place].at });
  }

  function paint() {
    const some = points.length > 0;
    put(root, "data-none", !some);
    none.hidden = some;
    if (!some) return;
    const point = points[place];
    const f = figures(point);
    slider.max = String(points.length - 1);
    slider.value = String(place);
    put(slider, "aria-valuetext", `present from ${point.at.toFixed(3)} on`);
    write(said, `from ${point.at.toFixed(3)} on: precision ${text(f.precision)}, recall ${text(f.recall)}, F1 ${text(f.f1)}`);
    buttons.forEach(({ node, count, cell }) => {
      write(count, point[cell].toLocaleString("en"));
      node.disabled = point[cell] === 0;
    });
    drawn.forEach(({ of, line, dot, picture, name, from }) => {
      const places = points.map((p) => of(figures(p))).filter(([x, y]) => x !== null && y !== null);
      if (from && places.length) places.unshift(from);
      put(line, "points", places.map(([x, y]) => `${(x * side).toFixed(1)},${((1 - y) * side).toFixed(1)}`).join(" "));
      const [x, y] = of(f);
      put(dot, "visibility", x === null || y === null ? "hidden" : "visible");
      put(dot, "cx", ((x ?? 0) * side).toFixed(1));
      put(dot, "cy", ((1 - (y ?? 0)) * side).toFixed(1));
      put(picture, "aria-label", `${name}, at the threshold ${point.at.toFixed(3)}: ${text(x)} and ${text(y)}`);
    });
  }

  function onView() {
    const at = points[place]?.at;
    points = model.get("view")?.points ?? [];
    const same = at === undefined ? -1 : points.findLastIndex((point) => point.at >= at); // where the person was, as near as can be
    place = same < 0 ? startOf(points, model.get("view")?.start ?? undefined) : same;
    paint();
  }
  model.on("change:view", onView);
  onView();
  return () => {
    model.off("change:view", onView);
    root.remove();
  };
}

export default { render };
