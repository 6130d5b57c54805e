// What opens over the grid: the help sheet and the full image. Both live inside the grid's root, so that the grid's keys
// go on working while they are open, and both close with Escape, their button or a click beside them.

import { sheet } from "./keys.mjs";
import { el, put, write } from "./dom.mjs";
import { labelsOf } from "./tile.mjs";

function overlay(label, close, ...children) {
  const button = el("button", { type: "button", class: "pw-close", "aria-label": "close", tabindex: "-1" }, "✕");
  const stage = el("div", { class: "pw-stage" }, el("div", { class: "pw-panel" }, button, ...children));
  const node = el("div", { class: "pw-overlay", role: "dialog", "aria-label": label, hidden: "" }, stage);
  button.addEventListener("click", close);
  node.addEventListener("click", (e) => (e.target === node || e.target === stage) && close());
  return node;
}

// reveal opens or closes an overlay. In a notebook the page is a frame that may reach far beyond the screen; only an
// intersection says which part of it is in view, and that is where the overlay's content goes.
function reveal(node, open) {
  if (node.hidden === !open) return;
  node.hidden = !open;
  if (!open) return;
  const watch = new IntersectionObserver(([{ intersectionRect: seen }]) => {
    watch.disconnect();
    if (seen.height < 200) return;
    node.style.setProperty("--seen-top", `${Math.round(seen.top)}px`);
    node.style.setProperty("--seen-height", `${Math.round(seen.height)}px`);
  });
  watch.observe(node);
}

// helpSheet lists the keys. show(open) opens and closes it.
export function helpSheet(close) {
  const rows = sheet.map(([keys, what]) =>
    el("tr", {}, el("th", { scope: "row" }, ...keys.split(/\s{2,}|, (?=double)/).map((key) => el("kbd", {}, key))), el("td", {}, what)));
  const node = overlay("keys", close, el("h3", {}, "Keys"), el("table", {}, el("tbody", {}, ...rows)));
  return { node, show: (open) => reveal(node, open) };
}

// zoomSheet shows one image in full. show(tile or null, classes) opens, follows and closes it.
export function zoomSheet(close) {
  const image = el("img", { alt: "" });
  const caption = el("p");
  const labels = el("p");
  const why = el("p");
  const node = overlay("full image", close, image, caption, labels, why);
  put(node, "data-zoom", true);
  const show = (tile, classes) => {
    reveal(node, Boolean(tile));
    if (!tile) return image.removeAttribute("src");
    const src = tile.full || tile.src;
    if (image.getAttribute("src") !== src) image.setAttribute("src", src);
    image.alt = tile.caption ?? "";
    write(caption, tile.caption ?? "");
    write(labels, labelsOf(tile, classes));
    write(why, [tile.why, tile.note].filter(Boolean).join(" · "));
  };
  return { node, show };
}
