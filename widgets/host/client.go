package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// ErrNoServer says that nothing answers where a server was.
var ErrNoServer = errors.New("no server answers")

// Client talks to a running server from another process. It may be used from several goroutines.
type Client struct {
	url, token string
	web        *http.Client
}

// NewClient makes a Client of the server at url, such as http://127.0.0.1:40123.
func NewClient(url, token string) *Client {
	return &Client{url: url, token: token, web: &http.Client{Transport: &http.Transport{}}} // no proxy between us
}

// Ping is nil if the server answers and knows the token.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.call(ctx, http.MethodGet, "/api/ping", nil)
	return err
}

// Post has one event applied and returns the App's reply once it is durable. The event needs an ID that is unique for
// ever; posting the same one again is safe. Errors: ErrNoServer; ErrUnsaved, after which the same event may be posted
// again; what the App said; the token is wrong.
func (c *Client) Post(ctx context.Context, e Event) (reply json.RawMessage, err error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("host: cannot post event %s: %w", e.Kind, err)
	}
	m, err := c.call(ctx, http.MethodPost, "/api/event", body)
	return m.Reply, err
}

// End asks the server to end, which it does soon after.
func (c *Client) End(ctx context.Context, reason string) error {
	_, err := c.call(ctx, http.MethodPost, "/api/end?reason="+url.QueryEscape(reason), nil)
	return err
}

// Attach lets pages reach the server through the kernel of a connection file, as Server.Attach.
func (c *Client) Attach(ctx context.Context, file string) error {
	_, err := c.call(ctx, http.MethodPost, "/api/attach?file="+url.QueryEscape(file), nil)
	return err
}

func (c *Client) call(ctx context.Context, method, path string, body []byte) (message, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return message{}, fmt.Errorf("host: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.web.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return message{}, ctx.Err()
		}
		return message{}, fmt.Errorf("host: %w at %s: %w", ErrNoServer, c.url, err)
	}
	defer res.Body.Close()
	defer c.web.CloseIdleConnections()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return message{}, fmt.Errorf("host: the answer of %s broke off: %w", c.url, err)
	}
	var m message
	if res.Header.Get("Content-Type") != "application/json" || json.Unmarshal(data, &m) != nil {
		return m, fmt.Errorf("host: %s answered %s: %s", c.url, res.Status, bytes.TrimSpace(data[:min(len(data), 200)]))
	}
	switch {
	case res.StatusCode == http.StatusServiceUnavailable:
		return m, fmt.Errorf("%s: %w", m.Error, ErrUnsaved)
	case m.Error != "":
		return m, errors.New(m.Error)
	}
	return m, nil
}
