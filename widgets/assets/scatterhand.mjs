// Hand and keys on a map. It knows where and how, not what: each call says what a person wants.

const slack = 4; // px that a press may move and still be a click
const step = 60; // px that an arrow moves

const keys = {
  ArrowLeft: ["pan", step, 0], ArrowRight: ["pan", -step, 0], ArrowUp: ["pan", 0, step], ArrowDown: ["pan", 0, -step],
  "+": ["zoom", 1.4], "=": ["zoom", 1.4], "-": ["zoom", 1 / 1.4], "−": ["zoom", 1 / 1.4], 0: ["fit"], " ": ["pick"], Enter: ["open"], a: ["all"],
  Escape: ["clear"], i: ["images"], v: ["tool", "move"], l: ["tool", "lasso"], r: ["tool", "box"], b: ["tool", "brush"], u: ["undo"],
  "[": ["brush", 0.8], "]": ["brush", 1.25],
};

// keyOf is what a key asks for, as [what, …], or null where it is not ours. Pure.
export function keyOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (ctrlKey || metaKey || altKey) return null;
  const found = keys[key.length === 1 ? key.toLowerCase() : key];
  return found && found[0] === "pan" && shiftKey ? ["pan", 4 * found[1], 4 * found[2]] : found ?? null;
}

// follow listens on the stage. The calls: pan(dx, dy), zoom(factor, x, y), hover(x, y) or hover(null), click(x, y, event),
// draw(kind, from, to, event), where kind is "lasso", "box" or "brush" and from is where the press began, of a brush where it was
// last, drawn(event), drop(); tool() is "move" or one of these kinds; key(intent) for the keyboard. It returns the clean-up.
export function follow(stage, calls) {
  const fingers = new Map(); // pointerId → place
  let from = null; // {x, y, kind} where a press began
  let dragging = false;

  const at = (e) => {
    const box = stage.getBoundingClientRect();
    return [e.clientX - box.left - stage.clientLeft, e.clientY - box.top - stage.clientTop];
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return { d: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
  };

  function down(e) {
    if (e.button > 1 || e.target.closest("button, a, input")) return;
    stage.focus({ preventScroll: true });
    const [x, y] = at(e);
    fingers.set(e.pointerId, [x, y]);
    stage.setPointerCapture(e.pointerId);
    if (fingers.size === 2) {
      if (dragging) calls.drop();
      from = { pinch: spread() };
      return;
    }
    const hand = e.button === 1 || (calls.tool() === "move" && !e.shiftKey && !e.altKey);
    from = { x, y, lastX: x, lastY: y, kind: hand ? "move" : calls.tool() === "move" ? "lasso" : calls.tool() };
    dragging = false;
    e.preventDefault(); // no text is marked
  }
  function move(e) {
    const [x, y] = at(e);
    if (!from) return void (e.pointerType !== "touch" && calls.hover(x, y));
    fingers.set(e.pointerId, [x, y]);
    if (from.pinch) {
      if (fingers.size < 2) return undefined;
      const now = spread();
      calls.pan(now.x - from.pinch.x, now.y - from.pinch.y);
      calls.zoom(now.d / Math.max(1, from.pinch.d), now.x, now.y);
      from.pinch = now;
      return undefined;
    }
    if (!dragging && Math.hypot(x - from.x, y - from.y) < slack) return undefined;
    dragging = true;
    if (from.kind === "move") calls.pan(x - from.lastX, y - from.lastY);
    else calls.draw(from.kind, from.kind === "brush" ? [from.lastX, from.lastY] : [from.x, from.y], [x, y], e);
    Object.assign(from, { lastX: x, lastY: y });
    return undefined;
  }
  function up(e) {
    fingers.delete(e.pointerId);
    if (from && !from.pinch) {
      if (!dragging && from.kind === "brush") {
        calls.draw("brush", [from.x, from.y], [from.x, from.y], e);
        calls.drawn(e);
      } else if (!dragging) calls.click(from.x, from.y, e);
      else if (from.kind !== "move") calls.drawn(e);
    }
    if (fingers.size === 0) from = null;
    dragging = false;
  }
  function cancel(e) {
    fingers.delete(e.pointerId);
    if (dragging) calls.drop();
    from = null;
    dragging = false;
  }
  function wheel(e) {
    // A page around the map goes on scrolling over it until somebody works with the map.
    if (!e.ctrlKey && !stage.contains(document.activeElement)) return;
    e.preventDefault();
    const lines = e.deltaMode === 1 ? 16 : 1;
    calls.zoom(Math.exp(-Math.max(-240, Math.min(240, e.deltaY * lines)) / 400), ...at(e));
  }
  function key(e) {
    if (e.target !== stage) return;
    const intent = keyOf(e);
    if (intent) {
      e.preventDefault();
      calls.key(intent);
    }
    if (intent || (e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey)) e.stopPropagation(); // in a notebook "d d" would delete the cell
  }
  const leave = () => !from && calls.hover(null);
  const on = [["pointerdown", down], ["pointermove", move], ["pointerup", up], ["pointercancel", cancel], ["pointerleave", leave], ["keydown", key]];
  on.forEach(([event, call]) => stage.addEventListener(event, call));
  stage.addEventListener("wheel", wheel, { passive: false });
  return () => {
    on.forEach(([event, call]) => stage.removeEventListener(event, call));
    stage.removeEventListener("wheel", wheel);
  };
}
