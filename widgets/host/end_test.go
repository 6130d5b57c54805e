package host

import (
	"context"
	"errors"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestEndLetsEventsFinish(t *testing.T) {
	b := &book{}
	var atEnd []string
	var why string
	s, reason := serve(t, b, Options{OnEnd: func(r string) { why, atEnd = r, b.read() }})
	p := open(t, s, "one")
	p.hear(1)
	p.send(Event{Seq: 1, ID: "last", Kind: "slow"}, Event{Seq: 2, ID: "over", Kind: "end"})
	p.wants(`{"ack":1,"id":"last","reply":{"n":1}}`, `{"ack":2,"id":"over","reply":{"n":2}}`, `{"bye":"the person said so"}`)
	if _, _, err := p.ws.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("after bye the page reads %v; want a close that says going away", err)
	}
	if r := within(t, reason, 5*time.Second, "the end"); r != "the person said so" || why != r {
		t.Errorf("Serve gave %q and OnEnd got %q; want the reason given to End", r, why)
	}
	if want := []string{"last", "over"}; !slices.Equal(atEnd, want) {
		t.Errorf("OnEnd saw %v; want %v", atEnd, want)
	}
	if _, err := http.Get(s.Link()); err == nil {
		t.Error("the server still answers after its end")
	}
	s.apply("x", Event{ID: "late"}, func(out outcome) {
		if !out.unsaved || !errors.Is(out.err, ErrUnsaved) {
			t.Errorf("an event after the end gives %v; want ErrUnsaved", out.err)
		}
	})
	if _, err := s.Serve(t.Context()); err == nil {
		t.Error("Serve runs a second time")
	}
}

func TestIdleEnd(t *testing.T) {
	t.Parallel()
	var busy sync.Mutex
	s, reason := serve(t, &book{}, Options{Idle: 150 * time.Millisecond, Busy: func() bool {
		if busy.TryLock() {
			busy.Unlock()
			return false
		}
		return true
	}})
	p := open(t, s, "one")
	p.hear(1)
	time.Sleep(300 * time.Millisecond)
	busy.Lock()
	p.ws.CloseNow()
	select {
	case <-reason:
		t.Fatal("ended while a page was connected or work was going on")
	case <-time.After(300 * time.Millisecond):
	}
	busy.Unlock()
	if r := within(t, reason, 5*time.Second, "the idle end"); r != ReasonIdle {
		t.Errorf("ended because %q; want %q", r, ReasonIdle)
	}
}

func TestWatchedProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip("no sleep command to watch:", err)
	}
	_, reason := serve(t, &book{}, Options{WatchPID: cmd.Process.Pid})
	select {
	case r := <-reason:
		t.Fatalf("ended because %q while the process lives", r)
	case <-time.After(1200 * time.Millisecond):
	}
	cmd.Process.Kill()
	// Not reaped yet: a zombie counts as gone.
	if r := within(t, reason, 5*time.Second, "the end with the watched process"); r != ReasonOrphan {
		t.Errorf("ended because %q; want %q", r, ReasonOrphan)
	}
	cmd.Wait()
	if birth(cmd.Process.Pid) != "" {
		t.Error("a process that is gone has a birth")
	}
}

func TestServeEndsWithContext(t *testing.T) {
	s, err := New(&book{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if r, err := s.Serve(ctx); r != ReasonStopped || err != nil {
		t.Errorf("Serve gives %q, %v; want %q", r, err, ReasonStopped)
	}
}

func TestEndWithoutServe(t *testing.T) {
	s, err := New(&book{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.End("changed my mind")
	again, err := New(&book{}, Options{Addr: strings.TrimPrefix(s.URL(), "http://")})
	if err != nil {
		t.Fatalf("the address is still taken after End: %v", err)
	}
	again.End("over")
}

func TestOptionsCheck(t *testing.T) {
	_, err := New(&book{}, Options{Addr: "0.0.0.0:0", Idle: -1, WatchPID: -2})
	if err == nil {
		t.Fatal("bad options pass")
	}
	for _, want := range []string{`Addr is "0.0.0.0:0", which other machines can reach`, "Idle is -1ns", "WatchPID is -2"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
	if _, err := New(&book{}, Options{Addr: "8888"}); err == nil || !strings.Contains(err.Error(), `Addr is "8888"; want host:port`) {
		t.Errorf("an address without port gives %v", err)
	}
	if _, err := New(nil, Options{}); err == nil {
		t.Error("a nil App passes")
	}
	s, err := New(&book{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.End("over")
	if _, err := New(&book{}, Options{Addr: strings.TrimPrefix(s.URL(), "http://")}); err == nil || !strings.Contains(err.Error(), "port 0 takes any free port") {
		t.Errorf("a taken address gives %v", err)
	}
}
