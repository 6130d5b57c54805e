// The page's end of the way through the kernel, over a way that loses, repeats and reorders.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Line, Stream } from "../page/kernel.mjs";

test("two ends exchange all messages in order over a bad way", async () => {
  let seed = 42;
  const luck = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const later = (f, ms) => setTimeout(f, ms / 50); // repetition at fifty times the speed
  const ends = {};
  const way = (to) => (datagram) => {
    for (let copy = 0; copy < (luck() < 0.2 ? 2 : 1); copy++) {
      if (luck() < 0.1) continue;
      setTimeout(() => ends[to].hear(JSON.parse(JSON.stringify(datagram))), luck() * 3);
    }
  };
  const sizes = [0, 1, 42_000, 42_001, 200_000, 3, 400_005];
  const got = [];
  await new Promise((done) => {
    ends.a = new Stream(way("b"), () => {}, later);
    ends.b = new Stream(way("a"), (bytes) => got.push(bytes) === sizes.length && done(), later);
    sizes.forEach((n, i) => ends.a.write(new Uint8Array(n).fill(i)));
  });
  assert.deepEqual(got.map((bytes) => bytes.length), sizes);
  assert.ok(got.every((bytes, i) => bytes.every((b) => b === i)));
  ends.a.close();
  ends.b.close();
});

// A line over a socket that the test plays, with what it sends as it came.
function lineOf(status) {
  const sockets = [];
  globalThis.WebSocket = class {
    constructor(address) {
      Object.assign(this, { address, readyState: 0, sent: [] });
      sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
    }
    opens() {
      this.readyState = 1;
      this.onopen();
    }
  };
  globalThis.fetch = async (address) => {
    calls.push(address);
    if (!status) throw new TypeError("no network");
    return { status };
  };
  const calls = [];
  const first = new WebSocket("wss://hub/user/ann/api/kernels/k1/channels");
  const line = new Line({ socket: first, address: first.address, kernel: "k1", channel: "ch", comm: "c1", session: "s1" }, {
    hear: (d) => calls.push(d), up: () => calls.push("up"), over: () => calls.push("over"),
  });
  return { line, sockets, calls };
}
const soon = (ms = 0) => new Promise((done) => setTimeout(done, ms));

test("a broken line is opened again unless Jupyter has no such kernel", async () => {
  const away = lineOf(0);
  away.sockets[0].onclose();
  await soon(400);
  assert.equal(away.sockets.length, 2);
  away.sockets[1].opens();
  assert.deepEqual(away.calls, ["https://hub/user/ann/api/kernels/k1", "up"]);

  const over = lineOf(404);
  over.sockets[0].onclose();
  await soon(400);
  assert.equal(over.sockets.length, 1);
  assert.equal(over.calls.at(-1), "over");
});

test("a line that was renewed hears only its new socket and opens a comm", async () => {
  const { line, sockets, calls } = lineOf(0);
  sockets[0].opens();
  line.send({ n: 1 });
  assert.equal(sockets[0].sent[0].header.msg_type, "comm_msg");
  assert.equal(sockets[0].sent[0].content.comm_id, "c1");
  line.renew();
  assert.equal(sockets[0].onmessage, null);
  sockets[1].opens();
  line.send({ n: 1 });
  assert.equal(sockets[1].sent[0].header.msg_type, "comm_open");
  const echo = (d, comm) => ({ data: JSON.stringify({ header: { msg_type: "comm_msg" }, content: { comm_id: comm }, parent_header: { msg_id: "patchwork:" + JSON.stringify(d) } }) });
  sockets[1].onmessage(echo({ c: "ch", to: "page", s: "s1", a: 1 }, "c2"));
  sockets[1].onmessage(echo({ c: "other", to: "page", s: "s1", a: 1 }, "c2"));
  sockets[1].onmessage(echo({ c: "ch", to: "page", s: "s2", a: 1 }, "c2"));
  assert.deepEqual(calls.filter((c) => c.c), [{ c: "ch", to: "page", s: "s1", a: 1 }]);
  line.send({ n: 2 });
  assert.equal(sockets[1].sent[1].content.comm_id, "c2");
});
