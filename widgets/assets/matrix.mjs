// A table of counts whose cells open. model:
//
//   view  {title, names, counts: [[n]] by row and column, across, down, left}: across and down say what the columns and rows
//         are, left how many could not be counted (0 or nothing: not said)
//
// It sends {kind: "cell", row, column}, the names, when a count above 0 is pressed. A cell is the darker the larger its share
// of its row; the number says it, too.

import { el, put, root as makeRoot, write } from "./dom.mjs";

// shade is how dark a cell is, 0 to 1: its share of its row. Pure.
export function shade(counts, row, column) {
  const total = counts[row].reduce((sum, n) => sum + n, 0);
  return total ? counts[row][column] / total : 0;
}

export function render({ model, el: host }) {
  const root = makeRoot("matrix");
  const caption = el("caption");
  const head = el("tr");
  const body = el("tbody");
  const left = el("p", { class: "pw-left" });
  root.append(el("div", { class: "pw-wide" }, el("table", {}, caption, el("thead", {}, head), body)), left);
  host.append(root);
  let shape = "";

  function build(view) {
    head.replaceChildren(el("th", { class: "pw-corner" }, el("span", {}, `${view.down} ↓ ${view.across} →`)), ...view.names.map((name) => el("th", { scope: "col", title: name }, el("span", {}, name))));
    body.replaceChildren(...view.names.map((row) => el("tr", {}, el("th", { scope: "row", title: row }, row), ...view.names.map((column) => {
      const button = el("button", { type: "button" });
      button.addEventListener("click", () => model.send({ kind: "cell", row, column }));
      return el("td", {}, button);
    }))));
  }

  function paint() {
    const view = model.get("view");
    put(root, "hidden", !view);
    if (!view) return;
    const now = JSON.stringify([view.names, view.down, view.across]);
    if (now !== shape) build(view);
    shape = now;
    write(caption, view.title);
    view.counts.forEach((counts, r) => counts.forEach((n, c) => {
      const cell = body.children[r].children[c + 1];
      const button = cell.firstChild;
      write(button, n.toLocaleString("en"));
      put(button, "aria-label", `${view.down} ${view.names[r]}, ${view.across} ${view.names[c]}: ${n}`);
      button.disabled = n === 0;
      cell.style.setProperty("--share", shade(view.counts, r, c).toFixed(3));
      put(cell, "data-same", r === c);
    }));
    left.hidden = !view.left;
    write(left, view.left ? `${view.left.toLocaleString("en")} could not be counted` : "");
  }
  model.on("change:view", paint);
  paint();
  return () => {
    model.off("change:view", paint);
    root.remove();
  };
}

export default { render };
