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
function scene(seed) {
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

let batch = 1;
const tileOf = (i) => ({
  row: 100 * batch + i, src: i === 7 ? "/missing.jpg" : scene(batch * 100 + i), full: "", caption: `region-${batch}/tiles/scene_${String(1000 + i)}.jpg`,
  why: i % 2 ? `forest at ${50 + i}%: least sure` : "drawn at random", note: i === 5 ? "ask Maria" : "",
  values: classes.map((_, c) => ((i * 7 + c * 3) % 5 === 0 ? 1 : (i * 3 + c) % 4 === 0 ? 0 : -1)),
  scores: ask.has("noscores") ? null : classes.map((_, c) => ((i * 37 + c * 61) % 100) / 100), excluded: i === 3, validation: i === 6,
});
let truth = Array.from({ length: count }, (_, i) => tileOf(i));
const past = [];
const viewOf = () => ({ batch: `b${batch}`, columns: 4, classes, tiles: truth.map((t) => ({ ...t, values: [...t.values] })) });

window.log = [];
const waiting = new Map();
const model = createModel({ view: viewOf(), pending: [] }, (message) => {
  window.log.push(message);
  const rows = message.changes?.map((c) => c.row) ?? (message.row === undefined ? [] : [message.row]);
  const key = window.log.length;
  waiting.set(key, rows);
  model.set("pending", [...waiting.values()].flat());
  setTimeout(() => {
    waiting.delete(key);
    apply(message);
    model.set("pending", [...waiting.values()].flat());
    model.set("view", viewOf());
  }, window.slow ?? 60);
});

function apply(message) {
  const find = (row) => truth.find((t) => t.row === row);
  if (message.kind === "next") (batch += 1), (truth = truth.map((_, i) => tileOf(i)));
  else if (message.kind === "undo") truth = past.pop() ?? truth;
  else if (message.kind !== "redo") {
    past.push(structuredClone(truth));
    message.changes?.forEach((c) => (find(c.row).values[c.class] = c.value));
    if (message.kind === "exclude") find(message.row).excluded = message.value;
    if (message.kind === "validation") find(message.row).validation = message.value;
  }
}

const $ = (id) => document.getElementById(id);
const bar = createModel({ view: { label: "Extracting features", done: 620, total: 1000, elapsed_ms: 12400, state: "running", cancel: true } }, (m) => window.log.push(m));
const waitingBar = createModel({ view: { label: "Looking for images", done: 48210, total: 0, elapsed_ms: 3100, state: "running" } });
const chart = createModel({ option: null, svg: null, alt: "loss by epoch" });
window.models = { grid: model, progress: bar, curves: chart };
if (ask.has("echarts")) {
  await new Promise((loaded) => document.head.append(Object.assign(document.createElement("script"), { src: "/echarts.js", onload: loaded })));
}
const made = await fetch("/chart.json").then((r) => r.json());
chart.set("svg", made.svg);
chart.set("option", ask.has("echarts") ? made.option : null);
window.closers = [
  grid.render({ model, el: $("grid") }),
  buttons.render({ model: buttonsFor(model), el: $("buttons") }),
  progress.render({ model: bar, el: $("progress") }),
  progress.render({ model: waitingBar, el: $("waiting") }),
  curves.render({ model: chart, el: $("curves") }),
];
document.body.dataset.ready = "yes";
