package kernellink

import (
	"bytes"
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// Two ends over a way that loses, repeats and reorders still exchange all messages in order.
func TestStreamOverABadWay(t *testing.T) {
	draw := rand.New(rand.NewPCG(7, 1))
	var mu sync.Mutex
	luck := func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return draw.Float64()
	}
	var page, server *Stream
	way := func(to **Stream) func(Datagram) {
		return func(d Datagram) {
			for range 1 + int(2*luck()*luck()) { // now and then twice
				if luck() < 0.1 {
					continue // lost
				}
				time.AfterFunc(time.Duration(luck()*float64(3*time.Millisecond)), func() { (*to).Hear(d) })
			}
		}
	}
	got := make(chan []byte, 100)
	server = NewStream(way(&page), func([]byte) {})
	page = NewStream(way(&server), func(m []byte) { got <- bytes.Clone(m) })
	defer page.Close()
	defer server.Close()
	sizes := []int{0, 1, chunkBytes, chunkBytes + 1, 5 * chunkBytes, 3, 9*chunkBytes + 5, 100}
	go func() {
		for i, n := range sizes {
			server.Write(context.Background(), bytes.Repeat([]byte{byte(i)}, n))
		}
	}()
	for i, n := range sizes {
		select {
		case m := <-got:
			if len(m) != n || len(m) > 0 && m[n-1] != byte(i) {
				t.Fatalf("message %d has %d bytes, want %d of %d", i, len(m), n, i)
			}
		case <-time.After(time.Minute):
			t.Fatalf("message %d does not arrive", i)
		}
	}
}

func TestStreamSendsWhatFits(t *testing.T) {
	sent := 0
	s := NewStream(func(d Datagram) { sent++ }, func([]byte) {})
	defer s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	var err error
	for i := 0; i < 2*queueLimit && err == nil; i++ {
		err = s.Write(ctx, []byte("x"))
	}
	if err == nil || sent != Window {
		t.Errorf("with nobody at the other end %d are on their way and Write says %v; want %d and an error", sent, err, Window)
	}
}

func TestPathInCommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"/go/bin/gonb\x00--kernel\x00/run/kernel-1a.json\x00-logtostderr=true\x00": "/run/kernel-1a.json",
		"/go/bin/gonb --kernel /my files/kernel-1a.json -x":                        "/my files/kernel-1a.json",
		"/go/bin/gonb\x00-kernel=/run/kernel-1a.json":                              "/run/kernel-1a.json",
		"bash": "",
	} {
		if got := pathIn(line); got != want {
			t.Errorf("pathIn(%q) is %q, want %q", line, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"c":"x","to":"server","s":"1","n":2,"d":"AA=="}`)
	f.Add(`{"n":-1}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := Parse(text, "x")
		s := NewStream(func(Datagram) {}, func([]byte) {})
		defer s.Close()
		if ok {
			s.Hear(d)
		}
	})
}
