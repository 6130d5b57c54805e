// Inside a notebook the page lives in a frame of the cell's output. It tells the cell how high it is, so that the cell
// needs no second scroll bar, and when the server has ended or cannot be reached, so that the cell shows its static form.

const framed = () => parent !== window;
const post = (what) => framed() && parent.postMessage({ patchwork: what }, "*");

export const tellEnded = (reason) => post({ ended: reason });
export const tellLost = () => post({ lost: true });

export function tellHeight() {
  if (!framed()) return;
  const tell = () => post({ height: Math.ceil(document.body.getBoundingClientRect().height) });
  new ResizeObserver(tell).observe(document.body);
  tell();
}
