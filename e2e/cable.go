package e2e

import (
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Cable is a connection to a server that a test can cut, as a network does that goes away.
type Cable struct {
	URL string // the server's address, through the cable

	to    string
	mu    sync.Mutex
	cut   bool
	mute  bool
	ends  map[net.Conn]bool
	plugs net.Listener
}

// NewCable lays a cable to the server at an address until the test ends.
func NewCable(t testing.TB, address string) *Cable {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	c := &Cable{
		URL: strings.Replace(address, ":"+u.Port(), ":"+port, 1),
		to:  "127.0.0.1:" + u.Port(), ends: map[net.Conn]bool{}, plugs: l,
	}
	t.Cleanup(func() { l.Close(); c.Cut() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(conn)
		}
	}()
	return c
}

func (c *Cable) carry(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer out.Close()
	c.mu.Lock()
	whole := !c.cut
	if whole {
		c.ends[in] = true
	}
	c.mu.Unlock()
	if !whole {
		return
	}
	go func() {
		io.Copy(out, in)
		out.Close()
	}()
	io.Copy(heard{c, in}, out)
	c.mu.Lock()
	delete(c.ends, in)
	c.mu.Unlock()
}

// heard is what a page hears through the cable.
type heard struct {
	c  *Cable
	in io.Writer
}

func (h heard) Write(p []byte) (int, error) {
	h.c.mu.Lock()
	mute := h.c.mute
	h.c.mu.Unlock()
	if mute {
		return len(p), nil
	}
	return h.in.Write(p)
}

// Mute loses from now on what the server says; what the page says still reaches it. A connection that has lost something
// makes no sense any more: Cut comes next.
func (c *Cable) Mute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mute = true
}

// Cut ends all connections and lets none through until Mend.
func (c *Cable) Cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for conn := range c.ends {
		conn.Close()
	}
}

// Mend lets connections through again.
func (c *Cable) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut, c.mute = false, false
}
