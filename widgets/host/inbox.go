package host

import "sync"

// maxAhead is how far an event may run ahead of the last one applied before it is dropped; the page sends it again.
const maxAhead = 10_000

// inbox puts the events of one client in order. It outlives the client's connections: a page that reconnects goes on
// where it was. It takes functions, not a connection, so no test needs a network.
type inbox struct {
	apply func(e Event, settle func(outcome)) // calls settle once, before it returns

	mu    sync.Mutex
	say   func(m message) // to the client's current connection
	done  int             // every seq up to here is settled
	held  map[int]Event   // by seq, all above done
	again []Event         // sent before; answered from memory
	busy  bool            // a goroutine is in drain
}

// attach makes say the way to the client and returns the highest settled seq.
func (in *inbox) attach(say func(m message)) (done int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.say = say
	return in.done
}

// take accepts one event and returns at once. Events are applied by increasing seq from 1, and one that comes too early
// waits for those before it. One whose seq is settled is answered from memory; should its id be unknown it is applied
// all the same, because to lose it would be worse.
func (in *inbox) take(e Event) {
	in.mu.Lock()
	defer in.mu.Unlock()
	switch {
	case e.Seq < 1:
		ack := in.done
		in.say(message{Ack: &ack, ID: e.ID, Error: "host: event has no seq; want 1, 2, 3 …"})
		return
	case e.Seq > in.done+maxAhead:
		return
	case e.Seq <= in.done:
		in.again = append(in.again, e)
	default:
		if in.held == nil {
			in.held = map[int]Event{}
		}
		in.held[e.Seq] = e
	}
	if !in.busy {
		in.busy = true
		go in.drain()
	}
}

// drain applies what can be applied, one event at a time, and says what became of each.
func (in *inbox) drain() {
	in.mu.Lock()
	defer in.mu.Unlock()
	for {
		e, ok := in.next()
		if !ok {
			in.busy = false
			return
		}
		unsaved := false
		in.mu.Unlock()
		in.apply(e, func(out outcome) {
			in.settle(e, out)
			unsaved = out.unsaved
		})
		in.mu.Lock()
		if unsaved {
			in.busy = false
			return
		}
	}
}

// settle notes and says what became of an event.
func (in *inbox) settle(e Event, out outcome) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if e.Seq == in.done+1 && !out.unsaved {
		in.done++
		delete(in.held, in.done) // sent again meanwhile; one answer is enough
	}
	in.say(out.answer(in.done, e.ID))
}

// next takes the event to apply next out of the queue.
func (in *inbox) next() (Event, bool) {
	if len(in.again) > 0 {
		e := in.again[0]
		in.again = in.again[1:]
		return e, true
	}
	e, ok := in.held[in.done+1]
	delete(in.held, e.Seq)
	return e, ok
}
