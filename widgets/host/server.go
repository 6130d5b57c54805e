package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Reasons that Serve returns. End can give any other.
const (
	ReasonStopped = "stopped"     // the context of Serve ended
	ReasonIdle    = "idle"        // no page and no event for Options.Idle
	ReasonOrphan  = "kernel gone" // the process Options.WatchPID is gone
	ReasonDone    = "done"        // what an App gives when the person says so
)

const (
	settleTime = 10 * time.Second // how long the end waits for events that are being applied
	byeTime    = 2 * time.Second  // how long the end waits for pages to read what is queued for them
)

// Server serves one App. Its methods may be called from any goroutine.
type Server struct {
	app    App
	o      Options
	guard  *guard
	ln     net.Listener
	mux    *http.ServeMux
	ledger ledger
	relay  *relay

	base   context.Context // of all calls to the App; ends when the server has ended
	cancel context.CancelFunc

	mu       sync.Mutex
	serving  bool
	closing  bool // no event is applied any more
	inboxes  map[string]*inbox
	left     []string // clients in the order they were last seen, to forget the oldest
	conns    map[*conn]bool
	active   time.Time // last event, or last moment a page was connected
	inflight sync.WaitGroup

	endOnce sync.Once
	ended   chan struct{} // closed by the first End
	reason  string        // set before ended is closed
}

// New listens, so that Link works, but answers only once Serve runs. Errors: a bad Options field; the address is taken.
func New(app App, o Options) (*Server, error) {
	if app == nil {
		return nil, errors.New("host.New: app is nil; want the App to serve")
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", o.addr())
	if err != nil {
		return nil, fmt.Errorf("host: cannot listen on %s: %w; port 0 takes any free port", o.addr(), err)
	}
	s := &Server{
		app: app, o: o, guard: newGuard(o), ln: ln, mux: http.NewServeMux(),
		inboxes: map[string]*inbox{}, conns: map[*conn]bool{}, active: time.Now(), ended: make(chan struct{}),
	}
	s.base, s.cancel = context.WithCancel(context.Background())
	s.relay = newRelay(s)
	s.routes()
	if a, ok := app.(interface{ Start(*Server) }); ok {
		a.Start(s)
	}
	return s, nil
}

// URL is where the server listens, such as http://127.0.0.1:40123, without a slash at the end. A server that listens on
// all addresses is named by its loopback one.
func (s *Server) URL() string {
	host, port, _ := net.SplitHostPort(s.ln.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Token is the secret that every request carries.
func (s *Server) Token() string { return s.guard.token }

// Link opens the page in a browser on this machine.
func (s *Server) Link() string { return s.URL() + "/?token=" + s.Token() }

// Handle adds a route with the same checks as the page, for example "GET /thumbs/{hash}". Errors: pattern is malformed
// or taken.
func (s *Server) Handle(pattern string, h http.Handler) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("host: cannot add the route %q: %v", pattern, r)
		}
	}()
	s.mux.Handle(pattern, s.guard.locked(h))
	return nil
}

// Push sends v to every connected page and never waits for one. If v has the method Key() string, a page that has not
// yet read the last v with that key gets only the newest; without a key the latest 256 wait for a slow page. Errors: v
// is not JSON.
func (s *Server) Push(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("host: cannot push %T: %w", v, err)
	}
	var key string
	if k, ok := v.(interface{ Key() string }); ok {
		key = k.Key()
	}
	text := message{Push: raw}.text()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.out.push(key, text)
	}
	return nil
}

// Pages is the number of connected pages.
func (s *Server) Pages() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// End makes Serve return the reason, once the events being applied are done. The first reason wins. A Server that never
// served is closed.
func (s *Server) End(reason string) {
	s.endOnce.Do(func() {
		s.mu.Lock()
		s.reason = reason
		serving := s.serving
		s.mu.Unlock()
		close(s.ended)
		if !serving {
			s.ln.Close()
			s.cancel()
		}
	})
}

// Serve answers until ctx ends, End is called, the server is idle or the watched process is gone, and returns why. Then
// it lets the events being applied finish, calls OnEnd, tells the pages and closes. Errors: it served before; the
// listener broke.
func (s *Server) Serve(ctx context.Context) (reason string, err error) {
	s.mu.Lock()
	again := s.serving
	s.serving = true
	s.active = time.Now()
	s.mu.Unlock()
	if again {
		return "", errors.New("host: Serve was called twice on one Server; make another with New")
	}
	defer s.cancel()

	web := &http.Server{Handler: s.guard.open(s.mux), ReadHeaderTimeout: 10 * time.Second}
	broken := make(chan error, 1)
	go func() { broken <- web.Serve(s.ln) }()

	watch, stop := context.WithCancel(ctx)
	defer stop()
	go s.watch(watch)

	select {
	case <-ctx.Done():
		s.End(ReasonStopped)
	case <-s.ended:
	case err = <-broken:
		s.End("listener broke")
	}
	<-s.ended
	s.finish()
	quick, done := context.WithTimeout(context.Background(), byeTime)
	defer done()
	if web.Shutdown(quick) != nil {
		web.Close()
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return s.reason, fmt.Errorf("host: cannot go on serving %s: %w", s.URL(), err)
	}
	return s.reason, nil
}

// finish lets the events being applied end, calls OnEnd, and says goodbye to the pages.
func (s *Server) finish() {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	waitFor(&s.inflight, settleTime)
	if s.o.OnEnd != nil {
		if err := safely("OnEnd", func() error { s.o.OnEnd(s.reason); return nil }); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	bye := message{Bye: s.reason}.text()
	var gone sync.WaitGroup
	s.mu.Lock()
	for c := range s.conns {
		c.out.finish(bye)
		gone.Go(func() { <-c.flushed })
	}
	s.mu.Unlock()
	waitFor(&gone, byeTime)
}

func waitFor(wg *sync.WaitGroup, d time.Duration) {
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(d):
	}
}
