package kernellink

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"sync"
	"time"
)

const (
	chunkBytes = 42_000 // of a message in one datagram; 56 kB as base64
	Window     = 6      // datagrams on their way at most
	queueLimit = 32     // datagrams that wait at most before Write blocks
	firstWait  = time.Second
	longWait   = 8 * time.Second
)

// Datagram is one text of a stream. Page and server name the channel, which is one server's, and the session, which is
// one frame's.
type Datagram struct {
	Channel string `json:"c"`
	To      string `json:"to"` // "page" or "server"
	Session string `json:"s"`
	N       int    `json:"n,omitempty"` // number of the data, from 1; 0 means no data
	Ack     int    `json:"a,omitempty"` // all up to this number have been heard
	Data    string `json:"d,omitempty"` // base64
	More    bool   `json:"m,omitempty"` // the message goes on in the next datagram
	Hello   bool   `json:"h,omitempty"` // from the page: asks for Script; outside the numbering
	Script  string `json:"x,omitempty"` // to the page: the code of its end
	Ping    bool   `json:"p,omitempty"` // wants any answer
	Bye     bool   `json:"b,omitempty"` // the session is over
}

// Parse reads the text of a datagram for the server's end of channel; ok is false for any other.
func Parse(text, channel string) (d Datagram, ok bool) {
	if json.Unmarshal([]byte(text), &d) != nil {
		return Datagram{}, false
	}
	return d, d.Channel == channel && d.To == "server"
}

// Text is what Echo sends.
func (d Datagram) Text() string {
	data, _ := json.Marshal(d)
	return string(data)
}

// Stream is one end of a session. Its methods may be called from any goroutine.
type Stream struct {
	send    func(Datagram)
	deliver func(message []byte)

	mu      sync.Mutex
	room    *sync.Cond
	made    int        // number of the last datagram made
	out     []Datagram // made and not acknowledged; the first Window of them are on their way
	flying  int        // how many of out are on their way
	wait    time.Duration
	timer   *time.Timer
	heard   int              // all up to this number were heard
	early   map[int]Datagram // heard out of order
	partial []byte
	last    time.Time // when anything was heard
	closed  bool
}

// NewStream makes an end that sends by send, which must not call back, and gives whole messages, in order, to deliver.
func NewStream(send func(Datagram), deliver func(message []byte)) *Stream {
	s := &Stream{send: send, deliver: deliver, wait: firstWait, early: map[int]Datagram{}, last: time.Now()}
	s.room = sync.NewCond(&s.mu)
	return s
}

// Write sends a message. It waits while too much is unsent. Errors: ctx has ended; the stream is closed.
func (s *Stream) Write(ctx context.Context, message []byte) error {
	stop := context.AfterFunc(ctx, func() { s.mu.Lock(); s.room.Broadcast(); s.mu.Unlock() })
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.out) >= queueLimit && !s.closed && ctx.Err() == nil {
		s.room.Wait()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed {
		return context.Canceled
	}
	for more := true; more; { // all of a message at once, so that no other comes between its parts
		part := message[:min(len(message), chunkBytes)]
		message = message[len(part):]
		more = len(message) > 0
		s.made++
		s.out = append(s.out, Datagram{N: s.made, Data: base64.StdEncoding.EncodeToString(part), More: more})
	}
	s.fly()
	return nil
}

// fly sends what the window allows, and sees to it that it is sent again if no acknowledgement comes.
func (s *Stream) fly() {
	for s.flying < min(Window, len(s.out)) {
		s.sendNow(s.out[s.flying])
		s.flying++
	}
	if s.timer == nil && s.flying > 0 && !s.closed {
		s.timer = time.AfterFunc(s.wait, s.again)
	}
}

func (s *Stream) sendNow(d Datagram) {
	d.Ack = s.heard
	s.send(d)
}

// again repeats the oldest datagram on its way: what came after it may well have arrived.
func (s *Stream) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = nil
	if s.closed || s.flying == 0 {
		return
	}
	s.wait = min(2*s.wait, longWait)
	s.sendNow(s.out[0])
	s.fly()
}

// Hear takes what the other end sent. A repeated datagram is acknowledged again and does nothing else.
func (s *Stream) Hear(d Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.last = time.Now()
	s.settle(d.Ack)
	if d.N > s.heard && d.N <= s.heard+4*Window {
		s.early[d.N] = d
	}
	for next, ok := s.early[s.heard+1]; ok; next, ok = s.early[s.heard+1] {
		s.heard++
		delete(s.early, s.heard)
		part, _ := base64.StdEncoding.DecodeString(next.Data)
		s.partial = append(s.partial, part...)
		if !next.More {
			s.deliver(s.partial)
			s.partial = nil
		}
	}
	before := s.flying
	s.fly()
	if (d.N > 0 || d.Ping) && s.flying == before { // what flew carried the acknowledgement
		s.sendNow(Datagram{})
	}
}

// settle drops what the other end has heard.
func (s *Stream) settle(ack int) {
	n := 0
	for n < s.flying && s.out[n].N <= ack {
		n++
	}
	if n == 0 {
		return
	}
	s.out, s.flying = s.out[n:], s.flying-n
	s.wait = firstWait
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.room.Broadcast()
}

// Ping asks the other end for a sign of life.
func (s *Stream) Ping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sendNow(Datagram{Ping: true})
}

// Silent is how long nothing has been heard.
func (s *Stream) Silent() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.last)
}

// Close ends the stream; what is unsent is dropped.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	s.room.Broadcast()
}
