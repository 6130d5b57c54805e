package host

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
)

// tallPage is a page's module: it connects, shows the view and every key, and reports its height.
const tallPage = `
import { frame } from "../host/frame.mjs";
const main = document.getElementById("patchwork");
main.innerHTML = "<input id=box><p id=view></p><p id=keys></p>";
main.style.height = "700px";
const link = frame(main);
const url = new URL("ws" + location.search + "&client=" + Math.random(), location.href);
url.protocol = url.protocol.replace("http", "ws");
const ws = new WebSocket(url);
ws.onmessage = (e) => {
  const m = JSON.parse(e.data);
  if (m.view) document.getElementById("view").textContent = "lines " + m.view.lines;
  if (m.bye) link.ended(m.bye);
};
document.addEventListener("keydown", (e) => { document.getElementById("keys").textContent += e.key + " "; });
`

func chromium(t *testing.T) *rod.Browser {
	t.Helper()
	var bin string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			bin = path
			break
		}
	}
	if bin == "" {
		t.Skip("no Chromium is installed: the cell output is not tried in a browser")
	}
	l := launcher.New().Bin(bin).NoSandbox(true).Headless(true).Leakless(false).
		Set("disable-gpu").Set("no-first-run").Set("disable-background-networking").
		Set("host-resolver-rules", "MAP hub.test 127.0.0.1")
	control, err := l.Launch()
	if err != nil {
		t.Skip("Chromium does not start:", err)
	}
	t.Cleanup(l.Cleanup)
	t.Cleanup(l.Kill)
	b := rod.New().ControlURL(control)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	return b
}

// notebookPage serves a cell output in a page like the classic notebook's, below base, with a proxy that treats headers
// as jupyter-server-proxy does: the outer Host stays, and only plain requests are marked.
func notebookPage(t *testing.T, base string, s *Server, output string) *httptest.Server {
	target, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	prefix := base + "proxy/" + target.Port()
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
		if r.In.Header.Get("Upgrade") == "" {
			r.Out.Header.Set("X-Forwarded-Context", prefix)
		}
	}}))
	mux.HandleFunc(base+"notebook", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><body data-base-url=%q><script>keys = ''; addEventListener('keydown', e => keys += e.key)</script>%s</body>", base, output)
	})
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return web
}

func TestCellOutputInBrowser(t *testing.T) {
	t.Parallel()
	b := chromium(t)
	for _, tt := range []struct{ name, host, base, want string }{
		{"directly, from a page on another port", "localhost", "/", "http://127.0.0.1:"},
		{"through a proxy path", "hub.test", "/user/ann/", "http://hub.test:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, reason := serve(t, &book{}, Options{
				Page:   Shell{Title: "labels", Module: "assets/main.mjs", Version: "1"}.HTML,
				Assets: fstest.MapFS{"main.mjs": {Data: []byte(tallPage)}},
			})
			out := Embed(EmbedOptions{URL: s.URL(), Token: s.Token(), Title: "labels", Static: "<p id=static>static form</p>", Height: 300})
			web := notebookPage(t, tt.base, s, out)
			where := strings.Replace(web.URL, "127.0.0.1", tt.host, 1) + tt.base + "notebook"
			page := b.MustPage(where).Timeout(20 * time.Second)
			defer page.MustClose()

			el := page.MustElement("iframe")
			if src := *el.MustAttribute("src"); !strings.HasPrefix(src, tt.want) {
				t.Errorf("the frame shows %s; want %s…", src, tt.want)
			}
			if page.MustElement("#static").MustVisible() {
				t.Error("the static form is still visible beside the frame")
			}
			page.MustWait(`() => document.querySelector("iframe").clientHeight > 700`)
			inside := el.MustFrame()
			inside.MustElementR("#view", "lines 0")
			inside.MustWait(`() => document.documentElement.scrollHeight <= innerHeight`) // the frame itself does not scroll
			// Keys, Esc among them, stay in the frame, where the notebook's shortcuts do not reach.
			inside.MustElement("#box").MustClick()
			page.Keyboard.MustType('d', 'd', input.Escape, 'b')
			inside.MustElementR("#keys", "d d Escape b")
			if keys := page.MustEval(`() => keys`).Str(); keys != "" {
				t.Errorf("the notebook saw the keys %q of the frame", keys)
			}
			// Loading the page again, as after a reload of a saved notebook, connects again.
			page.MustReload()
			page.MustElement("iframe").MustFrame().MustElementR("#view", "lines 0")

			s.End("idle")
			page.MustElementR("[data-part=note]", "Ended: idle")
			if !page.MustElement("#static").MustVisible() || page.MustHas("iframe") {
				t.Error("after the end the frame is still there; want the static form back")
			}
			within(t, reason, 20*time.Second, "the end")
		})
	}
}
