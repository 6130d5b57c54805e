// The controls that say which images the next batch comes from. model:
//
//   view  {sampling: {status, exclude, subset: [{name, title, n, chosen}], remain}, strategies, strategy, has_model, grid: {classes, quick}}
//
// It sends {kind: "sample", status | exclude | subset | strategy: name} when a control changes, {kind: "quick", class} to ask
// about one class only ("" for all). Every option says how many
// images it would leave.

import { el, put, write } from "./widgets/dom.mjs";
import { called } from "./widgets/classes.mjs";
import { optionText, remainText } from "./studiostate.mjs";

const controls = [
  ["status", "how much of an image is labelled"],
  ["exclude", "images in use, held out for validation, or excluded"],
  ["subset", "by one class, or by where images come from"],
];

export function render({ model, el: host }) {
  const selects = Object.fromEntries(controls.map(([name, title]) => [name, el("select", { title, "aria-label": title })]));
  const order = el("select", { id: "strategy", title: "how the next images are chosen", "aria-label": "how the next images are chosen" });
  const quick = el("select", { "aria-label": "ask about all classes or one", title: "one class at a time: one key for yes, one for no, the likeliest images first" });
  quick.addEventListener("change", () => model.send({ kind: "quick", class: quick.value }));
  const remain = el("span", { class: "remain", role: "status" });
  const word = (text, ...nodes) => el("span", { class: "pair" }, el("span", { class: "word" }, text), ...nodes);
  const [first, ...others] = Object.values(selects);
  host.append(word("show", first), ...others, word("by", order), word("ask about", quick), remain);
  for (const [name, select] of Object.entries(selects)) {
    select.addEventListener("change", () => model.send({ kind: "sample", [name]: select.value }));
  }
  order.addEventListener("change", () => model.send({ kind: "sample", strategy: order.value }));

  // fill keeps a select's options in step without closing a list that is open.
  function fill(select, options, text, title) {
    while (select.options.length > options.length) select.lastChild.remove();
    options.forEach((option, i) => {
      const node = select.options[i] ?? select.appendChild(el("option"));
      put(node, "value", option.name);
      put(node, "title", title?.(option));
      write(node, text(option));
    });
  }

  // fillOrders puts those that rank by a class in groups, a class each. It does so only when there are others.
  let listed = "";
  let needy = new Set();
  function fillOrders(strategies) {
    const now = JSON.stringify(strategies);
    if (now === listed) return;
    listed = now;
    needy = new Set(strategies.filter((s) => s.needs_model).map((s) => s.name));
    const option = (s) => el("option", { value: s.name, title: s.about }, s.title);
    const classes = [...new Set(strategies.map((s) => s.class).filter(Boolean))];
    order.replaceChildren(...strategies.filter((s) => !s.class).map(option),
      ...classes.map((name) => el("optgroup", { label: name }, ...strategies.filter((s) => s.class === name).map(option))));
  }

  function paint() {
    const view = model.get("view");
    if (!view) return;
    for (const [name, select] of Object.entries(selects)) {
      const options = view.sampling[name];
      fill(select, options, (option) => optionText({ ...option, title: called(option.title) }));
      select.value = options.find((option) => option.chosen)?.name ?? options[0]?.name;
      select.hidden = options.length < 2;
    }
    fillOrders(view.strategies);
    [...order.options].forEach((option) => (option.disabled = needy.has(option.value) && !view.has_model));
    order.value = view.strategy;
    const classes = view.grid.classes.map((c) => c.name);
    fill(quick, [{ name: "", title: "all classes" }, ...classes.map((name) => ({ name, title: name }))], (o) => o.title);
    quick.value = view.grid.quick ? classes[view.grid.quick.class] : "";
    write(remain, remainText(view.sampling.remain));
    put(remain, "data-none", view.sampling.remain === 0);
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
