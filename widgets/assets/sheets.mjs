// What opens over the grid: the help sheet and the full image. Both live inside the grid's root, so that the grid's keys
// go on working while they are open, and both close with Escape, their button or a click beside them.

import { sheet } from "./keys.mjs";
import { el, put, write } from "./dom.mjs";

function overlay(label, close, ...children) {
  const button = el("button", { type: "button", class: "pw-close", "aria-label": "close", tabindex: "-1" }, "✕");
  const panel = el("div", { class: "pw-panel" }, button, ...children);
  const node = el("div", { class: "pw-overlay", role: "dialog", "aria-label": label, hidden: "" }, panel);
  button.addEventListener("click", close);
  node.addEventListener("click", (e) => e.target === node && close());
  return node;
}

// helpSheet lists the keys. show(open) opens and closes it.
export function helpSheet(close) {
  const rows = sheet.map(([keys, what]) =>
    el("tr", {}, el("th", { scope: "row" }, ...keys.split(/\s{2,}|, (?=double)/).map((key) => el("kbd", {}, key))), el("td", {}, what)));
  const node = overlay("keys", close, el("h3", {}, "Keys"), el("table", {}, el("tbody", {}, ...rows)));
  return { node, show: (open) => (node.hidden = !open) };
}

// zoomSheet shows one image in full. show(tile or null) opens, follows and closes it.
export function zoomSheet(close) {
  const image = el("img", { alt: "" });
  const caption = el("p", { class: "pw-zoomcaption" });
  const why = el("p", { class: "pw-zoomwhy" });
  const node = overlay("full image", close, image, caption, why);
  put(node, "data-zoom", true);
  const show = (tile) => {
    node.hidden = !tile;
    if (!tile) return image.removeAttribute("src");
    const src = tile.full || tile.src;
    if (image.getAttribute("src") !== src) image.setAttribute("src", src);
    image.alt = tile.caption ?? "";
    write(caption, tile.caption ?? "");
    write(why, [tile.why, tile.note].filter(Boolean).join(" · "));
  };
  return { node, show };
}
