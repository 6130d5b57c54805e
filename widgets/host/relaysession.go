package host

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/coder/websocket"
	"github.com/gopatchwork/patchwork/widgets/kernellink"
)

const (
	maxGot     = 64 << 20 // bytes of one answer
	socketRoom = 256      // messages of a page that wait for its socket at most; then the socket is closed
)

// session is one frame that comes through a kernel.
type session struct {
	relay  *relay
	stream *kernellink.Stream
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	sockets map[int]chan<- []byte // by the id that the page gave
}

// take starts what a message asks for and returns at once.
func (one *session) take(message []byte) {
	m, body, err := splitFrameMessage(message)
	if err != nil {
		return
	}
	switch m.Kind {
	case "get":
		go one.get(m)
	case "open":
		in := make(chan []byte, socketRoom)
		one.mu.Lock()
		one.sockets[m.ID] = in
		one.mu.Unlock()
		go one.socket(m, in)
	case "text":
		one.mu.Lock()
		defer one.mu.Unlock()
		select {
		case one.sockets[m.ID] <- body: // never, when there is none
		default: // the server is far behind: the page opens another and sends again
			one.dropLocked(m.ID)
		}
	case "close":
		one.drop(m.ID)
	}
}

// drop closes a socket towards the server.
func (one *session) drop(id int) {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.dropLocked(id)
}

func (one *session) dropLocked(id int) {
	if in := one.sockets[id]; in != nil {
		close(in)
		delete(one.sockets, id)
	}
}

func (one *session) tell(m frameMessage, body []byte) {
	one.stream.Write(one.ctx, m.join(body)) // fails only when the session has ended
}

// address is where the server itself answers to a path of the page; nothing else can be asked through it.
func (one *session) address(path string) (string, error) {
	u, err := url.Parse("/" + strings.TrimLeft(path, "/"))
	if err != nil {
		return "", fmt.Errorf("host: %q is no path: %w", path, err)
	}
	return one.relay.s.URL() + u.String(), nil
}

var loopback = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 8}, // no proxy between us
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// get answers a request for a page, a module or an image.
func (one *session) get(m frameMessage) {
	got := frameMessage{Kind: "got", ID: m.ID, Status: http.StatusBadGateway, Type: "text/plain"}
	var body []byte
	err := func() error {
		where, err := one.address(m.Path)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(one.ctx, http.MethodGet, where, nil)
		if err != nil {
			return err
		}
		res, err := loopback.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		got.Status, got.Type = res.StatusCode, res.Header.Get("Content-Type")
		body, err = io.ReadAll(io.LimitReader(res.Body, maxGot))
		return err
	}()
	if err != nil {
		got.Status, body = http.StatusBadGateway, []byte(err.Error())
	}
	one.tell(got, body)
}

// socket carries the messages of one WebSocket until either end closes it.
func (one *session) socket(m frameMessage, in <-chan []byte) {
	defer one.tell(frameMessage{Kind: "closed", ID: m.ID}, nil)
	defer one.drop(m.ID)
	where, err := one.address(m.Path)
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(one.ctx)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, where, &websocket.DialOptions{HTTPClient: loopback})
	if err != nil {
		return
	}
	defer ws.CloseNow()
	ws.SetReadLimit(maxGot)
	one.tell(frameMessage{Kind: "opened", ID: m.ID}, nil)
	go func() {
		defer cancel()
		for text := range in {
			if ws.Write(ctx, websocket.MessageText, text) != nil {
				return
			}
		}
		ws.Close(websocket.StatusNormalClosure, "")
	}()
	for {
		_, text, err := ws.Read(ctx)
		if err != nil {
			return
		}
		one.tell(frameMessage{Kind: "text", ID: m.ID}, text)
	}
}
