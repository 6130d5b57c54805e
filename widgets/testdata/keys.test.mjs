import assert from "node:assert/strict";
import test from "node:test";
import { intentOf } from "../assets/keys.mjs";

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
    ["g", "KeyG", {}], ["Tab", "Tab", {}], ["F5", "F5", {}], ["Shift", "ShiftLeft", { shiftKey: true }], ["n", "KeyN", { isComposing: true }],
  ]) assert.equal(press(key, code, more), null, `${key} ${JSON.stringify(more)}`);
});

test("a held key moves on but labels, skips and undoes once", () => {
  assert.deepEqual(press("ArrowRight", "ArrowRight", { repeat: true }), { do: "move", to: "right" });
  for (const [key, code] of [["1", "Digit1"], ["Enter", "Enter"], [" ", "Space"], ["u", "KeyU"]]) {
    assert.deepEqual(press(key, code, { repeat: true }), { do: "nothing" }, key);
  }
});
