import assert from "node:assert/strict";
import test from "node:test";
import { actions, bindingsOf, chordOf, intentOf, keyText } from "../assets/keys.mjs";
import { sheetOf } from "../assets/sheets.mjs";

const three = [{ name: "a" }, { name: "b" }, { name: "c", key: "f" }];
const press = (key, code, more = {}) => intentOf({ key, code, ...more }, three);

test("digits mean classes wherever the layout puts them", () => {
  const rows = [
    ["1", "Digit1", {}, { do: "cycle", class: 0 }, "a plain digit"],
    ["&", "Digit1", {}, { do: "cycle", class: 0 }, "French: digits need shift, the place counts"],
    ["!", "Digit1", { shiftKey: true }, { do: "absent", class: 0 }, "shift sets absent"],
    ["2", "Numpad2", {}, { do: "cycle", class: 1 }, "number pad"],
    ["ArrowDown", "Numpad2", {}, { do: "move", to: "down" }, "number pad without Num Lock"],
    ["ArrowDown", "Numpad2", { shiftKey: true }, { do: "absent", class: 1 }, "shift on the number pad"],
    ["9", "Digit9", {}, { do: "nothing" }, "no such class, but the notebook must not get it"],
    ["3", "Digit3", {}, { do: "nothing" }, "the third class has a key of its own"],
    ["f", "KeyF", {}, { do: "cycle", class: 2 }, "a letter that Go chose"],
    ["F", "KeyF", { shiftKey: true }, { do: "absent", class: 2 }, "with shift"],
  ];
  for (const [key, code, more, want, why] of rows) assert.deepEqual(press(key, code, more), want, why);
});

test("commands", () => {
  const rows = [
    [" ", "Space", {}, "rest"], ["Backspace", "Backspace", {}, "clear"], ["Enter", "Enter", {}, "next"],
    ["u", "KeyU", {}, "undo"], ["U", "KeyU", { shiftKey: true }, "redo"], ["г", "KeyU", {}, "undo"],
    ["z", "KeyZ", { ctrlKey: true }, "undo"], ["Z", "KeyZ", { ctrlKey: true, shiftKey: true }, "redo"],
    ["x", "KeyX", {}, "exclude"], ["v", "KeyV", {}, "validation"], ["z", "KeyZ", {}, "zoom"],
    ["?", "Slash", { shiftKey: true }, "help"], ["Escape", "Escape", {}, "leave"],
  ];
  for (const [key, code, more, want] of rows) assert.equal(press(key, code, more)?.do, want, `${key} ${JSON.stringify(more)}`);
});

test("keys that are not ours", () => {
  for (const [key, code, more] of [
    ["r", "KeyR", { ctrlKey: true }], ["1", "Digit1", { ctrlKey: true }], ["1", "Digit1", { altKey: true }],
    ["e", "KeyE", {}], ["Tab", "Tab", {}], ["F5", "F5", {}], ["Shift", "ShiftLeft", { shiftKey: true }], ["n", "KeyN", { isComposing: true }],
  ]) assert.equal(press(key, code, more), null, `${key} ${JSON.stringify(more)}`);
});

test("a held key moves on but labels, skips and undoes once", () => {
  assert.deepEqual(press("ArrowRight", "ArrowRight", { repeat: true }), { do: "move", to: "right" });
  for (const [key, code] of [["1", "Digit1"], ["Enter", "Enter"], [" ", "Space"], ["u", "KeyU"]]) {
    assert.deepEqual(press(key, code, { repeat: true }), { do: "nothing" }, key);
  }
});

test("shift extends a move, control keeps the selection, and a held key goes on", () => {
  assert.deepEqual(press("ArrowRight", "ArrowRight", { shiftKey: true }), { do: "move", to: "right", extend: true });
  assert.deepEqual(press("End", "End", { shiftKey: true, repeat: true }), { do: "move", to: "end", extend: true });
  assert.deepEqual(press("ArrowUp", "ArrowUp", { ctrlKey: true }), { do: "move", to: "up", keep: true });
  assert.equal(press("ArrowLeft", "ArrowLeft", { altKey: true }), null, "that is the browser's");
  assert.deepEqual(press(" ", "Space", { ctrlKey: true }), { do: "toggle" });
  assert.deepEqual(press("a", "KeyA", { metaKey: true }), { do: "all" }, "Cmd is Ctrl");
});

test("commands go by place, control and letter by letter, signs by what they write", () => {
  assert.deepEqual(press("w", "KeyZ"), { do: "zoom" }, "French: W where others have Z");
  assert.deepEqual(press("z", "KeyW", { ctrlKey: true }), { do: "undo" }, "French control and Z");
  assert.deepEqual(press("?", "Minus", { shiftKey: true }), { do: "help" }, "German");
  assert.deepEqual(press("+", "BracketRight"), { do: "larger" }, "German");
  assert.deepEqual(press("x", ""), { do: "exclude" }, "a keyboard without places");
});

test("keys can be given to other actions", () => {
  const mine = bindingsOf({ exclude: "KeyJ", rest: ["KeyR", "Space"], zoom: "KeyV", fly: "KeyY" });
  const with_ = (key, code, more = {}) => intentOf({ key, code, ...more }, three, mine);
  assert.deepEqual([with_("j", "KeyJ"), with_("x", "KeyX"), with_("r", "KeyR"), with_(" ", "Space")], [{ do: "exclude" }, null, { do: "rest" }, { do: "rest" }]);
  assert.deepEqual([with_("v", "KeyV"), mine.keysOf.get("validation")], [{ do: "zoom" }, []], "a wish takes the key from who had it");
  assert.deepEqual(mine.problems, ["there is no action fly", "validation has no key"]);
  assert.deepEqual(bindingsOf({ exclude: "KeyJ", note: "KeyJ" }).problems, ["KeyJ is given to exclude and to note"]);
  assert.deepEqual(bindingsOf({ exclude: "Digit0" }).problems, ["fit has no key"]);
  assert.deepEqual(intentOf({ key: "0", code: "Digit0" }, three, bindingsOf({ exclude: "Digit0" })), { do: "exclude" });
});

test("what means nothing here has no key", () => {
  const few = bindingsOf({}, ["exclude", "note"]);
  assert.deepEqual([intentOf({ key: "x", code: "KeyX" }, three, few), few.problems], [null, []]);
  assert.equal(sheetOf(few).flatMap((group) => group.rows).some(([, what]) => what === "write a note"), false);
});

test("by default no key means two things", () => {
  const seen = new Map();
  for (const { name, keys } of actions.filter((a) => a.name)) {
    for (const key of keys) assert.equal(seen.get(key), undefined, `${key}: ${name} and ${seen.get(key)}`), seen.set(key, name);
  }
  assert.deepEqual(bindingsOf().problems, []);
});

test("keys as they stand on the keyboard", () => {
  const french = new Map([["KeyZ", "w"], ["KeyA", "q"], ["Digit0", "à"]]);
  assert.deepEqual(["KeyZ", "Shift+KeyA", "Ctrl+KeyZ", "+", "-", "ArrowLeft", "Digit0"].map((chord) => keyText(chord, french)),
    ["W", "Shift + Q", "Ctrl + Z", "+", "−", "←", "À"]);
  assert.equal(keyText("KeyZ"), "Z");
  assert.equal(chordOf({ key: "Z", code: "KeyW", ctrlKey: true, shiftKey: true }), "Ctrl+Shift+KeyZ");
});

test("the sheet says what is in force, and leaves out what has no key", () => {
  const rows = sheetOf(bindingsOf({ exclude: "KeyJ", note: [] })).flatMap((group) => group.rows);
  assert.deepEqual(rows.find(([, what]) => what === "leave out, or take back")[0], ["J"]);
  assert.equal(rows.some(([, what]) => what === "write a note"), false);
  assert.deepEqual(rows.find(([, what]) => what === "move")[0], ["←", "→", "↑", "↓"]);
});
