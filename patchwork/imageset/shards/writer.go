package shards

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"syscall"
)

// writer fills one shard after the other.
type writer struct {
	dir      string
	layout   layout
	write    func(name string, parts ...[]byte) error
	progress func(done int)

	shards  []file
	done    int          // images in shards
	rows    map[int]bool // in shards and in entries
	taken   int          // images from the source
	entries []Entry      // of the shard being filled
	pix     []byte
}

func (w *writer) add(im Image) error {
	if im.Row < 0 {
		return fmt.Errorf("shards: %s has the row %d; want 0 or more", im.ID, im.Row)
	}
	if w.rows[im.Row] {
		return fmt.Errorf("shards: %w: row %d (%s) comes a second time; if it is no repeated data set, list every image once", ErrEndless, im.Row, im.ID)
	}
	got, other := len(im.Pix), len(im.Float)
	if w.layout.Type == Float32 {
		got, other = other, got
	}
	if want := w.layout.Shape.values(); got != want || other != 0 {
		return fmt.Errorf("shards: %s has %d bytes and %d floats; want %d values of %s, as Options.Shape says",
			im.ID, len(im.Pix), len(im.Float), want, w.layout.Type)
	}
	if w.pix == nil {
		w.pix = make([]byte, 0, min(shardBytes, w.layout.bytes(w.layout.PerShard)))
	}
	w.rows[im.Row] = true
	w.entries = append(w.entries, im.Entry)
	w.pix = append(w.pix, im.Pix...)
	for _, v := range im.Float {
		w.pix = binary.LittleEndian.AppendUint32(w.pix, math.Float32bits(v))
	}
	if len(w.entries) == w.layout.PerShard {
		return w.flush()
	}
	return nil
}

// flush writes the shard that was filled, and then what it holds: a shard without that is none.
func (w *writer) flush() error {
	name := shardName(len(w.shards))
	head, err := header(len(w.entries), w.layout.Shape, w.layout.Type)
	if err != nil {
		return fmt.Errorf("shards: %s: %w", name, err)
	}
	sum := sha256.New()
	sum.Write(head)
	sum.Write(w.pix)
	f := file{name, int64(len(head) + len(w.pix)), hex.EncodeToString(sum.Sum(nil)), w.entries}
	path := filepath.Join(w.dir, name)
	if err := w.write(path, head, w.pix); err != nil {
		return w.failed(path, err)
	}
	if err := save(noteName(path), note{w.layout, f}); err != nil {
		return w.failed(noteName(path), err)
	}
	w.entries, w.pix = nil, w.pix[:0]
	w.finish(f)
	return nil
}

// finish counts a shard that is on disk.
func (w *writer) finish(f file) {
	w.shards = append(w.shards, f)
	w.done += len(f.Entries)
	for _, e := range f.Entries {
		w.rows[e.Row] = true
	}
	if w.progress != nil {
		w.progress(w.done)
	}
}

// close writes the last shard and the manifest, and deletes what only an unfinished set needs.
func (w *writer) close() error {
	if len(w.entries) > 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if w.done == 0 {
		return fmt.Errorf("shards: %s: %w", w.dir, ErrEmpty)
	}
	path := filepath.Join(w.dir, manifestName)
	if err := save(path, manifest{w.layout, w.shards}); err != nil {
		return w.failed(path, err)
	}
	for _, f := range w.shards {
		os.Remove(noteName(filepath.Join(w.dir, f.Name)))
	}
	for i := len(w.shards); ; i++ { // of an earlier run with more shards
		path := filepath.Join(w.dir, shardName(i))
		noNote := os.Remove(noteName(path))
		if os.Remove(path) != nil && noNote != nil {
			return nil
		}
	}
}

func (w *writer) failed(path string, err error) error {
	advice := "mend that and write again"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		advice = "make room and write again"
	}
	return fmt.Errorf("shards: %s cannot be written: %w; %s: %s", path, err, advice, w.standing())
}

func (w *writer) standing() string {
	return fmt.Sprintf("%d images in %d finished shards are kept", w.done, len(w.shards))
}

func fill(parts [][]byte) func(io.Writer) error {
	return func(out io.Writer) error {
		for _, p := range parts {
			if _, err := out.Write(p); err != nil {
				return err
			}
		}
		return nil
	}
}
