// What a widget does with the keys that reach it: its own it takes, and of the others it lets only those through that a
// notebook cannot misunderstand.

// keyboard makes a listener for keydown. intent(event) says what a key asks for, run(intent) does it, shut() closes the
// question that is being typed in.
export const keyboard = ({ intent: of, run, shut }) => (e) => {
  if (e.target.closest?.("input")) {
    e.stopPropagation();
    if (e.key === "Escape") shut();
    return;
  }
  const onButton = e.target.closest?.("button") && (e.key === "Enter" || e.key === " ");
  const intent = onButton ? null : of(e);
  if (intent) e.preventDefault();
  // Plain keys stay here even when they mean nothing to us: in a notebook "d d" would delete the cell.
  const plain = e.key?.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey;
  if (intent || onButton || plain) e.stopPropagation();
  if (intent && intent.do !== "nothing") run(intent);
};
