// One tile of the grid: made once, painted as often as its state changes.

import { ABSENT, PRESENT, UNKNOWN, clean, colorOf, inkOn, keyOf, percent, pressed, word } from "./classes.mjs";
import { addressOf } from "./gridtiles.mjs";
import { el, put, write } from "./dom.mjs";

// makeTile builds the elements of a tile; paintTile fills them.
export function makeTile(id, classes) {
  const image = el("img", { alt: "", decoding: "async", draggable: "false" });
  const badges = el("span", { class: "pw-badges", "aria-hidden": "true" });
  const saving = el("span", { class: "pw-saving", title: "saving", hidden: "" });
  const tick = el("span", { class: "pw-tick", "aria-hidden": "true", hidden: "" }, "✓");
  const verdict = el("span", { class: "pw-verdict", "aria-hidden": "true" });
  const why = el("span", { class: "pw-why", "aria-hidden": "true" });
  const picture = el("div", { class: "pw-picture" }, image, verdict, badges, tick, saving, why);
  const caption = el("div", { class: "pw-caption" });
  const chips = classes.map((_, c) => makeChip(classes, c));
  const row = el("div", { class: "pw-chips" }, ...chips.map((chip) => chip.node));
  const node = el("div", { class: "pw-tile", role: "gridcell", id }, picture, caption, row);
  image.addEventListener("error", () => put(picture, "data-broken", image.getAttribute("src") ? "image cannot be shown" : null));
  image.addEventListener("load", () => put(picture, "data-broken", null));
  return { node, image, picture, badges, saving, tick, verdict, why, caption, chips };
}

// makeChip is the button of a class; paintChip fills it.
export function makeChip(classes, c) {
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

// paintTile draws a tile (with the person's edits already laid over it), or the place of one that is still coming (null).
// state = {cursor, selected, pending, look, quick}.
export function paintTile(parts, tile, classes, state) {
  const { node, image } = parts;
  put(node, "data-cursor", state.cursor);
  put(node, "data-selected", state.selected);
  put(node, "aria-selected", String(Boolean(state.selected)));
  parts.tick.hidden = !state.selected;
  put(node, "data-coming", !tile);
  if (!tile) return put(node, "aria-description", "still coming");
  const src = addressOf(tile.src, state.look);
  if (image.getAttribute("src") !== src) image.setAttribute("src", src);
  put(node, "data-row", tile.row);
  put(node, "data-excluded", Boolean(tile.excluded));
  put(node, "aria-description", describe(tile, classes, state.pending)); // its name is what it shows
  parts.saving.hidden = !state.pending;
  write(parts.why, tile.why ?? "");
  write(parts.caption, tile.caption ?? "");
  put(parts.caption, "title", [tile.title || tile.caption, tile.note].filter(Boolean).join(" · "));
  paintBadges(parts.badges, badgesOf(tile, classes));
  parts.chips.forEach((chip, c) => put(chip.node, "data-quickclass", c === state.quick));
  parts.chips.forEach((chip, c) => paintChip(chip, classes, c, clean(tile.values[c]), tile.scores?.[c]));
  const verdict = state.quick === undefined ? null : word(tile.values[state.quick]);
  put(node, "data-verdict", verdict);
  write(parts.verdict, { present: "✓", absent: "✕" }[verdict] ?? "");
  return undefined;
}

// paintChip draws a label: what a person said is filled or struck through; what the model guesses is hatched, as far as
// its score goes, with a percentage.
export function paintChip(chip, classes, c, value, score) {
  const guess = value === UNKNOWN ? percent(score) : "";
  put(chip.node, "data-value", word(value));
  put(chip.node, "data-guess", guess !== "");
  put(chip.node, "data-likely", guess !== "" && score >= 0.5);
  if (guess) chip.node.style.setProperty("--p", guess);
  put(chip.node, "aria-pressed", pressed(value));
  const label = chipLabel(classes[c].name, value, guess);
  put(chip.node, "title", [label, classes[c].description].filter(Boolean).join("\n"));
  write(chip.mark, value === PRESENT ? "✓" : keyOf(classes, c).toUpperCase() || classes[c].name.slice(0, 2));
  write(chip.score, guess);
}

const chipLabel = (name, value, guess) => `${name}: ${word(value)}${guess ? `, model ${guess}` : ""}`;

function paintBadges(node, badges) {
  const key = JSON.stringify(badges);
  if (node.dataset.of === key) return;
  node.dataset.of = key;
  node.replaceChildren(...badges.map(([name, text]) => el("span", { class: `pw-badge pw-${name}` }, text)));
}

// badgesOf are the marks on a picture: what it is, and a word. Pure.
export function badgesOf(tile, classes) {
  const unsure = (tile.unsure_classes ?? []).map((c) => classes[c]?.name).filter(Boolean);
  const badges = [];
  if (tile.excluded) badges.push(["out", tile.reason ? `left out: ${tile.reason}` : "left out"]);
  if (tile.validation) badges.push(["validation", "validation"]);
  if (tile.unsure || unsure.length) badges.push(["unsure", tile.unsure ? "unsure" : `unsure: ${unsure.join(", ")}`]);
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
  const said = [tile.caption, labelsOf(tile, classes), ...badgesOf(tile, classes).map(([, text]) => text)];
  if (pending) said.push("saving");
  return said.filter(Boolean).join("; ");
}
