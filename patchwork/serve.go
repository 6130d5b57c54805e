package patchwork

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// ServeOptions configures Serve.
type ServeOptions struct {
	Addr     string        // loopback host:port; "" means 127.0.0.1 and a free port
	Idle     time.Duration // end after this long without a page; 0 means never
	WatchPID int           // end when this process is gone; 0 means watch none
	Ready    func(Served)  // called once the page can be reached
}

// Served says where a studio is.
type Served struct {
	Project string `json:"project"`
	URL     string `json:"url"`
	Token   string `json:"token"`
	Link    string `json:"link"` // the page, with the token
	PID     int    `json:"pid"`
}

// Serve runs the studio of the project in dir as a page on this machine until ctx ends, Done is pressed, nobody uses it
// for o.Idle, or the watched process is gone, and returns why. Every label is on disk before the page says so; a
// training that runs at the end keeps its best weights.
//
// Errors: no project; its studio is open already (the error says where); the journal is in use (the error says by whom).
func Serve(ctx context.Context, dir string, o ServeOptions) (reason string, err error) {
	p, err := Open(dir)
	if err != nil {
		return "", err
	}
	if record, alive, err := host.Find(dir); err == nil && alive { // also one of another annotator: a folder has one record
		return "", fmt.Errorf("patchwork: the studio of %s is open already: %s", p.Name(), record.Link())
	}
	if err := checkWritable(dir); err != nil {
		return "", err
	}
	if _, err := p.openWriter(); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	e := &engine{Project: p}
	defer func() { err = errors.Join(err, e.kept.close()) }()
	session := studio.New(ctx, e, studio.Options{Seed: p.Settings().Seed})
	defer session.Close(0) // it asks nothing of a project that is closed
	server, err := listen(session, dir, host.Options{Addr: o.Addr, Idle: o.Idle, WatchPID: o.WatchPID})
	if err != nil {
		return "", err
	}
	if err := host.WriteRecord(dir, server.Record("patchwork studio", "1")); err != nil {
		server.End("not recorded")
		return "", err
	}
	defer host.RemoveRecord(dir, server.Token())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go session.Watch(ctx)
	go p.keepTable(ctx)
	if o.Ready != nil {
		o.Ready(Served{Project: p.Name(), URL: server.URL(), Token: server.Token(), Link: server.Link(), PID: os.Getpid()})
	}
	reason, err = server.Serve(ctx)
	session.Close(10 * time.Second) // the record says until then that the project is in use
	return reason, err
}

// keepTable writes labels.csv every ten seconds while labels change; Close writes it a last time.
func (p *Project) keepTable(ctx context.Context) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	var written int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		t, version, err := p.labelsNow()
		if err != nil || version == written {
			continue
		}
		if err := t.SaveCSV(p.path("labels.csv")); err != nil {
			fmt.Fprintln(os.Stderr, err) // the journal has the labels; the next tick tries again
			continue
		}
		written = version
	}
}

// listen makes the session's server. After a server that was killed it takes the same address and token again, so that
// pages still open on it come back by themselves and hand in what they could not save.
func listen(session *studio.Session, dir string, o host.Options) (*host.Server, error) {
	killed, alive, err := host.Find(dir)
	if at, perr := url.Parse(killed.URL); err == nil && !alive && killed.Token != "" && perr == nil && (o.Addr == "" || strings.HasSuffix(o.Addr, ":0")) {
		again := o
		again.Addr, again.Token = at.Host, killed.Token
		if server, err := studio.NewServer(session, again); err == nil {
			return server, nil
		}
	}
	return studio.NewServer(session, o)
}

// The studio of a cell is this program, started again as a server of its own (widgets/host, Detach).
const studioRole = "patchwork-studio"

// studioConfig is what the cell tells its server.
type studioConfig struct {
	Dir   string        `json:"dir"`
	Watch int           `json:"watch"`
	Idle  time.Duration `json:"idle"`
}

func init() {
	host.Main(studioRole, func(ctx context.Context, config json.RawMessage, ready func(host.Handshake)) error {
		var c studioConfig
		if err := json.Unmarshal(config, &c); err != nil {
			return err
		}
		_, err := Serve(ctx, c.Dir, ServeOptions{Idle: c.Idle, WatchPID: c.Watch, Ready: func(s Served) {
			ready(host.Handshake{URL: s.URL, Token: s.Token, PID: s.PID})
		}})
		return err
	})
}
