// One image in full: zoom with the wheel or two fingers, pan by dragging, contrast and bands as the grid has them, its
// labels, and what is known of it. It follows the cursor; the keys that label go on working.

import { clean } from "./classes.mjs";
import { addressOf, lookOf } from "./gridtiles.mjs";
import { fitted, held, panned, scaleText, zoomed } from "./zoom.mjs";
import { el, put, write } from "./dom.mjs";
import { overlay, reveal } from "./sheets.mjs";
import { labelsOf, makeChip, paintChip } from "./tile.mjs";

// reasonOf is what the server says of a picture that it does not send, or "": an image element does not tell.
async function reasonOf(src) {
  try {
    const answer = await fetch(src);
    return answer.ok ? "" : (await answer.text()).trim().slice(0, 1000);
  } catch {
    return ""; // no server, or none that may be asked
  }
}

// zoomSheet makes the sheet. run(intent) is how its buttons act. It returns {node, show(tile, view, ui), scale(what)}.
export function zoomSheet(close, run) {
  const image = el("img", { alt: "", draggable: "false" });
  const unshown = el("p", { class: "pw-unshown", role: "status", hidden: "" });
  const box = el("div", { class: "pw-view" }, image, unshown);
  const caption = el("p", { class: "pw-file" });
  const labels = el("p", { class: "pw-hidden", role: "status" });
  const why = el("p", { class: "pw-said" });
  const chips = el("div", { class: "pw-chips" });
  const scale = el("span", { class: "pw-scale" });
  const facts = el("dl", { class: "pw-facts" });
  const tool = (text, title, act, more) => {
    const button = el("button", { type: "button", class: "pw-tool", title, tabindex: "-1", ...more }, text);
    button.addEventListener("click", act);
    return button;
  };
  const contrast = tool("", "contrast (K)", () => run({ do: "contrast" }));
  const bands = tool("", "bands (B)", () => run({ do: "bands" }));
  const info = tool("i", "what is known of the image (I)", () => run({ do: "info" }), { "aria-label": "what is known of the image" });
  const tools = el("div", { class: "pw-tools" },
    tool("‹", "image before (←)", () => run({ do: "move", to: "left" }), { "aria-label": "image before" }),
    tool("›", "image after (→)", () => run({ do: "move", to: "right" }), { "aria-label": "image after" }),
    tool("−", "smaller (−)", () => to("smaller"), { "aria-label": "smaller" }), scale, tool("+", "larger (+)", () => to("larger"), { "aria-label": "larger" }),
    tool("fit", "whole image (0)", () => to("fit")), tool("1:1", "pixel for pixel (O)", () => to("one")), contrast, bands, info);
  const node = overlay("full image", close,
    el("div", { class: "pw-zoomhead" }, caption, tools), el("div", { class: "pw-zoombody" }, box, facts), el("div", { class: "pw-zoomfoot" }, chips, why, labels));
  put(node, "data-zoom", true);

  let place = null; // null: fitted
  let made = { key: "", chips: [] };
  const fingers = new Map(); // pointer → {x, y}

  const size = () => ({ w: image.naturalWidth || 1, h: image.naturalHeight || 1 });
  const room = () => ({ w: box.clientWidth || 1, h: box.clientHeight || 1 });
  const now = () => place ?? fitted(size(), room());
  const middle = () => ({ x: room().w / 2, y: room().h / 2 });
  const density = () => globalThis.devicePixelRatio || 1;

  function draw() {
    const at = now();
    image.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.scale})`;
    put(image, "data-pixels", at.scale * density() >= 3);
    write(scale, image.naturalWidth ? scaleText(at, density()) : "…");
  }
  function go(next) {
    place = next;
    draw();
  }
  const zoomTo = (to, point = middle()) => go(zoomed(now(), to, point, size(), room()));

  // to follows a key or a button: larger, smaller, fit, one, or {pan: [dx, dy]}.
  function to(what) {
    if (what === "fit") go(null);
    else if (what === "one") zoomTo(1 / density());
    else if (what === "larger") zoomTo(now().scale * 1.4);
    else if (what === "smaller") zoomTo(now().scale / 1.4);
    else go(panned(now(), ...what.pan, size(), room()));
  }

  const point = (e) => {
    const r = box.getBoundingClientRect();
    return { x: e.clientX - r.x, y: e.clientY - r.y };
  };
  box.addEventListener("wheel", (e) => {
    e.preventDefault();
    zoomTo(now().scale * 1.0018 ** -(e.deltaMode === 1 ? 30 * e.deltaY : e.deltaY), point(e));
  }, { passive: false });
  box.addEventListener("dblclick", (e) => (place ? to("fit") : zoomTo(1 / density(), point(e))));
  box.addEventListener("pointerdown", (e) => {
    fingers.set(e.pointerId, point(e));
    box.setPointerCapture(e.pointerId);
  });
  box.addEventListener("pointermove", (e) => {
    const from = fingers.get(e.pointerId);
    if (!from) return;
    const to = point(e);
    const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
    fingers.set(e.pointerId, to);
    if (other) {
      const apart = (p) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
      zoomTo((now().scale * apart(to)) / apart(from), { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
    } else go(panned(now(), to.x - from.x, to.y - from.y, size(), room()));
  });
  for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, (e) => fingers.delete(e.pointerId));
  image.addEventListener("load", draw);
  image.addEventListener("error", async () => {
    const src = image.getAttribute("src");
    if (!src) return;
    image.hidden = true;
    unshown.hidden = false;
    write(unshown, "This image cannot be shown.");
    const why = await reasonOf(src);
    if (why && image.getAttribute("src") === src) write(unshown, `This image cannot be shown: ${why}`);
  });
  new ResizeObserver(() => {
    if (node.hidden) return;
    if (place) place = held(place, size(), room());
    draw();
  }).observe(box);

  function paintChips(tile, classes) {
    const key = JSON.stringify(classes);
    if (made.key !== key) {
      made = { key, chips: classes.map((_, c) => makeChip(classes, c)) };
      chips.replaceChildren(...made.chips.map((chip) => chip.node));
    }
    made.chips.forEach((chip, c) => paintChip(chip, classes, c, clean(tile.values[c]), tile.scores?.[c]));
  }

  // What was said stands apart, each in its own bdi: a sign that turns the direction of text reaches no further than its own.
  function paintSaid(parts) {
    const key = JSON.stringify(parts);
    if (why.dataset.of === key) return;
    why.dataset.of = key;
    why.replaceChildren(...parts.flatMap((text, i) => [i ? " · " : "", el("bdi", {}, text)]));
  }

  function show(tile, view, ui) {
    reveal(node, Boolean(tile));
    if (!tile) return void image.removeAttribute("src");
    const look = lookOf(ui, view);
    const src = addressOf(tile.full || tile.src, look);
    if (image.getAttribute("src") !== src) {
      if (image.dataset.row !== String(tile.row)) place = null;
      image.hidden = false;
      unshown.hidden = true;
      image.setAttribute("src", src);
      image.dataset.row = tile.row;
    }
    image.alt = tile.caption ?? "";
    write(caption, tile.title || tile.caption || "");
    write(labels, labelsOf(tile, view.classes));
    paintSaid([tile.why, tile.reason, tile.note].filter(Boolean));
    paintChips(tile, view.classes);
    contrast.hidden = !view.contrasts?.length;
    write(contrast, `contrast: ${look.contrast}`);
    bands.hidden = !(view.bands?.length > 1);
    write(bands, `bands: ${view.bands?.[ui.bands]?.name ?? ""}`);
    put(info, "aria-pressed", String(ui.info));
    info.hidden = !tile.meta?.length;
    facts.hidden = !ui.info || !tile.meta?.length;
    if (!facts.hidden) facts.replaceChildren(...tile.meta.flatMap(([name, value]) => [el("dt", {}, String(name)), el("dd", {}, String(value))]));
    draw();
    return undefined;
  }
  return { node, show, to };
}
