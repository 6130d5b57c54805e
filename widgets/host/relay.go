package host

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/widgets/kernellink"
)

const (
	silence     = 3 * time.Minute  // after which a session's page counts as gone; hidden tabs may sleep for a minute
	pingSession = 20 * time.Second // how often a silent page is asked for a sign of life
	maxSessions = 50
)

// relay serves the pages that reach the server through a kernel (package kernellink). Each frame is a session; what it
// asks for is asked of the server itself, over loopback, like any browser would, so that the same locks hold.
type relay struct {
	s       *Server
	channel string

	mu       sync.Mutex
	echoes   map[string]*kernellink.Echo // by connection file
	sessions map[string]*session
}

// channelOf names a server's channel. Everyone who listens to the kernel sees the name, so it is not the token.
func channelOf(token string) string {
	sum := sha256.Sum256([]byte("patchwork channel " + token))
	return hex.EncodeToString(sum[:8])
}

// Attach lets pages reach the server through the kernel of a connection file, as KernelFile gives it, besides the other
// ways. A file that is attached already is connected anew. Errors: as kernellink.Dial.
func (s *Server) Attach(file string) error {
	r := s.relay
	echo, err := kernellink.Dial(s.base, file, func(text string) { r.hear(file, text) })
	if err != nil {
		return fmt.Errorf("host: pages cannot come through the kernel: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.echoes[file]; old != nil {
		old.Close()
	}
	r.echoes[file] = echo
	return nil
}

func newRelay(s *Server) *relay {
	return &relay{s: s, channel: channelOf(s.Token()), echoes: map[string]*kernellink.Echo{}, sessions: map[string]*session{}}
}

// hear takes a text that came through the kernel of file.
func (r *relay) hear(file, text string) {
	d, ok := kernellink.Parse(text, r.channel)
	if !ok || d.Session == "" || len(d.Session) > 64 {
		return
	}
	switch {
	case d.Hello:
		script, err := pageFiles.ReadFile("page/kernel.mjs")
		if err == nil {
			r.send(file, kernellink.Datagram{Session: d.Session, Script: string(script)})
		}
	case d.Bye:
		r.forget(d.Session)
	default:
		if one := r.session(file, d); one != nil {
			one.stream.Hear(d)
		} else {
			r.send(file, kernellink.Datagram{Session: d.Session, Bye: true}) // the page begins another
		}
	}
}

func (r *relay) send(file string, d kernellink.Datagram) {
	r.mu.Lock()
	echo := r.echoes[file]
	r.mu.Unlock()
	d.Channel, d.To = r.channel, "page"
	if echo == nil {
		return // the first text may be there before Attach is through; it comes again
	}
	if err := echo.Send(d.Text()); err != nil {
		fmt.Fprintln(os.Stderr, "host: through the kernel:", err)
	}
}

// session finds the session of a datagram or begins one, and returns nil when there are too many, or when it is one that
// was forgotten: a page that slept for long, or whose last words overtook others.
func (r *relay) session(file string, d kernellink.Datagram) *session {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := d.Session
	one := r.sessions[name]
	if one != nil || len(r.sessions) >= maxSessions || d.Ack > 0 || d.N > kernellink.Window {
		return one
	}
	one = &session{relay: r, sockets: map[int]chan<- []byte{}}
	one.ctx, one.cancel = context.WithCancel(r.s.base)
	one.stream = kernellink.NewStream(func(d kernellink.Datagram) {
		d.Session = name
		r.send(file, d)
	}, one.take)
	r.sessions[name] = one
	go r.watch(name, one)
	return one
}

// watch ends a session whose page is gone.
func (r *relay) watch(name string, one *session) {
	defer one.stream.Close()
	defer r.forget(name)
	tick := time.NewTicker(pingSession)
	defer tick.Stop()
	for {
		select {
		case <-one.ctx.Done():
			return
		case <-tick.C:
		}
		if quiet := one.stream.Silent(); quiet > silence {
			return
		} else if quiet > pingSession {
			one.stream.Ping()
		}
	}
}

func (r *relay) forget(name string) {
	r.mu.Lock()
	one := r.sessions[name]
	delete(r.sessions, name)
	r.mu.Unlock()
	if one != nil {
		one.cancel()
	}
}

// frameMessage is the first line of a message between a frame and its relay; a body may follow it.
type frameMessage struct {
	Kind   string `json:"kind"` // from the page: get, open, text, close; to it: got, opened, text, closed
	ID     int    `json:"id"`   // of the request or the socket, given by the page
	Path   string `json:"path,omitempty"`
	Status int    `json:"status,omitempty"`
	Type   string `json:"type,omitempty"`
}

func (m frameMessage) join(body []byte) []byte {
	line, _ := json.Marshal(m)
	return append(append(line, '\n'), body...)
}

func splitFrameMessage(message []byte) (m frameMessage, body []byte, err error) {
	line, body, _ := bytes.Cut(message, []byte("\n"))
	return m, body, json.Unmarshal(line, &m)
}
