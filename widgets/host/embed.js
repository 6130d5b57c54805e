// The script of a cell output: finds the server, shows its page in a frame, and takes it away when the server is gone.
// One function expression that is called with the settings of embed.go; it leaves nothing behind in the page's globals.
function (cfg) {
  "use strict";
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);
  const gone = "Not connected. Run the cell again to work on.";
  const editor = location.protocol === "vscode-webview:";

  // The path below which Jupyter serves this page, or null when it is not Jupyter.
  function jupyterBase() {
    try {
      const base = JSON.parse(document.getElementById("jupyter-config-data").textContent).baseUrl;
      if (base) return base;
    } catch { /* not JupyterLab */ }
    return (document.body && document.body.dataset.baseUrl) || null;
  }

  const below = (base, path) => new URL(base.replace(/\/?$/, "/") + path, location.href).href;

  // Where the server might be, likeliest first; "" means through the kernel. On a page from another machine 127.0.0.1 is
  // the wrong one, and browsers may ask the person before they try it.
  function places() {
    const base = jupyterBase();
    if (!base && !local && !editor) return [];
    const here = base ? [below(base, "proxy/" + cfg.port + "/"), ...(cfg.kernel ? [""] : [])] : [];
    return local || editor ? [cfg.url, ...here] : [...here, cfg.url];
  }

  // The way through the kernel (docs/server.md): asks on the kernel's WebSocket for the server's code for it, until it
  // comes. An answer repeats the msg_id of a heartbeat. Resolves with the code's open, ready to be called, or null.
  function kernelWay() {
    return new Promise((resolve) => {
      const address = below(jupyterBase(), "api/kernels/" + cfg.kernel + "/channels").replace(/^http/, "ws");
      const session = [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16)).join("-");
      const socket = new WebSocket(address);
      let comm = (window.gonb_comm && window.gonb_comm._comm_id) || "";
      let tries = 0;
      const ask = () => {
        if (++tries > 8) return end(null);
        if (socket.readyState !== 1) return;
        const opens = tries === 4; // nobody answers to this comm: open one
        if (opens) comm = session;
        const type = opens ? "comm_open" : "comm_msg";
        const header = { msg_id: "patchwork:" + JSON.stringify({ c: cfg.channel, to: "server", s: session, h: true }), username: "", session, msg_type: type, version: "5.3", date: new Date().toISOString() };
        const content = opens ? { comm_id: comm, target_name: "gonb_comm", kernel_id: cfg.kernel, data: {} } : { comm_id: comm, data: { address: "#heartbeat/ping" } };
        socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell" }));
      };
      const timer = setInterval(ask, 500);
      const end = (way) => { clearInterval(timer); socket.onclose = socket.onmessage = null; if (!way) socket.close(); resolve(way); };
      socket.onopen = ask;
      socket.onclose = () => end(null);
      socket.onmessage = (e) => {
        const id = /"msg_id": ?"patchwork:/.test(e.data) ? JSON.parse(e.data).parent_header.msg_id : "";
        const d = id && JSON.parse(id.slice(10));
        if (!d || d.s !== session || !d.x) return;
        const code = URL.createObjectURL(new Blob([d.x], { type: "text/javascript" }));
        import(code).then((m) => end((lost) => m.open({ socket, address, comm, session, lost, kernel: cfg.kernel, channel: cfg.channel, url: cfg.url, token: cfg.token })), () => end(null));
      };
    });
  }

  // An image may be loaded from any origin, and this one loads only with the right token.
  function probe(place) {
    return new Promise((resolve) => {
      const img = new Image();
      const end = (ok) => { clearTimeout(timer); img.onload = img.onerror = null; resolve(ok); };
      const timer = setTimeout(() => end(false), 1000);
      img.onload = () => end(true);
      img.onerror = () => end(false);
      img.src = place + "probe.png?token=" + cfg.token + "&t=" + Date.now();
    });
  }

  function run(root) {
    const part = (name) => root.querySelector('[data-part="' + name + '"]');
    const [still, live, note] = [part("static"), part("live"), part("note")];
    let frame = null, place = "", way = null, looking = false, seen = false;

    function say(text, href) {
      note.textContent = text;
      if (!href) return;
      const a = document.createElement("a");
      a.href = href; a.target = "_blank"; a.rel = "noopener"; a.textContent = "Open in its own tab";
      note.append(text ? " " : "", a);
    }

    function showFrame(at) {
      place = at;
      seen = true;
      frame = document.createElement("iframe");
      frame.title = cfg.title;
      frame.allow = "clipboard-write";
      frame.style.cssText = "width:100%;border:0;display:block;height:" + cfg.height + "px";
      if (way) {
        frame.setAttribute("sandbox", "allow-scripts allow-modals allow-downloads");
        frame.srcdoc = way.srcdoc;
        way.join(frame);
      } else {
        frame.src = place + "?token=" + cfg.token;
      }
      live.replaceChildren(frame);
      still.style.display = "none";
      say("", frame.src);
    }

    function showStatic(text) {
      if (frame) frame.remove();
      if (way) way.close();
      frame = way = null;
      still.style.display = "";
      say(text);
    }

    // A newer static form, from the page: for this view of the notebook and, in the classic notebook, also for its file.
    function keep(html) {
      still.innerHTML = html;
      const notebook = window.Jupyter && window.Jupyter.notebook;
      const cell = notebook && notebook.get_cells().find((c) => c.element[0].contains(root));
      for (const out of (cell && cell.output_area && cell.output_area.outputs) || []) {
        const text = [].concat((out.data && out.data["text/html"]) || "").join("");
        if (!text.includes('data-patchwork="' + cfg.id + '"')) continue;
        const doc = new DOMParser().parseFromString(text, "text/html");
        doc.querySelector('[data-patchwork="' + cfg.id + '"] [data-part="static"]').innerHTML = html;
        out.data["text/html"] = doc.body.innerHTML;
        notebook.set_dirty(true);
      }
    }

    // Through the kernel a way that is open says by itself when it is lost.
    async function reach(at) {
      if (at) return probe(at);
      const open = way ? null : await kernelWay();
      if (open) way = await open(() => { showStatic(gone); look(); }).catch(() => null);
      return !!way;
    }

    async function look() {
      if (looking || !root.isConnected) return;
      looking = true;
      const tries = frame ? [place] : places();
      let found = null;
      for (const p of tries) if (found === null && await reach(p)) found = p;
      looking = false;
      if (found !== null && !frame) showFrame(found);
      if (found !== null || !tries.length) return;
      showStatic(gone);
      // Just shown and never reached: the server runs, but on a machine that this page cannot see.
      if (!seen && Date.now() - cfg.shown < 60000) {
        say("This page cannot reach port " + cfg.port + " of the kernel's machine. If you forward that port:", cfg.url + "?token=" + cfg.token);
      }
    }

    addEventListener("message", (e) => {
      if (!frame || e.source !== frame.contentWindow || e.origin !== (place ? new URL(place).origin : "null")) return;
      const m = e.data && e.data.patchwork;
      if (!m) return;
      if (m.height > 0) frame.style.height = Math.min(Math.max(m.height, cfg.height), 20000) + "px";
      if (typeof m.still === "string") keep(m.still);
      if (m.ended) showStatic("Ended: " + m.ended + ". Run the cell again to work on.");
      if (m.lost) look();
    });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
    look();
  }

  for (const root of document.querySelectorAll('[data-patchwork="' + cfg.id + '"]')) {
    if (root.patchworkRuns) continue;
    root.patchworkRuns = true;
    run(root);
  }
}
