// What the panel of doubles works out by itself, as pure functions.

// acts are what is done to a group, or by the image that is chosen in it: name, key, what stands on its button, and what it means. One
// without a button only has its key.
export const acts = [
  { name: "label", key: "KeyC", button: "Label all like this", what: "give the labels of this image to all of its group" },
  { name: "train", key: "KeyT", button: "All to training", what: "learn from all images of the group" },
  { name: "held", key: "KeyV", button: "All held out", what: "hold all images of the group out for validation" },
  { name: "keep", key: "KeyK", button: "Keep only this", what: "leave out all images of the group but this one" },
  { name: "apart", key: "KeyN", button: "Not doubles", what: "these are no doubles, or doubles after all" },
  { name: "open", key: "Enter", button: "Open as a batch", what: "show the group in the grid, where each image can be labelled" },
  { name: "large", key: "KeyZ", button: "Larger", what: "larger images of the group, or back" },
];

const others = [
  [["ArrowLeft", "ArrowRight"], "another image of the group"],
  [["ArrowUp", "ArrowDown"], "another group"],
  [["Home", "End"], "first, last group of the page"],
  [["PageUp", "PageDown"], "groups before, groups after"],
  [["KeyU", "Ctrl+KeyZ"], "undo"],
  [["Shift+KeyU", "Ctrl+Shift+KeyZ", "Ctrl+KeyY"], "redo"],
  [["KeyH", "?"], "these keys, or not"],
  [["Escape"], "back to the images"],
];

// keysOf are the rows of the help: [keys, what]; text writes a key (keyText).
export const keysOf = (text) =>
  [...others.slice(0, 4), ...acts.map(({ key, what }) => [[key], what]), ...others.slice(4)].map(([keys, what]) => [keys.map(text), what]);

// intentOf says what a key, by its name (chordOf), asks for: {act}, {move}, {turn: -1 | 1}, {send: kind}, {help}, {leave}; null for one that is not ours.
export function intentOf(e, chord) {
  if (e.isComposing) return null;
  const act = acts.find(({ key }) => key === chord);
  if (act) return e.repeat ? {} : { act: act.name };
  const move = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end" }[chord];
  if (move) return { move };
  if (chord === "PageUp" || chord === "PageDown") return { turn: chord === "PageUp" ? -1 : 1 };
  if (["KeyU", "Ctrl+KeyZ"].includes(chord)) return { send: "undo" };
  if (["Shift+KeyU", "Ctrl+Shift+KeyZ", "Ctrl+KeyY"].includes(chord)) return { send: "redo" };
  if (chord === "KeyH" || e.key === "?") return { help: true };
  return chord === "Escape" ? { leave: true } : null;
}

// stepFrom is where a move leads from an image: {group, row}, or {turn} where it leads off the page. chosen is the row that was chosen
// last in each group, by its number.
export function stepFrom(groups, at, move, chosen) {
  const g = Math.max(0, groups.findIndex((group) => group.group === at.group));
  const tiles = groups[g]?.tiles ?? [];
  const i = Math.max(0, tiles.findIndex((tile) => tile.row === at.row));
  const side = { left: -1, right: 1 }[move];
  if (side) return { group: at.group, row: tiles[Math.max(0, Math.min(tiles.length - 1, i + side))]?.row };
  const to = { up: g - 1, down: g + 1, home: 0, end: groups.length - 1 }[move];
  if (to < 0 || to >= groups.length) return { turn: to < 0 ? -1 : 1 };
  return chosenIn(groups[to], chosen);
}

// chosenIn is the image that is chosen in a group: the last one, or the first of all.
export function chosenIn(group, chosen) {
  const row = chosen.get(group.group);
  return { group: group.group, row: group.tiles.some((tile) => tile.row === row) ? row : group.tiles[0].row };
}

// pageFrom is where the page before or after begins; null where there is none.
export function pageFrom({ start, length, page }, by) {
  const to = start + by * page;
  return to < 0 || to >= length ? null : to;
}

const many = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

// placeText says which groups are shown.
export function placeText({ start, length, groups, settled }) {
  if (!length) return "no group";
  const rest = settled ? `, ${settled.toLocaleString("en")} of them done` : "";
  return `${(start + 1).toLocaleString("en")} to ${(start + groups.length).toLocaleString("en")} of ${many(length, "group")}${rest}`;
}

// badgesOf says what is the matter with a group: [kind, text]; called writes the name of a class in a sentence.
export function badgesOf(group, called) {
  if (group.apart) return [["apart", "not doubles"]];
  if (group.left < 2) return [["settled", group.left ? "one image left in use" : "all left out"]];
  const badges = [];
  if (group.leak) badges.push(["leak", "leak: learned from and measured on"]);
  if (group.differ.length) badges.push(["differ", `labelled differently: ${group.differ.slice(0, 4).map(called).join(", ")}${group.differ.length > 4 ? " …" : ""}`]);
  return badges;
}

// aboutText says how many images a group has.
export const aboutText = (group) =>
  [many(group.images, "image"), group.left < group.images && `${group.images - group.left} left out`, group.images > group.tiles.length && `the first ${group.tiles.length} are shown`].filter(Boolean).join(" · ");

// chipsOf are the labels of an image as they are shown: {class, value, differs}, present ones and those that differ in the group first, as
// far as there is room; rest counts the others in words.
export function chipsOf(values, classes, differ, room = 6) {
  const all = values.map((value, i) => ({ class: i, value, differs: differ.includes(classes[i]?.name) }));
  const telling = [...all.filter((c) => c.differs), ...all.filter((c) => !c.differs && c.value === 1)];
  const chips = telling.slice(0, room);
  const left = all.filter((c) => !chips.includes(c));
  const count = (value) => left.filter((c) => c.value === value).length;
  const rest = [[count(1), "present"], [count(0), "absent"], [count(-1), "not labelled"]].filter(([n]) => n).map(([n, what]) => `${n} ${what}`);
  return { chips, rest: rest.join(", ") };
}

// doublesProgress is the progress bar's view of a search.
export function doublesProgress(view) {
  if (!view?.running) return { state: "idle" };
  return { state: "running", label: view.step || "looking for doubles", done: view.done, total: view.total, elapsed_ms: Math.round(view.seconds * 1000), cancel: true };
}

// emptyText is what stands in place of groups.
export function emptyText({ list, lists }) {
  const n = Object.fromEntries(lists.map((one) => [one.name, one.n]));
  if (list !== "open") return "No group is in this list now.";
  const done = [n.settled && `${many(n.settled, "group")} with one image left in use`, n.apart && `${many(n.apart, "group")} that are no doubles`].filter(Boolean);
  return done.length ? `Nothing is left to do: ${done.join(" and ")}.` : "No two images show the same.";
}
