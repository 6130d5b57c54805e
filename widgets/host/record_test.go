package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRecord(t *testing.T) {
	dir := t.TempDir()
	if r, alive, err := Find(dir); r != (Record{}) || alive || err != nil {
		t.Errorf("no record: %v, %v, %v; want nothing and no error", r, alive, err)
	}
	s, reason := serve(t, &book{}, Options{})
	want := s.Record("a test", "1")
	if err := WriteRecord(dir, want); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, RecordFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("record has mode %v, %v; want 0600, it holds the token", info.Mode(), err)
	}
	got, alive, err := Find(dir)
	if err != nil || !alive || !got.Started.Equal(want.Started) {
		t.Errorf("Find: %v, alive %v, %v; want the record and alive", got, alive, err)
	}
	if got.Started = want.Started; got != want {
		t.Errorf("Find: %+v; want %+v", got, want)
	}
	if got.Link() != s.Link() {
		t.Errorf("link %s; want %s", got.Link(), s.Link())
	}

	other := want
	other.Token = strings.Repeat("0", 32) // a server that was replaced: the port answers, but not to this token
	if err := WriteRecord(dir, other); err != nil {
		t.Fatal(err)
	}
	if _, alive, err := Find(dir); alive || err != nil {
		t.Errorf("a server that refuses the token: alive %v, %v; want dead", alive, err)
	}
	if err := RemoveRecord(dir, want.Token); err != nil {
		t.Error(err)
	}
	if r, _, _ := Find(dir); r.Token != other.Token {
		t.Error("RemoveRecord removed another server's record")
	}
	WriteRecord(dir, want)
	s.End("over")
	<-reason
	if _, alive, err := Find(dir); alive || err != nil {
		t.Errorf("a server that ended: alive %v, %v; want dead", alive, err)
	}
	if err := RemoveRecord(dir, want.Token); err != nil {
		t.Error(err)
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 0 {
		t.Errorf("%v is left in the folder; want nothing", files)
	}
	if err := RemoveRecord(dir, want.Token); err != nil {
		t.Errorf("removing twice: %v", err)
	}
}

func TestRecordThatMakesNoSense(t *testing.T) {
	for _, tt := range []struct{ content, want string }{
		{`{"url": torn`, "delete"},
		{`{"url": "http://evil.example:80", "token": "x"}`, "want one on this machine"},
		{`{"url": "https://127.0.0.1:80", "token": "x"}`, "want one on this machine"},
		{`{}`, "want one on this machine"},
	} {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, RecordFile), []byte(tt.content), 0o600)
		if _, alive, err := Find(dir); alive || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: alive %v, %v; want an error with %q", tt.content, alive, err, tt.want)
		}
	}
	if err := WriteRecord(filepath.Join(t.TempDir(), "none"), Record{}); err == nil || !strings.Contains(err.Error(), RecordFile) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestClient(t *testing.T) {
	b := &book{}
	s, reason := serve(t, b, Options{})
	c := NewClient(s.URL(), s.Token())
	ctx := t.Context()
	if err := c.Ping(ctx); err != nil {
		t.Error(err)
	}
	for range 2 {
		if reply, err := c.Post(ctx, Event{ID: "a", Kind: "label"}); err != nil || string(reply) != `{"n":1}` {
			t.Errorf("Post: %s, %v; want the reply, also the second time", reply, err)
		}
	}
	if _, err := c.Post(ctx, Event{ID: "b", Kind: "bad"}); err == nil || err.Error() != "no such class" {
		t.Errorf("a refused event: %v; want what the App said", err)
	}
	if _, err := c.Post(ctx, Event{ID: "c", Kind: "full"}); !errors.Is(err, ErrUnsaved) || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("an unsaved event: %v; want ErrUnsaved and why", err)
	}
	if err := NewClient(s.URL(), "wrong").Ping(ctx); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a wrong token: %v; want 403", err)
	}
	gone, stop := context.WithCancel(ctx)
	stop()
	if err := c.Ping(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ended: %v", err)
	}
	if err := c.End(ctx, "the notebook says so"); err != nil {
		t.Error(err)
	}
	if r := within(t, reason, 5*time.Second, "the end"); r != "the notebook says so" {
		t.Errorf("ended because %q", r)
	}
	if err := c.Ping(ctx); !errors.Is(err, ErrNoServer) {
		t.Errorf("after the end: %v; want ErrNoServer", err)
	}
}
