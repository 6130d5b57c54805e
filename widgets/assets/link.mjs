// The page's connection to its server (package widgets/host), one JSON object a message:
//
//   page → server   {seq, id, kind, data}
//   server → page   {view, ack} first on every connection: the view, and the highest seq settled for this client
//                   {ack, id, reply} or {ack, id, error}: the event is settled; with retry: true it is not saved yet
//                   {push}: something changed;  {bye}: the server ends for this reason
//
// An event stays in memory and in sessionStorage until it is settled, and is sent again, with the same id, after every
// reconnect. So a server that restarts, a lid that closes or a page that reloads loses nothing.

import { add, confirm, delay, greet, newClient, restore, rowsOf } from "./queue.mjs";

const stale = 10_000; // ms without an answer to an open event before the connection counts as dead
const later = 1_000; // ms before an event that could not be saved is sent again
const saves = ({ kind }) => kind !== "page" && kind !== "map-select"; // a question holds nothing of a person's
const patience = 3; // tries in vain before the state is "offline" rather than "connecting"

// socketAddress is the server's WebSocket for a page's own address: beside the page, with its token. Pure.
export function socketAddress(page, client) {
  const url = new URL("ws", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ token: new URL(page).searchParams.get("token") ?? "", client });
  url.hash = "";
  return url.href;
}

// connect opens the connection and keeps it open.
//
//   onView(view)                    the first view of each connection, and every reply that is a view (it has a grid,
//                                   tiles or a view inside)
//   onPush(push)                    what the server says unasked
//   onState(state, unsaved, rows, why)   state is "connecting", "live", "offline" (still trying) or "ended" (it said
//                                   good-bye); unsaved counts the open events, rows are the rows they touch; why is the
//                                   server's reason while it cannot save them, such as a full disk, else ""
//   onError(text, event)            the server's refusal of an event, which is then settled
//   onBye(reason)                   why the server ended; nothing is tried after it
//
// It returns {send(kind, data) → promise of the reply, forward(message), whenSaved() → promise, state(), close()}.
// forward takes a widget's message {kind, …data}, so that it can be a model's send. The other options are for tests.
export function connect({
  onView = () => {}, onPush = () => {}, onState = () => {}, onError = () => {}, onBye = () => {},
  client = newClient(), url = socketAddress(document.baseURI, client), storage = shelfOf(globalThis),
  makeSocket = (address) => new WebSocket(address),
}) {
  const shelf = `patchwork-open:${new URL(url).searchParams.get("token")}`; // a token means one server, so one project
  const asked = new Map(); // id → {resolve, reject}
  let queue = restore(client, read());
  let savers = []; // who waits for an empty queue
  let socket = null;
  let state = "connecting";
  let tries = 0;
  let retry = 0;
  let heard = 0;
  let why = ""; // the oldest open event could not be saved

  function read() {
    try {
      return JSON.parse(storage?.getItem(shelf) ?? "[]");
    } catch {
      return []; // torn or refused; memory still holds what this page sends
    }
  }
  function keep(next) {
    queue = next;
    try {
      if (unsaved().length) storage?.setItem(shelf, JSON.stringify(unsaved()));
      else storage?.removeItem(shelf);
    } catch {
      // full or refused: memory is enough unless the page is reloaded
    }
    tell();
    if (!unsaved().length) savers.splice(0).forEach((saved) => saved());
  }
  const unsaved = () => queue.open.filter(saves);
  const tell = () => onState(state, unsaved().length, rowsOf(queue.open), why);
  function enter(next) {
    state = next;
    tell();
  }

  function open() {
    const mine = (socket = makeSocket(url));
    mine.onmessage = (e) => mine === socket && receive(JSON.parse(e.data));
    mine.onclose = () => mine === socket && lost();
    mine.onerror = () => {}; // a close follows
  }
  function lost() {
    socket = null;
    clearTimeout(retry);
    if (state === "ended") return;
    enter(tries >= patience ? "offline" : "connecting");
    retry = setTimeout(open, delay(tries++));
  }
  const resend = () => {
    heard = Date.now();
    if (socket?.readyState === 1) queue.open.forEach((event) => socket.send(JSON.stringify(event)));
  };

  function receive(message) {
    heard = Date.now();
    if ("view" in message) {
      tries = 0;
      why = "";
      state = "live";
      keep(greet(queue, message.ack));
      resend();
      onView(message.view);
    } else if (message.id) {
      answered(message);
    } else if (message.error) {
      onError(message.error, null);
    }
    if ("push" in message) onPush(message.push);
    if ("bye" in message) {
      enter("ended");
      onBye(message.bye);
    }
  }
  function answered(message) {
    const event = queue.open.find(({ id }) => id === message.id);
    why = message.retry ? message.error : "";
    keep(confirm(queue, message));
    if (message.error) onError(message.error, event);
    if (message.retry) {
      clearTimeout(retry);
      retry = setTimeout(resend, later);
      return;
    }
    const reply = message.reply;
    if (reply?.view) onView(reply.view);
    else if (reply?.grid || reply?.tiles) onView(reply);
    const who = asked.get(message.id);
    asked.delete(message.id);
    if (message.error) who?.reject(new Error(message.error));
    else who?.resolve(reply);
  }

  function send(kind, data) {
    const added = add(queue, kind, data);
    const answer = new Promise((resolve, reject) => asked.set(added.event.id, { resolve, reject }));
    answer.catch(() => {}); // onError has told; a caller who wants to know still can
    if (!queue.open.length) heard = Date.now();
    keep(added.queue);
    if (state === "live" && socket?.readyState === 1) socket.send(JSON.stringify(added.event));
    return answer;
  }

  const guard = (e) => unsaved().length && e.preventDefault();
  const watch = setInterval(() => {
    if (socket?.readyState !== 1 || !queue.open.length || Date.now() - heard <= stale) return;
    const dead = socket;
    lost();
    dead.close();
  }, 1000);
  globalThis.addEventListener?.("beforeunload", guard);
  tell();
  open();

  return {
    send,
    forward: ({ kind, ...data }) => send(kind, data),
    whenSaved: () => (unsaved().length ? new Promise((saved) => savers.push(saved)) : Promise.resolve()),
    state: () => ({ state, unsaved: unsaved().length, rows: rowsOf(queue.open) }),
    close() {
      state = "ended";
      clearTimeout(retry);
      clearInterval(watch);
      globalThis.removeEventListener?.("beforeunload", guard);
      socket?.close();
    },
  };
}

// shelfOf is the window's sessionStorage, or null where looking at it is refused.
function shelfOf(place) {
  try {
    return place.sessionStorage ?? null;
  } catch {
    return null;
  }
}
