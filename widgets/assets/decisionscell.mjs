// The page of Decisions.Run: for each class its curves with a slider and its bars, then the tables; below the panel that was
// pressed, the images that it opened. Go sends {title, classes: [{name, points, start, groups}], matrices} once, and {opened,
// fault} after each press.

import bars from "./bars.mjs";
import decisions from "./decisions.mjs";
import matrix from "./matrix.mjs";
import { createModel } from "./model.mjs";
import { connect } from "./link.mjs";
import { el, put, write } from "./dom.mjs";
import { frame } from "../host/frame.mjs";

const main = document.getElementById("patchwork");
main.className = "pw pw-cell";
const finish = el("button", { type: "button", class: "pw-main", title: "end, and give the thresholds to the cell" }, "Done");
const state = el("span", { class: "pw-cellstate", role: "status" });
const body = el("div", { class: "pw-decide" });
main.replaceChildren(el("div", { class: "pw-celltools" }, finish, state), body);
finish.addEventListener("click", () => link.send("done"));

const title = el("h3");
const more = el("button", { type: "button" }, "More");
const close = el("button", { type: "button", "aria-label": "close the images" }, "Close");
const images = el("div", { class: "pw-images", role: "list", "aria-label": "images" });
const fault = el("p", { class: "pw-fault", role: "alert" });
const opened = el("section", { class: "pw-open", hidden: true }, el("div", { class: "pw-openhead" }, title, close), fault, images, more);
more.addEventListener("click", () => link.send("more"));
close.addEventListener("click", () => (opened.hidden = true));

const cell = frame(main);
let at = null; // the panel that was pressed last

function build(view) {
  document.title = view.title;
  body.replaceChildren();
  view.classes.forEach((c, i) => {
    const panel = el("section", { "data-class": c.name }, el("h3", { title: c.name }, c.name));
    const send = ({ kind, ...rest }) => {
      if (kind !== "threshold") at = panel;
      link.send(kind, { class: i, ...rest });
    };
    decisions.render({ model: createModel({ view: { points: c.points, start: c.start, choosing: true } }, send), el: panel });
    if (c.groups?.length) bars.render({ model: createModel({ view: { name: c.name, groups: c.groups, only: "" } }, send), el: panel });
    body.append(panel);
  });
  const tables = el("div", { class: "pw-matrices" });
  (view.matrices ?? []).forEach((m, i) => {
    matrix.render({ model: createModel({ view: m }, ({ row, column }) => {
      at = tables;
      link.send("cell", { matrix: i, row, column });
    }), el: tables });
  });
  body.append(tables, opened);
}

function show(view) {
  if (view.classes) build(view);
  const o = view.opened;
  opened.hidden = !o && !view.fault;
  write(fault, view.fault ?? "");
  fault.hidden = !view.fault;
  if (at && at.nextSibling !== opened) at.after(opened);
  write(title, o ? `${o.title}: ${o.tiles.length.toLocaleString("en")} of ${o.total.toLocaleString("en")}` : "");
  more.hidden = !o || o.tiles.length >= o.total;
  images.replaceChildren(...(o?.tiles ?? []).map((tile) => el("figure", { role: "listitem", title: tile.title },
    el("img", { src: tile.src, alt: tile.title || tile.caption, loading: "lazy" }), el("figcaption", {}, tile.caption))));
}

const link = connect({
  onView: show,
  onPush: show,
  onState(connection) {
    if (connection === "ended") return;
    write(state, { live: "", connecting: "connecting …", offline: "the cell does not answer" }[connection]);
    if (connection === "offline") cell.lost();
  },
  onError: (text) => write(state, text),
  onBye(reason) {
    put(main, "data-ended", true);
    write(state, `ended: ${reason}`);
    cell.ended(reason);
  },
});
