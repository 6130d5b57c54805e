// Which tile stands where, for both kinds of grid: one that has all its tiles (a batch), and one of pages, which has a
// total and, in cache, those near the screen (pages.mjs). Pure.

export const paged = (view) => Number.isInteger(view?.total);
export const countOf = (view) => (paged(view) ? view.total : view?.tiles?.length ?? 0);
export const tileAt = (view, at) => (paged(view) ? view.cache?.get(at) : view?.tiles?.[at]);

// placeOf is where a row stands, or -1.
export function placeOf(view, row) {
  if (!paged(view)) return view?.tiles?.findIndex((tile) => tile.row === row) ?? -1;
  for (const [at, tile] of view.cache) if (tile.row === row) return at;
  return -1;
}

// shown is a tile with the person's own edits laid over it.
export function shown(ui, tile) {
  const edit = ui.edits[tile.row];
  return edit ? { ...tile, ...edit } : tile;
}

// addressOf is a picture's address with the look that a person chose: contrast "none", "stretch" or "clahe", and bands.
export function addressOf(address, look) {
  if (!address || address.startsWith("data:")) return address ?? "";
  const more = [
    look?.contrast && look.contrast !== "none" ? `contrast=${encodeURIComponent(look.contrast)}` : "",
    look?.bands?.length ? `bands=${look.bands.join(",")}` : "",
  ].filter(Boolean).join("&");
  return more ? `${address}${address.includes("?") ? "&" : "?"}${more}` : address;
}

// lookOf is what a person chose in this view: contrast by name, bands as a list of numbers from 1.
export const lookOf = (ui, view) => ({
  contrast: view?.contrasts?.includes(ui.contrast) ? ui.contrast : "none",
  bands: ui.bands > 0 ? view?.bands?.[ui.bands]?.bands ?? [] : [],
});
