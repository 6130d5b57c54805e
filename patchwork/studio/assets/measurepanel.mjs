// How well the class of the histogram is told apart: a threshold with its curves and mistakes, what the class is taken for,
// and what is seen with it. model:
//
//   view  {class: name or "", measure: {class, training, points, taken, together} or null}
//
// It sends {kind: "measure", on, training}, {kind: "decision", cell, at} and {kind: "cell", of, row, column}.

import decisions from "./widgets/decisions.mjs";
import matrix from "./widgets/matrix.mjs";
import { createModel } from "./widgets/model.mjs";
import { el, put } from "./widgets/dom.mjs";

export function render({ model, el: host }) {
  const side = el("select", { "aria-label": "images that are measured" }, el("option", { value: "held" }, "images held out"), el("option", { value: "learned" }, "images learned from"));
  const panel = el("details", {}, el("summary", {}, "How well is it told apart?"), side);
  host.append(panel);
  const ask = () => model.send({ kind: "measure", on: panel.open, training: side.value === "learned" });
  panel.addEventListener("toggle", ask);
  side.addEventListener("change", ask);
  const two = createModel({ view: null }, (message) => model.send(message));
  const tables = { taken: null, together: null };
  decisions.render({ model: two, el: panel });
  for (const of of Object.keys(tables)) {
    tables[of] = createModel({ view: null }, (message) => model.send({ ...message, of }));
    matrix.render({ model: tables[of], el: panel });
  }

  function paint() {
    const view = model.get("view");
    put(host, "hidden", !view?.class);
    const m = view?.measure;
    if (!m) return;
    two.set("view", { points: m.points });
    tables.taken.set("view", m.taken && { ...m.taken, title: "taken for", down: "is", across: "taken for" });
    tables.together.set("view", m.together && { ...m.together, title: "on one image, as labelled", down: "with", across: "and" });
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
