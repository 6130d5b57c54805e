// Runs the script of a cell output in a page that is made of the few parts it touches. embed_test.go gives the script in
// the environment variable SCRIPT, with the id "out", port 40123 and token "tok".
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { frame } from "../page/frame.mjs";

class Node {
  constructor(tag) { Object.assign(this, { tag, kids: [], style: {}, dataset: {}, text: "", isConnected: true, contentWindow: {} }); }
  set textContent(t) { this.text = t; this.kids = []; }
  get textContent() { return this.text + this.kids.map((k) => k.textContent ?? k).join(""); }
  append(...k) { this.kids.push(...k.filter((x) => x !== "")); for (const x of k) if (x instanceof Node) x.up = this; }
  replaceChildren(...k) { this.kids = []; this.text = ""; this.append(...k); }
  remove() { this.up.kids = this.up.kids.filter((k) => k !== this); }
  querySelector(q) { return this.parts[/"(.*)"/.exec(q)[1]]; }
}

// page builds a page at address and lists what it was asked for. reachable(url) says which probes succeed.
function page(address, { base = null, body = {}, reachable = () => false, copies = 1 } = {}) {
  const roots = Array.from({ length: copies }, () => {
    const root = new Node("div");
    root.parts = { static: new Node("div"), live: new Node("div"), note: new Node("p") };
    return root;
  });
  const heard = {}, probes = [];
  const listen = (kind, f) => (heard[kind] ??= []).push(f);
  const url = new URL(address);
  const place = {
    console, URL, JSON, Date, Math, setTimeout, clearTimeout,
    location: { href: url.href, hostname: url.hostname, protocol: url.protocol },
    document: {
      visibilityState: "visible", body: { dataset: body },
      getElementById: (id) => (id === "jupyter-config-data" && base ? { textContent: JSON.stringify({ baseUrl: base }) } : null),
      querySelectorAll: (q) => (q === '[data-patchwork="out"]' ? roots : []),
      createElement: (tag) => new Node(tag),
      addEventListener: listen,
    },
    addEventListener: listen,
    Image: class {
      set src(u) { probes.push(u.replace(/&t=\d+$/, "")); queueMicrotask(() => (reachable(u) ? this.onload : this.onerror)?.()); }
    },
  };
  vm.createContext(place);
  const names = Object.keys(place);
  const rest = () => new Promise((r) => setTimeout(r, 5));
  return {
    root: roots[0], roots, probes, rest,
    run: async () => { vm.runInContext(process.env.SCRIPT, place); await rest(); },
    fire: async (kind, e) => { for (const f of heard[kind] ?? []) f(e); await rest(); },
    leftBehind: () => Object.keys(place).filter((n) => !names.includes(n)),
    frame: (root = roots[0]) => root.parts.live.kids[0],
    note: () => roots[0].parts.note.textContent,
    hidden: () => roots[0].parts.static.style.display === "none",
  };
}

const direct = "http://127.0.0.1:40123/probe.png?token=tok";

test("a page on this machine gets the frame, once, however often the script runs", async () => {
  const p = page("http://localhost:8888/notebooks/a.ipynb", { body: { baseUrl: "/" }, reachable: () => true });
  await p.run(); await p.run();
  assert.deepEqual(p.probes, [direct]);
  assert.equal(p.root.parts.live.kids.length, 1);
  assert.equal(p.frame().src, "http://127.0.0.1:40123/?token=tok");
  assert.equal(p.frame().title, "labels & <more>");
  assert.ok(p.hidden());
  assert.equal(p.root.parts.note.kids[0].href, p.frame().src);
  assert.deepEqual(p.leftBehind(), []);
});

test("an output that is shown twice comes alive twice", async () => {
  const p = page("http://localhost:8888/lab", { base: "/", reachable: () => true, copies: 2 });
  await p.run();
  assert.ok(p.roots.every((r) => p.frame(r)));
});

test("on this machine the proxy is second; on another it is first, below the base path", async () => {
  let p = page("http://127.0.0.1:8888/user/ann/lab", { base: "/user/ann/", reachable: (u) => u.includes("/proxy/") });
  await p.run();
  assert.deepEqual(p.probes, [direct, "http://127.0.0.1:8888/user/ann/proxy/40123/probe.png?token=tok"]);
  assert.equal(p.frame().src, "http://127.0.0.1:8888/user/ann/proxy/40123/?token=tok");
  p = page("https://hub.example/user/ann/notebooks/a.ipynb", { body: { baseUrl: "/user/ann" }, reachable: () => false });
  await p.run();
  assert.deepEqual(p.probes, ["https://hub.example/user/ann/proxy/40123/probe.png?token=tok", direct]);
  assert.equal(p.frame(), undefined);
});

test("a notebook published elsewhere asks for nothing and keeps its static form as it is", async () => {
  const p = page("https://gallery.example/a.html", { reachable: () => true });
  await p.run();
  assert.deepEqual(p.probes, []);
  assert.ok(!p.hidden());
  assert.equal(p.note(), "");
});

test("just shown and out of reach: the note holds the link; later only how to go on", async () => {
  const p = page("http://localhost:8888/lab", { base: "/" });
  await p.run();
  assert.match(p.note(), /cannot reach port 40123.*Open in its own tab/);
  assert.equal(p.root.parts.note.kids.at(-1).href, "http://127.0.0.1:40123/?token=tok");
  const old = process.env.SCRIPT;
  process.env.SCRIPT = old.replace(/"shown":\d+/, '"shown":1000');
  const q = page("http://localhost:8888/lab", { base: "/" });
  await q.run();
  process.env.SCRIPT = old;
  assert.equal(q.note(), "Not connected. Run the cell again to work on.");
});

test("the frame follows its page's height, from its page only", async () => {
  const p = page("http://localhost:8888/lab", { base: "/", reachable: () => true });
  await p.run();
  const f = p.frame(), from = (origin, source, patchwork) => p.fire("message", { origin, source, data: { patchwork } });
  await from("http://127.0.0.1:40123", f.contentWindow, { height: 777 });
  assert.equal(f.style.height, "777px");
  await from("http://evil.example", f.contentWindow, { height: 888 });
  await from("http://127.0.0.1:40123", {}, { height: 888 });
  await p.fire("message", { origin: "http://127.0.0.1:40123", source: f.contentWindow, data: null });
  assert.equal(f.style.height, "777px");
  await from("http://127.0.0.1:40123", f.contentWindow, { height: 5 });
  assert.equal(f.style.height, "300px", "never below the least height");
  await from("http://127.0.0.1:40123", f.contentWindow, { height: 1e9 });
  assert.equal(f.style.height, "20000px");
});

test("when the server is gone the static form comes back, and the frame again with the server", async () => {
  let up = true;
  const p = page("http://localhost:8888/lab", { base: "/", reachable: () => up });
  await p.run();
  const say = (patchwork) => p.fire("message", { origin: "http://127.0.0.1:40123", source: p.frame().contentWindow, data: { patchwork } });
  await say({ lost: true });
  assert.ok(p.frame(), "lost, but the probe succeeds: only the page's own connection broke");
  up = false;
  await say({ lost: true });
  assert.equal(p.frame(), undefined);
  assert.ok(!p.hidden());
  assert.equal(p.note(), "Not connected. Run the cell again to work on.");
  up = true;
  await p.fire("visibilitychange");
  assert.ok(p.frame() && p.hidden());
  await say({ ended: "idle" });
  assert.ok(!p.frame() && !p.hidden());
  assert.match(p.note(), /^Ended: idle\./);
  p.root.isConnected = false;
  const n = p.probes.length;
  await p.fire("visibilitychange");
  assert.equal(p.probes.length, n, "an output that was taken out of the page asks for nothing");
});

test("frame reports a height when it changes, and nothing on a page of its own", () => {
  const said = [];
  let bottom = 100.2, changed;
  const here = { scrollY: 0, ResizeObserver: class { constructor(f) { changed = f; } observe() {} disconnect() { changed = null; } },
    getComputedStyle: (n) => n.css };
  const body = { css: { marginBottom: "8px", paddingBottom: "2px", borderBottomWidth: "" } };
  const el = { getBoundingClientRect: () => ({ bottom }), css: { marginBottom: "1px", paddingBottom: "99px" }, parentElement: body };
  const f = frame(el, { postMessage: (m, to) => said.push([m.patchwork, to]) }, here);
  changed(); bottom = 150; changed(); f.lost(); f.ended("done"); f.close();
  assert.deepEqual(said, [[{ height: 112 }, "*"], [{ height: 161 }, "*"], [{ lost: true }, "*"], [{ ended: "done" }, "*"]]);
  assert.equal(changed, null);
  const alone = frame(el, here, here);
  alone.lost(); alone.ended("x"); alone.close();
  assert.equal(said.length, 4);
});
