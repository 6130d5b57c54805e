import assert from "node:assert/strict";
import test from "node:test";
import { connect, socketAddress } from "../assets/link.mjs";

// A server's side in a box: sockets that remember what was sent, a storage, and what the page was told.
function box({ storage = new Map() } = {}) {
  const sockets = [];
  const told = { views: [], pushes: [], states: [], errors: [], byes: [] };
  const link = connect({
    client: `p${sockets.length}${storage.size}`, url: "ws://h/ws?token=t",
    storage: { getItem: (k) => storage.get(k) ?? null, setItem: (k, v) => storage.set(k, v), removeItem: (k) => storage.delete(k) },
    makeSocket: () => {
      const socket = { readyState: 1, sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close: () => socket.drop() };
      socket.drop = () => ((socket.readyState = 3), socket.onclose?.());
      socket.says = (message) => socket.onmessage({ data: JSON.stringify(message) });
      sockets.push(socket);
      return socket;
    },
    onView: (v) => told.views.push(v), onPush: (p) => told.pushes.push(p), onState: (...s) => told.states.push(s),
    onError: (text, event) => told.errors.push([text, event?.id]), onBye: (reason) => told.byes.push(reason),
  });
  return { link, sockets, told, storage };
}
const soon = (ms) => new Promise((done) => setTimeout(done, ms));

test("the socket is beside the page, with token and client", () => {
  assert.equal(socketAddress("http://127.0.0.1:80/proxy/123/?token=ab&x=1#y", "c1"), "ws://127.0.0.1/proxy/123/ws?token=ab&client=c1");
  assert.equal(socketAddress("https://hub/user/a/proxy/1/?token=ab", "c"), "wss://hub/user/a/proxy/1/ws?token=ab&client=c");
});

test("nothing is sent before the first view, then all in order, and the reply comes back", async () => {
  const { link, sockets, told, storage } = box();
  const reply = link.forward({ kind: "set", changes: [{ row: 5, class: 0, value: 1 }] });
  link.send("next");
  assert.equal(sockets[0].sent.length, 0);
  assert.deepEqual(told.states.at(-1), ["connecting", 2, [5], ""]);
  assert.equal(JSON.parse([...storage.values()][0]).length, 2, "kept in storage while open");
  sockets[0].says({ view: { n: 1 }, ack: 0 });
  assert.deepEqual(sockets[0].sent.map(({ seq, kind }) => [seq, kind]), [[1, "set"], [2, "next"]]);
  assert.deepEqual(told.views, [{ n: 1 }]);
  const [first, second] = sockets[0].sent;
  sockets[0].says({ ack: 1, id: first.id, reply: { grid: {}, n: 2 } });
  assert.deepEqual(await reply, { grid: {}, n: 2 });
  assert.deepEqual(told.views.at(-1), { grid: {}, n: 2 }, "a reply that is a view is shown");
  sockets[0].says({ ack: 2, id: second.id });
  await link.whenSaved();
  assert.deepEqual(told.states.at(-1), ["live", 0, [], ""]);
  assert.equal(storage.size, 0);
  link.close();
});

test("a question for tiles is no label: it is not counted as unsaved, nor kept for the next load", () => {
  const { link, told, storage } = box();
  link.send("page", { start: 0, count: 9 });
  assert.deepEqual([told.states.at(-1)[1], storage.size], [0, 0]);
  link.send("set", { row: 1 });
  assert.deepEqual([told.states.at(-1)[1], JSON.parse([...storage.values()][0]).length], [1, 1]);
  link.close();
});

test("after a lost connection the open events go again, same ids, once there is a view", async () => {
  const { link, sockets, told } = box();
  sockets[0].says({ view: {}, ack: 0 });
  link.send("set", { row: 1 });
  link.send("set", { row: 2 });
  const ids = sockets[0].sent.map(({ id }) => id);
  sockets[0].drop();
  assert.equal(told.states.at(-1)[0], "connecting");
  await soon(350);
  assert.equal(sockets.length, 2);
  sockets[1].says({ view: {}, ack: 1 });
  assert.deepEqual(sockets[1].sent.map(({ id, seq }) => [id, seq]), [[ids[1], 2]]);
  link.close();
});

test("a reloaded page sends what the page before it could not", () => {
  const before = box();
  before.link.send("set", { row: 3 });
  before.link.close();
  const after = box({ storage: before.storage });
  after.sockets[0].says({ view: {}, ack: 0 });
  assert.deepEqual(after.sockets[0].sent.map(({ data }) => data), [{ row: 3 }]);
  after.link.close();
});

test("a refusal is told and settled; what could not be saved is sent again", async () => {
  const { link, sockets, told } = box();
  sockets[0].says({ view: {}, ack: 0 });
  const refused = link.send("set", { row: 1 });
  sockets[0].says({ ack: 1, id: sockets[0].sent[0].id, error: "no such row" });
  await assert.rejects(refused, /no such row/);
  assert.deepEqual(told.errors, [["no such row", sockets[0].sent[0].id]]);
  const saved = link.send("set", { row: 2 });
  const { id } = sockets[0].sent[1];
  sockets[0].says({ ack: 1, id, error: "disk full", retry: true });
  assert.deepEqual([told.states.at(-1)[1], told.states.at(-1)[3]], [1, "disk full"]);
  link.send("set", { row: 9 });
  assert.equal(told.states.at(-1)[3], "disk full", "what comes behind it is not saved for the same reason");
  await soon(1100);
  assert.equal(sockets[0].sent[3].id, id);
  sockets[0].says({ ack: 2, id, reply: "ok" });
  assert.equal(told.states.at(-1)[3], "");
  assert.equal(await saved, "ok");
  link.close();
});

test("pushes are told; after a good-bye nothing is tried again", async () => {
  const { link, sockets, told } = box();
  sockets[0].says({ view: {}, ack: 0 });
  sockets[0].says({ push: { train: 1 } });
  sockets[0].says({ bye: "done" });
  sockets[0].drop();
  await soon(400);
  assert.deepEqual([told.pushes, told.byes, sockets.length, told.states.at(-1)[0]], [[{ train: 1 }], ["done"], 1, "ended"]);
  link.close();
});
