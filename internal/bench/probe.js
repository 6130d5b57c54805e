// Measures in the page what a person waits for after a press: begin is the time stamp of the event, which the browser
// takes before any script runs, and an end is the first moment after a frame with the change has been drawn.
() => {
  const probe = (window.benchProbe = { shown: [], saved: [], batch: [] });
  let press = null; // {at, shown, saved}

  const afterPaint = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => then(performance.now());
    channel.port2.postMessage(0);
  });
  const visible = (image) => {
    const box = image.getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
  };
  const rows = () => [...document.querySelectorAll(".pw-tile")].map((tile) => tile.dataset.row).join();
  const drawn = (at) => {
    const pictures = [...document.querySelectorAll(".pw-picture img")].filter(visible);
    if (pictures.every((image) => image.complete && image.naturalWidth > 0)) {
      afterPaint((now) => probe.batch.push(now - at));
    } else {
      requestAnimationFrame(() => drawn(at));
    }
  };

  addEventListener("keydown", (e) => {
    press = { at: e.timeStamp, rows: rows(), shown: false, saved: false, batch: e.key !== "Enter" };
  }, true);

  new MutationObserver(() => {
    const mine = press;
    if (!mine) return;
    if (!mine.shown && mine.batch) {
      mine.shown = true;
      afterPaint((now) => probe.shown.push(now - mine.at));
    }
    if (!mine.batch && rows() !== mine.rows) {
      mine.batch = mine.shown = true;
      drawn(mine.at);
    }
  }).observe(document.getElementById("grid"), { subtree: true, childList: true, attributes: true, attributeFilter: ["data-value", "data-row"] });

  const saved = document.getElementById("saved");
  new MutationObserver(() => {
    if (press && !press.saved && saved.textContent === "all saved") {
      press.saved = true;
      probe.saved.push(performance.now() - press.at);
    }
  }).observe(saved, { subtree: true, childList: true, characterData: true });
}
