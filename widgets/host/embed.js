// The script of a cell output: finds the server, shows its page in a frame, and takes it away when the server is gone.
// One function expression that is called with the settings of embed.go; it leaves nothing behind in the page's globals.
function (cfg) {
  "use strict";
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);
  const editor = location.protocol === "vscode-webview:";

  // The path below which Jupyter serves this page, or null when it is not Jupyter.
  function jupyterBase() {
    try {
      const base = JSON.parse(document.getElementById("jupyter-config-data").textContent).baseUrl;
      if (base) return base;
    } catch { /* not JupyterLab */ }
    return (document.body && document.body.dataset.baseUrl) || null;
  }

  // Where the server might be, likeliest first. On a page from another machine 127.0.0.1 is the wrong one.
  function places() {
    const base = jupyterBase();
    if (!base && !local && !editor) return [];
    const proxy = base ? [new URL(base.replace(/\/?$/, "/") + "proxy/" + cfg.port + "/", location.href).href] : [];
    return local || editor ? [cfg.url, ...proxy] : [...proxy, cfg.url];
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
    let frame = null, place = "", looking = false, seen = false;

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
      frame.src = place + "?token=" + cfg.token;
      live.replaceChildren(frame);
      still.style.display = "none";
      say("", frame.src);
    }

    function showStatic(text) {
      if (frame) frame.remove();
      frame = null;
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

    async function look() {
      if (looking || !root.isConnected) return;
      looking = true;
      const tries = frame ? [place] : places();
      let found = "";
      for (const p of tries) if (!found && await probe(p)) found = p;
      looking = false;
      if (found && !frame) showFrame(found);
      if (found || !tries.length) return;
      showStatic("Not connected. Run the cell again to work on.");
      // Just shown and never reached: the server runs, but on a machine that this page cannot see.
      if (!seen && Date.now() - cfg.shown < 60000) {
        say("This page cannot reach port " + cfg.port + " of the kernel's machine. If you forward that port:", cfg.url + "?token=" + cfg.token);
      }
    }

    addEventListener("message", (e) => {
      if (!frame || e.source !== frame.contentWindow || e.origin !== new URL(place).origin) return;
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
