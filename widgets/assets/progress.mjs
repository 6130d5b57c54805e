// A progress bar. model:
//
//   view  {label, done, total, elapsed_ms, state, note, cancel} where state is "idle", "running", "done", "cancelled"
//         or "failed"; total 0 while running means that the end is not known; note replaces the times when given;
//         cancel: true offers the button
//
// It sends {kind: "cancel"}. Between two views of a running task the elapsed time goes on by the page's clock.

import { el, put, root as makeRoot, write } from "./dom.mjs";

// clockText writes milliseconds as "0:07", "12:30" or "1:02:05". Pure.
export function clockText(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

// measure is what the bar shows: share in [0, 1] or null when unknown, left in ms or null before 2 % or 1 s. Pure.
export function measure(view, elapsed) {
  const total = Number(view.total) || 0;
  const done = Math.max(0, Number(view.done) || 0);
  if (view.state === "done" && !total) return { share: 1, left: null, count: "" };
  if (total <= 0) return { share: null, left: null, count: done ? done.toLocaleString("en") : "" };
  const share = Math.min(1, done / total);
  const sure = view.state === "running" && share >= 0.02 && share < 1 && elapsed >= 1000;
  return {
    share,
    left: sure ? (elapsed * (1 - share)) / share : null,
    count: `${done.toLocaleString("en")} / ${total.toLocaleString("en")}`,
  };
}

export function render({ model, el: host }) {
  const root = makeRoot("progress");
  const label = el("span", { class: "pw-name" });
  const count = el("span", { class: "pw-count" });
  const times = el("span", { class: "pw-times" });
  const share = el("span", { class: "pw-share" });
  const fill = el("div", { class: "pw-fill" });
  const bar = el("div", { class: "pw-bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" }, fill);
  const cancel = el("button", { type: "button", class: "pw-cancel" }, "Cancel");
  root.append(el("div", { class: "pw-head" }, label, share, cancel), bar, el("div", { class: "pw-tail" }, count, times));
  host.append(root);
  let view = {};
  let came = 0;
  let timer = 0;

  function paint() {
    const running = view.state === "running";
    const elapsed = (Number(view.elapsed_ms) || 0) + (running ? performance.now() - came : 0);
    const m = measure(view, elapsed);
    root.hidden = !view.state || view.state === "idle";
    put(root, "data-state", view.state ?? "idle");
    put(root, "data-unknown", m.share === null && running);
    write(label, view.label ?? "");
    write(count, m.count);
    write(share, m.share === null ? "" : `${Math.floor(100 * m.share)}%`);
    const left = m.left === null ? "" : ` · about ${clockText(m.left)} left`;
    write(times, view.note || `${clockText(elapsed)}${left}`);
    fill.style.width = m.share === null ? "" : `${100 * m.share}%`;
    put(bar, "aria-valuenow", m.share === null ? null : Math.round(100 * m.share));
    put(bar, "aria-label", view.label ?? "progress");
    cancel.hidden = !(running && view.cancel);
  }
  function onView() {
    view = model.get("view") ?? {};
    came = performance.now();
    cancel.disabled = false;
    clearInterval(timer);
    if (view.state === "running") timer = setInterval(paint, 1000);
    paint();
  }
  cancel.addEventListener("click", () => {
    cancel.disabled = true; // once is enough; the next view decides
    model.send({ kind: "cancel" });
  });
  model.on("change:view", onView);
  onView();
  return () => {
    clearInterval(timer);
    model.off("change:view", onView);
    root.remove();
  };
}

export default { render };
