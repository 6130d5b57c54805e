package host

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// drainAll reads what an outbox that has been finished still holds.
func drainAll(o *outbox) (got []string) {
	for {
		text, ok := o.next(context.Background())
		if !ok {
			return got
		}
		got = append(got, string(text))
	}
}

func TestOutboxOrder(t *testing.T) {
	o := newOutbox()
	o.push("grid", []byte("grid 1"))
	o.answer([]byte("answer 1"))
	o.push("curve", []byte("curve 1"))
	o.push("", []byte("note"))
	o.push("grid", []byte("grid 2"))
	o.answer([]byte("answer 2"))
	o.start([]byte("view"))
	o.finish([]byte("bye"))
	want := []string{"view", "answer 1", "curve 1", "note", "grid 2", "answer 2", "bye"}
	if got := drainAll(o); !slices.Equal(got, want) {
		t.Errorf("sent %q; want %q: the view first, only the newest push of a key, answers in order", got, want)
	}
}

func TestOutboxWaitsForStart(t *testing.T) {
	o := newOutbox()
	o.push("", []byte("early"))
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	if text, ok := o.next(ctx); ok {
		t.Errorf("sent %q before the first view", text)
	}
}

func TestOutboxLimits(t *testing.T) {
	o := newOutbox()
	for i := range maxLoose + 5 {
		o.push("", fmt.Append(nil, i))
	}
	o.start([]byte("view"))
	o.finish([]byte("bye"))
	got := drainAll(o)
	if len(got) != maxLoose+2 || got[1] != "5" {
		t.Errorf("%d messages from %q; want the newest %d pushes, from 5", len(got), got[1], maxLoose)
	}
	o = newOutbox()
	ok := true
	for range maxQueue + 1 {
		ok = o.answer([]byte("x"))
	}
	if ok {
		t.Errorf("a page that lets %d answers wait is still taken for alive", maxQueue+1)
	}
}
