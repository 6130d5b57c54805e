// The events that the server has not acknowledged, as pure functions on {client, seq, made, open}.
//
// client names one load of one page; seq is the number of its last event, 1, 2, 3 … as the server counts; made counts
// the ids, which never come twice although a server that begins anew makes seq begin anew; open holds those without an
// acknowledgement, oldest first, each {seq, id, kind, data}. An id is made once and kept for ever, also over a reload of
// the page, so that an event sent twice is applied once.

export const empty = (client) => ({ client, seq: 0, made: 0, open: [] });

// add numbers an event and puts it at the end.
export function add(queue, kind, data) {
  const seq = queue.seq + 1;
  const made = queue.made + 1;
  const event = { seq, id: `${queue.client}-${made}`, kind, data: data ?? {} };
  return { queue: { ...queue, seq, made, open: [...queue.open, event] }, event };
}

// confirm drops what a message settles: the event with its id, and, because the server applies in order, all up to its
// ack. An event that the server could not save (retry) stays.
export function confirm(queue, message) {
  const upTo = Number(message.ack) || 0;
  const settled = (event) => (event.id === message.id ? !message.retry : event.seq <= upTo);
  return { ...queue, open: queue.open.filter((event) => !settled(event)) };
}

// greet takes in the first message of a connection. Its ack is the highest seq that this server has settled for this
// client: 0 for a server that began anew, so the open events are numbered on from there; their ids stay.
export function greet(queue, ack) {
  const rest = confirm(queue, { ack: Math.min(Number(ack) || 0, queue.seq) });
  const from = Number(ack) || 0;
  const open = rest.open.map((event, i) => ({ ...event, seq: from + 1 + i }));
  return { ...rest, seq: from + open.length, open };
}

// restore begins a queue with what an earlier load of the page left: same ids, numbered anew, first in line.
export function restore(client, left) {
  const valid = (Array.isArray(left) ? left : []).filter((event) => event?.id && event.kind);
  const open = valid.map((event, i) => ({ seq: i + 1, id: event.id, kind: event.kind, data: event.data ?? {} }));
  return { client, seq: open.length, made: 0, open };
}

// rowsOf lists the rows that open events touch, for the marks on the tiles.
export function rowsOf(open) {
  const rows = open.flatMap(({ data }) => data.changes?.map((change) => change.row) ?? data.rows ?? (Number.isInteger(data.row) ? [data.row] : []));
  return [...new Set(rows)];
}

// delay is how long to wait before try n (0, 1, 2 …): from 0.3 s, doubling, at most 5 s.
export const delay = (tries) => Math.min(5000, 300 * 2 ** tries);

// newClient makes a name from 64 random bits. (crypto.randomUUID is missing on plain http, so it is not used.)
export const newClient = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
