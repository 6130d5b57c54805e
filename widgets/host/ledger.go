package host

import (
	"encoding/json"
	"errors"
	"sync"
)

// rememberedIDs is how many event ids a server remembers, and rememberedReplies how many of the latest replies. A page
// repeats at most what it sent since its connection broke, so both are generous; a durable App also knows its old ids.
const (
	rememberedIDs     = 8192
	rememberedReplies = 64
)

// outcome is what became of one event.
type outcome struct {
	reply   json.RawMessage
	err     error
	unsaved bool // err wraps ErrUnsaved: the event may come again and is then applied
}

// ledger applies each event id once, however many clients send it and however often.
type ledger struct {
	mu    sync.Mutex
	known map[string]*entry
	order []string // ids of settled events, oldest first
}

type entry struct {
	settled chan struct{} // closed when out is final
	out     outcome
}

// once returns what f made of the event id, calling f only if no earlier call has settled it. A second caller waits for
// the first. An unsaved outcome is forgotten, so that the next call tries again.
func (l *ledger) once(id string, f func() outcome) outcome {
	l.mu.Lock()
	if e, ok := l.known[id]; ok {
		l.mu.Unlock()
		<-e.settled
		l.mu.Lock()
		defer l.mu.Unlock()
		return e.out
	}
	if l.known == nil {
		l.known = map[string]*entry{}
	}
	e := &entry{settled: make(chan struct{})}
	l.known[id] = e
	l.mu.Unlock()

	out := f()
	out.unsaved = errors.Is(out.err, ErrUnsaved)

	l.mu.Lock()
	defer l.mu.Unlock()
	e.out = out
	close(e.settled)
	if out.unsaved {
		delete(l.known, id)
		return out
	}
	l.order = append(l.order, id)
	if n := len(l.order) - rememberedReplies; n > 0 {
		l.known[l.order[n-1]].out.reply = nil
	}
	if len(l.order) > rememberedIDs {
		delete(l.known, l.order[0])
		l.order = l.order[1:]
	}
	return out
}
