package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const (
	pingEvery   = 15 * time.Second
	pingTimeout = 10 * time.Second
	writeLimit  = 10 * time.Second // a page that takes longer to read one message is dropped
	maxMessage  = 16 << 20         // bytes of one event
	maxClients  = 1000             // page loads whose numbering is remembered
)

// conn is one WebSocket of one page.
type conn struct {
	ws      *websocket.Conn
	out     *outbox
	flushed chan struct{} // closed when nothing is written any more
}

// socket serves GET /ws?token=…&client=…. The client name is made by the page when it loads and kept over its
// reconnections; 1 to 64 characters.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	client := r.URL.Query().Get("client")
	if !s.guard.originOK(r) {
		refuse(w, "the WebSocket is opened by a page of another origin")
		return
	}
	if client == "" || len(client) > 64 {
		http.Error(w, "patchwork: want /ws?token=…&client=…, a name of 1 to 64 characters", http.StatusBadRequest)
		return
	}
	// The origin was checked above, with the names of proxies in view.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	defer ws.CloseNow()
	ws.SetReadLimit(maxMessage)

	ctx, cancel := context.WithCancel(s.base)
	defer cancel()
	c := &conn{ws: ws, out: newOutbox(), flushed: make(chan struct{})}
	if !s.enter(c) {
		ws.Close(websocket.StatusGoingAway, "the server is ending")
		return
	}
	defer s.leave(c)
	in := s.inboxOf(client)
	done := in.attach(func(m message) {
		if !c.out.answer(m.text()) {
			cancel()
		}
	})
	go c.write(ctx, cancel)
	go c.ping(ctx, cancel)
	go func() {
		if view, ok := s.greet(ctx, client, done); ok {
			c.out.start(view)
		} else {
			c.out.finish(view) // the page connects again after a while
		}
	}()

	for {
		_, data, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var e Event
		if err := json.Unmarshal(data, &e); err != nil {
			c.out.answer(message{Error: fmt.Sprintf("host: what the page sent is not an event: %v", err)}.text())
			continue
		}
		if e.ID == "" {
			e.ID = fmt.Sprintf("%s/%d", client, e.Seq)
		}
		in.take(e)
	}
}

// greet is the first message to a page: the App's view, and up to which seq its events are settled; or, with ok false,
// why there is none.
func (s *Server) greet(ctx context.Context, client string, done int) (text []byte, ok bool) {
	m := message{Ack: &done}
	err := safely("the first view", func() error {
		view, err := s.app.Hello(ctx, client)
		if err != nil {
			return err
		}
		m.View, err = json.Marshal(view)
		return err
	})
	if err != nil {
		return message{Error: err.Error()}.text(), false
	}
	return m.text(), true
}

// write sends what is queued, in order, until the last message or a page that does not read.
func (c *conn) write(ctx context.Context, cancel context.CancelFunc) {
	defer close(c.flushed)
	for {
		text, ok := c.out.next(ctx)
		if !ok {
			c.ws.Close(websocket.StatusGoingAway, "the server ends")
			cancel()
			return
		}
		one, done := context.WithTimeout(ctx, writeLimit)
		err := c.ws.Write(one, websocket.MessageText, text)
		done()
		if err != nil {
			cancel()
			return
		}
	}
}

// ping drops a connection whose other end is gone without saying so.
func (c *conn) ping(ctx context.Context, cancel context.CancelFunc) {
	defer cancel()
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		one, done := context.WithTimeout(ctx, pingTimeout)
		err := c.ws.Ping(one)
		done()
		if err != nil {
			return
		}
	}
}

func (s *Server) enter(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.conns[c] = true
	}
	return !s.closing
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.active = time.Now()
}

// inboxOf finds or makes the inbox of a client and forgets the client seen longest ago when there are too many. A
// client that was forgotten and comes back is told ack 0 and numbers its events anew.
func (s *Server) inboxOf(client string) *inbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ok := s.inboxes[client]
	if ok {
		return in
	}
	in = &inbox{apply: func(e Event, settle func(outcome)) { s.apply(client, e, settle) }}
	s.inboxes[client] = in
	s.left = append(s.left, client)
	if len(s.left) > maxClients {
		delete(s.inboxes, s.left[0])
		s.left = s.left[1:]
	}
	return in
}
