// What stands in a frame whose page came through the kernel (kernel.mjs) for the network that it does not have: fetch,
// WebSocket, the sources of images and sessionStorage, as far as the pages of patchwork use them. The frame is sandboxed
// and may load nothing; all it gets comes by messages from the notebook's page around it.

export function inframe({ modules, kept }) {
  const base = new URL(document.baseURI);
  const gets = new Map(); // id → resolve
  const sockets = new Map();
  let made = 0;
  const tell = (head, body) => parent.postMessage({ patchworkNet: head, body }, "*");
  // The path below the server's address, or null for any other.
  const within = (address) => {
    const url = new URL(address, base);
    return url.host === base.host ? url.pathname.slice(1) + url.search : null;
  };
  const get = (path) =>
    new Promise((resolve) => {
      gets.set(++made, resolve);
      tell({ kind: "get", id: made, path });
    });

  addEventListener("message", (e) => {
    const head = e.source === parent && e.data?.patchworkNet;
    if (!head) return;
    if (head.kind === "got") {
      gets.get(head.id)?.({ ...head, body: e.data.body });
      gets.delete(head.id);
      return;
    }
    sockets.get(head.id)?.heard(head.kind, e.data.body);
  });

  globalThis.fetch = async (address) => {
    const path = within(address);
    if (path === null) throw new TypeError("this frame reaches its own server only");
    const got = await get(path);
    return new Response(got.body, { status: got.status, headers: { "content-type": got.type } });
  };

  globalThis.WebSocket = class {
    constructor(address) {
      this.readyState = 0;
      this.id = ++made;
      sockets.set(this.id, this);
      tell({ kind: "open", id: this.id, path: within(address) });
    }
    heard(kind, body) {
      if (kind === "opened") {
        this.readyState = 1;
        this.onopen?.({});
      } else if (kind === "text") {
        this.onmessage?.({ data: new TextDecoder().decode(body) });
      } else if (this.readyState !== 3) {
        this.readyState = 3;
        sockets.delete(this.id);
        this.onclose?.({});
      }
    }
    send(text) {
      tell({ kind: "text", id: this.id }, text);
    }
    close() {
      tell({ kind: "close", id: this.id });
      this.heard("closed");
    }
  };

  const things = new Map(Object.entries(JSON.parse(kept)));
  const keep = () => tell({ kind: "keep", value: JSON.stringify(Object.fromEntries(things)) });
  Object.defineProperty(globalThis, "sessionStorage", {
    value: {
      getItem: (name) => things.get(name) ?? null,
      setItem: (name, value) => (things.set(name, String(value)), keep()),
      removeItem: (name) => (things.delete(name), keep()),
    },
  });

  // An image keeps the source it was given, and shows what was fetched for it.
  const proto = HTMLImageElement.prototype;
  const source = Object.getOwnPropertyDescriptor(proto, "src");
  const given = new WeakMap();
  const fetched = new Map(); // path → promise of a blob's address, oldest first
  const picture = (path) => {
    const known = fetched.get(path) ?? get(path).then((got) => (got.status === 200 ? URL.createObjectURL(new Blob([got.body], { type: got.type })) : ""));
    fetched.delete(path);
    fetched.set(path, known);
    if (fetched.size > 400) {
      const [oldest, address] = fetched.entries().next().value;
      fetched.delete(oldest);
      address.then((url) => URL.revokeObjectURL(url));
    }
    return known;
  };
  const set = (image, address) => {
    const text = String(address);
    given.set(image, text);
    const path = /^(data|blob):/.test(text) ? null : within(text);
    if (path === null) return source.set.call(image, text);
    picture(path).then((url) => given.get(image) === text && source.set.call(image, url || "data:,")); // which cannot be shown
  };
  Object.defineProperty(proto, "src", { ...source, get() { return given.get(this) ?? source.get.call(this); }, set(v) { set(this, v); } });
  proto.setAttribute = function (name, value) {
    return name === "src" ? set(this, value) : Element.prototype.setAttribute.call(this, name, value);
  };
  proto.getAttribute = function (name) {
    return name === "src" ? given.get(this) ?? null : Element.prototype.getAttribute.call(this, name);
  };

  proto.removeAttribute = function (name) {
    if (name === "src") given.delete(this);
    Element.prototype.removeAttribute.call(this, name);
  };

  const urls = [];
  for (const { text, needs } of modules) {
    const own = needs.reduce((all, [spec, i]) => all.replaceAll(`"${spec}"`, `"${urls[i]}"`), text);
    urls.push(URL.createObjectURL(new Blob([own], { type: "text/javascript" })));
  }
  import(urls.at(-1));
}
