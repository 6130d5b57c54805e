// What the studio's page works out by itself, as pure functions.

// progressOf is the progress bar's view of a training.
export function progressOf(train) {
  if (!train.running) return { state: "idle" };
  return {
    state: "running", label: train.step || "training", done: train.done, total: train.total,
    elapsed_ms: Math.round(train.seconds * 1000), cancel: true,
  };
}

// savedText says whether everything is on disk: level is "ok", "busy" or "bad"; why is the server's reason while it cannot save.
export function savedText(connection, unsaved, why) {
  if (connection === "ended") return unsaved ? { text: `closed: ${unsaved} not saved`, level: "bad" } : { text: "closed, all saved", level: "ok" };
  if (connection === "live" && unsaved && why) {
    return { text: `${unsaved} not saved yet, kept in this tab and tried again: ${why.replace(/^not saved yet: /, "")}`, level: "bad" };
  }
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

// figure is a share as it stands in a table; null is none.
export const figure = (value) => (value === null || value === undefined ? "–" : value.toFixed(3));

// foundText is the share of audit images that are found, with its interval.
export const foundText = ({ found, low, high }) =>
  (found === null ? "–" : `${found.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);

// measuringText says how far an audit is, or how many images there are.
export function measuringText({ running, done, total, images, advice }) {
  if (running) return total ? `measuring: training ${done} of ${total} …` : "measuring …";
  if (images) return `on ${images} images that were drawn at random`;
  return advice ? "" : "Not measured yet.";
}

// rangeText is Krippendorff's alpha with its interval.
export const rangeText = ({ alpha, low, high }) =>
  (alpha === null || low === null || high === null ? figure(alpha) : `${alpha.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);

// named is a change of labels with what the classes are called here: others may change the classes before it arrives.
export const named = (event, classes) => (event.kind === "set" ? { ...event, names: classes.map((c) => c.name) } : event);

// linesOf are the names in a text, one a line.
export const linesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

// moved is a list with one of it a step further up (-1) or down (1).
export function moved(list, one, by) {
  const at = list.indexOf(one);
  const to = Math.max(0, Math.min(list.length - 1, at + by));
  const rest = list.filter((other) => other !== one);
  return at < 0 ? list : [...rest.slice(0, to), one, ...rest.slice(to)];
}

// planText says what a merge would do.
export function planText(plan) {
  const parts = [`present in ${plan.present.toLocaleString("en")}, absent in ${plan.absent.toLocaleString("en")}`];
  if (plan.conflicts) parts.push(`in ${plan.conflicts.toLocaleString("en")} one was present and the other absent: present then`);
  if (plan.reopened) parts.push(`in ${plan.reopened.toLocaleString("en")} one was absent and the other not labelled: not labelled then`);
  return `${plan.into} would be ${parts.join("; ")}.`;
}

// excludedBy says where a class that is not shown has gone.
export const excludedBy = (c) => (c.into ? `${c.name} is part of ${c.into}` : `${c.name} is retired`);

// overtaken says that a view tells nothing new: it is older than the one that is shown, because an answer may come behind
// what was sent to all later, or the same once more, because what is sent to all comes to this page, too. Of a grid of
// pages only the answer has tiles.
export function overtaken(next, shown) {
  if (!shown || (next.session ?? shown.session) !== shown.session) return false;
  const ahead = next.grid.version - shown.grid.version;
  return ahead < 0 || (ahead === 0 && !next.only && !(Number.isInteger(next.grid.total) && next.grid.tiles.length));
}
