package host

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// desk is an inbox with everything around it replaced by slices.
type desk struct {
	in      *inbox
	mu      sync.Mutex
	applied []string
	said    []string
	fail    map[string]error // by event id, once
	ledger  ledger
}

func newDesk() *desk {
	d := &desk{fail: map[string]error{}}
	d.in = &inbox{apply: func(e Event, settle func(outcome)) {
		settle(d.ledger.once(e.ID, func() outcome {
			d.mu.Lock()
			defer d.mu.Unlock()
			if err := d.fail[e.ID]; err != nil {
				delete(d.fail, e.ID)
				return outcome{err: err}
			}
			d.applied = append(d.applied, e.ID)
			return outcome{}
		}))
	}}
	d.in.attach(func(m message) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.said = append(d.said, fmt.Sprintf("%d %s %s%v", *m.Ack, m.ID, m.Error, m.Retry))
	})
	return d
}

// rest waits until the inbox has nothing left to do.
func (d *desk) rest(t *testing.T) {
	t.Helper()
	for range 1000 {
		d.in.mu.Lock()
		busy := d.in.busy
		d.in.mu.Unlock()
		if !busy {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the inbox never came to rest")
}

func TestInboxOrder(t *testing.T) {
	e := func(seq int) Event { return Event{Seq: seq, ID: fmt.Sprint("e", seq)} }
	tests := []struct {
		name    string
		send    []Event
		applied []string
		done    int
	}{
		{"in order", []Event{e(1), e(2), e(3)}, []string{"e1", "e2", "e3"}, 3},
		{"swapped", []Event{e(2), e(1), e(4), e(3)}, []string{"e1", "e2", "e3", "e4"}, 4},
		{"a gap holds back what follows", []Event{e(1), e(3), e(4)}, []string{"e1"}, 1},
		{"sent twice", []Event{e(1), e(1), e(2), e(1), e(2)}, []string{"e1", "e2"}, 2},
		{"too far ahead is dropped", []Event{e(maxAhead + 1), e(1)}, []string{"e1"}, 1},
		{"a settled number with a new id is not lost", []Event{e(1), {Seq: 1, ID: "other"}}, []string{"e1", "other"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk()
			for _, e := range tt.send {
				d.in.take(e)
				d.rest(t)
			}
			if !slices.Equal(d.applied, tt.applied) {
				t.Errorf("applied %v; want %v", d.applied, tt.applied)
			}
			if d.in.done != tt.done {
				t.Errorf("ack is %d; want %d", d.in.done, tt.done)
			}
		})
	}
}

func TestInboxAnswers(t *testing.T) {
	d := newDesk()
	d.fail["bad"] = errors.New("no such class")
	d.fail["full"] = fmt.Errorf("disk full: %w", ErrUnsaved)
	for _, e := range []Event{
		{Seq: 1, ID: "bad"}, {Seq: 2, ID: "good"}, {Seq: 1, ID: "bad"}, // refused stays refused
		{Seq: 3, ID: "full"}, {Seq: 4, ID: "later"}, {Seq: 3, ID: "full"},
		{Seq: 0, ID: "zero"},
	} {
		d.in.take(e)
		d.rest(t)
	}
	want := []string{
		"1 bad no such classfalse", "2 good false", "2 bad no such classfalse",
		"2 full disk full: not saved yettrue", "3 full false", "4 later false",
		"4 zero host: event has no seq; want 1, 2, 3 …false",
	}
	if !slices.Equal(d.said, want) {
		t.Errorf("said\n%q; want\n%q", d.said, want)
	}
	if want := []string{"good", "full", "later"}; !slices.Equal(d.applied, want) {
		t.Errorf("applied %v; want %v", d.applied, want)
	}
}

func TestLedgerOnceAmongMany(t *testing.T) {
	var l ledger
	var calls int // only one goroutine may get to it
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			out := l.once("x", func() outcome {
				calls++
				time.Sleep(5 * time.Millisecond)
				return outcome{reply: []byte("7")}
			})
			if string(out.reply) != "7" {
				t.Errorf("reply %q; want the first call's 7", out.reply)
			}
		})
	}
	wg.Wait()
	if calls != 1 {
		t.Errorf("applied %d times; want once", calls)
	}
}

func TestLedgerForgets(t *testing.T) {
	var l ledger
	reply := func() outcome { return outcome{reply: []byte("1")} }
	for i := range rememberedIDs + 10 {
		l.once(fmt.Sprint(i), reply)
	}
	if len(l.known) != rememberedIDs || len(l.order) != rememberedIDs {
		t.Errorf("remembers %d ids and %d in order; want %d", len(l.known), len(l.order), rememberedIDs)
	}
	last := l.once(fmt.Sprint(rememberedIDs+9), func() outcome { t.Error("applied again"); return outcome{} })
	if string(last.reply) != "1" {
		t.Errorf("the latest reply is %q; want 1", last.reply)
	}
	var kept int
	for _, e := range l.known {
		if e.out.reply != nil {
			kept++
		}
	}
	if kept != rememberedReplies-1 && kept != rememberedReplies {
		t.Errorf("keeps %d replies; want %d", kept, rememberedReplies)
	}
}
