// What a page tells the notebook that shows it in a frame (embed.js listens): how tall it is, and that it lost its
// server. On a page of its own everything here does nothing. What is said may be heard by any page around this one; a
// static form goes into the saved notebook anyway.

// frame reports the height of el from now on. Give el no height in vh: its height decides that of the frame. It returns
// {framed, still(html), lost(), ended(reason), close()}: give still a newer static form, script-free, of what the page
// shows; call lost when the server has not answered for a while, ended when it said goodbye.
export function frame(el, around = globalThis.parent, here = globalThis) {
  const alone = !around || around === here;
  const say = (what) => { if (!alone) around.postMessage({ patchwork: what }, "*"); };
  let last = 0;
  const measure = () => {
    const height = Math.ceil(el.getBoundingClientRect().bottom + (here.scrollY || 0) + below(el, here));
    if (height !== last) say({ height: (last = height) });
  };
  let watch = null;
  if (!alone) {
    watch = new here.ResizeObserver(measure);
    watch.observe(el);
    measure();
  }
  return {
    framed: !alone,
    still: (html) => say({ still: String(html) }),
    lost: () => say({ lost: true }),
    ended: (reason) => say({ ended: String(reason) }),
    close: () => watch?.disconnect(),
  };
}

// below is the space, in pixels, that margins, borders and padding leave under el. Without it the frame would scroll.
function below(el, here) {
  let sum = 0;
  for (let n = el; n; n = n.parentElement) {
    const style = here.getComputedStyle(n);
    const own = n === el ? ["marginBottom"] : ["marginBottom", "paddingBottom", "borderBottomWidth"];
    for (const name of own) sum += parseFloat(style[name]) || 0;
  }
  return sum;
}
