package host

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// apply hands one event to the App, unless its id was seen before, and gives settle what became of it. The server does not
// say goodbye to the pages before settle has returned, so an answer that settle queues is read.
func (s *Server) apply(client string, e Event, settle func(outcome)) {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		settle(outcome{err: fmt.Errorf("host: the server is ending: %w", ErrUnsaved), unsaved: true})
		return
	}
	s.inflight.Add(1)
	s.active = time.Now()
	s.mu.Unlock()
	defer s.inflight.Done()
	settle(s.ledger.once(e.ID, func() (out outcome) {
		out.err = safely("event "+e.Kind, func() error {
			reply, err := s.app.Receive(s.base, client, e)
			if err != nil || reply == nil {
				return err
			}
			if out.reply, err = json.Marshal(reply); err != nil {
				return fmt.Errorf("host: event %s was applied, but its reply cannot be sent: %w", e.Kind, err)
			}
			return nil
		})
		return out
	}))
}

// safely turns a panic of the App into an error for the page; the stack goes to the log.
func safely(what string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(os.Stderr, "host: panic in %s: %v\n%s\n", what, r, debug.Stack())
			err = fmt.Errorf("host: %s failed inside: %s; the server goes on, its log has the details", what, strings.TrimSpace(fmt.Sprint(r)))
		}
	}()
	return f()
}
