package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// book is an App that writes down what it is told.
type book struct {
	mu    sync.Mutex
	lines []string
	s     *Server
	hello func() error
}

func (b *book) Start(s *Server) { b.s = s }

func (b *book) Hello(ctx context.Context, client string) (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hello != nil {
		if err := b.hello(); err != nil {
			return nil, err
		}
	}
	return map[string]any{"lines": len(b.lines)}, nil
}

func (b *book) Receive(ctx context.Context, client string, e Event) (any, error) {
	switch e.Kind {
	case "panic":
		panic("pages torn out")
	case "bad":
		return nil, errors.New("no such class")
	case "full":
		return nil, fmt.Errorf("disk full: %w", ErrUnsaved)
	case "unspeakable":
		return func() {}, nil
	case "end":
		b.s.End("the person said so")
	case "slow":
		time.Sleep(50 * time.Millisecond)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, e.ID)
	return map[string]any{"n": len(b.lines)}, nil
}

func (b *book) read() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines)
}

// serve starts a server for the length of the test and returns where its reason will be.
func serve(t *testing.T, app App, o Options) (*Server, <-chan string) {
	t.Helper()
	s, err := New(app, o)
	if err != nil {
		t.Fatal(err)
	}
	reason := make(chan string, 1)
	go func() {
		why, err := s.Serve(context.Background())
		if err != nil {
			t.Errorf("Serve: %v", err)
		}
		reason <- why
		close(reason)
	}()
	t.Cleanup(func() { s.End("test over"); <-reason })
	return s, reason
}

func within[T any](t *testing.T, c <-chan T, d time.Duration, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(d):
		t.Fatalf("%s did not happen within %v", what, d)
	}
	return v
}

// tab is a page's connection.
type tab struct {
	t  *testing.T
	ws *websocket.Conn
}

func open(t *testing.T, s *Server, client string) *tab {
	t.Helper()
	return dial(t, s.URL(), s.Token(), client)
}

func dial(t *testing.T, url, token, client string) *tab {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), url+"/ws?token="+token+"&client="+client, nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(maxMessage)
	t.Cleanup(func() { ws.CloseNow() })
	return &tab{t, ws}
}

func (p *tab) send(events ...Event) {
	p.t.Helper()
	for _, e := range events {
		data, _ := json.Marshal(e)
		if err := p.ws.Write(p.t.Context(), websocket.MessageText, data); err != nil {
			p.t.Fatal(err)
		}
	}
}

// hear reads n messages.
func (p *tab) hear(n int) (all []string) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), 5*time.Second)
	defer stop()
	for range n {
		_, data, err := p.ws.Read(ctx)
		if err != nil {
			p.t.Fatalf("after %q: %v", all, err)
		}
		all = append(all, string(data))
	}
	return all
}

func (p *tab) wants(want ...string) {
	p.t.Helper()
	if got := p.hear(len(want)); !slices.Equal(got, want) {
		p.t.Errorf("heard\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestSocketProtocol(t *testing.T) {
	b := &book{}
	s, _ := serve(t, b, Options{})
	p := open(t, s, "one")
	p.wants(`{"view":{"lines":0},"ack":0}`)
	p.send(Event{Seq: 2, ID: "b"}, Event{Seq: 1, ID: "a"})
	p.wants(`{"ack":1,"id":"a","reply":{"n":1}}`, `{"ack":2,"id":"b","reply":{"n":2}}`)
	p.send(Event{Seq: 1, ID: "a"})
	p.wants(`{"ack":2,"id":"a","reply":{"n":1}}`)
	p.send(Event{Seq: 3, Kind: "bad"})
	p.wants(`{"ack":3,"id":"one/3","error":"no such class"}`)
	p.send(Event{Seq: 4, ID: "d", Kind: "full"})
	p.wants(`{"ack":3,"id":"d","error":"disk full: not saved yet","retry":true}`)
	p.send(Event{Seq: 4, ID: "d"})
	p.wants(`{"ack":4,"id":"d","reply":{"n":3}}`)
	if err := p.ws.Write(t.Context(), websocket.MessageText, []byte("{torn")); err != nil {
		t.Fatal(err)
	}
	if got := p.hear(1)[0]; !strings.Contains(got, "is not an event") {
		t.Errorf("heard %s; want a complaint about what is not an event", got)
	}
}

func TestPanicBecomesAnError(t *testing.T) {
	s, _ := serve(t, &book{}, Options{})
	p := open(t, s, "one")
	p.hear(1)
	p.send(Event{Seq: 1, ID: "x", Kind: "panic"}, Event{Seq: 2, ID: "y", Kind: "unspeakable"}, Event{Seq: 3, ID: "z"})
	got := p.hear(3)
	if !strings.Contains(got[0], "pages torn out") || !strings.Contains(got[0], `"ack":1`) {
		t.Errorf("heard %s; want the panic as the error of event 1", got[0])
	}
	if !strings.Contains(got[1], "was applied, but its reply cannot be sent") {
		t.Errorf("heard %s; want to know that the event was applied", got[1])
	}
	if got[2] != `{"ack":3,"id":"z","reply":{"n":1}}` {
		t.Errorf("after a panic heard %s; want the next event applied", got[2])
	}
}

func TestReconnectAndSecondTab(t *testing.T) {
	b := &book{}
	s, _ := serve(t, b, Options{})
	p := open(t, s, "one")
	p.hear(1)
	p.send(Event{Seq: 1, ID: "a"})
	p.hear(1)
	p.send(Event{Seq: 2, ID: "b"}) // its answer is never read
	p.ws.CloseNow()
	for len(b.read()) < 2 {
		time.Sleep(time.Millisecond)
	}
	p = open(t, s, "one")
	p.wants(`{"view":{"lines":2},"ack":2}`)
	p.send(Event{Seq: 2, ID: "b"}, Event{Seq: 3, ID: "c"})
	p.wants(`{"ack":2,"id":"b","reply":{"n":2}}`, `{"ack":3,"id":"c","reply":{"n":3}}`)

	q := open(t, s, "two") // a second tab, or the first one reloaded, numbers from 1 and may know old ids
	q.wants(`{"view":{"lines":3},"ack":0}`)
	q.send(Event{Seq: 1, ID: "c"}, Event{Seq: 2, ID: "d"})
	q.wants(`{"ack":1,"id":"c","reply":{"n":3}}`, `{"ack":2,"id":"d","reply":{"n":4}}`)
	if got, want := b.read(), []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("applied %v; want each once: %v", got, want)
	}
	if n := s.Pages(); n != 2 {
		t.Errorf("%d pages are connected; want 2", n)
	}
	s.Push(map[string]int{"round": 1})
	p.wants(`{"push":{"round":1}}`)
	q.wants(`{"push":{"round":1}}`)
}

func TestHelloThatFails(t *testing.T) {
	b := &book{hello: func() error { panic("no view") }}
	s, _ := serve(t, b, Options{})
	p := open(t, s, "one")
	if got := p.hear(1)[0]; !strings.Contains(got, "no view") || strings.Contains(got, `"view":`) {
		t.Errorf("heard %s; want an error and no view", got)
	}
	if _, _, err := p.ws.Read(t.Context()); err == nil {
		t.Error("the connection stays open without a view; want it closed, so that the page tries again")
	}
	b.mu.Lock()
	b.hello = nil
	b.mu.Unlock()
	open(t, s, "one").wants(`{"view":{"lines":0},"ack":0}`)
}

// tick is a push with a key.
type tick struct {
	N   int    `json:"n"`
	Pad string `json:"pad"`
}

func (tick) Key() string { return "tick" }

func TestSlowPageDoesNotBlockPush(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, &book{}, Options{})
	slow := open(t, s, "slow")
	slow.hear(1)
	pad := strings.Repeat("x", 100_000)
	const n = 300             // 30 MB, far beyond what the sockets hold
	for i := 1; i <= n; i++ { // would never end if it waited for the page
		if err := s.Push(tick{i, pad}); err != nil {
			t.Fatal(err)
		}
	}
	var got int
	for {
		var m struct{ Push tick }
		if err := json.Unmarshal([]byte(slow.hear(1)[0]), &m); err != nil {
			t.Fatal(err)
		}
		got++
		if m.Push.N == n {
			break
		}
	}
	if got == n {
		t.Errorf("the slow page got all %d pushes; want the older ones of the same key left out", n)
	}
	if err := s.Push(func() {}); err == nil {
		t.Error("Push accepts what is not JSON")
	}
}
