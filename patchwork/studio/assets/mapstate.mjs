// What the map's panel works out by itself, as pure functions.

const images = (n) => (n === 1 ? "1 image" : `${n.toLocaleString("en")} images`);

// mapProgress is the progress bar's view of a layout that is being made.
export function mapProgress(view) {
  if (!view.running) return { state: "idle" };
  return { state: "running", label: view.step || "reading the map", done: view.done, total: view.total, elapsed_ms: Math.round(view.seconds * 1000), cancel: true };
}

// mapText says what stands in the way of a whole map; "" for nothing.
export function mapText(view) {
  if (view.running) return "";
  if (view.failed) return `No ${view.kind} map: ${view.failed}`;
  if (view.behind) return `${images(view.behind)} came later and ${view.behind === 1 ? "has" : "have"} no place yet.`;
  if (view.points && view.placed < view.images) return `${images(view.images - view.placed)} without features ${view.images - view.placed === 1 ? "is" : "are"} not on the map.`;
  return "";
}
