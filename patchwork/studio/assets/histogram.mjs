// Bars of how many images have which score of a class, stacked by what a person said. model:
//
//   view  {classes: [names], histogram: {class, groups: [{name, counts}]} or null, has_model}
//
// It sends {kind: "histogram", class} when a class is chosen ("" closes it) and {kind: "open", class, group, bin} when a bar
// is pressed; group "" is all.

import barsOf from "./widgets/bars.mjs";
import { createModel } from "./widgets/model.mjs";
import { el, put, write } from "./widgets/dom.mjs";
import { called } from "./widgets/classes.mjs";

export function render({ model, el: host }) {
  const pick = el("select", { "aria-label": "class whose scores are shown" });
  const group = el("select", { "aria-label": "images that a bar opens" });
  const body = el("div", { class: "body" });
  host.append(el("div", { class: "head" }, pick, group), body);
  const bars = createModel({ view: null }, ({ bin }) => model.send({ kind: "open", class: model.get("view").histogram.class, group: group.value, bin }));
  barsOf.render({ model: bars, el: body });

  pick.addEventListener("change", () => model.send({ kind: "histogram", class: pick.value }));
  group.addEventListener("change", paint);

  function paint() {
    const view = model.get("view");
    host.hidden = !view?.has_model || !view.classes.length;
    if (host.hidden) return;
    const names = ["", ...view.classes];
    while (pick.options.length > names.length) pick.lastChild.remove();
    names.forEach((name, i) => {
      const node = pick.options[i] ?? pick.appendChild(el("option"));
      put(node, "value", name);
      write(node, name || "scores of …");
    });
    const h = view.histogram;
    pick.value = h?.class ?? "";
    body.hidden = group.hidden = !h;
    if (!h) return;
    if (group.options.length !== h.groups.length + 1) {
      group.replaceChildren(el("option", { value: "" }, "all images"), ...h.groups.map((g) => el("option", { value: g.name }, g.name)));
    }
    bars.set("view", { name: called(h.class), groups: h.groups, only: group.value });
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
