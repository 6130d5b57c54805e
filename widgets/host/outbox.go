package host

import (
	"context"
	"sync"
)

// Limits of what waits for a slow page: pushes without a key beyond maxLoose drop the oldest of them, and a page that
// lets maxQueue messages pile up is disconnected; it comes back to a fresh view.
const (
	maxLoose = 256
	maxQueue = 20_000
)

// outbox holds what one page has not read yet. Putting never blocks. Nothing leaves it before start.
type outbox struct {
	mu    sync.Mutex
	queue []parcel
	loose int           // pushes without a key in queue
	open  bool          // start was called
	last  bool          // nothing follows what is queued
	wake  chan struct{} // holds one value when queue or last changed
}

type parcel struct {
	push bool
	key  string
	text []byte
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// start puts the first view in front of all else and lets the queue flow.
func (o *outbox) start(view []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append([]parcel{{text: view}}, o.queue...)
	o.open = true
	o.signal()
}

// answer queues a message that must arrive. It is false when the page has fallen too far behind.
func (o *outbox) answer(text []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append(o.queue, parcel{text: text})
	o.signal()
	return len(o.queue) <= maxQueue
}

// push queues a message that a newer one with the same key replaces.
func (o *outbox) push(key string, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.queue {
		if key != "" && o.queue[i].push && o.queue[i].key == key {
			o.queue = append(o.queue[:i], o.queue[i+1:]...) // the newer one goes last, so it never overtakes
			break
		}
	}
	if key == "" {
		if o.loose++; o.loose > maxLoose {
			o.dropOldestLoose()
		}
	}
	o.queue = append(o.queue, parcel{push: true, key: key, text: text})
	o.signal()
}

func (o *outbox) dropOldestLoose() {
	for i := range o.queue {
		if o.queue[i].push && o.queue[i].key == "" {
			o.queue = append(o.queue[:i], o.queue[i+1:]...)
			o.loose--
			return
		}
	}
}

// finish queues the last message.
func (o *outbox) finish(text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append(o.queue, parcel{text: text})
	o.open, o.last = true, true
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// next waits for the next message. It is false when none will come.
func (o *outbox) next(ctx context.Context) ([]byte, bool) {
	for {
		o.mu.Lock()
		if o.open && len(o.queue) > 0 {
			p := o.queue[0]
			o.queue = o.queue[1:]
			if p.push && p.key == "" {
				o.loose--
			}
			o.mu.Unlock()
			return p.text, true
		}
		last := o.last
		o.mu.Unlock()
		if last {
			return nil, false
		}
		select {
		case <-o.wake:
		case <-ctx.Done():
			return nil, false
		}
	}
}
