package host

import (
	"testing"

	"github.com/gopatchwork/patchwork/widgets/kernellink"
)

// A session begins with its first datagrams only. One that was forgotten, as when the page slept, does not begin again in
// the middle, where nothing could ever be put in order.
func TestRelayForgetsForGood(t *testing.T) {
	s, err := New(&book{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.End("test is over") })
	r := s.relay
	first := r.session("no file", kernellink.Datagram{Session: "a", N: kernellink.Window})
	if first == nil {
		t.Fatal("the last of the first datagrams begins no session; they come in no order")
	}
	if again := r.session("no file", kernellink.Datagram{Session: "a", N: 40, Ack: 30}); again != first {
		t.Error("a session that is known is not found")
	}
	r.forget("a")
	for _, d := range []kernellink.Datagram{{Session: "a", N: 40, Ack: 30}, {Session: "a", Ack: 1}, {Session: "b", N: kernellink.Window + 1}} {
		if r.session("no file", d) != nil {
			t.Errorf("%+v begins a session", d)
		}
	}
	for i := range maxSessions + 5 {
		r.session("no file", kernellink.Datagram{Session: string(rune('A' + i)), N: 1})
	}
	r.mu.Lock() // sessions without a file end by themselves
	defer r.mu.Unlock()
	if len(r.sessions) != maxSessions {
		t.Errorf("there are %d sessions, want at most %d", len(r.sessions), maxSessions)
	}
}
