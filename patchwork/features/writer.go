package features

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// syncEvery is the longest time that computed rows wait for their hashes to be written: what a killed run loses.
const syncEvery = 3 * time.Second

// writer fills a store. One at a time holds the lock of a store.
type writer struct {
	dir    string
	side   *sidecar
	arrays []array
	hashes map[int]string // rows written to the arrays but not yet named in the sidecar on disk
	synced time.Time
	unlock func()
}

// array is one npy file of a store: the vectors, or the maps of a tap.
type array struct {
	layout
	file *os.File
	have int // rows in it
}

// newWriter opens the store of spec with room for rows, or makes it. What it holds already stays.
//
// Errors: ErrLocked; *DamagedError; a folder that cannot be written, a full disk, or one on which maps will not have room.
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
	old, err := readSidecar(dir, spec.ID)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return w, err
	}
	if old != nil && !slices.EqualFunc(old.Extractor.layouts(), spec.layouts(), layout.equal) {
		return w, old.Extractor.damaged(dir, "they have %s for each image and the extractor gives %s", old.Extractor.kind(), spec.kind())
	}
	paths, _ := spec.files(dir)
	for i, l := range spec.layouts() {
		f, err := os.OpenFile(paths[i], os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			fresh = true
			f, err = os.OpenFile(paths[i], os.O_RDWR|os.O_CREATE, 0o644)
		}
		if err != nil {
			return w, fmt.Errorf("features: %w", err)
		}
		w.arrays = append(w.arrays, array{layout: l, file: f})
	}
	if fresh {
		old = nil
	}
	have := 0
	for i := range w.arrays {
		if a := &w.arrays[i]; !fresh {
			if a.have, err = checkNpy(a.file, a.layout, old); err != nil {
				return w, spec.damaged(dir, "%w", err)
			}
			have = max(have, a.have)
		}
	}
	w.side = &sidecar{Kind: sidecarKind, Version: sidecarVersion, Extractor: spec, Normalised: !raw, Hashes: make([]string, max(rows, have))}
	if old != nil {
		copy(w.side.Hashes, old.Hashes)
	}
	return w, w.grow()
}

// grow gives the files as many rows as the sidecar has. A header goes last, so that a reader never maps rows that are not
// there. Vectors get NaN, which also takes their room on the disk; maps, which may be a thousand times as large, get a hole in
// the file, and only whether there will be room for them is looked at.
func (w *writer) grow() error {
	rows := len(w.side.Hashes)
	maps := w.side.Extractor.IsMaps()
	if maps {
		if err := w.checkRoom(); err != nil {
			return err
		}
	}
	for _, a := range w.arrays {
		var err error
		if maps {
			err = a.file.Truncate(a.offset(rows))
		} else {
			err = a.fillNaN(a.file, a.have, rows)
		}
		if err == nil {
			_, err = a.file.WriteAt(a.header(rows), 0)
		}
		if err == nil {
			err = a.file.Sync()
		}
		if err != nil {
			return fmt.Errorf("features: cannot make room in %s: %w", a.file.Name(), err)
		}
	}
	return w.side.write(w.dir)
}

// checkRoom compares what the rows without maps will take with what is free.
func (w *writer) checkRoom() error {
	missing := 0
	for _, hash := range w.side.Hashes {
		if hash == "" {
			missing++
		}
	}
	need := w.side.Extractor.DiskSize(missing)
	if free, ok := freeSpace(w.dir); ok && need > free {
		return fmt.Errorf("features: the maps of %d images take %s in %s, where %s are free; take fewer or later maps, or make room",
			missing, BytesText(need), w.dir, BytesText(free))
	}
	return nil
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
	for _, a := range w.arrays {
		n := a.size()
		if _, err := a.file.WriteAt(a.appendRow(nil, x[:n]), a.offset(row)); err != nil {
			return fmt.Errorf("features: cannot write %s: %w", a.file.Name(), err)
		}
		x = x[n:]
	}
	w.hashes[row] = hash
	if time.Since(w.synced) < syncEvery {
		return nil
	}
	return w.sync()
}

// get reads the features of a row.
func (w *writer) get(row int) ([]float32, error) {
	var out []float32
	for _, a := range w.arrays {
		block, x := make([]byte, a.bytes()), make([]float32, a.size())
		if _, err := a.file.ReadAt(block, a.offset(row)); err != nil {
			return nil, fmt.Errorf("features: %w", err)
		}
		a.readRow(x, block)
		out = append(out, x...)
	}
	return out, nil
}

// sync makes what was put last: first the numbers, then their hashes.
func (w *writer) sync() error {
	w.synced = time.Now()
	if len(w.hashes) == 0 {
		return nil
	}
	for _, a := range w.arrays {
		if err := a.file.Sync(); err != nil {
			return fmt.Errorf("features: cannot write %s: %w", a.file.Name(), err)
		}
	}
	for row, hash := range w.hashes {
		w.side.Hashes[row] = hash
	}
	clear(w.hashes)
	return w.side.write(w.dir)
}

// close gives the lock back. It does not sync.
func (w *writer) close() {
	for _, a := range w.arrays {
		a.file.Close()
	}
	w.unlock()
}
