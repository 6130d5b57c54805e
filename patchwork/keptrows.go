package patchwork

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"unsafe"

	"github.com/edsrzf/mmap-go"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
)

// keptRows is vectors that were computed, in a mapped file or, where it cannot be written, in memory. They may be read by several
// goroutines until close.
//
//	key [32 bytes], rows, numbers a row, two zeros, then the numbers [rows, dim]; integers of 8 bytes and float32, little-endian
type keptRows struct {
	dim    int
	data   []float32 // [rows, dim]
	mapped mmap.MMap // nil for rows in memory
}

// keptHead is the number of bytes before the numbers.
const keptHead = sha256.Size + 4*8

// writtenRows is how many rows are computed before they are written.
const writtenRows = 16 * dots.Rows

func (k *keptRows) row(row int) []float32 {
	return k.data[row*k.dim : (row+1)*k.dim : (row+1)*k.dim]
}

func (k *keptRows) close() error {
	if k.mapped == nil {
		return nil
	}
	k.data = nil
	return k.mapped.Unmap()
}

func rowsHead(key [sha256.Size]byte, n, dim int) []byte {
	head := append(make([]byte, 0, keptHead), key[:]...)
	head = binary.LittleEndian.AppendUint64(head, uint64(n))
	head = binary.LittleEndian.AppendUint64(head, uint64(dim))
	return append(head, make([]byte, 16)...)
}

// openRows maps the rows that a file holds under a key; nil if it holds none.
func openRows(file string, key [sha256.Size]byte, n, dim int) *keptRows {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	size := keptHead + 4*n*dim
	head := make([]byte, keptHead)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, rowsHead(key, n, dim)) {
		return nil
	}
	if stat, err := f.Stat(); err != nil || stat.Size() != int64(size) {
		return nil
	}
	m, err := mmap.MapRegion(f, size, mmap.RDONLY, 0, 0)
	if err != nil {
		return nil
	}
	k := &keptRows{dim: dim, mapped: m}
	if n*dim > 0 {
		k.data = unsafe.Slice((*float32)(unsafe.Pointer(&m[keptHead])), n*dim)
	}
	return k
}

// makeRows computes rows on all cores, fill one at a time, and keeps them in a file under a key.
//
// Errors: ctx is done.
func makeRows(ctx context.Context, file string, key [sha256.Size]byte, n, dim int, fill func(dst []float32, row int)) (*keptRows, error) {
	some := func(dst []float32, from, to int) error {
		return dots.InBlocks(ctx, to-from, func() func(_, a, b int) {
			return func(_, a, b int) {
				for i := a; i < b; i++ {
					fill(dst[i*dim:(i+1)*dim], from+i)
				}
			}
		})
	}
	err := atomicfile.WriteFunc(file, 0o644, atomicfile.Cached, func(w io.Writer) error {
		if _, err := w.Write(rowsHead(key, n, dim)); err != nil {
			return err
		}
		block := make([]float32, min(n, writtenRows)*dim)
		for from := 0; from < n; from += writtenRows {
			to := min(n, from+writtenRows)
			if err := some(block, from, to); err != nil {
				return err
			}
			if err := binary.Write(w, binary.LittleEndian, block[:(to-from)*dim]); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	if k := openRows(file, key, n, dim); err == nil && k != nil {
		return k, nil
	}
	k := &keptRows{dim: dim, data: make([]float32, n*dim)} // it is kept to save time only
	return k, some(k.data, 0, n)
}
