// The page's connection to its server (package widgets/host).
//
//   page → server   {seq, id, kind, data}
//   server → page   {hello: view} first on every connection; {ack, id, reply, error} for each event; {push: …} any time
//
// An event stays in memory and in sessionStorage until it is acknowledged, and is sent again, with the same id, after
// every reconnect. So a server that restarts, a lid that closes or a page that reloads loses nothing.

import { add, confirm, delay, newClient, restore, rowsOf } from "./queue.mjs";

const stale = 10_000; // ms without an answer to an open event before the connection counts as dead
const patience = 3; // tries in vain before the state is "offline" rather than "connecting"

// socketAddress is the server's WebSocket for a page's own address: beside the page, with its token. Pure.
export function socketAddress(page) {
  const url = new URL("ws", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ token: new URL(page).searchParams.get("token") ?? "" });
  url.hash = "";
  return url.href;
}

// connect opens the connection and keeps it open.
//
//   onView(view)                    the first view of each connection, and every reply that is a view
//   onPush(push)                    what the server says unasked
//   onState(state, unsaved, rows)   "live", "connecting" or "offline"; number of open events; the rows they touch
//   onError(text, event)            the server's refusal of an event, which then counts as answered
//
// It returns {send(kind, data) → promise of the reply, forward(message), state(), close()}. forward takes a widget's
// message {kind, …data}, so that it can be a model's send. url, storage, makeSocket and client are for tests.
export function connect({
  onView = () => {}, onPush = () => {}, onState = () => {}, onError = () => {},
  url = socketAddress(location.href), storage = globalThis.sessionStorage, client = newClient(),
  makeSocket = (address) => new WebSocket(address),
}) {
  const shelf = `patchwork-open:${new URL(url).pathname}`;
  const waiting = new Map(); // id → {resolve, reject}
  let queue = restore(client, read());
  let socket = null;
  let state = "connecting";
  let tries = 0;
  let closed = false;
  let retry = 0;
  let heard = 0;

  function read() {
    try {
      return JSON.parse(storage?.getItem(shelf) ?? "[]");
    } catch {
      return []; // a private window may refuse storage; memory still holds the queue
    }
  }
  function keep(next) {
    queue = next;
    try {
      if (queue.open.length) storage?.setItem(shelf, JSON.stringify(queue.open));
      else storage?.removeItem(shelf);
    } catch {
      // as above
    }
    tell();
  }
  const tell = () => onState(state, queue.open.length, rowsOf(queue.open));
  function enter(next) {
    state = next;
    tell();
  }

  function open() {
    socket = makeSocket(url);
    const mine = socket;
    mine.onopen = () => {
      heard = Date.now();
      queue.open.forEach((event) => mine.send(JSON.stringify(event)));
    };
    mine.onmessage = (e) => mine === socket && receive(JSON.parse(e.data));
    mine.onerror = () => {};
    mine.onclose = () => mine === socket && lost();
  }
  function lost() {
    socket = null;
    if (closed) return;
    enter(tries >= patience ? "offline" : "connecting");
    retry = setTimeout(open, delay(tries++));
  }
  function receive(message) {
    heard = Date.now();
    if ("hello" in message) {
      tries = 0;
      enter("live");
      onView(message.hello);
    }
    if ("ack" in message || "id" in message) answered(message);
    if ("push" in message) onPush(message.push);
  }
  function answered(message) {
    const event = queue.open.find(({ id }) => id === message.id);
    keep(confirm(queue, message));
    if (message.error) onError(message.error, event);
    else if (message.reply?.tiles || message.reply?.view) onView(message.reply.view ?? message.reply);
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) asked?.reject(new Error(message.error));
    else asked?.resolve(message.reply);
  }

  function send(kind, data) {
    const added = add(queue, kind, data);
    const answer = new Promise((resolve, reject) => waiting.set(added.event.id, { resolve, reject }));
    answer.catch(() => {}); // onError has told; a caller who wants to know still can
    if (!queue.open.length) heard = Date.now();
    keep(added.queue);
    if (socket?.readyState === 1) socket.send(JSON.stringify(added.event));
    return answer;
  }

  const guard = (e) => queue.open.length && e.preventDefault();
  const watch = setInterval(() => {
    if (socket?.readyState === 1 && queue.open.length && Date.now() - heard > stale) {
      const dead = socket;
      lost();
      dead.close();
    }
  }, 1000);
  globalThis.addEventListener?.("beforeunload", guard);
  tell();
  open();

  return {
    send,
    forward: ({ kind, ...data }) => send(kind, data),
    state: () => ({ state, unsaved: queue.open.length, rows: rowsOf(queue.open) }),
    close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(watch);
      globalThis.removeEventListener?.("beforeunload", guard);
      socket?.close();
    },
  };
}
