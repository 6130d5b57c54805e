// The page of Scatter.Run: the map with a button that ends it.

import scatter from "./scatter.mjs";
import { createModel } from "./model.mjs";
import { connect } from "./link.mjs";
import { feed } from "./scatterfeed.mjs";
import { el, put, write } from "./dom.mjs";
import { frame } from "../host/frame.mjs";

const main = document.getElementById("patchwork");
main.className = "pw pw-cell";
const finish = el("button", { type: "button", class: "pw-main", title: "end, and give the selected images to the cell" }, "Done");
const state = el("span", { class: "pw-cellstate", role: "status" });
const body = el("section", { class: "pw-cellmap" });
main.replaceChildren(el("div", { class: "pw-celltools" }, finish, state), body);

const cell = frame(main);
let mounted = false;
const maps = feed({ send: (kind, data) => link.send(kind, data), failed: (text) => write(state, text) });
finish.addEventListener("click", async () => {
  await link.whenSaved();
  link.send("done");
});

function show(view) {
  document.title = view.title;
  maps.show(view);
  if (view.message) write(state, view.message);
  if (mounted) return;
  mounted = true;
  scatter.render({ model: maps.model, el: body });
}

const link = connect({
  onView: show,
  onPush: show,
  onState(connection) {
    if (connection === "ended" || (connection === "live" && mounted)) return;
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
