// Mounts every widget on models that behave like a server 60 ms away. ?classes=10 gives more classes, ?n=16 tiles,
// ?echarts loads the chart library. window.log holds what the widgets sent, window.models their models.

import grid from "/assets/grid.mjs";
import buttons from "/assets/labelbuttons.mjs";
import curves from "/assets/curves.mjs";
import progress from "/assets/progress.mjs";
import { buttonsFor, createModel } from "/assets/model.mjs";

const ask = new URLSearchParams(location.search);
const names = ["forest", "water", "road", "building", "field", "parking lot", "bridge", "orchard", "harbour", "chaparral <b>"];
const classes = names.slice(0, Number(ask.get("classes") ?? 4)).map((name) => ({ name, description: `${name} anywhere in the image` }));
const count = Number(ask.get("n") ?? 12);

// scene paints a small made-up aerial view; the same seed gives the same picture.
const painted = new Map();
function scene(seed) {
  if (!painted.has(seed)) painted.set(seed, paintScene(seed));
  return painted.get(seed);
}
function paintScene(seed) {
  let s = seed * 7919 + 17;
  const random = () => ((s = (s * 1103515245 + 12345) % 2147483648) / 2147483648);
  const canvas = Object.assign(document.createElement("canvas"), { width: 256, height: 256 });
  const g = canvas.getContext("2d");
  g.fillStyle = ["#8a9a5b", "#a08d5e", "#6f8f4f", "#b7a57a"][seed % 4];
  g.fillRect(0, 0, 256, 256);
  for (let i = 0; i < 10; i++) {
    g.fillStyle = `hsl(${60 + 60 * random()} 30% ${28 + 30 * random()}% / 0.5)`;
    g.fillRect(256 * random() - 40, 256 * random() - 40, 40 + 110 * random(), 40 + 110 * random());
  }
  if (seed % 3 === 0) {
    g.fillStyle = "#2f6f8f";
    g.beginPath();
    g.ellipse(256 * random(), 256 * random(), 60 + 60 * random(), 40 + 40 * random(), random(), 0, 7);
    g.fill();
  }
  if (seed % 2 === 0) {
    g.strokeStyle = "#cfcbc2";
    g.lineWidth = 12;
    g.beginPath();
    g.moveTo(0, 256 * random());
    g.bezierCurveTo(90, 256 * random(), 170, 256 * random(), 256, 256 * random());
    g.stroke();
  }
  for (let i = 0; i < 60 * random(); i++) {
    g.fillStyle = `hsl(115 35% ${16 + 14 * random()}%)`;
    g.beginPath();
    g.arc(256 * random(), 256 * random(), 4 + 7 * random(), 0, 7);
    g.fill();
  }
  return canvas.toDataURL("image/jpeg", 0.85);
}

const total = Number(ask.get("pages") ?? 0); // a grid of pages over so many made-up images
const plain = total > 0 || ask.has("blank"); // nothing is labelled yet
let batch = 1;
let version = 0;
let changed = new Map(); // row → what differs from the image as it was made
let from = { start: 0, count: 40 };
const made = (i) => ({
  row: (total ? 0 : 100 * batch) + i, src: total ? `/picture/${i}` : i === 7 ? "/missing.jpg" : scene(batch * 100 + i), full: total ? `/picture/${i}?full=1` : "",
  caption: `region-${batch}/tiles/scene_${String(1000 + i)}.jpg`,
  why: i % 2 ? `forest at ${50 + (i % 50)}%: least sure` : "drawn at random", note: i === 5 && !plain ? "ask Maria" : "", unsure: i === 4 && !plain,
  values: classes.map((_, c) => (plain ? -1 : (i * 7 + c * 3) % 5 === 0 ? 1 : (i * 3 + c) % 4 === 0 ? 0 : -1)),
  scores: ask.has("noscores") ? null : classes.map((_, c) => ((i * 37 + c * 61) % 100) / 100), excluded: i === 3 && !plain, validation: i === 6 && !plain,
  meta: [["file", `scene_${1000 + i}.jpg`], ["size", "1600 × 1200"], ["taken", "2024-06-03"], ["source", "region-1"]],
});
const tileOf = (i) => {
  const tile = made(i);
  return { ...tile, ...changed.get(tile.row) };
};
const range = (start, count) => Array.from({ length: Math.max(0, count) }, (_, i) => tileOf(start + i));
const past = [];
const future = [];
const viewOf = () => ({
  batch: `b${batch}`, columns: 4, classes, reasons: ["blurred", "two images in one"], keys: JSON.parse(ask.get("keys") ?? "{}"),
  ...(ask.has("quick") ? { quick: { class: Number(ask.get("quick")) } } : {}),
  ...(ask.has("looks") ? { contrasts: ["stretch", "clahe"], bands: [{ name: "natural" }, { name: "infrared", bands: [4, 3, 2] }] } : {}),
  ...(total ? { total, version, start: from.start, tiles: range(from.start, Math.min(from.count, total - from.start)) } : { tiles: range(0, count) }),
});

window.log = [];
const waiting = new Map();
const rowsOf = (m) => m.changes?.map((c) => c.row) ?? m.rows ?? (m.row === undefined ? [] : [m.row]);
const model = createModel({ view: viewOf(), pending: [] }, (message) => {
  window.log.push(message);
  const key = window.log.length;
  waiting.set(key, rowsOf(message));
  model.set("pending", [...waiting.values()].flat());
  return new Promise((answered) => setTimeout(() => {
    waiting.delete(key);
    apply(message);
    model.set("pending", [...waiting.values()].flat());
    model.set("view", viewOf());
    answered();
  }, window.slow ?? 60));
});

// apply is what Go does, in small: rows and, in a grid of pages, spans of places, which here are the rows.
function apply(message) {
  if (message.kind === "page") return (from = message);
  if (message.kind === "next") return (batch += 1), (changed = new Map());
  version += 1;
  if (message.kind === "undo" || message.kind === "redo") {
    const [out, into] = message.kind === "undo" ? [past, future] : [future, past];
    if (out.length) into.push(changed), (changed = out.pop());
    return undefined;
  }
  past.push(changed);
  changed = new Map(changed);
  const put = (row, change) => changed.set(row, { ...changed.get(row), ...change });
  const values = (row) => [...tileOf(total ? row : row - 100 * batch).values];
  message.changes?.forEach((c) => put(c.row, { values: values(c.row).map((v, i) => (i === c.class ? c.value : v)) }));
  const beyond = (message.spans ?? []).flatMap(([a, b]) => Array.from({ length: b - a }, (_, i) => a + i));
  if (message.fill) {
    for (const row of beyond) {
      const next = values(row);
      for (const f of message.fill) if (f.only === undefined || next[f.class] === f.only) next[f.class] = f.value;
      put(row, { values: next });
    }
  }
  for (const row of [...(message.kind === "set" ? [] : rowsOf(message)), ...(message.fill ? [] : beyond)]) {
    if (message.kind === "exclude") put(row, { excluded: message.value, reason: message.text });
    if (message.kind === "validation") put(row, { validation: message.value });
    if (message.kind === "note") put(row, { note: message.text });
    if (message.kind === "unsure") put(row, message.class === null ? { unsure: message.value } : { unsure_classes: message.value ? [message.class] : [] });
  }
  return undefined;
}
window.labelOf = (row, c) => changed.get(row)?.values?.[c] ?? -1;

const $ = (id) => document.getElementById(id);
const bar = createModel({ view: { label: "Extracting features", done: 620, total: 1000, elapsed_ms: 12400, state: "running", cancel: true } }, (m) => window.log.push(m));
const waitingBar = createModel({ view: { label: "Looking for images", done: 48210, total: 0, elapsed_ms: 3100, state: "running" } });
const chart = createModel({ option: null, svg: null, alt: "loss by epoch" });
window.models = { grid: model, progress: bar, curves: chart };
if (ask.has("echarts")) {
  await new Promise((loaded) => document.head.append(Object.assign(document.createElement("script"), { src: "/echarts.js", onload: loaded })));
}
const drawn = await fetch("/chart.json").then((r) => r.json());
chart.set("svg", drawn.svg);
chart.set("option", ask.has("echarts") ? drawn.option : null);
window.closers = [
  grid.render({ model, el: $("grid") }),
  buttons.render({ model: buttonsFor(model), el: $("buttons") }),
  progress.render({ model: bar, el: $("progress") }),
  progress.render({ model: waitingBar, el: $("waiting") }),
  curves.render({ model: chart, el: $("curves") }),
];
document.body.dataset.ready = "yes";
