// The summary of the session that a saved notebook shows: the cell around the page gets a newer one a moment after the last change.

// keepStill makes it for a cell (host/frame.mjs); token is that of the server. soon() asks for one, now() gives it at once.
export function keepStill(cell, token) {
  let waiting = 0;
  async function now() {
    clearTimeout(waiting);
    try {
      const answer = await fetch(`summary?token=${encodeURIComponent(token)}`);
      if (answer.ok) cell.still(await answer.text());
    } catch {
      // the server is gone; the notebook keeps the summary it has
    }
  }
  function soon() {
    if (!cell.framed) return;
    clearTimeout(waiting);
    waiting = setTimeout(now, 1000);
  }
  return { soon, now };
}
