package features

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unsafe"

	"github.com/edsrzf/mmap-go"
)

// Store is the features of images, mapped from its files and not copied into memory: an N×Dim matrix, or of each tap the maps
// of all images. It is what the files held when it was opened. Its methods may be called from several goroutines until Close.
type Store struct {
	side   *sidecar
	rows   int
	arrays []mapped
	data   []float32 // of vectors, rows·Dim
	dim    int
}

// mapped is one npy file in memory.
type mapped struct {
	layout
	bytes mmap.MMap
}

// Open maps the features of an extractor's id in the folder dir.
//
// Errors: fs.ErrNotExist if one of the files is missing; *DamagedError.
func Open(dir, id string) (*Store, error) {
	side, err := readSidecar(dir, id)
	if err != nil {
		return nil, err
	}
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return nil, errors.New("features: the features file is little-endian and this processor is not")
	}
	spec := side.Extractor
	s := &Store{side: side, dim: spec.Dim}
	paths, _ := spec.files(dir)
	for i, l := range spec.layouts() {
		rows, err := s.add(paths[i], l, dir)
		if err != nil {
			s.Close()
			return nil, err
		}
		if i == 0 || rows < s.rows { // a writer that is killed may leave one file longer than the others
			s.rows = rows
		}
	}
	if a := s.arrays[0]; !spec.IsMaps() && s.rows > 0 {
		s.data = unsafe.Slice((*float32)(unsafe.Pointer(&a.bytes[npyHeader])), s.rows*s.dim)
	}
	return s, nil
}

// add maps one file.
func (s *Store) add(path string, l layout, dir string) (rows int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("features: %w", err)
	}
	defer f.Close()
	if rows, err = checkNpy(f, l, s.side); err != nil {
		return 0, s.side.Extractor.damaged(dir, "%w", err)
	}
	m, err := mmap.MapRegion(f, int(l.offset(rows)), mmap.RDONLY, 0, 0)
	if err != nil {
		return 0, fmt.Errorf("features: %s cannot be mapped: %w", path, err)
	}
	s.arrays = append(s.arrays, mapped{l, m})
	return rows, nil
}

// checkNpy compares header and length of a file with the sidecar and returns the number of rows.
func checkNpy(f *os.File, l layout, side *sidecar) (rows int, err error) {
	head := make([]byte, npyHeader)
	if _, err := f.ReadAt(head, 0); err != nil && err != io.EOF {
		return 0, err
	}
	this, other := "the first", "the second"
	if side.Extractor.IsMaps() {
		this, other = filepath.Base(f.Name()), "the sidecar"
	}
	rows, found, err := decodeHeader(head)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", this, err)
	}
	if !found.equal(l) {
		return 0, fmt.Errorf("%s has %s per image and %s says %s", this, found, other, l)
	}
	if rows < len(side.Hashes) {
		return 0, fmt.Errorf("%s has %d rows and %s %d", this, rows, other, len(side.Hashes))
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if want := l.offset(rows); info.Size() < want {
		return 0, fmt.Errorf("%s has %d bytes and needs %d", this, info.Size(), want)
	}
	return rows, nil
}

// Spec describes what computed the features.
func (s *Store) Spec() Spec { return s.side.Extractor }

// Normalised says whether every row has length one.
func (s *Store) Normalised() bool { return s.side.Normalised }

// Len is the number of rows, with features or without.
func (s *Store) Len() int { return s.rows }

// Dim is the number of numbers per row, of all maps together.
func (s *Store) Dim() int { return s.dim }

// Has says whether a row has features. Rows outside the store have none. Whether the image is still readable, only
// the image index knows.
func (s *Store) Has(row int) bool { return s.Hash(row) != "" }

// Hash is the content hash of the image that a row was computed from; "" for a row without features.
func (s *Store) Hash(row int) string {
	if row < 0 || row >= len(s.side.Hashes) {
		return ""
	}
	return s.side.Hashes[row]
}

// Row is the features of a row, or nil if it has none. A vector points into the file: do not write to it, and do not use it
// after Close. Maps are copied to memory of their own; ReadRow saves that.
func (s *Store) Row(row int) []float32 {
	switch {
	case !s.Has(row):
		return nil
	case s.Spec().IsMaps():
		return s.ReadRow(row, nil)
	}
	return s.data[row*s.dim : (row+1)*s.dim : (row+1)*s.dim]
}

// ReadRow copies the features of a row to dst, which it makes longer if need be, and returns them: Dim numbers, of several maps
// one after the other, each [height, width, channels]. It is nil for a row without.
func (s *Store) ReadRow(row int, dst []float32) []float32 {
	if !s.Has(row) {
		return nil
	}
	if cap(dst) < s.dim {
		dst = make([]float32, s.dim)
	}
	dst = dst[:s.dim]
	at := 0
	for _, a := range s.arrays {
		n := a.size()
		a.readRow(dst[at:at+n], a.bytes[a.offset(row):a.offset(row+1)])
		at += n
	}
	return dst
}

// Rows lists the rows that have features, in order.
func (s *Store) Rows() []int {
	rows := make([]int, 0, len(s.side.Hashes))
	for row, hash := range s.side.Hashes {
		if hash != "" {
			rows = append(rows, row)
		}
	}
	return rows
}

// Close gives the memory back. A second call does nothing.
func (s *Store) Close() error {
	var errs []error
	for _, a := range s.arrays {
		errs = append(errs, a.bytes.Unmap())
	}
	s.data, s.arrays, s.side.Hashes, s.rows = nil, nil, nil, 0
	return errors.Join(errs...)
}
