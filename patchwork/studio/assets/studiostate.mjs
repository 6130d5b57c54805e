// What the studio's page works out by itself, as pure functions.

// progressOf is the progress bar's view of a training.
export function progressOf(train) {
  if (!train.running) return { state: "idle" };
  return {
    state: "running", label: train.step || "training", done: train.done, total: train.total,
    elapsed_ms: Math.round(train.seconds * 1000), cancel: true,
  };
}

// savedText says whether everything is on disk: level is "ok", "busy" or "bad".
export function savedText(connection, unsaved) {
  if (connection === "live") return unsaved ? { text: `saving ${unsaved} …`, level: "busy" } : { text: "all saved", level: "ok" };
  const what = connection === "offline" ? "studio not reachable" : "connecting …";
  if (!unsaved) return { text: what, level: connection === "offline" ? "bad" : "busy" };
  return { text: `${what}: ${unsaved} not saved yet, kept in this tab`, level: "bad" };
}

// paceText says how fast a person labels.
export function paceText(pace) {
  if (!pace?.session) return "";
  const parts = [`${pace.session.toLocaleString("en")} now`];
  if (pace.per_minute > 0) parts.push(`${pace.per_minute < 10 ? pace.per_minute.toFixed(1) : Math.round(pace.per_minute)} a minute`);
  if (pace.seconds >= 0.1) parts.push(`${pace.seconds.toFixed(1)} s an image`);
  parts.push(`${(100 * pace.coverage).toFixed(pace.coverage < 0.1 ? 1 : 0)} % of all`);
  return parts.join(" · ");
}

// sizeAfter is the grid with one column more or less, and as many rows; null where that is too much.
export function sizeAfter(grid, step) {
  const columns = grid.columns + step;
  if (columns < 1 || columns > 12) return null;
  return { columns, rows: Math.max(1, Math.min(12, columns)) };
}

// optionText is an option as it is read.
export const optionText = (option) => `${option.title} · ${option.n.toLocaleString("en")}`;

// remainText says how many images can be chosen now.
export function remainText(n) {
  if (n === 0) return "no image fits";
  return n === 1 ? "1 image remains" : `${n.toLocaleString("en")} images remain`;
}

// heights are the heights of a bin's stacked parts, as shares of the tallest bin.
export function heights(groups) {
  const bins = groups[0]?.counts.length ?? 0;
  const totals = Array.from({ length: bins }, (_, b) => groups.reduce((sum, g) => sum + g.counts[b], 0));
  const most = Math.max(1, ...totals);
  return totals.map((total, b) => ({ total, parts: groups.map((g) => g.counts[b] / most) }));
}

// barLabel says what a bar is.
export function barLabel(name, bin, bins, groups, group) {
  const from = (bin / bins).toFixed(2);
  const to = ((bin + 1) / bins).toFixed(2);
  const shown = group ? groups.filter((g) => g.name === group) : groups;
  const counts = shown.filter((g) => g.counts[bin] > 0).map((g) => `${g.counts[bin].toLocaleString("en")} ${g.name}`);
  return `${name} scored ${from} to ${to}: ${counts.join(", ") || "no images"}`;
}

// figure is a share as it stands in a table; null is none.
export const figure = (value) => (value === null || value === undefined ? "–" : value.toFixed(3));
