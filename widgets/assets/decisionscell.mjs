// The page of Decisions.Run: for each class its curves with a slider and its bars, then the tables; below the panel that was
// pressed, the images that it opened. Go sends {title, classes: [{name, points, start, groups}], matrices, step} on each
// connection, and {opened, fault} after each press. A press makes room for the images at once, as many as its count says, so
// that nothing moves when they come and a click always meets what it was meant for.

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

const title = el("h3", { "aria-live": "polite" });
const more = el("button", { type: "button" }, "More");
const close = el("button", { type: "button", "aria-label": "close the images" }, "Close");
const images = el("div", { class: "pw-images", role: "list", "aria-label": "images" });
const fault = el("p", { class: "pw-fault", role: "alert" });
const opened = el("section", { class: "pw-open", hidden: true }, el("div", { class: "pw-openhead" }, title, more, close), fault, images);
more.addEventListener("click", () => press("more", {}, total, images.children.length + step));
close.addEventListener("click", () => (opened.hidden = true));

const cell = frame(main);
let built = false;
let step = 0; // images that a press shows at once
let total = 0; // images behind the count that was pressed last
let waiting = null; // the press whose images are not here yet

// build makes panels and tables, once: they do not change, and a connection that comes back takes nothing away from under a hand.
function build(view) {
  built = true;
  step = view.step;
  document.title = view.title;
  view.classes.forEach((c, i) => {
    const panel = el("section", { "data-class": c.name }, el("h3", { title: c.name }, c.name));
    const send = ({ kind, ...rest }) => {
      if (kind === "threshold") link.send(kind, { class: i, ...rest });
      else open(panel, kind, { class: i, ...rest }, countOf(c, kind, rest));
    };
    decisions.render({ model: createModel({ view: { points: c.points, start: c.start, choosing: true } }, send), el: panel });
    if (c.groups?.length) bars.render({ model: createModel({ view: { name: c.name, groups: c.groups, only: "" } }, send), el: panel });
    body.append(panel);
  });
  const tables = el("div", { class: "pw-matrices" });
  (view.matrices ?? []).forEach((m, i) => {
    matrix.render({ model: createModel({ view: m }, ({ row, column }) => {
      open(tables, "cell", { matrix: i, row, column }, m.counts[m.names.indexOf(row)][m.names.indexOf(column)]);
    }), el: tables });
  });
  body.append(tables, opened);
}

function countOf(c, kind, { at, cell: of, bin }) {
  if (kind === "bar") return c.groups.reduce((sum, g) => sum + g.counts[bin], 0);
  const p = c.points.find((point) => point.at === at);
  return of === "near" ? p.tp + p.fp + p.fn + p.tn : p[of];
}

// open asks for the images of a count, below the panel where it was pressed, which stays where it is on the screen.
function open(panel, kind, wish, count) {
  const top = panel.getBoundingClientRect().top;
  if (panel.nextSibling !== opened) panel.after(opened);
  images.replaceChildren();
  press(kind, wish, count, step);
  window.scrollBy(0, panel.getBoundingClientRect().top - top);
}

// press asks for images and makes room for them: up to most of count.
function press(kind, wish, count, most) {
  const mine = (waiting = {});
  total = count;
  opened.hidden = false;
  fault.hidden = true;
  write(title, "opening …");
  put(images, "aria-busy", "true");
  room(Math.min(count, most));
  more.hidden = images.children.length >= total;
  const over = (act) => (reply) => {
    if (waiting !== mine) return; // pressed again since
    waiting = null;
    act(reply);
  };
  link.send(kind, wish).then(over(show), over(() => show({ fault: state.textContent })));
}

// room makes the list n places long.
function room(n) {
  while (images.children.length > n) images.lastChild.remove();
  while (images.children.length < n) images.append(el("figure", { role: "listitem" }, el("div", { class: "pw-place" }), el("figcaption")));
}

// show fills the places. An image that is there already is left alone.
function show({ opened: o, fault: why = "" }) {
  opened.hidden = !o && !why;
  write(fault, why);
  fault.hidden = !why;
  total = o?.total ?? 0;
  write(title, o ? `${o.title}: ${o.tiles.length.toLocaleString("en")} of ${total.toLocaleString("en")}` : "");
  more.hidden = !o || o.tiles.length >= total;
  put(images, "aria-busy", null);
  room(o?.tiles.length ?? 0);
  o?.tiles.forEach((tile, i) => {
    const [place, caption] = images.children[i].children;
    if (place.firstChild?.getAttribute("src") !== tile.src) place.replaceChildren(el("img", { src: tile.src, alt: tile.title || tile.caption, loading: "lazy" }));
    put(images.children[i], "title", tile.title);
    write(caption, tile.caption);
  });
}

const link = connect({
  onView(view) {
    if (!built) build(view);
    waiting = null; // a press that is still open is sent again, and its images are pushed
    show(view);
  },
  onPush: (push) => waiting || show(push),
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
