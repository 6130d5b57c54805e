// Which key means what in the grid. Pure: a key event goes in as {code, key, shiftKey, ctrlKey, metaKey, altKey,
// repeat}, an intent comes out, or null for a key that is not ours.
//
// Digits are read from the key's place (event.code), so that they work on every layout, shifted or not, and on the
// number pad. Letters are read as typed, and from their place where the layout has no Latin letters.

import { keyOf } from "./classes.mjs";

// sheet is what the help shows: keys and what they do.
export const sheet = [
  ["1 – 9", "a class: unknown → present → absent"],
  ["Shift + 1 – 9", "set the class absent"],
  ["Space", "the rest is absent, go on"],
  ["Backspace", "clear this image's labels"],
  ["← → ↑ ↓  Home  End", "move between images"],
  ["Enter", "next batch"],
  ["U   Shift + U", "undo, redo"],
  ["X", "leave this image out, or take it back"],
  ["V", "hold this image out for validation"],
  ["Z, double click", "full image"],
  ["?", "this sheet"],
  ["Esc", "close; then give the keys back"],
];

const moves = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end",
};
const named = { " ": "rest", Spacebar: "rest", Backspace: "clear", Delete: "clear", Enter: "next", Escape: "leave", "?": "help" };
const letters = { x: "exclude", v: "validation", z: "zoom", h: "help" };

function digit(e) {
  const [, row, pad] = /^(?:Digit(\d)|Numpad(\d))$/.exec(e.code ?? "") ?? [];
  if (row) return row;
  return pad && (e.shiftKey || /^\d$/.test(e.key)) ? pad : null; // without Num Lock the pad is arrows
}

function letter(e) {
  if (/^[a-z]$/i.test(e.key)) return e.key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(e.code ?? "");
  return place && /^[^\x00-\x7f]$/.test(e.key) ? place[1].toLowerCase() : null;
}

// intentOf says what a key asks for: {do: "cycle", class}, {do: "move", to}, {do: "next"} and so on. A key that is ours
// but has nothing to do now, such as a held Enter or a digit without a class, is {do: "nothing"}.
export function intentOf(e, classes) {
  if (e.metaKey || e.altKey || e.isComposing) return null;
  if (e.ctrlKey) return letter(e) === "z" ? { do: e.shiftKey ? "redo" : "undo" } : null;
  const pressed = digit(e) ?? letter(e);
  if (pressed === null && moves[e.key]) return { do: "move", to: moves[e.key] };
  const intent = pressed === null ? command(named[e.key]) : ofClass(pressed, e, classes) ?? ofLetter(pressed, e);
  return intent && e.repeat ? { do: "nothing" } : intent;
}

const command = (name) => (name ? { do: name } : null);

function ofClass(pressed, e, classes) {
  const at = classes.findIndex((_, i) => keyOf(classes, i) === pressed);
  if (at >= 0) return { do: e.shiftKey ? "absent" : "cycle", class: at };
  return /^\d$/.test(pressed) ? { do: "nothing" } : null;
}

function ofLetter(pressed, e) {
  if (pressed === "u") return { do: e.shiftKey ? "redo" : "undo" };
  return command(letters[pressed]);
}
