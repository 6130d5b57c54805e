package host

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/coder/websocket"
)

func guarded(t *testing.T, o Options) *Server {
	o.Page = Shell{Title: "a <b>", Module: "assets/main.mjs", Styles: []string{"assets/look.css"}, Version: "7"}.HTML
	o.Assets = fstest.MapFS{"main.mjs": {Data: []byte("import './part.mjs';")}, "look.css": {Data: []byte("p{}")}, "sub/x.txt": {Data: []byte("x")}}
	s, _ := serve(t, &book{}, o)
	err := s.Handle("GET /thumbs/{name}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "thumb "+r.PathValue("name"))
	}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends one request; headers are "Name: value", and "Host" sets the host. TOKEN stands for the token, OWN for the
// server's own host and port.
func ask(t *testing.T, s *Server, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	own := strings.TrimPrefix(s.URL(), "http://")
	fill := strings.NewReplacer("TOKEN", s.Token(), "OWN", own).Replace
	req, err := http.NewRequest(method, s.URL()+fill(path), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(fill(h), ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	return res, string(data)
}

func TestWhoIsRefused(t *testing.T) {
	s := guarded(t, Options{Hosts: []string{"lab.example:8443"}})
	const auth = "Authorization: Bearer TOKEN"
	const event = `{"id":"%","kind":"label"}`
	upgrade := []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}
	ws := func(h ...string) []string { return append(h, upgrade...) }
	tests := []struct {
		name, method, path string
		headers            []string
		status             int
		text               string // part of the answer
	}{
		{"page", "GET", "/?token=TOKEN", nil, 200, "<main"},
		{"page without token", "GET", "/", nil, 403, "open the link that the cell"},
		{"page with wrong token", "GET", "/?token=00000000000000000000000000000000", nil, 403, "token"},
		{"page with a proxy's own bearer", "GET", "/?token=TOKEN", []string{"Authorization: Bearer hub"}, 200, "<main"},
		{"page with two wrong tokens", "GET", "/?token=", []string{"Authorization: Bearer "}, 403, "token"},
		{"page under a strange name (rebinding)", "GET", "/?token=TOKEN", []string{"Host: evil.example:80"}, 403, `not known as "evil.example"`},
		{"page under a malformed name", "GET", "/?token=TOKEN", []string{"Host: a;script-src*"}, 403, "not known"},
		{"page under another loopback name and port", "GET", "/?token=TOKEN", []string{"Host: localhost:9000"}, 200, "<main"},
		{"page under IPv6 loopback", "GET", "/?token=TOKEN", []string{"Host: [::1]:9000"}, 200, "<main"},
		{"page under a name from Hosts", "GET", "/?token=TOKEN", []string{"Host: LAB.example:8443"}, 200, "<main"},
		{"page under an address, though not remote", "GET", "/?token=TOKEN", []string{"Host: 192.0.2.7:80"}, 403, "not known"},
		{"page through a proxy without token", "GET", "/", []string{"Host: other.example", "X-Forwarded-Prefix: /proxy/1"}, 403, "token"},
		{"socket through a proxy nobody came through", "GET", "/ws?token=TOKEN&client=a", ws("Host: other.example", "Origin: https://other.example"), 403, "not known"},

		{"thumb", "GET", "/thumbs/a.jpg?token=TOKEN", nil, 200, "thumb a.jpg"},
		{"thumb without token", "GET", "/thumbs/a.jpg", nil, 403, "token"},
		{"thumb by POST from elsewhere", "POST", "/thumbs/a.jpg?token=TOKEN", []string{"Origin: http://evil.example"}, 405, ""},
		{"probe", "GET", "/probe.png?token=TOKEN", nil, 200, "PNG"},
		{"probe without token", "GET", "/probe.png", nil, 403, "token"},
		{"ping", "GET", "/api/ping", []string{auth}, 200, `"ok":true`},
		{"ping without token", "GET", "/api/ping", nil, 403, "token"},
		{"nothing there", "GET", "/etc/passwd?token=TOKEN", nil, 404, ""},

		{"event", "POST", "/api/event", []string{auth}, 200, `"id":"%"`},
		{"event with its token in the query, as a form could", "POST", "/api/event?token=TOKEN", nil, 403, "Authorization: Bearer"},
		{"event from a page of another origin", "POST", "/api/event", []string{auth, "Origin: http://evil.example"}, 403, "another origin"},
		{"event from another port of this machine", "POST", "/api/event", []string{auth, "Origin: http://127.0.0.1:1"}, 403, "another origin"},
		{"event from a sandboxed frame", "POST", "/api/event", []string{auth, "Origin: null"}, 403, "another origin"},
		{"event from the server's own page", "POST", "/api/event", []string{auth, "Origin: http://OWN"}, 200, `"id":"%"`},
		{"event by GET", "GET", "/api/event?token=TOKEN", []string{auth}, 405, ""},
		{"end without token", "POST", "/api/end", nil, 403, "Authorization: Bearer"},
		{"end from elsewhere", "POST", "/api/end", []string{auth, "Origin: http://evil.example"}, 403, "another origin"},

		{"socket", "GET", "/ws?token=TOKEN&client=a", ws("Origin: http://OWN"), 101, ""},
		{"socket of a program", "GET", "/ws?token=TOKEN&client=a", ws(), 101, ""},
		{"socket without token", "GET", "/ws?client=a", ws("Origin: http://OWN"), 403, "token"},
		{"socket from another origin", "GET", "/ws?token=TOKEN&client=a", ws("Origin: http://evil.example"), 403, "another origin"},
		{"socket from another port", "GET", "/ws?token=TOKEN&client=a", ws("Origin: http://127.0.0.1:8888"), 403, "another origin"},
		{"socket from a sandboxed frame", "GET", "/ws?token=TOKEN&client=a", ws("Origin: null"), 403, "another origin"},
		{"socket from a file", "GET", "/ws?token=TOKEN&client=a", ws("Origin: file://"), 403, "another origin"},
		{"socket under a strange name (rebinding)", "GET", "/ws?token=TOKEN&client=a", ws("Host: evil.example", "Origin: http://evil.example"), 403, "not known"},
		{"socket from a name in Hosts", "GET", "/ws?token=TOKEN&client=a", ws("Origin: https://lab.example:8443"), 101, ""},
		{"socket without client", "GET", "/ws?token=TOKEN", ws("Origin: http://OWN"), 400, "client"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, text := func() (*http.Response, string) {
				if tt.status != 101 {
					return ask(t, s, tt.method, tt.path, event, tt.headers...)
				}
				h := http.Header{}
				for _, line := range tt.headers[:len(tt.headers)-len(upgrade)] {
					name, value, _ := strings.Cut(strings.ReplaceAll(line, "OWN", strings.TrimPrefix(s.URL(), "http://")), ": ")
					h.Set(name, value)
				}
				c, res, err := websocket.Dial(t.Context(), s.URL()+strings.ReplaceAll(tt.path, "TOKEN", s.Token()), &websocket.DialOptions{HTTPHeader: h})
				if err != nil {
					t.Fatal(err)
				}
				c.CloseNow()
				return res, ""
			}()
			if res.StatusCode != tt.status || !strings.Contains(text, tt.text) {
				t.Errorf("answered %s %q; want %d and a text with %q", res.Status, text, tt.status, tt.text)
			}
			if tt.status != 101 {
				if got := res.Header.Get("Access-Control-Allow-Origin"); got != "" {
					t.Errorf("lets %q read answers; want no page of another origin to", got)
				}
				if res.Header.Get("Referrer-Policy") != "no-referrer" {
					t.Error("a link from here would tell the token to others: no Referrer-Policy")
				}
				if strings.Contains(text, s.Token()) {
					t.Error("the answer holds the token")
				}
			}
		})
	}
}

// A proxy that keeps the outer name and marks only plain requests, as jupyter-server-proxy does.
func TestProxyIsLearned(t *testing.T) {
	s := guarded(t, Options{})
	if res, text := ask(t, s, "GET", "/?token=TOKEN", "", "Host: hub.example", "X-Forwarded-Context: /user/ann/proxy/1"); res.StatusCode != 200 {
		t.Fatalf("page through a proxy: %s %s", res.Status, text)
	}
	h := http.Header{"Origin": {"https://hub.example"}}
	c, _, err := websocket.Dial(t.Context(), s.URL()+"/ws?client=a&token="+s.Token(), &websocket.DialOptions{HTTPHeader: h, Host: "hub.example"})
	if err != nil {
		t.Fatalf("socket after the page: %v", err)
	}
	c.CloseNow()
	if res, _ := ask(t, s, "GET", "/?token=TOKEN", "", "Host: evil.example"); res.StatusCode != 403 {
		t.Errorf("another name is let in too: %s", res.Status)
	}
}

func TestRemote(t *testing.T) {
	s := guarded(t, Options{Addr: "0.0.0.0:0", AllowRemote: true})
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("a server on all addresses calls itself %s; want its loopback address", s.URL())
	}
	if res, _ := ask(t, s, "GET", "/?token=TOKEN", "", "Host: 192.0.2.7:80"); res.StatusCode != 200 {
		t.Errorf("page under an address: %s", res.Status)
	}
	if res, _ := ask(t, s, "GET", "/?token=TOKEN", "", "Host: evil.example:80"); res.StatusCode != 403 {
		t.Errorf("page under a strange name: %s; want 403 also when remote", res.Status)
	}
}

func TestPageAndFiles(t *testing.T) {
	s := guarded(t, Options{})
	res, text := ask(t, s, "GET", "/?token=TOKEN", "")
	for _, want := range []string{"<title>a &lt;b&gt;</title>", `src="assets/main.mjs?v=7"`, `href="assets/look.css?v=7"`, `lang="en"`} {
		if !strings.Contains(text, want) {
			t.Errorf("page %s lacks %s", text, want)
		}
	}
	policy := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self' ws://127.0.0.1:", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %q", policy, want)
		}
	}
	if strings.Contains(policy, "frame-ancestors") || res.Header.Get("X-Frame-Options") != "" {
		t.Error("a notebook of another origin may not frame the page")
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("page: Cache-Control %q; want no-store, its address holds the token", got)
	}

	for path, want := range map[string][3]string{
		"/assets/main.mjs?v=7": {"text/javascript; charset=utf-8", "max-age=31536000, immutable", "import './part.mjs';"},
		"/assets/main.mjs":     {"text/javascript; charset=utf-8", "no-cache", "import './part.mjs';"},
		"/assets/look.css":     {"text/css; charset=utf-8", "no-cache", "p{}"},
		"/host/frame.mjs":      {"text/javascript; charset=utf-8", "no-cache", "export function frame"},
	} {
		res, text := ask(t, s, "GET", path, "")
		got := [3]string{res.Header.Get("Content-Type"), res.Header.Get("Cache-Control"), text}
		if got[0] != want[0] || got[1] != want[1] || !strings.Contains(got[2], want[2]) {
			t.Errorf("%s: %q; want %q", path, got, want)
		}
		again, _ := ask(t, s, "GET", path, "", "If-None-Match: "+res.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s asked for again: %s; want 304", path, again.Status)
		}
	}
	for _, path := range []string{"/assets/", "/assets/sub", "/assets/none.mjs", "/assets/..%2f..%2fserver.go", "/host/"} {
		if res, _ := ask(t, s, "GET", path, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s; want 404", path, res.Status)
		}
	}
	if err := s.Handle("GET /thumbs/{name}", http.NotFoundHandler()); err == nil || !strings.Contains(err.Error(), "GET /thumbs/{name}") {
		t.Errorf("a route that is taken gives %v", err)
	}
	a, b := fstest.MapFS{"x": {Data: []byte("1")}}, fstest.MapFS{"x": {Data: []byte("2")}}
	if AssetVersion(a) == AssetVersion(b) || AssetVersion(a) != AssetVersion(fstest.MapFS{"x": {Data: []byte("1")}}) {
		t.Error("AssetVersion does not follow the content")
	}
}

func TestProbeIsAnImageForAll(t *testing.T) {
	s := guarded(t, Options{})
	res, text := ask(t, s, "GET", "/probe.png?token=TOKEN", "", "Origin: http://notebook.example", "Sec-Fetch-Dest: image")
	if img, err := png.Decode(strings.NewReader(text)); err != nil || img.Bounds().Dx() != 1 || img.Bounds().Dy() != 1 {
		t.Errorf("the probe is no image of one pixel: %v", err)
	}
	if got := res.Header.Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
		t.Errorf("Cross-Origin-Resource-Policy %q; want cross-origin, or a notebook's page could not load it", got)
	}
	if res, _ := ask(t, s, "GET", "/thumbs/a?token=TOKEN", ""); res.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Error("other pages may load what is not the probe")
	}
}

func TestEventsByPost(t *testing.T) {
	b := &book{}
	s, _ := serve(t, b, Options{})
	post := func(body string) (int, message) {
		res, text := ask(t, s, "POST", "/api/event", body, "Authorization: Bearer TOKEN")
		var m message
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Errorf("%s: the answer %q is not JSON", body, text)
		}
		return res.StatusCode, m
	}
	for _, tt := range []struct {
		body   string
		status int
		text   string
	}{
		{`{"id":"a"}`, 200, ""},
		{`{"id":"a"}`, 200, ""},
		{`{"id":"b","kind":"bad"}`, 422, "no such class"},
		{`{"id":"c","kind":"full"}`, 503, "not saved yet"},
		{`{"kind":"x"}`, 400, "no id"},
		{`{torn`, 400, "want one event as JSON"},
	} {
		if status, m := post(tt.body); status != tt.status || !strings.Contains(m.Error, tt.text) {
			t.Errorf("%s: %d %q; want %d and %q", tt.body, status, m.Error, tt.status, tt.text)
		}
	}
	if got := b.read(); len(got) != 1 {
		t.Errorf("applied %v; want a once", got)
	}
	big := bytes.Repeat([]byte("x"), maxMessage+1)
	if status, _ := post(`{"id":"` + string(big) + `"}`); status != 400 {
		t.Errorf("an event beyond %d bytes: %d; want 400", maxMessage, status)
	}
}
