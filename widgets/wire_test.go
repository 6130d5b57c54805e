package widgets

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// wire is testdata/wire.json, the conversation that testdata/queue.test.mjs plays from the page's side.
type wire struct {
	Client    string
	Scenarios []struct {
		Name   string
		Steps  []wireStep
		Values [][]int8
	}
}

type wireStep struct {
	Connect string
	Ack     int
	Resend  []struct {
		Event  json.RawMessage
		Answer *wireMessage
	}
	Send    json.RawMessage
	Arrives bool
	Answer  *wireMessage
}

type wireMessage struct {
	View  json.RawMessage
	Ack   int
	ID    string
	Error string
}

// TestWire plays the page of wire.json against a real server, which must answer as the file says.
func TestWire(t *testing.T) {
	data, err := os.ReadFile("testdata/wire.json")
	if err != nil {
		t.Fatal(err)
	}
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	for _, scenario := range w.Scenarios {
		t.Run(scenario.Name, func(t *testing.T) {
			p := &player{t: t, client: w.Client}
			for _, step := range scenario.Steps {
				p.play(step)
			}
			p.session.mu.Lock()
			defer p.session.mu.Unlock()
			if !reflect.DeepEqual(p.session.values, scenario.Values) {
				t.Errorf("labels are %v; want %v", p.session.values, scenario.Values)
			}
		})
	}
}

// player is the page's side of one scenario.
type player struct {
	t       *testing.T
	client  string
	session *session
	server  *host.Server
	conn    *websocket.Conn
}

func (p *player) play(step wireStep) {
	switch {
	case step.Connect != "":
		p.connect(step)
	case step.Arrives:
		got := p.send(step.Send)
		if step.Answer != nil {
			p.compare(got, *step.Answer)
		}
	}
}

func (p *player) connect(step wireStep) {
	if p.conn != nil {
		p.conn.CloseNow()
	}
	if step.Connect == "anew" {
		p.session = &session{mode: "grid", columns: 2, classes: Classes("a", "b"), images: make([]GridImage, 2)}
		p.session.begin()
		server, err := host.New(p.session, host.Options{})
		if err != nil {
			p.t.Fatal(err)
		}
		p.server = server
		ctx, cancel := context.WithCancel(context.Background())
		p.t.Cleanup(cancel)
		go server.Serve(ctx)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	address := strings.Replace(p.server.URL(), "http", "ws", 1) + "/ws?token=" + p.server.Token() + "&client=" + p.client
	conn, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	p.conn = conn
	p.t.Cleanup(func() { conn.CloseNow() })
	first := p.read()
	if first.View == nil || first.Ack != step.Ack {
		p.t.Fatalf("first message has ack %d and view %.40s; want ack %d and a view", first.Ack, first.View, step.Ack)
	}
	for _, again := range step.Resend {
		p.compare(p.send(again.Event), *again.Answer)
	}
}

// send sends an event and returns the server's answer to it.
func (p *player) send(event json.RawMessage) wireMessage {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := wsjson.Write(ctx, p.conn, event); err != nil {
		p.t.Fatal(err)
	}
	for {
		if m := p.read(); m.ID != "" {
			return m
		}
	}
}

func (p *player) read() (m wireMessage) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := wsjson.Read(ctx, p.conn, &m); err != nil {
		p.t.Fatalf("the server said nothing: %v", err)
	}
	return m
}

func (p *player) compare(got, want wireMessage) {
	p.t.Helper()
	if got.Ack != want.Ack || got.ID != want.ID || (got.Error == "") != (want.Error == "") || !strings.Contains(got.Error, want.Error) {
		p.t.Errorf("the server answered ack %d, id %s, error %q; want ack %d, id %s, error %q", got.Ack, got.ID, got.Error, want.Ack, want.ID, want.Error)
	}
}
