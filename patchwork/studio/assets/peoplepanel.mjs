// Who labels, how far people agree, and what counts where they do not. model:
//
//   view  {agreement: {running, failed, when, people: [{name, images, labels}], classes: [{name, agreement, alpha, low, high,
//         kappa}], open, decided, repeats: [text]} or null, rule}
//
// It sends {kind: "people"} to have it measured, {kind: "rule", rule} and {kind: "repeats", others}.

import { el, write } from "./widgets/dom.mjs";
import { figure, rangeText } from "./studiostate.mjs";

const rules = [["latest", "the label set last"], ["unanimous", "what all say"], ["majority", "what most say"]];

export function render({ model, el: host }) {
  const rule = el("select", { "aria-label": "what counts where people differ", title: "for training, measuring and exports; the page shows the label set last" });
  const state = el("p", { class: "none", role: "status" });
  const who = el("table", {}, el("thead", {}, el("tr", {}, ...["who", "images", "labels"].map((h) => el("th", { scope: "col" }, h)))), el("tbody"));
  const how = el("table", {}, el("thead", {}, el("tr", {},
    el("th", { scope: "col" }, "class"), el("th", { scope: "col", title: "share of pairs of labels of two people that are the same" }, "alike"),
    el("th", { scope: "col", title: "Krippendorff's alpha with its 95 % interval: 1 is full agreement, 0 what chance gives" }, "α"),
    el("th", { scope: "col", title: "Cohen's kappa of two people, Fleiss' of more" }, "κ"))), el("tbody"));
  const again = el("button", { type: "button", title: "count again" }, "Measure");
  const mine = el("button", { type: "button", title: "images that you labelled more than a day ago, with their labels hidden: how far do you agree with yourself?" }, "Repeat mine blind");
  const theirs = el("button", { type: "button", title: "images that others have labelled and you have not, with their labels hidden" }, "Others' blind");
  const repeats = el("ul");
  const panel = el("details", {}, el("summary", {}, "People"),
    el("label", { class: "rule" }, "where they differ, train on ", rule), who, how, state, repeats, el("div", { class: "row" }, again, mine, theirs));
  host.append(panel);
  panel.addEventListener("toggle", () => panel.open && !model.get("view")?.agreement && model.send({ kind: "people" }));
  rule.addEventListener("change", () => model.send({ kind: "rule", rule: rule.value }));
  again.addEventListener("click", () => model.send({ kind: "people" }));
  mine.addEventListener("click", () => model.send({ kind: "repeats", others: false }));
  theirs.addEventListener("click", () => model.send({ kind: "repeats", others: true }));

  const fill = (table, rows) => {
    table.hidden = !rows.length;
    table.lastChild.replaceChildren(...rows.map(([head, ...cells]) => el("tr", {}, el("th", { scope: "row" }, el("div", { class: "called" }, head)), ...cells.map((text) => el("td", {}, text)))));
  };

  function paint() {
    const view = model.get("view");
    if (!view) return;
    const options = rules.some(([name]) => name === view.rule) ? rules : [...rules, [view.rule, view.rule]];
    if (rule.options.length !== options.length) rule.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
    rule.value = view.rule;
    const a = view.agreement;
    again.disabled = Boolean(a?.running);
    fill(who, (a?.people ?? []).map((p) => [p.name, String(p.images), String(p.labels)]));
    fill(how, (a?.classes ?? []).filter((c) => c.agreement !== null).map((c) => [c.name, figure(c.agreement), rangeText(c), figure(c.kappa)]));
    repeats.replaceChildren(...(a?.repeats ?? []).map((text) => el("li", {}, text)));
    const said = !a ? "" : a.failed || (a.running ? "measuring …" : `at ${a.when}: ${a.open} open disagreements, ${a.decided} decided`);
    write(state, said);
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
