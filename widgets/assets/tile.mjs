// One tile of the grid: made once, painted as often as its state changes.

import { ABSENT, PRESENT, UNKNOWN, clean, colorOf, inkOn, keyOf, percent, pressed, word } from "./classes.mjs";
import { el, put, write } from "./dom.mjs";

// makeTile builds the elements of the tile at a place; paintTile fills them.
export function makeTile(id, classes) {
  const image = el("img", { alt: "", loading: "lazy", decoding: "async", draggable: "false" });
  const badges = el("span", { class: "pw-badges", "aria-hidden": "true" });
  const saving = el("span", { class: "pw-saving", title: "saving", hidden: "" });
  const why = el("span", { class: "pw-why", "aria-hidden": "true" });
  const picture = el("div", { class: "pw-picture" }, image, badges, saving, why);
  const caption = el("div", { class: "pw-caption" });
  const chips = classes.map((_, c) => makeChip(classes, c));
  const row = el("div", { class: "pw-chips" }, ...chips.map((chip) => chip.node));
  const node = el("div", { class: "pw-tile", role: "gridcell", id }, picture, caption, row);
  image.addEventListener("error", () => put(picture, "data-broken", image.getAttribute("src") ? "image cannot be shown" : null));
  image.addEventListener("load", () => put(picture, "data-broken", null));
  return { node, image, badges, saving, why, caption, chips };
}

function makeChip(classes, c) {
  const mark = el("span", { class: "pw-mark", "aria-hidden": "true" });
  const name = el("span", { class: "pw-name" }, classes[c].name);
  const score = el("span", { class: "pw-score" });
  const node = el("button", { type: "button", class: "pw-chip", tabindex: "-1", "data-class": c }, mark, name, score);
  put(node, "data-keyless", !keyOf(classes, c));
  const color = colorOf(classes, c);
  node.style.setProperty("--c", color);
  node.style.setProperty("--ink", inkOn(color));
  return { node, mark, score };
}

// paintTile draws a tile (with the person's edits already laid over it). state = {cursor, pending}.
export function paintTile(parts, tile, classes, state) {
  const { node, image } = parts;
  if (image.getAttribute("src") !== tile.src) image.setAttribute("src", tile.src);
  put(node, "data-row", tile.row);
  put(node, "data-cursor", state.cursor);
  put(node, "data-excluded", Boolean(tile.excluded));
  put(node, "aria-selected", String(Boolean(state.cursor)));
  put(node, "aria-label", describe(tile, classes, state.pending));
  parts.saving.hidden = !state.pending;
  write(parts.why, tile.why ?? "");
  write(parts.caption, tile.caption ?? "");
  put(parts.caption, "title", tile.note ? `${tile.caption} · ${tile.note}` : tile.caption);
  parts.badges.replaceChildren(...badgesOf(tile).map(([name, text]) => el("span", { class: `pw-badge pw-${name}` }, text)));
  parts.chips.forEach((chip, c) => paintChip(chip, classes, c, clean(tile.values[c]), tile.scores?.[c]));
}

function paintChip(chip, classes, c, value, score) {
  const guess = value === UNKNOWN ? percent(score) : "";
  put(chip.node, "data-value", word(value));
  put(chip.node, "data-likely", guess !== "" && score >= 0.5);
  put(chip.node, "aria-pressed", pressed(value));
  put(chip.node, "aria-label", chipLabel(classes[c].name, value, guess));
  put(chip.node, "title", [chipLabel(classes[c].name, value, guess), classes[c].description].filter(Boolean).join("\n"));
  write(chip.mark, value === PRESENT ? "✓" : keyOf(classes, c).toUpperCase() || classes[c].name.slice(0, 2));
  write(chip.score, guess);
}

const chipLabel = (name, value, guess) => `${name}: ${word(value)}${guess ? `, model ${guess}` : ""}`;

function badgesOf(tile) {
  const badges = [];
  if (tile.excluded) badges.push(["out", "left out"]);
  if (tile.validation) badges.push(["validation", "validation"]);
  if (tile.note) badges.push(["note", "note"]);
  return badges;
}

// labelsOf says a tile's labels in words. Pure.
export function labelsOf(tile, classes) {
  const of = (value) => classes.filter((_, c) => clean(tile.values[c]) === value).map((cls) => cls.name);
  const said = [PRESENT, ABSENT, UNKNOWN].map((value) => (of(value).length ? `${word(value)}: ${of(value).join(", ")}` : ""));
  return said.filter(Boolean).join("; ");
}

// describe is what a screen reader says for a tile. Pure.
export function describe(tile, classes, pending) {
  const said = [tile.caption, labelsOf(tile, classes)];
  if (tile.excluded) said.push("left out");
  if (tile.validation) said.push("validation");
  if (pending) said.push("saving");
  return said.filter(Boolean).join("; ");
}
