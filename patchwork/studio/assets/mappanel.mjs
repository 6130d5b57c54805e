// The map of the images beside the grid. model:
//
//   view     as Go has it (mapview.go), or null while the map is not shown
//   shown    rows on the screen of the grid
//   current  row under the cursor of the grid
//   large    set here: the map takes the place of the grid
//
// It sends {kind: "map", of: kind of map}, {kind: "map-stop"} and the events of the map with "map-" before them; in place of
// "map-show" {kind: "cursor", row} where the row is on the screen of the grid.

import scatter from "./widgets/scatter.mjs";
import progress from "./widgets/progress.mjs";
import { createModel } from "./widgets/model.mjs";
import { feed } from "./widgets/scatterfeed.mjs";
import { el, put, write } from "./widgets/dom.mjs";
import { mapProgress, mapText } from "./mapstate.mjs";

export function render({ model, el: host }) {
  const state = el("p", { class: "state", role: "status" });
  const bar = createModel({ view: { state: "idle" } }, () => model.send({ kind: "map-stop" }));
  const kinds = el("select", { "aria-label": "how images are laid out" });
  const large = el("button", { type: "button", title: "show the map in place of the images" }, "Larger");
  const again = el("button", { type: "button" });
  const works = el("div", { class: "works" });
  const body = el("div", { class: "body" });
  host.append(works, state, body);
  progress.render({ model: bar, el: works });
  kinds.addEventListener("change", () => model.send({ kind: "map", of: kinds.value }));
  again.addEventListener("click", () => model.send({ kind: "map", of: model.get("view").kind }));
  large.addEventListener("click", () => model.set("large", !model.get("large")));

  const maps = feed({
    prefix: "map/",
    failed: (text) => write(state, text),
    send(kind, data) {
      if (kind === "map-show" && model.get("shown").includes(data.row)) return Promise.resolve(model.send({ kind: "cursor", row: data.row }));
      return model.send({ kind, ...data });
    },
  });
  scatter.render({ model: maps.model, el: body, tools: [kinds, large, again] });

  function paint() {
    const view = model.get("view");
    put(host, "hidden", !view);
    if (!view) return;
    if (kinds.options.length !== view.kinds.length) kinds.replaceChildren(...view.kinds.map((kind) => el("option", { value: kind }, kind)));
    kinds.value = view.kind;
    bar.set("view", mapProgress(view));
    works.hidden = !view.running;
    write(state, mapText(view));
    state.hidden = !state.textContent;
    again.hidden = view.running || !(view.failed || view.behind);
    write(again, view.failed ? "Try again" : "Place them");
    put(body, "data-none", !view.points);
    maps.show({ ...view, highlight: model.get("shown") });
  }
  function size() {
    put(large, "aria-pressed", String(Boolean(model.get("large"))));
  }
  const on = { "change:view": paint, "change:shown": paint, "change:current": () => maps.model.set("current", model.get("current")), "change:large": size };
  Object.entries(on).forEach(([event, call]) => model.on(event, call));
  size();
  paint();
  return () => Object.entries(on).forEach(([event, call]) => model.off(event, call));
}

export default { render };
