package features

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// syncEvery is the longest time that computed rows wait for their hashes to be written: what a killed run loses.
const syncEvery = 3 * time.Second

// writer fills a store. One at a time holds the lock of a store.
type writer struct {
	dir    string
	side   *sidecar
	npy    *os.File
	hashes map[int]string // rows written to npy but not yet named in the sidecar on disk
	synced time.Time
	unlock func()
}

// newWriter opens the store of spec with room for rows, or makes it. What it holds already stays.
//
// Errors: ErrLocked; *DamagedError; a folder that cannot be written or a full disk.
func newWriter(dir string, spec Spec, raw bool, rows int) (w *writer, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("features: cannot make the features folder: %w", err)
	}
	unlock, err := lock(dir, spec.ID)
	if err != nil {
		return nil, err
	}
	w = &writer{dir: dir, hashes: map[int]string{}, synced: time.Now(), unlock: unlock}
	defer func() {
		if err != nil {
			w.close()
			w = nil
		}
	}()
	npy, json := files(dir, spec.ID)
	old, err := readSidecar(dir, spec.ID)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return w, err
	}
	if old != nil && old.Extractor.Dim != spec.Dim {
		return w, &DamagedError{npy, json, fmt.Sprintf("they have %d numbers per image and the extractor gives %d", old.Extractor.Dim, spec.Dim)}
	}
	w.npy, err = os.OpenFile(npy, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		fresh = true
		w.npy, err = os.OpenFile(npy, os.O_RDWR|os.O_CREATE, 0o644)
	}
	if err != nil {
		return w, fmt.Errorf("features: %w", err)
	}
	have := 0
	if fresh {
		old = nil
	} else if have, err = checkNpy(w.npy, old); err != nil {
		return w, &DamagedError{npy, json, err.Error()}
	}
	w.side = &sidecar{Kind: sidecarKind, Version: sidecarVersion, Extractor: spec, Normalised: !raw, Hashes: make([]string, max(rows, have))}
	if old != nil {
		copy(w.side.Hashes, old.Hashes)
	}
	return w, w.grow(have, spec.Dim)
}

// grow gives the file as many rows as the sidecar has. The header goes last, so that a reader never maps rows that are
// not there.
func (w *writer) grow(have, dim int) error {
	rows := len(w.side.Hashes)
	err := fillNaN(w.npy, have, rows, dim)
	if err == nil {
		_, err = w.npy.WriteAt(encodeHeader(rows, dim), 0)
	}
	if err == nil {
		err = w.npy.Sync()
	}
	if err != nil {
		return fmt.Errorf("features: cannot make room in %s: %w", w.npy.Name(), err)
	}
	return w.side.write(w.dir)
}

// forget drops rows before they are computed again: a run killed in the middle must not leave new numbers under an old
// hash.
func (w *writer) forget(rows []int) error {
	changed := false
	for _, row := range rows {
		changed = changed || w.side.Hashes[row] != ""
		w.side.Hashes[row] = ""
	}
	if !changed {
		return nil
	}
	return w.side.write(w.dir)
}

// put writes the features of a row.
func (w *writer) put(row int, hash string, x []float32) error {
	if _, err := w.npy.WriteAt(appendFloats(nil, x), offset(row, len(x))); err != nil {
		return fmt.Errorf("features: cannot write %s: %w", w.npy.Name(), err)
	}
	w.hashes[row] = hash
	if time.Since(w.synced) < syncEvery {
		return nil
	}
	return w.sync()
}

// sync makes what was put last: first the numbers, then their hashes.
func (w *writer) sync() error {
	w.synced = time.Now()
	if len(w.hashes) == 0 {
		return nil
	}
	if err := w.npy.Sync(); err != nil {
		return fmt.Errorf("features: cannot write %s: %w", w.npy.Name(), err)
	}
	for row, hash := range w.hashes {
		w.side.Hashes[row] = hash
	}
	clear(w.hashes)
	return w.side.write(w.dir)
}

// close gives the lock back. It does not sync.
func (w *writer) close() {
	if w.npy != nil {
		w.npy.Close()
	}
	w.unlock()
}
