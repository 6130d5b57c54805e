// A question over the grid that wants a few words: why images are left out, or a note. What was answered before is there
// to be clicked.

import { el, write } from "./dom.mjs";
import { overlay, reveal } from "./sheets.mjs";

const words = {
  exclude: { title: "Leave out: why?", hint: "a reason, or nothing", go: "Leave out" },
  note: { title: "Note", hint: "a note; empty removes it", go: "Keep" },
};

// askSheet makes the sheet. answer(about, text) takes what was said. show(about, {text, choices, count}) opens it, and
// closes it with about null.
export function askSheet(close, answer) {
  const title = el("h3");
  const input = el("input", { type: "text", maxlength: "10000" });
  const go = el("button", { type: "submit", class: "pw-tool pw-go" });
  const before = el("div", { class: "pw-before" });
  const form = el("form", {}, title, el("div", { class: "pw-ask" }, input, go), before);
  const node = overlay("a question", close, form);
  node.dataset.ask = "";
  let about = null;
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    answer(about, input.value);
  });
  before.addEventListener("click", (e) => e.target.closest("button") && answer(about, e.target.closest("button").textContent));

  function show(next, { text = "", choices = [], count = 1 } = {}) {
    if (next && next !== about) {
      write(title, words[next].title + (count > 1 ? ` (${count.toLocaleString("en")} images)` : ""));
      write(go, words[next].go);
      input.placeholder = words[next].hint;
      input.setAttribute("aria-label", words[next].title);
      input.value = text;
      before.replaceChildren(...choices.map((choice) => el("button", { type: "button", class: "pw-tool" }, choice)));
    }
    const opened = next && next !== about;
    about = next;
    reveal(node, Boolean(next));
    if (opened) {
      input.focus({ preventScroll: true });
      input.select();
    }
  }
  return { node, show };
}
