// Which key means what in the grid. Pure: a key event goes in as {code, key, shiftKey, ctrlKey, metaKey, altKey,
// repeat}, an intent comes out, or null for a key that is not ours.
//
// Keys are named by their place on the keyboard, as event.code names it ("KeyX", "Digit0"), so that they are the same
// keys on every layout; those with a name of their own by that ("Enter", "ArrowLeft", "Space"); and signs that wander
// between layouts by what they write ("?", "+"). "Ctrl+", "Alt+" and "Shift+" stand before, in this order. Letters with
// Ctrl go by what they write, as in every program; Cmd counts as Ctrl.

import { keyOf } from "./classes.mjs";

// actions are all that a key can be given to: name, its keys, what it does. The heads divide the help sheet; an action
// without a what stands there beside the one before it.
export const actions = [
  { head: "Label" },
  { name: "rest", keys: ["Space"], what: "the rest is absent, go on" },
  { name: "clear", keys: ["Backspace", "Delete"], what: "clear the labels" },
  { name: "none", keys: ["KeyN"], what: "all classes absent" },
  { name: "same", keys: ["KeyS"], what: "same labels as the image labelled last" },
  { name: "copySelected", keys: ["KeyC"], what: "copy this image's labels to all selected" },
  { name: "copyAll", keys: ["Shift+KeyC"], what: "copy this image's labels to all shown" },
  { name: "accept", keys: ["KeyF"], what: "one-class mode: present, absent; go on" },
  { name: "reject", keys: ["KeyD"] },
  { name: "unsure", keys: ["KeyQ"], what: "mark as unsure, or sure" },
  { name: "exclude", keys: ["KeyX"], what: "leave out, or take back" },
  { name: "excludeWhy", keys: ["Shift+KeyX"], what: "leave out and say why" },
  { name: "validation", keys: ["KeyV"], what: "hold out for validation, or train on it" },
  { name: "note", keys: ["KeyT"], what: "write a note" },
  { name: "menu", keys: ["KeyM", "ContextMenu"], what: "menu of classes" },
  { name: "undo", keys: ["KeyU", "Ctrl+KeyZ"], what: "undo" },
  { name: "redo", keys: ["Shift+KeyU", "Ctrl+Shift+KeyZ", "Ctrl+KeyY"], what: "redo" },
  { head: "Move and select" },
  { name: "left", keys: ["ArrowLeft"], does: { do: "move", to: "left" }, what: "move" },
  { name: "right", keys: ["ArrowRight"], does: { do: "move", to: "right" } },
  { name: "up", keys: ["ArrowUp"], does: { do: "move", to: "up" } },
  { name: "down", keys: ["ArrowDown"], does: { do: "move", to: "down" } },
  { name: "home", keys: ["Home"], does: { do: "move", to: "home" }, what: "first, last image" },
  { name: "end", keys: ["End"], does: { do: "move", to: "end" } },
  { name: "pageUp", keys: ["PageUp"], does: { do: "move", to: "pageUp" }, what: "a page up, down" },
  { name: "pageDown", keys: ["PageDown"], does: { do: "move", to: "pageDown" } },
  { name: "next", keys: ["Enter"], what: "next batch, or a page down" },
  { name: "all", keys: ["KeyA", "Ctrl+KeyA"], what: "select all shown" },
  { name: "toggle", keys: ["Ctrl+Space"], what: "select this image, or not" },
  { name: "alike", keys: ["KeyL"], what: "show images that look like this one, or the selected" },
  { name: "flip", keys: ["KeyG"], what: "suspects: turn the doubted labels round" },
  { head: "Look" },
  { name: "zoom", keys: ["KeyZ"], what: "full image, or back" },
  { name: "larger", keys: ["+", "="], what: "larger, smaller" },
  { name: "smaller", keys: ["-"] },
  { name: "fit", keys: ["Digit0"], what: "full image: fit; pixel for pixel" },
  { name: "one", keys: ["KeyO"] },
  { name: "contrast", keys: ["KeyK"], what: "contrast: none, stretch, CLAHE" },
  { name: "bands", keys: ["KeyB"], what: "next choice of bands" },
  { name: "info", keys: ["KeyI"], what: "full image: what is known of it" },
  { name: "why", keys: ["KeyW"], what: "say on each image why it is shown" },
  { name: "help", keys: ["KeyH", "?"], what: "this sheet" },
  { name: "leave", keys: ["Escape"], what: "close; unselect; then give the keys back" },
];

// Shift and Ctrl with a move are not bound one by one: Shift extends the selection, Ctrl keeps it.
const held = new Set(["move", "larger", "smaller"]);

// bindingsOf is the table of keys that is in force: chord → action, and the keys of each action. overrides is view.keys:
// {action: "Shift+KeyX" | ["KeyX", …]}; a key that it names is taken from the action that had it. problems says in
// words what of it makes no sense. without names the actions that mean nothing here; they have no keys.
export function bindingsOf(overrides, without = []) {
  const byName = new Map(actions.filter((a) => a.name).map((a) => [a.name, without.includes(a.name) ? { ...a, keys: [] } : a]));
  const wishes = Object.entries(overrides ?? {}).map(([name, keys]) => [name, [keys].flat().map(String)]);
  const problems = wishes.filter(([name]) => !byName.has(name)).map(([name]) => `there is no action ${name}`);
  const keysOf = new Map();
  const chords = new Map();
  const give = (name, keys) => {
    keysOf.set(name, []);
    for (const key of keys) {
      const before = chords.get(key);
      if (before) keysOf.set(before, keysOf.get(before).filter((k) => k !== key));
      chords.set(key, name);
      keysOf.get(name).push(key);
    }
  };
  const changed = new Set(wishes.map(([name]) => name));
  for (const [name, action] of byName) if (!changed.has(name)) give(name, action.keys);
  for (const [name, keys] of wishes) {
    if (!byName.has(name)) continue;
    for (const key of keys) if (changed.has(chords.get(key))) problems.push(`${key} is given to ${chords.get(key)} and to ${name}`);
    give(name, keys);
  }
  for (const [name, keys] of keysOf) if (!keys.length && !changed.has(name) && !without.includes(name)) problems.push(`${name} has no key`);
  return { chords, keysOf, problems };
}

const standard = bindingsOf();

// chordOf names a key with what is held. Ctrl includes Cmd.
export function chordOf(e) {
  const ctrl = e.ctrlKey || e.metaKey;
  let base = e.code || placeOf(e.key);
  if (e.key === " " || e.key === "Spacebar") base = "Space";
  else if (e.key?.length > 1) base = e.key;
  else if (ctrl) base = placeOf(e.key) || base;
  return `${ctrl ? "Ctrl+" : ""}${e.altKey ? "Alt+" : ""}${e.shiftKey ? "Shift+" : ""}${base}`;
}

const placeOf = (key) => (/^[a-z]$/i.test(key ?? "") ? `Key${key.toUpperCase()}` : /^\d$/.test(key ?? "") ? `Digit${key}` : "");

function digit(e) {
  const [, row, pad] = /^(?:Digit(\d)|Numpad(\d))$/.exec(e.code ?? "") ?? [];
  if (row) return row;
  return pad && (e.shiftKey || /^\d$/.test(e.key)) ? pad : null; // without Num Lock the pad is arrows
}

// letter is a letter as typed, or from its place where the layout has no Latin letters. Classes are called by it.
function letter(e) {
  if (/^[a-z]$/i.test(e.key)) return e.key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(e.code ?? "");
  return place && /^[^\x00-\x7f]$/.test(e.key) ? place[1].toLowerCase() : null;
}

// intentOf says what a key asks for: {do: "cycle", class}, {do: "move", to, extend, keep}, {do: "next"} and so on. A key
// that is ours but has nothing to do now, such as a held Enter or a digit without a class, is {do: "nothing"}.
export function intentOf(e, classes, bindings = standard) {
  if (e.isComposing) return null;
  const plain = !e.ctrlKey && !e.metaKey && !e.altKey;
  const pressed = plain ? digit(e) ?? letter(e) : null;
  const intent = ofClass(pressed, e, classes) ?? ofAction(e, bindings) ?? (/^\d$/.test(pressed ?? "") ? { do: "nothing" } : null);
  return intent && e.repeat && !held.has(intent.do) ? { do: "nothing" } : intent;
}

function ofClass(pressed, e, classes) {
  const at = pressed === null ? -1 : classes.findIndex((_, i) => keyOf(classes, i) === pressed);
  return at < 0 ? null : { do: e.shiftKey ? "absent" : "cycle", class: at };
}

function ofAction(e, bindings) {
  const sign = e.key?.length === 1 && !/[a-z0-9\s]/i.test(e.key) && !e.altKey && !e.ctrlKey && !e.metaKey ? e.key : "";
  const name = bindings.chords.get(chordOf(e)) ?? bindings.chords.get(sign);
  if (name) return intentFor(name);
  // A move with Shift or Ctrl, unless that chord is an action's own.
  const move = intentFor(bindings.chords.get(chordOf({ ...e, key: e.key, code: e.code, shiftKey: false, ctrlKey: false, metaKey: false })));
  if (move?.do !== "move" || e.altKey) return null;
  return { ...move, ...(e.shiftKey ? { extend: true } : {}), ...(e.ctrlKey || e.metaKey ? { keep: true } : {}) };
}

function intentFor(name) {
  const action = actions.find((a) => a.name && a.name === name);
  return action ? action.does ?? { do: action.name } : null;
}

const written = {
  Space: "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Backspace: "Backspace",
  PageUp: "Page Up", PageDown: "Page Down", ContextMenu: "Menu", "-": "−",
};

// keyText writes a chord as it stands on the person's keyboard. layout maps a place to what it writes
// (navigator.keyboard.getLayoutMap); without it the American keyboard is taken.
export function keyText(chord, layout) {
  const parts = chord === "+" ? [] : chord.split("+");
  const base = chord.endsWith("+") ? "+" : parts.pop();
  const [, place] = /^(?:Key|Digit)(.)$/.exec(base) ?? [];
  const typed = parts.includes("Ctrl") ? place : layout?.get(base) ?? place;
  return [...parts.filter(Boolean), place ? typed.toUpperCase() : written[base] ?? base].join(" + ");
}
