import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { add, confirm, delay, empty, greet, newClient, restore, rowsOf } from "../assets/queue.mjs";

const wire = JSON.parse(readFileSync(new URL("wire.json", import.meta.url)));

for (const scenario of wire.scenarios) {
  test(`wire: ${scenario.name}`, () => {
    let queue = empty(wire.client);
    for (const step of scenario.steps) {
      if (step.send) {
        const added = add(queue, step.send.kind, step.send.data);
        assert.deepEqual(added.event, step.send);
        queue = step.answer ? confirm(added.queue, step.answer) : added.queue;
      } else {
        queue = greet(queue, step.ack);
        assert.deepEqual(queue.open, step.resend.map(({ event }) => event));
        step.resend.forEach(({ answer }) => (queue = confirm(queue, answer)));
      }
      assert.deepEqual(queue.open.map(({ id }) => id), step.open);
    }
  });
}

test("what could not be saved stays, and so does all after it", () => {
  let { queue } = add(empty("c"), "set", {});
  ({ queue } = add(queue, "set", {}));
  queue = confirm(queue, { ack: 0, id: "c-1", error: "disk full", retry: true });
  assert.deepEqual(queue.open.map(({ id }) => id), ["c-1", "c-2"]);
});

test("one ack settles all events up to it", () => {
  let queue = empty("c");
  for (let i = 0; i < 3; i++) ({ queue } = add(queue, "set", {}));
  assert.deepEqual(confirm(queue, { ack: 2, id: "c-2" }).open.map(({ id }) => id), ["c-3"]);
});

test("a reloaded page takes over what was open, under the same ids, before its own events", () => {
  const left = [{ seq: 7, id: "old-7", kind: "set", data: { row: 1 } }, { seq: 8, id: "old-8", kind: "undo", data: {} }];
  const { queue, event } = add(restore("new", left), "next", {});
  assert.equal(event.id, "new-1");
  assert.deepEqual(queue.open.map(({ seq, id }) => [seq, id]), [[1, "old-7"], [2, "old-8"], [3, "new-1"]]);
});

test("what is not a list of events restores to nothing", () => {
  for (const left of [null, "x", {}, [null, {}, { id: "a" }]]) assert.deepEqual(restore("c", left).open, []);
});

test("after a fresh server the next event goes on from the new numbers", () => {
  let queue = empty("c");
  for (let i = 0; i < 4; i++) ({ queue } = add(queue, "set", {}));
  queue = greet(confirm(queue, { ack: 3, id: "c-3" }), 0);
  assert.deepEqual(queue.open.map(({ seq, id }) => [seq, id]), [[1, "c-4"]]);
  const next = add(queue, "set", {}).event;
  assert.equal(next.seq, 2);
  assert.ok(!["c-1", "c-2", "c-3", "c-4"].includes(next.id), `${next.id} was used before`);
});

test("rows that open events touch, once each", () => {
  const open = [
    { data: { changes: [{ row: 3 }, { row: 4 }] } }, { data: { row: 3, value: true } }, { data: {} }, { data: { row: 0 } },
  ];
  assert.deepEqual(rowsOf(open), [3, 4, 0]);
  assert.deepEqual(rowsOf([{ data: { rows: [7, 8] } }, { data: { start: 0, count: 9 } }]), [7, 8]);
});

test("waits grow from 0.3 s to 5 s", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map(delay), [300, 600, 1200, 2400, 4800, 5000, 5000]);
});

test("client names differ and fit the server's 64 characters", () => {
  assert.notEqual(newClient(), newClient());
  assert.match(newClient(), /^[0-9a-f]{16}$/);
});
