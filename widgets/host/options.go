package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"
)

// App is one application behind a page. Its methods are called from several goroutines; Receive is called by one
// goroutine at a time for each client. What they return is sent as JSON. An App that also has the method
// Start(*Server) gets its Server once, inside New, so that it can Push and End.
type App interface {
	// Hello returns the first view for a page that has just connected or come back. Changes that the App pushes while
	// Hello runs reach the page after the view.
	Hello(ctx context.Context, client string) (view any, err error)
	// Receive applies one event and returns once it is durable. It is called once for each event id, and in the order of
	// Seq for each client. An error is shown by the page and the event counts as settled, so a wish that makes no sense
	// does not hold up later ones; an error that wraps ErrUnsaved instead leaves the event with the page, which sends it
	// again, and nothing later from that client is applied before it.
	Receive(ctx context.Context, client string, e Event) (reply any, err error)
}

// Event is one thing that a person or another process did.
type Event struct {
	Seq  int             `json:"seq"`  // 1, 2, 3 … for each client; ignored when posted by another process
	ID   string          `json:"id"`   // unique for ever; "" means client/seq
	Kind string          `json:"kind"` // what the App calls it
	Data json.RawMessage `json:"data,omitempty"`
}

// ErrUnsaved marks an event that could not be made durable for a reason that may pass, such as a full disk.
var ErrUnsaved = errors.New("not saved yet")

// Options configures New. The zero value serves a bare App on a free port of 127.0.0.1 until its context ends.
type Options struct {
	Addr        string                    // host:port to listen on; "" means 127.0.0.1:0, port 0 means any free port
	AllowRemote bool                      // accept an Addr that other machines can reach; the token is then the only lock
	Hosts       []string                  // names besides loopback under which pages may reach the server, for example behind a proxy
	Assets      fs.FS                     // files below /assets/, readable without the token; nil means none
	Page        func(token string) string // HTML of the page; nil means no page, only the socket and the API
	Token       string                    // the secret of a server that was killed, to take its place; "" means a new one
	Idle        time.Duration             // end after this time without page and event; 0 means never
	Busy        func() bool               // while it reports true the server is not idle; nil means never busy
	WatchPID    int                       // end when this process is gone; 0 means watch none
	OnEnd       func(reason string)       // called once, when no event is being applied any more and before pages are told
}

// check reports every bad field at once.
func (o Options) check() error {
	host, _, err := net.SplitHostPort(o.addr())
	return errors.Join(
		need(err == nil, "Addr is %q; want host:port such as 127.0.0.1:0", o.Addr),
		need(err != nil || o.AllowRemote || isLoopback(host),
			"Addr is %q, which other machines can reach; want 127.0.0.1:port, or set AllowRemote", o.Addr),
		need(o.Idle >= 0, "Idle is %v; want 0 for never, or more", o.Idle),
		need(o.WatchPID >= 0, "WatchPID is %d; want a process id, or 0 for none", o.WatchPID),
		need(o.WatchPID != os.Getpid(), "WatchPID is %d, which is this process; want another one", o.WatchPID),
	)
}

func (o Options) addr() string {
	if o.Addr == "" {
		return "127.0.0.1:0"
	}
	return o.Addr
}

func need(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("host.Options: "+format, args...)
}

// isLoopback says whether a host name, without port, can only mean this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
