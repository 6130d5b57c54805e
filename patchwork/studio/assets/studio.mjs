// The studio's page: composes the grid, the label buttons, the curves and the progress bar into one application. It
// holds no labels: what Go sends is drawn, what the person does is sent. The parts of Go's view arrive whole ("view")
// or, while a training or an audit runs, only the part that changed ("train", "audit").

import grid from "./widgets/grid.mjs";
import buttons from "./widgets/labelbuttons.mjs";
import curves from "./widgets/curves.mjs";
import progress from "./widgets/progress.mjs";
import { buttonsFor, createModel } from "./widgets/model.mjs";
import { connect } from "./widgets/link.mjs";
import { coloured } from "./widgets/classes.mjs";
import { put, write } from "./widgets/dom.mjs";
import { frame } from "../host/frame.mjs";
import sampling from "./sampling.mjs";
import histogram from "./histogram.mjs";
import measurepanel from "./measurepanel.mjs";
import trainpanel from "./trainpanel.mjs";
import classespanel from "./classespanel.mjs";
import peoplepanel from "./peoplepanel.mjs";
import auditpanel from "./auditpanel.mjs";
import mappanel from "./mappanel.mjs";
import doublespanel from "./doublespanel.mjs";
import { keepStill } from "./still.mjs";
import { named, overtaken, paceText, progressOf, savedText, sizeAfter } from "./studiostate.mjs";

const $ = (id) => document.getElementById(id);
const token = new URL(document.baseURI).searchParams.get("token") ?? "";
const withToken = (path) => `${path}&token=${encodeURIComponent(token)}`;

const cell = frame(document.body); // the notebook cell around the page, if there is one
put(document.body, "data-framed", cell.framed);
const still = keepStill(cell, token);
let view = null;
let panel = null; // the settings of training
let ahead = []; // pictures that are fetched before they are shown
let over = false; // Done was pressed, or the server ended

const models = {
  grid: createModel({ view: null, pending: [] }, send),
  curves: createModel({ option: null, svg: null, alt: "loss by epoch" }),
  progress: createModel({ view: { state: "idle" } }, () => send({ kind: "stop" })),
  sampling: createModel({ view: null }, send),
  histogram: createModel({ view: null }, send),
  measure: createModel({ view: null }, send),
  panel: createModel({ view: null }, send),
  classes: createModel({ view: null }, send),
  people: createModel({ view: null }, send),
  audit: createModel({ view: null }, send),
  doubles: createModel({ view: null }, send),
  map: createModel({ view: null, shown: [], current: null, large: false }, (message) => (message.kind === "cursor" ? models.grid.set("cursor", message.row) : send(message))),
};
models.buttons = buttonsFor(models.grid);

const link = connect({ onView: show, onPush: merge, onState: state, onError: say, onBye: ended });

// send splits a widget's message into its kind and the data that Go reads.
function send(message) {
  const { kind, ...data } = named(message, view?.grid.classes ?? []);
  return link.send(kind, data);
}

// draw shows the grid, and on the map what is on its screen.
function draw() {
  const tiles = view.grid.tiles.map(withSources);
  if (tiles.length && view.grid.batch !== models.grid.get("view")?.batch) models.map.set("large", false); // other images: they are to be seen
  models.grid.set("view", { ...view.grid, classes: coloured(view.grid.classes, view.classes), tiles });
  if (tiles.length) models.map.set("shown", tiles.map((tile) => tile.row));
}

function show(next) {
  if (overtaken(next, view)) return undefined;
  if (next.only) { // tiles that this page asked for
    view = { ...view, grid: next.grid };
    return draw();
  }
  const first = view === null;
  view = next;
  document.title = `${view.name} · patchwork`;
  write($("name"), view.name);
  write($("annotator"), view.annotator);
  draw();
  models.sampling.set("view", view);
  models.histogram.set("view", { classes: view.grid.classes.map((c) => c.name), histogram: view.histogram ?? null, has_model: view.has_model });
  models.measure.set("view", { class: view.histogram?.class ?? "", measure: view.measure ?? null });
  models.panel.set("view", { ...view.train, has_model: view.has_model });
  const colors = Object.fromEntries(coloured(view.grid.classes, view.classes).map((c) => [c.name, c.color]));
  models.classes.set("view", { classes: view.classes, colors, counts: view.counts, conflicts: view.conflicts, plan: view.plan ?? null });
  models.audit.set("view", view.audit);
  map();
  doubles();
  models.people.set("view", { agreement: view.agreement ?? null, rule: view.rule });
  write($("pace"), paceText(view.pace));
  const paged = Number.isInteger(view.grid.total);
  put($("pages"), "aria-pressed", String(paged));
  $("size").hidden = paged || groupsShown();
  write($("next"), paged ? "Show anew" : "Next batch");
  $("disagreements").hidden = view.people < 2;
  $("suspects").hidden = !(view.totals.labelled + view.totals.partial);
  $("confirm").hidden = !view.suspects;
  $("fewer").disabled = !sizeAfter(view.grid, -1);
  $("more").disabled = !sizeAfter(view.grid, 1);
  counts();
  train();
  say(view.message);
  if (first) mount();
  still.soon();
  return undefined;
}

// merge takes a part of the view, or a whole one.
function merge(part) {
  if (part.grid) return show(part);
  if (part.ahead) return fetchAhead(part.ahead);
  Object.assign(view, part);
  models.audit.set("view", view.audit);
  if ("map" in part) return map();
  if ("doubles" in part) return doubles();
  train();
}

// fetchAhead has the small pictures at hand that will probably be shown next.
function fetchAhead(sources) {
  ahead = sources.map((src) => Object.assign(new Image(), { src: withToken(src) }));
}

const withSources = (tile) => ({ ...tile, src: withToken(tile.src), full: withToken(tile.full) });

function mount() {
  grid.render({ model: models.grid, el: $("grid") });
  buttons.render({ model: models.buttons, el: $("buttons") });
  curves.render({ model: models.curves, el: $("curves") });
  progress.render({ model: models.progress, el: $("progress") });
  sampling.render({ model: models.sampling, el: $("sampler") });
  histogram.render({ model: models.histogram, el: $("histogram") });
  measurepanel.render({ model: models.measure, el: $("measure") });
  panel = trainpanel.render({ model: models.panel, el: $("model") });
  classespanel.render({ model: models.classes, el: $("classes") });
  peoplepanel.render({ model: models.people, el: $("people") });
  auditpanel.render({ model: models.audit, el: $("audit") });
  models.grid.on("change:current", caption);
  caption();
  home();
}

// home gives the keys to what is shown: the groups of doubles, or the grid.
function home() {
  (groupsShown() ? $("doubles").querySelector('.tile[tabindex="0"], select') : $("grid").querySelector("[tabindex]"))?.focus({ preventScroll: true });
}

const groupsShown = () => Boolean(view.doubles?.found && !view.doubles.running);

function doubles() {
  put($("showdoubles"), "aria-pressed", String(Boolean(view.doubles)));
  const before = $("work").hasAttribute("data-doubles");
  put($("work"), "data-doubles", groupsShown());
  for (const id of ["current", "buttons"]) $(id).hidden = groupsShown(); // they are of the image under the cursor of the grid
  models.doubles.set("view", view.doubles ? { ...view.doubles, classes: coloured(view.grid.classes, view.classes), message: view.message } : null);
  if (view.doubles && !$("doubles").firstChild) doublespanel.render({ model: models.doubles, el: $("doubles"), address: withToken }); // most sessions have none
  if (before && !groupsShown()) home();
}

function map() {
  put($("showmap"), "aria-pressed", String(Boolean(view.map)));
  put($("work"), "data-map", Boolean(view.map));
  models.map.set("view", view.map ?? null);
  if (view.map && !$("map").firstChild) { // most sessions have none
    mappanel.render({ model: models.map, el: $("map") });
    models.map.on("change:large", enlarge);
  }
  enlarge();
}
const enlarge = () => put($("work"), "data-large", Boolean(view.map && models.map.get("large")));

function caption() {
  const tile = models.grid.get("current");
  models.map.set("current", tile?.row ?? null);
  write($("current"), tile?.caption ?? "");
  put($("current"), "title", tile?.title);
}

function counts() {
  const { totals } = view;
  const done = totals.labelled + totals.partial;
  write($("totals"), [
    `${done.toLocaleString("en")} of ${totals.images.toLocaleString("en")} images labelled`,
    totals.partial ? `${totals.partial} partly` : "",
    totals.excluded ? `${totals.excluded} excluded` : "",
    totals.validation ? `${totals.validation} held out` : "",
  ].filter(Boolean).join(" · "));
}

function train() {
  const t = view.train;
  const button = $("train");
  write(button, t.running ? "Stop" : "Train");
  put(button, "data-running", t.running);
  models.progress.set("view", progressOf(t));
  if (t.option) models.curves.set("option", JSON.stringify(t.option));
  models.curves.set("svg", t.svg || null);
  $("curves").hidden = !t.option;
  write($("outcome"), t.running ? "" : t.failed || t.outcome || "");
  put($("outcome"), "data-failed", Boolean(t.failed));
}

function say(text) {
  write($("message"), text ?? "");
}

function state(connection, unsaved, open, why) {
  if (over) return;
  models.grid.set("pending", open);
  const { text, level } = savedText(connection, unsaved, why);
  write($("saved"), text);
  put($("saved"), "data-level", level);
  put($("saved"), "data-why", Boolean(why));
  put(document.body, "data-state", connection);
  if (connection === "offline" && !unsaved) cell.lost();
}

// ended: the server said good-bye; every label it acknowledged is on disk, and no other.
function ended(reason) {
  over = true;
  say(`Studio closed: ${reason}. Run the cell or command again to go on.`);
  const { text, level } = savedText("ended", link.state().unsaved);
  write($("saved"), text);
  put($("saved"), "data-level", level);
  put(document.body, "data-state", "over");
  cell.ended(reason);
}

for (const kind of ["next", "suggest", "undo", "redo", "disagreements", "suspects", "confirm"]) $(kind).addEventListener("click", () => send({ kind }));
$("train").addEventListener("click", () => send(view.train.running ? { kind: "stop" } : { kind: "train", ...panel?.chosen() }));
$("showdoubles").addEventListener("click", () => send({ kind: "doubles", on: !view.doubles }));
$("pages").addEventListener("click", () => send({ kind: "pages", on: !Number.isInteger(view.grid.total) }));
$("showmap").addEventListener("click", () => send({ kind: "map", on: !view.map }));
for (const [id, step] of [["fewer", -1], ["more", 1]]) {
  $(id).addEventListener("click", () => send({ kind: "size", ...sizeAfter(view.grid, step) }));
}
$("done").addEventListener("click", async () => {
  await link.whenSaved();
  if (cell.framed) await still.now();
  send({ kind: "done" });
});
// A press on a button must not take the keys away from the grid.
document.addEventListener("click", (e) => {
  if (e.target.closest("header button, #sampling button")) home();
});
