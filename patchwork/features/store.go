package features

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/edsrzf/mmap-go"
)

// Store is an N×Dim matrix of features, mapped from its file and not copied into memory. It is what the files held
// when it was opened. Its methods may be called from several goroutines until Close.
type Store struct {
	side   *sidecar
	mapped mmap.MMap
	data   []float32 // rows·Dim, in mapped
	dim    int
}

// Open maps the features of an extractor's id in the folder dir.
//
// Errors: fs.ErrNotExist if one of the two files is missing; *DamagedError.
func Open(dir, id string) (*Store, error) {
	side, err := readSidecar(dir, id)
	if err != nil {
		return nil, err
	}
	npy, json := files(dir, id)
	f, err := os.Open(npy)
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	defer f.Close()
	rows, err := checkNpy(f, side)
	if err != nil {
		return nil, &DamagedError{npy, json, err.Error()}
	}
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return nil, errors.New("features: the features file is little-endian and this processor is not")
	}
	m, err := mmap.MapRegion(f, int(offset(rows, side.Extractor.Dim)), mmap.RDONLY, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("features: %s cannot be mapped: %w", npy, err)
	}
	s := &Store{side: side, mapped: m, dim: side.Extractor.Dim}
	if rows > 0 {
		s.data = unsafe.Slice((*float32)(unsafe.Pointer(&m[npyHeader])), rows*s.dim)
	}
	return s, nil
}

// checkNpy compares header and length of the file with the sidecar and returns the number of rows.
func checkNpy(f *os.File, side *sidecar) (rows int, err error) {
	head := make([]byte, npyHeader)
	if _, err := f.ReadAt(head, 0); err != nil && err != io.EOF {
		return 0, err
	}
	rows, dim, err := decodeHeader(head)
	if err != nil {
		return 0, fmt.Errorf("the first: %w", err)
	}
	if dim != side.Extractor.Dim {
		return 0, fmt.Errorf("the first has %d numbers per image and the second says %d", dim, side.Extractor.Dim)
	}
	if rows < len(side.Hashes) {
		return 0, fmt.Errorf("the first has %d rows and the second %d", rows, len(side.Hashes))
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if want := offset(rows, dim); info.Size() < want {
		return 0, fmt.Errorf("the first has %d bytes and needs %d", info.Size(), want)
	}
	return rows, nil
}

// Spec describes what computed the features.
func (s *Store) Spec() Spec { return s.side.Extractor }

// Normalised says whether every row has length one.
func (s *Store) Normalised() bool { return s.side.Normalised }

// Len is the number of rows, with features or without.
func (s *Store) Len() int { return len(s.data) / s.dim }

// Dim is the number of numbers per row.
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

// Row is the features of a row, or nil if it has none. It points into the file: do not write to it, and do not use it
// after Close.
func (s *Store) Row(row int) []float32 {
	if !s.Has(row) {
		return nil
	}
	return s.data[row*s.dim : (row+1)*s.dim : (row+1)*s.dim]
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
	if s.mapped == nil {
		return nil
	}
	s.data, s.side.Hashes = nil, nil
	m := s.mapped
	s.mapped = nil
	return m.Unmap()
}
