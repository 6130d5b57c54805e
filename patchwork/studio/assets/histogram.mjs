// Bars of how many images have which score of a class, stacked by what a person said. model:
//
//   view  {classes: [names], histogram: {class, groups: [{name, counts}]} or null, has_model}
//
// It sends {kind: "histogram", class} when a class is chosen ("" closes it) and {kind: "open", class, group, bin} when a bar
// is pressed; group "" is all.

import { el, put, write } from "./widgets/dom.mjs";
import { called } from "./widgets/classes.mjs";
import { barLabel, heights } from "./studiostate.mjs";

export function render({ model, el: host }) {
  const pick = el("select", { "aria-label": "class whose scores are shown" });
  const group = el("select", { "aria-label": "images that a bar opens" });
  const bars = el("div", { class: "bars", role: "group", "aria-label": "images by score; a bar opens its images" });
  const said = el("p", { class: "said", role: "status" });
  const key = el("p", { class: "key", "aria-hidden": "true" });
  const body = el("div", { class: "body" }, bars, el("div", { class: "axis", "aria-hidden": "true" }, el("span", {}, "0"), el("span", {}, "score"), el("span", {}, "1")), key, said);
  host.append(el("div", { class: "head" }, pick, group), body);
  let current = 0; // the bar that Tab reaches

  pick.addEventListener("change", () => model.send({ kind: "histogram", class: pick.value }));
  group.addEventListener("change", paint);
  const open = (bin) => model.send({ kind: "open", class: model.get("view").histogram.class, group: group.value, bin });
  bars.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (!step) return;
    e.preventDefault();
    current = Math.min(bars.children.length - 1, Math.max(0, current + step));
    paint();
    bars.children[current].focus();
  });

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
      key.replaceChildren(...h.groups.map((g, i) => el("span", { class: `g${i}` }, g.name)));
    }
    const shown = group.value ? h.groups.map((g) => (g.name === group.value ? g : { ...g, counts: g.counts.map(() => 0) })) : h.groups;
    const tall = heights(shown);
    tall.forEach(({ total, parts }, bin) => {
      let bar = bars.children[bin];
      if (!bar) {
        bar = bars.appendChild(el("button", { type: "button" }, ...parts.map((_, i) => el("i", { class: `g${i}` }))));
        bar.addEventListener("click", () => { current = bin; open(bin); });
        bar.addEventListener("focus", () => write(said, bar.title));
        bar.addEventListener("pointerenter", () => write(said, bar.title));
      }
      const label = barLabel(called(h.class), bin, tall.length, h.groups, group.value);
      put(bar, "aria-label", label);
      put(bar, "title", label);
      put(bar, "tabindex", bin === current ? "0" : "-1");
      bar.disabled = total === 0;
      parts.forEach((share, i) => (bar.children[i].style.height = `${100 * share}%`));
    });
  }
  model.on("change:view", paint);
  paint();
  return () => model.off("change:view", paint);
}

export default { render };
