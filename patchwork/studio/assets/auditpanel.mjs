// Whether choosing what to label pays, and whether to go on: advice, the accuracy on the audit over the number of labels beside
// what random would have given, and what the model gets wrong there. model:
//
//   view  {running, done, total, failed, advice, stop, images, wrong, option, svg, classes: [{name, shown, found, low, high, wrong}]}
//
// It sends {kind: "audit"} to have it measured, and {kind: "audit-wrong", class} to see the mistakes, of all classes where class is "".

import curves from "./widgets/curves.mjs";
import { createModel } from "./widgets/model.mjs";
import { el, put, write } from "./widgets/dom.mjs";
import { foundText, measuringText } from "./studiostate.mjs";

export function render({ model, el: host }) {
  const advice = el("p", { class: "advice", role: "status" });
  const state = el("p", { class: "none" });
  const chart = createModel({ option: null, svg: null, alt: "accuracy on the audit by labelled images" });
  const at = el("div", { class: "chart" });
  const body = el("tbody");
  const table = el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "class"),
    el("th", { scope: "col", title: "audit images that show it" }, "shown"),
    el("th", { scope: "col", title: "share of them that a model without them finds, with its 95 % interval" }, "found"),
    el("th", { scope: "col", title: "mistakes about it; click to see the images" }, "wrong"))), body);
  const scroll = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "classes on the audit" }, table);
  const measure = el("button", { type: "button", title: "train about 35 small models on what is labelled; this follows each training by itself where that takes less than 5 seconds" }, "Measure");
  const all = el("button", { type: "button", title: "the audit images that a model without them got wrong, the surest mistakes first" });
  host.append(el("details", {}, el("summary", {}, "Is labelling paying?"), advice, at, scroll, state, el("div", { class: "row" }, measure, all)));
  curves.render({ model: chart, el: at });
  measure.addEventListener("click", () => model.send({ kind: "audit" }));
  all.addEventListener("click", () => model.send({ kind: "audit-wrong", class: "" }));

  function row(c) {
    const bar = el("button", { type: "button", class: "bar", "aria-label": `${c.wrong} wrong about ${c.name}` }, String(c.wrong));
    bar.style.setProperty("--share", c.shown ? Math.min(1, c.wrong / c.shown) : 0);
    bar.disabled = !c.wrong;
    bar.addEventListener("click", () => model.send({ kind: "audit-wrong", class: c.name }));
    return el("tr", {}, el("th", { scope: "row" }, el("div", { class: "called" }, c.name)), el("td", {}, String(c.shown)),
      el("td", {}, foundText(c)), el("td", {}, bar));
  }

  let drawn = "";
  function paint() {
    const view = model.get("view");
    if (!view) return;
    write(advice, view.advice);
    put(advice, "data-stop", Boolean(view.stop));
    write(state, view.failed || measuringText(view));
    chart.set("option", view.option ? JSON.stringify(view.option) : null);
    chart.set("svg", view.svg || null);
    at.hidden = !view.option;
    scroll.hidden = !view.classes.length;
    measure.disabled = Boolean(view.running);
    write(all, view.wrong === 1 ? "1 wrong of the audit" : `${view.wrong} wrong of the audit`);
    all.hidden = !view.wrong;
    const now = JSON.stringify(view.classes);
    if (now !== drawn) body.replaceChildren(...view.classes.map(row));
    drawn = now;
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
