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
	io.Copy(in, out)
	c.mu.Lock()
	delete(c.ends, in)
	c.mu.Unlock()
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
	c.cut = false
}
