package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/gopatchwork/patchwork/e2e"
	"github.com/gopatchwork/patchwork/patchwork/cmd/patchwork/kernelspec"
)

// kernel is a running kernel of a Jupyter server, spoken to as the notebook page does.
type kernel struct {
	ws      *websocket.Conn
	session string
	sent    int
}

// jupyterMessage is a message of Jupyter's kernel protocol, version 5, as far as it is used here.
type jupyterMessage struct {
	Channel string         `json:"channel"`
	Header  jupyterHeader  `json:"header"`
	Parent  jupyterHeader  `json:"parent_header"`
	Meta    map[string]any `json:"metadata"`
	Content jupyterContent `json:"content"`
}

type jupyterHeader struct {
	ID      string `json:"msg_id,omitempty"`
	Type    string `json:"msg_type,omitempty"`
	Session string `json:"session,omitempty"`
	User    string `json:"username,omitempty"`
	Version string `json:"version,omitempty"`
}

type jupyterContent struct {
	*execute
	State string `json:"execution_state,omitempty"` // status
	Text  string `json:"text,omitempty"`            // stream
	Error string `json:"evalue,omitempty"`          // error
}

// execute is the content of an execute_request. Kernels want all of it.
type execute struct {
	Code        string         `json:"code"`
	Silent      bool           `json:"silent"`
	Store       bool           `json:"store_history"`
	Expressions map[string]any `json:"user_expressions"`
	Stdin       bool           `json:"allow_stdin"`
	Stop        bool           `json:"stop_on_error"`
}

// startKernel starts the kernel of the working tree and connects to it.
func startKernel(ctx context.Context, j *e2e.Jupyter) (*kernel, error) {
	body := strings.NewReader(fmt.Sprintf(`{"name":%q}`, kernelspec.Name))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, j.URL+"/api/kernels?token="+j.Token, body)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var started struct{ ID, Message string }
	if err := json.NewDecoder(res.Body).Decode(&started); err != nil || started.ID == "" {
		return nil, fmt.Errorf("Jupyter did not start the kernel: %s %s", res.Status, started.Message)
	}
	address := fmt.Sprintf("ws%s/api/kernels/%s/channels?token=%s&session_id=bench", strings.TrimPrefix(j.URL, "http"), started.ID, j.Token)
	ws, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(64 << 20)
	return &kernel{ws: ws, session: "bench"}, nil
}

// run executes a cell and returns what it printed and how long it took, from the request until the kernel is idle.
func (k *kernel) run(ctx context.Context, code string) (out string, took time.Duration, err error) {
	k.sent++
	m := jupyterMessage{Channel: "shell", Meta: map[string]any{}, Content: jupyterContent{execute: &execute{Code: code, Store: true, Expressions: map[string]any{}, Stop: true}},
		Header: jupyterHeader{ID: fmt.Sprintf("bench-%d", k.sent), Type: "execute_request", Session: k.session, User: "bench", Version: "5.3"}}
	text, err := json.Marshal(m)
	if err != nil {
		return "", 0, err
	}
	begun := time.Now()
	if err := k.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return "", 0, err
	}
	for {
		_, text, err := k.ws.Read(ctx)
		if err != nil {
			return out, 0, err
		}
		var got jupyterMessage
		if err := json.Unmarshal(text, &got); err != nil || got.Parent.ID != m.Header.ID {
			continue // of another cell, or a kind that is not looked at
		}
		switch {
		case got.Header.Type == "stream":
			out += got.Content.Text
		case got.Header.Type == "error":
			return out, 0, fmt.Errorf("the cell failed: %s\n%s", got.Content.Error, out)
		case got.Header.Type == "status" && got.Content.State == "idle":
			return out, time.Since(begun), nil
		}
	}
}
