package host

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// guard decides who may talk to the server. Three locks, each enough against a different stranger:
//
//   - the token, against other users and programs of this machine and against any web page;
//   - the Host header, against a web page whose name was pointed at 127.0.0.1 after it was loaded (DNS rebinding);
//   - the Origin header, against a web page that somehow got hold of the token.
//
// There are no cookies, because a page inside a notebook is a third party there and would lose them, and no CORS
// headers, because no page of another origin has anything to read here.
type guard struct {
	token  string
	remote bool // Options.AllowRemote: also accept IP addresses as Host

	mu    sync.Mutex
	hosts map[string]bool // lower-case names besides loopback, without port
}

func newGuard(o Options) *guard {
	key := make([]byte, 16)
	rand.Read(key) // never fails
	g := &guard{token: or(o.Token, hex.EncodeToString(key)), remote: o.AllowRemote, hosts: map[string]bool{}}
	for _, h := range o.Hosts {
		g.hosts[nameOf(h)] = true
	}
	return g
}

// knocks says whether a request carries the token, as "Authorization: Bearer …" or, where it comes from a page, in the
// query. Both are compared in constant time.
func (g *guard) knocks(r *http.Request, query bool) bool {
	is := func(got string) bool { return subtle.ConstantTimeCompare([]byte(got), []byte(g.token)) == 1 }
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ") // a proxy may send its own
	return is(bearer) || query && is(r.URL.Query().Get("token"))
}

// hostOK says whether the Host header is one under which the server may be reached: a loopback name with any port (ssh
// and editors forward ports under other numbers), an address if the server is remote, or a name from Options.Hosts. A
// proxy such as jupyter-server-proxy keeps the outer Host and marks plain requests with its path prefix; such a
// request is let through to the token check, and once a page was fetched with the right token that name is known, since
// WebSocket requests come without the mark. A page of another origin cannot set these headers.
func (g *guard) hostOK(r *http.Request) bool {
	if strings.Trim(r.Host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_[]") != "" {
		return false
	}
	name := nameOf(r.Host)
	if isLoopback(name) || g.remote && net.ParseIP(name) != nil {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hosts[name] {
		return true
	}
	proxied := r.Header.Get("X-Forwarded-Prefix") != "" || r.Header.Get("X-Forwarded-Context") != ""
	if proxied && g.knocks(r, true) {
		g.hosts[name] = true
	}
	return proxied
}

// originOK says whether a request that changes something comes from a page of this server, or from no page at all.
// Browsers always send Origin with such requests; "null" (a sandboxed frame) is refused.
func (g *guard) originOK(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if strings.EqualFold(u.Host, r.Host) {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hosts[nameOf(u.Host)]
}

// refuse answers 403 with one line a person can act on.
func refuse(w http.ResponseWriter, why string) {
	http.Error(w, "patchwork: refused: "+why, http.StatusForbidden)
}

// open wraps a handler that needs no token: only the Host is checked, and every answer gets the common headers.
func (g *guard) open(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !g.hostOK(r) {
			refuse(w, fmt.Sprintf("this server is not known as %q", nameOf(r.Host)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// locked wraps a handler that needs the token, from the query or a header, and for methods that change something also
// the right Origin.
func (g *guard) locked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.knocks(r, true) {
			refuse(w, "the token is missing or wrong; open the link that the cell or the command printed")
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !g.originOK(r) {
			refuse(w, "the request comes from a page of another origin")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// nameOf is the lower-case host name of "name:port", "name" or "[::1]:port".
func nameOf(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = h
	}
	return strings.ToLower(strings.Trim(hostport, "[]"))
}
