// Measures how long the page is busy with a frame of the map: from the first call of the frame until it has been painted, of
// those frames before which a hand or key asked for something.
() => {
  const stage = document.querySelector("#map .pw-stage");
  const probe = (window.benchMap = { frames: [] });
  let asked = false;
  for (const event of ["pointermove", "wheel", "keydown"]) stage.addEventListener(event, () => (asked = true), true);
  const tick = () => {
    const begun = performance.now();
    const mine = asked;
    asked = false;
    requestAnimationFrame(tick);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => mine && probe.frames.push(performance.now() - begun);
    channel.port2.postMessage(0);
  };
  requestAnimationFrame(tick);
}
