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
