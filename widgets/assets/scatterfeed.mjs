// The model of a map on a page of ours: fetches the places, colours and marks that Go's view names, each when its address is
// another, and answers what the map asks about images. An address that is empty names nothing. Where few colours have changed the
// view brings them itself, as patch: {from, rows, codes}, from the address of the colours that they are a change of.

import { createModel } from "./model.mjs";

// feed makes the model. send(kind, data) goes to Go and resolves with its reply; prefix stands before the kinds and addresses
// that are the map's; failed(text) says what could not be had. show(view) takes Go's view.
export function feed({ send, prefix = "", failed = () => {} }) {
  const token = new URL(document.baseURI).searchParams.get("token") ?? "";
  const withToken = (path) => `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;
  const model = createModel({ view: null, points: null, codes: null, marks: null, current: null, summary: null }, ask);
  const has = { points: "", codes: "", marks: "" }; // the addresses of what is at hand
  let latest = null;
  let fetching = false;
  let asked = 0;

  async function get(path) {
    const answer = await fetch(withToken(path));
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }

  async function ask({ kind, ...data }) {
    if (kind === "look") {
      try {
        const tiles = await (await get(`${prefix}tiles?rows=${data.rows.join(",")}`)).json();
        model.receive({ kind: "tiles", tiles: tiles.map(own) });
      } catch (e) {
        failed(e.message);
      }
      return undefined;
    }
    const mine = kind === "select" ? ++asked : 0;
    const reply = await send(kind === "undo" ? kind : prefix ? prefix.replace("/", "-") + kind : kind, data).catch(() => null); // the page has said why
    if (mine && mine === asked && reply?.summary) model.set("summary", { ...reply.summary, tiles: reply.summary.tiles.map(own) });
    return reply;
  }
  const own = (tile) => ({ ...tile, src: tile.src.includes("token=") ? tile.src : withToken(tile.src) });

  // bytesAt fetches what a view names, or null where that is at hand.
  const bytesAt = async (view, what) => (!view[what] || has[what] === view[what] ? null : (await get(view[what])).arrayBuffer());

  // patched are the colours at hand with the few that have changed, or null where they are a change of others.
  function patched({ patch, codes }) {
    if (!patch || has.codes === codes || has.codes !== patch.from || !model.get("codes")) return null;
    const bytes = new Uint8Array(model.get("codes")).slice();
    patch.rows.forEach((row, i) => (bytes[row] = patch.codes[i]));
    return bytes.buffer;
  }

  // show takes a view. What it names is fetched one after the other, so that colours never come before their places; of the
  // views that come meanwhile only the last counts.
  async function show(view) {
    latest = view;
    if (fetching) return;
    fetching = true;
    try {
      while (latest) {
        const now = latest;
        latest = null;
        const points = await bytesAt(now, "points");
        const codes = patched(now) ?? (await bytesAt(now, "codes"));
        const marks = now.marks ? await bytesAt(now, "marks") : null;
        if (codes) model.set("codes", codes);
        if (marks || !now.marks) model.set("marks", marks);
        for (const what of Object.keys(has)) has[what] = now[what] ?? "";
        model.set("view", now);
        if (points) model.set("points", points);
      }
    } catch (e) {
      failed(e.message);
    }
    fetching = false;
  }
  return { model, show };
}
