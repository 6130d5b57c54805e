// A model in the shape that anywidget gives to render: get, set, save_changes, on, off, send. Pages that are not
// anywidget make theirs here. State is kept by name; set tells the listeners of "change:<name>" and "change" at once;
// send hands a message to the page's own function; receive is how the page hands one to the widget ("msg:custom").

export function createModel(state = {}, send = () => {}) {
  const values = { ...state };
  const listeners = new Map();
  const tell = (event, ...args) => [...(listeners.get(event) ?? [])].forEach((call) => call(...args));
  return {
    get: (name) => values[name],
    set(name, value) {
      if (Object.is(values[name], value)) return;
      values[name] = value;
      tell(`change:${name}`, value);
      tell("change", name);
    },
    save_changes() {},
    on(event, call) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(call);
    },
    off(event, call) {
      if (call) listeners.get(event)?.delete(call);
      else listeners.delete(event);
    },
    send: (message) => send(message),
    receive: (message) => tell("msg:custom", message),
  };
}

// buttonsFor is the model of label buttons that follow a grid: they show the tile under its cursor, and a press goes to
// the grid, which paints it at once and sends it with the row.
export function buttonsFor(grid) {
  const buttons = createModel({ view: viewOf(grid) }, (message) => grid.receive(message));
  grid.on("change:current", () => buttons.set("view", viewOf(grid)));
  grid.on("change:view", () => buttons.set("view", viewOf(grid)));
  return buttons;
}

function viewOf(grid) {
  const tile = grid.get("current");
  return {
    classes: grid.get("view")?.classes ?? [],
    values: tile?.values ?? [],
    scores: tile?.scores ?? null,
    disabled: !tile,
  };
}
