// Mouse and touch over the grid's tiles: a click or tap, a box drawn with the mouse (rubber band), a long press.

import { el } from "./dom.mjs";

const slack = 6; // px that a press may move and still be a click
const long = 500; // ms

// follow listens below cells. It calls click(event, touched), double(event), press(event) for a long touch, and while a box
// is drawn box({x, y, w, h}, add), on the screen, then boxed(). Only the mouse draws boxes: a finger scrolls. It returns
// the clean-up.
export function follow(cells, scroll, calls) {
  const band = el("div", { class: "pw-band", hidden: "" });
  scroll.append(band);
  let from = null; // {x, y} in the scrolled content, where the mouse went down
  let last = null; // the latest move
  let drawing = false;
  let timer = 0;
  let pressed = false; // the touch that goes on was a long press
  let touched = false; // the latest press was a finger's
  let frame = 0;

  const inside = (e) => {
    const r = scroll.getBoundingClientRect();
    return { x: e.clientX - r.x + scroll.scrollLeft, y: e.clientY - r.y + scroll.scrollTop };
  };

  function down(e) {
    pressed = false;
    touched = e.pointerType === "touch";
    if (touched) {
      from = { x: e.clientX, y: e.clientY };
      clearTimeout(timer);
      timer = setTimeout(() => ((pressed = true), calls.press(e)), long);
      return;
    }
    if (e.button !== 0 || e.target.closest("button")) return;
    from = inside(e);
  }

  function move(e) {
    if (!from) return;
    if (e.pointerType === "touch") {
      if (Math.hypot(e.clientX - from.x, e.clientY - from.y) > slack * 2) clearTimeout(timer);
      return;
    }
    const to = inside(e);
    if (!drawing && Math.hypot(to.x - from.x, to.y - from.y) < slack) return;
    if (!drawing) {
      drawing = true;
      scroll.setPointerCapture(e.pointerId);
      band.hidden = false;
    }
    last = e;
    draw();
    if (!frame) frame = requestAnimationFrame(pull);
  }

  function draw() {
    const to = inside(last);
    const box = { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) };
    Object.assign(band.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.w}px`, height: `${box.h}px` });
    const r = scroll.getBoundingClientRect();
    calls.box({ ...box, x: box.x + r.x - scroll.scrollLeft, y: box.y + r.y - scroll.scrollTop }, last.ctrlKey || last.metaKey || last.shiftKey);
  }

  // pull scrolls while a box is drawn beyond the edge.
  function pull() {
    frame = 0;
    if (!drawing || !from) return;
    const r = scroll.getBoundingClientRect();
    const by = last.clientY < r.top ? last.clientY - r.top : Math.max(0, last.clientY - r.bottom);
    if (by) {
      scroll.scrollTop += by / 4;
      draw();
    }
    frame = requestAnimationFrame(pull);
  }

  function up() {
    clearTimeout(timer);
    from = null;
    band.hidden = true;
    if (drawing) calls.boxed();
    setTimeout(() => (drawing = false)); // after the click that follows
  }

  const click = (e) => {
    if (drawing || pressed) return (pressed = false), e.preventDefault();
    return calls.click(e, touched);
  };
  const still = (e) => pressed && e.preventDefault(); // a long press is ours, not the browser's menu
  const on = [[scroll, "pointerdown", down], [scroll, "pointermove", move], [scroll, "pointerup", up], [scroll, "pointercancel", up],
    [cells, "click", click], [cells, "dblclick", calls.double], [cells, "contextmenu", still]];
  on.forEach(([node, event, call]) => node.addEventListener(event, call));
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    on.forEach(([node, event, call]) => node.removeEventListener(event, call));
  };
}
