package labels

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// version is the newest form of the journal that this package reads, and the one it writes.
const version = 1

// header is the first line of a journal.
type header struct {
	Patchwork string `json:"patchwork"` // "journal"
	Version   int    `json:"version"`
	Annotator string `json:"annotator"`
}

// journal is what has been read of one annotator's file.
type journal struct {
	annotator string      // from the file name
	file      string      //
	info      os.FileInfo // of the file when it was last read; nil if there is none yet
	covered   int64       // bytes that have been read and understood
	sum       checksum    // of those bytes
	lines     int         // lines in them
	open      bool        // the last of them has no newline yet
	torn      int64       // bytes after them that hold no complete line
	last      int64       // time of the last event, Unix milliseconds
	owner     string      // annotator named in the header
}

// line is one event of a journal and where it lies in the file.
type line struct {
	Event
	number int
	offset int64
	size   int
}

// journalFiles lists the journals of a project folder in order of annotator. A folder without journals has none; one
// that cannot be read is an error, because labels that are not seen must not look like labels that are not there.
func journalFiles(dir string) (files []string, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, "journal"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("labels: cannot read the journals: %w", err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".jsonl") {
			files = append(files, filepath.Join(dir, "journal", e.Name()))
		}
	}
	return files, nil
}

// read gives take each event in data, which follows what has been covered. What is left at the end without forming a
// line is counted in torn: a crash while writing leaves such bytes, and so does looking while another program writes.
//
// A last line that lacks only its newline counts: editors and copies may lose that byte. A last line with a NUL byte
// does not, because that is what a power cut leaves where data did not reach the disk.
//
// Errors: *JournalError for any other line that is not an event.
func (j *journal) read(data []byte, take func(line) error) error {
	whole := data
	j.torn = 0
	if j.open { // the end of the last line comes now
		data = bytes.TrimLeft(data, " \t\r")
		if len(data) > 0 && data[0] == '\n' {
			data, j.open = data[1:], false
		}
	}
	for len(data) > 0 {
		text, rest, ended := bytes.Cut(data, []byte{'\n'})
		begin := int64(len(whole)-len(data)) + j.covered
		last := len(rest) == 0
		text = bytes.TrimRight(text, " \t\r")
		if len(text) == 0 && !ended {
			break
		}
		if len(text) > 0 {
			err := j.readLine(text, begin, take)
			if last && err != nil && (!ended || bytes.IndexByte(text, 0) >= 0) && !errors.As(err, new(*versionError)) {
				break
			}
			if err != nil {
				return &JournalError{File: j.file, Line: j.lines + 1, Err: err}
			}
		}
		j.lines++
		j.open = !ended
		data = rest
	}
	done := whole[:len(whole)-len(data)]
	j.torn = int64(len(data))
	j.covered += int64(len(done))
	j.sum = j.sum.add(done)
	return nil
}

func (j *journal) readLine(text []byte, offset int64, take func(line) error) error {
	if j.owner == "" {
		return j.readHeader(text)
	}
	e, err := parseEvent(text)
	if err != nil {
		return err
	}
	return take(line{Event: e, number: j.lines + 1, offset: offset, size: len(text)})
}

func (j *journal) readHeader(text []byte) error {
	var h header
	if err := json.Unmarshal(text, &h); err != nil || h.Patchwork != "journal" || h.Annotator == "" {
		return fmt.Errorf(`found %s; want the header {"patchwork":"journal","version":%d,"annotator":"..."}`, excerpt(text), version)
	}
	if h.Version < 1 || h.Version > version {
		return &versionError{h.Version}
	}
	j.owner = h.Annotator
	return nil
}

// versionError is a journal that a newer patchwork has written.
type versionError struct{ version int }

func (e *versionError) Error() string {
	return fmt.Sprintf("the journal has version %d and this program reads up to version %d; use a newer patchwork", e.version, version)
}

// parseEvent reads one line. Its error says what is wrong, not where.
func parseEvent(text []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(text, &e); err != nil {
		return e, fmt.Errorf("found %s, which is not a JSON event (%v)", excerpt(text), err)
	}
	return e, e.check()
}

// excerpt is the beginning of a line, for an error.
func excerpt(text []byte) string {
	if len(text) > 60 {
		return fmt.Sprintf("%q...", text[:60])
	}
	return fmt.Sprintf("%q", text)
}

// encode is the inverse of reading a line; it ends in a newline.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("labels: the event cannot be written as JSON: %w", err)
	}
	return b.Bytes(), nil
}

func fromMilli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
