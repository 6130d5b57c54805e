// The model of a map on a page of ours: fetches the places and colours that Go's view names, each when its address is
// another, and answers what the map asks about images.

import { createModel } from "./model.mjs";

// feed makes the model. send(kind, data) goes to Go and resolves with its reply; prefix stands before the kinds and addresses
// that are the map's; failed(text) says what could not be had. show(view) takes Go's view.
export function feed({ send, prefix = "", failed = () => {} }) {
  const token = new URL(document.baseURI).searchParams.get("token") ?? "";
  const withToken = (path) => `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;
  const model = createModel({ view: null, points: null, codes: null, summary: null }, ask);
  const has = { points: "", codes: "" }; // the addresses of what is at hand
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
        const points = has.points === now.points ? null : await (await get(now.points)).arrayBuffer();
        const codes = has.codes === now.codes ? null : await (await get(now.codes)).arrayBuffer();
        Object.assign(has, { points: now.points, codes: now.codes });
        if (codes) model.set("codes", codes);
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
