// Bars of how many images have which score, stacked by group; a bar opens its images. model:
//
//   view  {name, groups: [{name, counts}], only}: name of what is scored; every bar is an equal part of 0 to 1; only is the
//         name of the one group that is shown, "" for all
//
// It sends {kind: "bar", group, bin} when a bar is pressed, with group as only is. Arrow keys go from bar to bar.

import { el, put, root as makeRoot, write } from "./dom.mjs";

// heights are the heights of a bin's stacked parts, as shares of the tallest bin. Pure.
export function heights(groups) {
  const bins = groups[0]?.counts.length ?? 0;
  const totals = Array.from({ length: bins }, (_, b) => groups.reduce((sum, g) => sum + g.counts[b], 0));
  const most = Math.max(1, ...totals);
  return totals.map((total, b) => ({ total, parts: groups.map((g) => g.counts[b] / most) }));
}

// barLabel says what a bar is. Pure.
export function barLabel(name, bin, bins, groups, group) {
  const from = (bin / bins).toFixed(2);
  const to = ((bin + 1) / bins).toFixed(2);
  const shown = group ? groups.filter((g) => g.name === group) : groups;
  const counts = shown.filter((g) => g.counts[bin] > 0).map((g) => `${g.counts[bin].toLocaleString("en")} ${g.name}`);
  return `${name} scored ${from} to ${to}: ${counts.join(", ") || "no images"}`;
}

export function render({ model, el: host }) {
  const root = makeRoot("bars");
  const bars = el("div", { class: "bars", role: "group", "aria-label": "images by score; a bar opens its images" });
  const said = el("p", { class: "said", role: "status" });
  const key = el("p", { class: "key", "aria-hidden": "true" });
  root.append(bars, el("div", { class: "axis", "aria-hidden": "true" }, el("span", {}, "0"), el("span", {}, "score"), el("span", {}, "1")), key, said);
  host.append(root);
  let current = 0; // the bar that Tab reaches
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
    put(root, "hidden", !view);
    if (!view) return;
    const { groups, only } = view;
    if (key.children.length !== groups.length) key.replaceChildren(...groups.map((g, i) => el("span", { class: `g${i}` }, g.name)));
    const shown = only ? groups.map((g) => (g.name === only ? g : { ...g, counts: g.counts.map(() => 0) })) : groups;
    const tall = heights(shown);
    tall.forEach(({ total, parts }, bin) => {
      let bar = bars.children[bin];
      if (!bar) {
        bar = bars.appendChild(el("button", { type: "button" }, ...parts.map((_, i) => el("i", { class: `g${i}` }))));
        bar.addEventListener("click", () => {
          current = bin;
          model.send({ kind: "bar", group: model.get("view").only ?? "", bin });
        });
        bar.addEventListener("focus", () => write(said, bar.title));
        bar.addEventListener("pointerenter", () => write(said, bar.title));
      }
      const label = barLabel(view.name, bin, tall.length, groups, only);
      put(bar, "aria-label", label);
      put(bar, "title", label);
      put(bar, "tabindex", bin === current ? "0" : "-1");
      bar.disabled = total === 0;
      parts.forEach((share, i) => (bar.children[i].style.height = `${100 * share}%`));
    });
  }
  model.on("change:view", paint);
  paint();
  return () => {
    model.off("change:view", paint);
    root.remove();
  };
}

export default { render };
