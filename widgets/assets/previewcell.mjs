// The page of Preview.Run: the preview with a button that ends it.

import preview from "./preview.mjs";
import { createModel } from "./model.mjs";
import { connect } from "./link.mjs";
import { el, put, write } from "./dom.mjs";
import { frame } from "../host/frame.mjs";

const main = document.getElementById("patchwork");
main.className = "pw pw-cell";
const finish = el("button", { type: "button", class: "pw-main", title: "end, and give the settings to the cell" }, "Done");
const state = el("span", { class: "pw-cellstate", role: "status" });
const body = el("section", { class: "pw-cellpreview" });
main.replaceChildren(el("div", { class: "pw-celltools" }, finish, state), body);

const model = createModel({ view: null }, (message) => link.forward(message));
const cell = frame(main);
let mounted = false;
finish.addEventListener("click", () => link.send("done"));

function show(view) {
  document.title = view.title;
  model.set("view", view);
  if (mounted) return;
  mounted = true;
  preview.render({ model, el: body });
}

const link = connect({
  onView: show,
  onPush: show,
  onState(connection) {
    if (connection === "ended") return;
    write(state, { live: "", connecting: "connecting …", offline: "the cell does not answer" }[connection]);
    if (connection === "offline") cell.lost();
  },
  onError: (text) => write(state, text),
  onBye(reason) {
    put(main, "data-ended", true);
    write(state, `ended: ${reason}`);
    cell.ended(reason);
  },
});
