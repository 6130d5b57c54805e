package host

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// pageFiles are the page's half of this package, served below /host/.
//
//go:embed page
var pageFiles embed.FS

// dot is a transparent PNG of one pixel.
var dot, _ = hex.DecodeString("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489" +
	"0000000b49444154789c6360000200000500017a5eab3f0000000049454e44ae426082")

func (s *Server) routes() {
	lock := func(pattern string, h http.HandlerFunc) { s.mux.Handle(pattern, s.guard.locked(h)) }
	if s.o.Page != nil {
		lock("GET /{$}", s.page)
	}
	lock("GET /ws", s.socket)
	lock("GET /probe.png", probe)
	lock("GET /api/ping", ping)
	s.mux.HandleFunc("POST /api/event", s.bearer(s.postEvent))
	s.mux.HandleFunc("POST /api/end", s.bearer(s.postEnd))
	s.mux.HandleFunc("POST /api/attach", s.bearer(s.postAttach))
	page, _ := fs.Sub(pageFiles, "page")
	s.mux.Handle("GET /host/", http.StripPrefix("/host/", files(page)))
	if s.o.Assets != nil {
		s.mux.Handle("GET /assets/", http.StripPrefix("/assets/", files(s.o.Assets)))
	}
}

// page serves the HTML. Its policy lets it load and reach nothing but this server; styles may be inline, scripts may
// not. It may be framed by anyone, because a notebook does, and shows nothing without the token.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "+
		"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://"+r.Host+" wss://"+r.Host+"; "+
		"base-uri 'none'; form-action 'none'")
	io.WriteString(w, s.o.Page(s.Token()))
}

// probe lets a page of another origin, which may show images but read nothing, find out whether it can reach the
// server: the image loads only if the token is right.
func probe(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Write(dot)
}

func ping(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"ok": true, "pid": os.Getpid()})
}

// bearer guards what other processes call: the token must be in a header, which no form or image can send.
func (s *Server) bearer(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !s.guard.knocks(r, false):
			refuse(w, "want the header Authorization: Bearer TOKEN")
		case !s.guard.originOK(r):
			refuse(w, "the request comes from a page of another origin")
		default:
			next(w, r)
		}
	}
}

// postEvent applies one event of another process. The answer has status 200 when it is durable, 422 when it was
// refused, 503 when it may be sent again.
func (s *Server) postEvent(w http.ResponseWriter, r *http.Request) {
	var e Event
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxMessage)).Decode(&e)
	if err == nil && e.ID == "" {
		err = errors.New("the event has no id")
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, message{Error: fmt.Sprintf("host: want one event as JSON: %v", err)})
		return
	}
	s.apply("api", e, func(out outcome) {
		m := out.answer(0, e.ID)
		m.Ack = nil
		status := http.StatusOK
		switch {
		case out.unsaved:
			status = http.StatusServiceUnavailable
		case out.err != nil:
			status = http.StatusUnprocessableEntity
		}
		writeJSON(w, status, m)
	})
}

// postEnd ends the server with the reason in the query.
func (s *Server) postEnd(w http.ResponseWriter, r *http.Request) {
	reason := r.URL.Query().Get("reason")
	if reason == "" {
		reason = ReasonDone
	}
	writeJSON(w, http.StatusOK, message{Bye: reason})
	go s.End(reason)
}

// postAttach attaches the kernel whose connection file is in the query.
func (s *Server) postAttach(w http.ResponseWriter, r *http.Request) {
	if err := s.Attach(r.URL.Query().Get("file")); err != nil {
		writeJSON(w, http.StatusUnprocessableEntity, message{Error: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"ok": true})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// files serves fixed files without the token: a module imports its neighbours by plain relative names, and there is
// nothing secret in them. With a query such as ?v=… a browser keeps a file for a year; without, it asks each time
// whether the content changed. Only files are served, no folders.
func files(fsys fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", contentType(name))
		h.Set("ETag", `"`+digest(data)+`"`)
		h.Set("Cache-Control", "no-cache")
		if r.URL.Query().Get("v") != "" {
			h.Set("Cache-Control", "max-age=31536000, immutable")
		}
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(string(data)))
	})
}

// contentType does not ask the system for scripts and styles: some systems call .mjs or .js something that a browser
// then refuses to run.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".mjs", ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// AssetVersion is a short digest of all files, to be put after ?v= in a page's links.
func AssetVersion(fsys fs.FS) string {
	sum := sha256.New()
	fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		fmt.Fprintf(sum, "%s %d %v\n", name, len(data), err)
		sum.Write(data)
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
