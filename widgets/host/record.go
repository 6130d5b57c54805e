package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// RecordFile is the name of the file that says which server serves a folder.
const RecordFile = "server.json"

// Record is what a server writes beside the data it serves, so that later cells, the command line and other tabs find
// it. The file is readable by its owner only, because it holds the token.
type Record struct {
	URL     string    `json:"url"`
	Token   string    `json:"token"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Program string    `json:"program"`           // what started it, for people
	Version string    `json:"version,omitempty"` // of the protocol or program, for the reader to compare
}

// Link opens the page of the recorded server in a browser on this machine.
func (r Record) Link() string { return Handshake{URL: r.URL, Token: r.Token}.Link() }

// Client talks to the recorded server.
func (r Record) Client() *Client { return NewClient(r.URL, r.Token) }

// Record describes s for WriteRecord.
func (s *Server) Record(program, version string) Record {
	return Record{URL: s.URL(), Token: s.Token(), PID: os.Getpid(), Started: time.Now().Round(0), Program: program, Version: version}
}

// WriteRecord puts r into folder dir, replacing what is there in one step. Mode 0600.
func WriteRecord(dir string, r Record) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("host: cannot write %s: %w", RecordFile, err)
	}
	err = atomicfile.Write(filepath.Join(dir, RecordFile), append(data, '\n'), 0o600, atomicfile.Durable)
	if err != nil {
		return fmt.Errorf("host: cannot write %s: %w", RecordFile, err)
	}
	return nil
}

// RemoveRecord removes the record from folder dir if it is still the one of the server with this token.
func RemoveRecord(dir, token string) error {
	r, ok, err := readRecord(dir)
	if err != nil || !ok || r.Token != token {
		return err
	}
	return os.Remove(filepath.Join(dir, RecordFile))
}

// Find reads the record in folder dir and says whether its server answers, with its token, within a second; a process id
// alone proves nothing. No record is no error: the Record is empty and alive false.
//
// Errors: the record cannot be read or makes no sense; it names a server on another machine, to which the token and
// labels of this folder must not go.
func Find(dir string) (r Record, alive bool, err error) {
	r, ok, err := readRecord(dir)
	if err != nil || !ok {
		return Record{}, false, err
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	return r, r.Client().Ping(ctx) == nil, nil
}

func readRecord(dir string) (r Record, ok bool, err error) {
	file := filepath.Join(dir, RecordFile)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return Record{}, false, fmt.Errorf("host: cannot read the record of a running server: %w; delete %s if no server runs", err, file)
	}
	if u, err := url.Parse(r.URL); err != nil || u.Scheme != "http" || !isHere(u.Hostname()) {
		return Record{}, false, fmt.Errorf("host: %s names the server %q; want one on this machine; delete the file if it came with a copy", file, r.URL)
	}
	return r, true, nil
}

// isHere says whether a host name or address means this machine.
func isHere(name string) bool {
	if isLoopback(name) {
		return true
	}
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.Equal(net.ParseIP(name)) {
			return true
		}
	}
	return false
}
