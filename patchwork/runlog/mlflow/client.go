package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// client makes requests, one at a time.
type client struct {
	o    Options
	http *http.Client
}

func newClient(o Options) *client {
	return &client{o, &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a POST would become a GET
	}}
}

// refusal is an answer that is no success.
type refusal struct {
	status int
	code   string // of MLflow, as RESOURCE_DOES_NOT_EXIST
	text   string
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("the server answers %d %s", r.status, http.StatusText(r.status))
	if r.code != "" {
		text += ", " + r.code
	}
	if r.text != "" {
		text += ": " + r.text
	}
	return text
}

// broken is a request that got no answer.
type broken struct{ error }

func (b broken) Unwrap() error { return b.error }

// passes says whether the same request may succeed later.
func passes(err error) bool {
	var b broken
	var r *refusal
	if errors.As(err, &r) {
		switch r.status {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	return errors.As(err, &b)
}

// only says whether an error is of one request: the next may succeed.
func only(err error) bool {
	var r *refusal
	return errors.Is(err, errNoProxy) || errors.As(err, &r) && (r.status == http.StatusBadRequest || r.status == http.StatusRequestEntityTooLarge)
}

// isCode says whether the server answered with one of MLflow's codes.
func isCode(err error, code string) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == code
}

// post sends in as JSON to a path below /api/2.0/mlflow/ and fills out, if it is not nil, with the answer.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("mlflow: %s: %w", path, err)
	}
	return c.do(ctx, http.MethodPost, "/api/2.0/mlflow/"+path, "application/json", body, out)
}

func (c *client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.do(ctx, http.MethodGet, "/api/2.0/mlflow/"+path+"?"+query.Encode(), "", nil, out)
}

// answerMost is how much of an answer is read, in bytes.
const answerMost = 1 << 20

func (c *client) do(ctx context.Context, method, path, kind string, body []byte, out any) error {
	request, err := http.NewRequestWithContext(ctx, method, c.o.URL+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("mlflow: %w", err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	switch {
	case c.o.User != "":
		request.SetBasicAuth(c.o.User, c.o.Password)
	case c.o.Token != "":
		request.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	what, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/2.0/"), "?")
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("mlflow: %s: %w", what, broken{err})
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err != nil {
		return fmt.Errorf("mlflow: %s: the answer of %s ends early: %w", what, c.o.URL, broken{err})
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("mlflow: %s at %s: %w", what, c.o.URL, c.refused(response, answer))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("mlflow: %s: what %s answers is not MLflow's JSON: %w", what, c.o.URL, err)
	}
	return nil
}

// refused reads MLflow's code and message. A message that repeats a secret is told without it.
func (c *client) refused(response *http.Response, answer []byte) error {
	r := &refusal{status: response.StatusCode}
	var said struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &said) == nil {
		r.code, r.text = said.Code, said.Message
	}
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		r.text = "check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if to, err := response.Location(); err == nil {
			r.text = "it has moved to " + to.Scheme + "://" + to.Host + "; give that address"
		}
	}
	r.text = c.hide(r.text)
	if text := []rune(r.text); len(text) > 300 {
		r.text = string(text[:300]) + " …"
	}
	return r
}

// hide takes secrets out of a text.
func (c *client) hide(text string) string {
	for _, secret := range []string{c.o.Password, c.o.Token} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(hidden)")
		}
	}
	return text
}
