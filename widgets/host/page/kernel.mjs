// The page's end of the way through the kernel; package widgets/kernellink is the server's, and describes it. This runs
// in the notebook's page: the script of a cell output (embed.js) gets it from the server and calls open. It fetches the
// studio's page with all its modules through the kernel, makes one document of them for a frame, and carries what that
// document asks for (inframe.mjs). It has no imports, because it comes in one piece.

const chunkBytes = 42_000; // of a message in one datagram
const flight = 6; // datagrams on their way at most
const firstWait = 1000; // ms before a datagram is sent again; doubles up to
const longWait = 8000;
const pingEvery = 4000;
const patience = 13_000; // ms of silence after pings that mean that something is gone

const randomName = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
const toText = (bytes) => new TextDecoder().decode(bytes);
const toBytes = (text) => new TextEncoder().encode(text);

// Stream makes reliable messages of datagrams: numbers, acknowledgements, repetition and a window. send(datagram) may
// lose and reorder; deliver(bytes) gets whole messages in order. later is for tests.
export class Stream {
  constructor(send, deliver, later = (f, ms) => setTimeout(f, ms)) {
    Object.assign(this, { send, deliver, later, made: 0, out: [], flying: 0, wait: firstWait, timer: 0, heard: 0, early: new Map(), parts: [] });
  }
  write(bytes) {
    for (let at = 0; at === 0 || at < bytes.length; at += chunkBytes) {
      const part = bytes.subarray(at, at + chunkBytes);
      this.out.push({ n: ++this.made, d: btoa(String.fromCharCode.apply(null, part)), m: at + chunkBytes < bytes.length });
    }
    this.fly();
  }
  fly() {
    while (this.flying < Math.min(flight, this.out.length)) this.sendNow(this.out[this.flying++]);
    if (!this.timer && this.flying) this.timer = this.later(() => this.again(), this.wait);
  }
  sendNow(datagram) {
    this.send({ ...datagram, a: this.heard });
  }
  // again repeats the oldest datagram on its way: what came after it may well have arrived.
  again(wait = Math.min(2 * this.wait, longWait)) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.flying || this.closed) return;
    this.wait = wait;
    this.sendNow(this.out[0]);
    this.fly();
  }
  hear(datagram) {
    const settled = this.out.findIndex(({ n }) => n > (datagram.a ?? 0));
    const count = Math.min(settled < 0 ? this.out.length : settled, this.flying);
    if (count) {
      this.out.splice(0, count);
      this.flying -= count;
      this.wait = firstWait;
      clearTimeout(this.timer);
      this.timer = 0;
    }
    const n = datagram.n ?? 0;
    if (n > this.heard && n <= this.heard + 4 * flight) this.early.set(n, datagram);
    for (let next; (next = this.early.get(this.heard + 1)); ) {
      this.early.delete(++this.heard);
      this.parts.push(Uint8Array.from(atob(next.d ?? ""), (c) => c.charCodeAt(0)));
      if (!next.m) this.deliver(joined(this.parts.splice(0)));
    }
    const before = this.flying;
    this.fly();
    if ((n > 0 || datagram.p) && this.flying === before) this.sendNow({});
  }
  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// Line is the WebSocket to the kernel, opened again when it breaks. hear(datagram) gets what the server sends to this
// session; up() is called when it was opened again, over() when Jupyter says that it has no such kernel.
export class Line {
  constructor({ socket, address, kernel, channel, comm, session }, { hear, up, over }) {
    Object.assign(this, { address, kernel, channel, comm, session, hear, up, over, unheard: 0, tries: 0, echoed: 0 });
    this.use(socket);
  }
  use(socket) {
    this.socket = socket;
    this.began = Date.now();
    socket.onmessage = (e) => typeof e.data === "string" && e.data.includes('"comm_msg"') && this.receive(JSON.parse(e.data));
    socket.onopen = () => {
      this.tries = 0;
      this.up();
    };
    socket.onclose = async () => {
      if (this.closed) return;
      const about = this.address.replace(/^ws/, "http").replace(/\/channels$/, "");
      const status = await fetch(about).then((got) => got.status, () => 0);
      if (status === 404) return this.over();
      setTimeout(() => this.closed || socket !== this.socket || this.use(new WebSocket(this.address)), Math.min(5000, 300 * 2 ** this.tries++));
    };
    if (socket.readyState > 1) socket.onclose();
  }
  // renew gives up a socket that says nothing: a network that went away does not close it. The next text opens a comm.
  renew() {
    const old = this.socket;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
    this.unheard = 2 * flight;
    this.use(new WebSocket(this.address));
  }
  receive(message) {
    if (message.header.msg_type !== "comm_msg") return;
    this.comm = message.content.comm_id; // it changes whenever somebody opens a comm
    const id = message.parent_header?.msg_id ?? "";
    if (!id.startsWith("patchwork:")) return;
    const datagram = JSON.parse(id.slice("patchwork:".length));
    if (datagram.c !== this.channel || datagram.s !== this.session) return;
    this.unheard = 0; // the kernel's echo of an own one counts, too
    this.echoed = Date.now();
    if (datagram.to === "page") this.hear(datagram);
  }
  send(datagram) {
    if (this.socket.readyState !== 1) return; // it is sent again
    const msg_id = "patchwork:" + JSON.stringify({ c: this.channel, to: "server", s: this.session, ...datagram });
    // Without any echo the comm id must be wrong; opening a comm is always echoed.
    const opens = this.unheard++ >= 2 * flight;
    if (opens) [this.comm, this.unheard] = [randomName(), 0];
    const content = opens
      ? { comm_id: this.comm, target_name: "gonb_comm", kernel_id: this.kernel, data: {} }
      : { comm_id: this.comm, data: { address: "#heartbeat/ping" } };
    const header = { msg_id, username: "", session: this.session, msg_type: opens ? "comm_open" : "comm_msg", version: "5.3", date: new Date().toISOString() };
    this.socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell" }));
  }
  close() {
    this.closed = true;
    this.socket.close();
  }
}

// open connects to the server over a line that has been tried (see embed.js) and makes the document for a frame. It
// returns {srcdoc, join(frame), close()}; give join the frame before it loads. lost() is called when the server is gone or
// has forgotten this frame. While only the network is away the frame stays and says what is not saved.
export async function open({ url, token, lost, ...line }) {
  let heardAt = Date.now();
  let pingAt = 0;
  let made = 0;
  let frame = null;
  const gets = new Map(); // id → {resolve, reject}
  const gone = () => {
    if (wire.closed) return;
    close();
    gets.forEach(({ reject }) => reject(new Error("the server is gone")));
    lost();
  };
  const hear = (datagram) => {
    heardAt = Date.now();
    if (datagram.b) gone();
    else stream.hear(datagram);
  };
  const wire = new Line(line, { hear, up: () => stream.again(firstWait), over: gone });
  const stream = new Stream((datagram) => wire.send(datagram), receive);
  const tell = (head, body = new Uint8Array()) => stream.write(joined([toBytes(JSON.stringify(head) + "\n"), body]));

  function receive(bytes) {
    const end = bytes.indexOf(10);
    const head = JSON.parse(toText(bytes.subarray(0, end)));
    const body = bytes.slice(end + 1);
    const asked = head.kind === "got" && gets.get(head.id);
    if (asked) {
      gets.delete(head.id);
      if (head.status === 200) asked.resolve(toText(body));
      else asked.reject(new Error(`${asked.path}: ${head.status}`));
    } else {
      frame?.contentWindow?.postMessage({ patchworkNet: head, body }, "*");
    }
  }
  // Requests of this script have negative numbers, those of the frame positive ones.
  const get = (path) =>
    new Promise((resolve, reject) => {
      gets.set(--made, { resolve, reject, path });
      tell({ kind: "get", id: made, path });
    });
  const fromFrame = (e) => {
    if (!frame || e.source !== frame.contentWindow || !e.data?.patchworkNet) return;
    const head = e.data.patchworkNet;
    if (head.kind === "keep") shelf(token, head.value);
    else tell(head, typeof e.data.body === "string" ? toBytes(e.data.body) : undefined);
  };
  const watch = setInterval(() => {
    const now = Date.now();
    if (wire.socket.readyState !== 1) {
      heardAt = now; // nobody can be heard
      if (wire.socket.readyState === 0 && now - wire.began > patience) wire.renew();
    }
    if (now - heardAt > patience && now - pingAt < 2 * pingEvery) { // pings went out, nothing came
      if (now - wire.echoed < 2 * pingEvery) return gone(); // but the kernel spoke
      heardAt = now;
      wire.renew();
    }
    if (now - heardAt > pingEvery) {
      pingAt = now;
      stream.sendNow({ p: true });
    }
  }, pingEvery);
  const bye = () => wire.send({ b: true });
  function close() {
    if (wire.closed) return;
    bye();
    clearInterval(watch);
    removeEventListener("message", fromFrame);
    removeEventListener("pagehide", bye);
    stream.close();
    wire.close();
  }
  addEventListener("message", fromFrame);
  addEventListener("pagehide", bye);
  try {
    return { srcdoc: await assemble(get, url + "?token=" + token, shelf(token)), join: (it) => (frame = it), close };
  } catch (error) {
    close();
    throw error;
  }
}

// shelf keeps for a frame, which may not itself, what it would put into sessionStorage.
function shelf(token, value) {
  try {
    if (value !== undefined) sessionStorage.setItem("patchwork-shelf:" + token, value);
    return sessionStorage.getItem("patchwork-shelf:" + token) ?? "{}";
  } catch {
    return "{}"; // refused; memory is enough unless the page is reloaded
  }
}

const importsOf = /(?:^|\n)\s*(?:import|export)\b[^;"'`]*?["'](\.{1,2}\/[^"']+)["']|\bimport\(\s*["'](\.{1,2}\/[^"']+)["']\s*\)/g;

// assemble makes one document of a page: its styles and modules go inside, in the order in which they need each other.
export async function assemble(get, address, kept) {
  const doc = new DOMParser().parseFromString(await get(new URL(address).search), "text/html");
  const plain = (path, from = "") => new URL(path, new URL(from, "http://x/")).pathname.slice(1);
  const sources = new Map();
  const load = async (path) => {
    if (sources.has(path)) return;
    sources.set(path, null);
    const text = await get(path);
    const needs = [...text.matchAll(importsOf)].map((m) => m[1] ?? m[2]).map((spec) => [spec, plain(spec, path)]);
    sources.set(path, { text, needs });
    await Promise.all(needs.map(([, other]) => load(other)));
  };
  const script = doc.querySelector("script[type=module][src]");
  const entry = plain(script.getAttribute("src"));
  const [inframe] = await Promise.all([
    get("host/inframe.mjs"),
    load(entry),
    ...[...doc.querySelectorAll("link[rel=stylesheet]")].map(async (link) => {
      const style = doc.createElement("style");
      style.textContent = await get(plain(link.getAttribute("href")));
      link.replaceWith(style);
    }),
  ]);
  const order = [];
  const visit = (path) => {
    if (order.includes(path)) return;
    sources.get(path).needs.forEach(([, other]) => visit(other));
    order.push(path);
  };
  visit(entry);
  const modules = order.map((path) => ({
    text: sources.get(path).text,
    needs: sources.get(path).needs.map(([spec, other]) => [spec, order.indexOf(other)]),
  }));
  const nonce = randomName();
  const policy = doc.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = `default-src 'none'; script-src 'nonce-${nonce}' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; form-action 'none'`;
  const base = doc.createElement("base");
  base.href = address;
  doc.head.prepend(policy, base);
  script.remove();
  const boot = doc.createElement("script");
  boot.setAttribute("nonce", nonce);
  const given = JSON.stringify({ modules, kept }).replaceAll("<", "\\u003c");
  boot.textContent = inframe.replace(/^\/\/.*\n/gm, "").replace("export function", "function") + `\ninframe(${given});`;
  doc.body.append(boot);
  return "<!doctype html>" + doc.documentElement.outerHTML;
}
