package kernellink

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
)

const (
	dialTime = 3 * time.Second
	mark     = "patchwork:" // begins the msg_id of what belongs to this package
)

// Echo sends and hears text through one kernel. Its methods may be called from any goroutine.
type Echo struct {
	key        []byte
	shell, pub zmq4.Socket
	session    string

	mu   sync.Mutex
	comm string // the comm id that GoNB answers to; "" until somebody opens one
}

// Dial connects to the kernel of a connection file until ctx ends. hear gets every text that is sent through the
// kernel by anyone, own ones too, one at a time. Errors: as Read; nobody listens there.
func Dial(ctx context.Context, path string, hear func(text string)) (*Echo, error) {
	f, err := Read(path)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 8)
	rand.Read(id)
	e := &Echo{key: []byte(f.Key), session: "patchwork-" + hex.EncodeToString(id)}
	opts := []zmq4.Option{zmq4.WithDialerTimeout(dialTime), zmq4.WithDialerMaxRetries(2)}
	e.pub = zmq4.NewSub(ctx, opts...)
	e.shell = zmq4.NewDealer(ctx, append(opts, zmq4.WithID(zmq4.SocketIdentity(e.session)))...)
	err = e.pub.SetOption(zmq4.OptionSubscribe, "")
	if err == nil {
		err = e.pub.Dial(fmt.Sprintf("tcp://%s:%d", f.IP, f.IOPub))
	}
	if err == nil {
		err = e.shell.Dial(fmt.Sprintf("tcp://%s:%d", f.IP, f.Shell))
	}
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("kernellink: the kernel of %s does not answer: %w", path, err)
	}
	go e.listen(hear)
	go func() { // no answer comes this way, but one that is not read would hold up the kernel
		for {
			if _, err := e.shell.Recv(); err != nil {
				return
			}
		}
	}()
	return e, nil
}

// Close ends the connection.
func (e *Echo) Close() {
	e.shell.Close()
	e.pub.Close()
}

// header is Jupyter's header of a message, as far as it matters here.
type header struct {
	ID      string `json:"msg_id"`
	User    string `json:"username"`
	Session string `json:"session"`
	Type    string `json:"msg_type"`
	Version string `json:"version"`
	Date    string `json:"date"`
}

// Send has the kernel tell text to all who listen. Errors: the kernel is gone.
func (e *Echo) Send(text string) error {
	e.mu.Lock()
	comm := e.comm
	e.mu.Unlock()
	parts := make([][]byte, 4)
	parts[0], _ = json.Marshal(header{
		ID: mark + text, Session: e.session, Type: "comm_msg", Version: "5.3", Date: time.Now().UTC().Format(time.RFC3339Nano),
	})
	parts[1], parts[2] = []byte("{}"), []byte("{}")
	parts[3], _ = json.Marshal(map[string]any{"comm_id": comm, "data": map[string]string{"address": "#heartbeat/ping"}})
	frames := append([][]byte{[]byte("<IDS|MSG>"), e.sign(parts)}, parts...)
	return e.shell.SendMulti(zmq4.NewMsgFrom(frames...))
}

func (e *Echo) sign(parts [][]byte) []byte {
	mac := hmac.New(sha256.New, e.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

func (e *Echo) listen(hear func(string)) {
	for {
		msg, err := e.pub.Recv()
		if err != nil {
			return
		}
		if text, ok := e.heard(msg.Frames); ok {
			hear(text)
		}
	}
}

// heard finds the text in a published message. It also learns the comm id, which changes whenever a page opens a comm.
func (e *Echo) heard(frames [][]byte) (text string, ok bool) {
	for len(frames) > 0 && string(frames[0]) != "<IDS|MSG>" {
		frames = frames[1:]
	}
	if len(frames) < 6 || !hmac.Equal(frames[1], e.sign(frames[2:6])) {
		return "", false
	}
	var own, parent header
	if json.Unmarshal(frames[2], &own) != nil || own.Type != "comm_msg" || json.Unmarshal(frames[3], &parent) != nil {
		return "", false
	}
	var content struct {
		Comm string `json:"comm_id"`
	}
	if json.Unmarshal(frames[5], &content) == nil {
		e.mu.Lock()
		e.comm = content.Comm
		e.mu.Unlock()
	}
	return strings.CutPrefix(parent.ID, mark)
}
