// The page of Grid.Run and LabelButtons.Run: the widgets with the few buttons that a cell needs. Go sends one view
// {mode, title, grid, labelled, images, can_undo, can_redo}; mode is "grid", "buttons" (one image beside
// its buttons) or "choice" (buttons alone).

import grid from "./grid.mjs";
import buttons from "./labelbuttons.mjs";
import { buttonsFor, createModel } from "./model.mjs";
import { connect } from "./link.mjs";
import { el, put, write } from "./dom.mjs";
import { frame } from "../host/frame.mjs";

const main = document.getElementById("patchwork");
main.className = "pw pw-cell";
const gridAt = el("section", { class: "pw-cellgrid" });
const side = el("section", { class: "pw-cellside" });
const tool = (text, kind, title) => {
  const button = el("button", { type: "button", title }, text);
  button.addEventListener("click", () => (link.send(kind), focusGrid()));
  return button;
};
const undo = tool("Undo", "undo", "undo (u)");
const redo = tool("Redo", "redo", "redo (shift + u)");
const finish = tool("Done", "done", "end, and give the labels to the cell");
const count = el("span", { class: "pw-cellcount" });
const saved = el("span", { class: "pw-cellstate", role: "status" });
finish.className = "pw-main";
main.replaceChildren(el("div", { class: "pw-celltools" }, finish, undo, redo, count, saved), el("div", { class: "pw-cellbody" }, gridAt, side));

const model = createModel({ view: null, pending: [] }, (message) => link.forward(message));
const cell = frame(main);
let mounted = false;
const link = connect({ onView: show, onPush: show, onState: state, onError: refused, onBye: ended });

function show(view) {
  document.title = view.title;
  model.set("view", view.grid);
  if (!mounted) mount(view);
  undo.disabled = !view.can_undo;
  redo.disabled = !view.can_redo;
  write(count, view.mode === "grid" ? `${view.labelled} of ${view.images} labelled` : "");
}

function mount(view) {
  mounted = true;
  put(main, "data-mode", view.mode);
  grid.render({ model, el: gridAt });
  buttons.render({ model: buttonsFor(model), el: side });
  focusGrid();
}

const focusGrid = () => (gridAt.querySelector("[role=grid]") ?? side.querySelector("[tabindex='0']"))?.focus({ preventScroll: true });

function state(connection, unsaved, rows) {
  model.set("pending", rows);
  if (connection === "ended") return;
  const open = unsaved ? `${unsaved} not sent yet` : "";
  write(saved, { live: open, connecting: `connecting … ${open}`, offline: `the cell does not answer; ${open || "nothing is lost"}` }[connection]);
  if (connection === "offline") cell.lost();
}

// refused says why and shows again what Go holds.
function refused(text) {
  write(saved, text);
  if (!mounted) return;
  model.set("view", { ...model.get("view") });
  model.receive({ kind: "say", text: "" });
}

function ended(reason) {
  put(main, "data-ended", true);
  write(saved, `ended: ${reason}`);
  cell.ended(reason);
}
