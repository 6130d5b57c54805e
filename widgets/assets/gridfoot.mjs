// The line below the grid: what was just done, how many are selected, and buttons for what has no other place.

import { called } from "./classes.mjs";
import { keyText } from "./keys.mjs";
import { el, put, write } from "./dom.mjs";

// quickText is the question of the one-class mode, with its keys: "water?  F yes · D no". Pure.
export function quickText(view, bindings) {
  const name = view?.classes?.[view?.quick?.class]?.name;
  if (name === undefined) return "";
  const said = [["accept", "yes"], ["reject", "no"], ["exclude", "leave out"]]
    .map(([action, what]) => [bindings.keysOf.get(action).map((k) => keyText(k)).join(" or "), what])
    .filter(([keys]) => keys);
  return `${called(name)}?  ${said.map((part) => part.join(" ")).join(" · ")}`;
}

// foot makes it. run(intent) is how its buttons act. It returns {node, say(text), paint({selected, count, ui, view, bindings})}.
export function foot({ run }) {
  const line = el("span", { class: "pw-line", role: "status" });
  const asked = el("strong", { class: "pw-asked" });
  const chosen = el("span", { class: "pw-chosen", hidden: "" });
  const tool = (text, title, intent, more) => {
    const button = el("button", { type: "button", class: "pw-tool", title, ...more }, text);
    button.addEventListener("click", () => run(intent));
    return button;
  };
  const clear = tool("✕", "select nothing (Esc)", { do: "leave" }, { "aria-label": "select nothing", hidden: "" });
  const all = tool("all", "select all that is shown (A)", { do: "all" }, { "aria-label": "select all" });
  const contrast = tool("", "contrast of the pictures (K)", { do: "contrast" });
  const why = tool("why", "say on each image why it is shown (W)", { do: "why" });
  const smaller = tool("−", "smaller images (−, Ctrl + wheel)", { do: "smaller" }, { "aria-label": "smaller images" });
  const larger = tool("+", "larger images (+, Ctrl + wheel)", { do: "larger" }, { "aria-label": "larger images" });
  const help = tool("?", "keys (?)", { do: "help" }, { "aria-label": "keys" });
  const node = el("div", { class: "pw-foot" }, asked, line, chosen, clear, all, contrast, why, smaller, larger, help);

  function paint({ selected, count, ui, view, bindings }) {
    write(asked, quickText(view, bindings));
    chosen.hidden = clear.hidden = !selected;
    write(chosen, `${selected.toLocaleString("en")} selected`);
    all.hidden = count < 2 || selected === count;
    smaller.hidden = larger.hidden = count < 2;
    contrast.hidden = !view?.contrasts?.length;
    write(contrast, `contrast: ${view?.contrasts?.includes(ui.contrast) ? ui.contrast : "none"}`);
    put(why, "aria-pressed", String(ui.why));
    why.hidden = !(view?.tiles ?? []).some((tile) => tile.why);
  }
  return { node, say: (text) => write(line, text), paint };
}
