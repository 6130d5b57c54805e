package features

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strings"

	"github.com/sbinet/npyio/npy"
)

// matrix is an open npy file. Its rows are read in blocks.
type matrix struct {
	file      *os.File
	rows, dim int
	fortran   bool
	size      int // bytes of a number
	order     binary.ByteOrder
	data      int64  // where the numbers begin
	hash      string // first 16 hex digits of the file's SHA-256
	most      int    // bytes that are read at a time, about

	from, to int       // rows of block
	block    []float32 // [to - from, dim]
}

// row is row i. Rows are best asked for in ascending order.
func (m *matrix) row(i int) ([]float32, error) {
	if i < m.from || i >= m.to {
		if err := m.read(i, min(m.rows, i+max(1, m.most/(m.size*m.dim)))); err != nil {
			return nil, fmt.Errorf("features: %s: row %d cannot be read: %w", m.file.Name(), i, err)
		}
	}
	return append([]float32(nil), m.block[(i-m.from)*m.dim:][:m.dim]...), nil
}

// read fills the block.
func (m *matrix) read(from, to int) error {
	m.from, m.to, m.block = from, from, make([]float32, (to-from)*m.dim)
	if !m.fortran {
		if err := m.numbers(from*m.dim, (to-from)*m.dim, func(k int, v float32) { m.block[k] = v }); err != nil {
			return err
		}
	} else {
		for d := range m.dim {
			if err := m.numbers(d*m.rows+from, to-from, func(k int, v float32) { m.block[k*m.dim+d] = v }); err != nil {
				return err
			}
		}
	}
	m.to = to
	return nil
}

// numbers reads n numbers, of which at is the first.
func (m *matrix) numbers(at, n int, put func(k int, v float32)) error {
	text := make([]byte, n*m.size)
	if _, err := m.file.ReadAt(text, m.data+int64(at)*int64(m.size)); err != nil {
		return err
	}
	for k := range n {
		if m.size == 4 {
			put(k, math.Float32frombits(m.order.Uint32(text[4*k:])))
		} else {
			put(k, float32(math.Float64frombits(m.order.Uint64(text[8*k:]))))
		}
	}
	return nil
}

// readMatrix opens an npy file and looks at all of it once. The caller closes it.
func readMatrix(file string) (m *matrix, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() {
		if recover() != nil { // npyio slices headers without looking
			m, err = nil, fmt.Errorf("its header is damaged; want a file written by numpy.save")
		}
		if err != nil {
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	in := io.TeeReader(bufio.NewReaderSize(f, 1<<20), sum)
	r, err := npy.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("it is no npy file (%v); want a file written by numpy.save", err)
	}
	d := r.Header.Descr
	if len(d.Shape) != 2 || d.Shape[0] < 1 || d.Shape[1] < 1 {
		return nil, fmt.Errorf("it has the shape %v; want two axes, images and numbers per image", d.Shape)
	}
	m = &matrix{file: f, rows: d.Shape[0], dim: d.Shape[1], fortran: d.Fortran, order: binary.LittleEndian, most: 16 << 20}
	kind := npy.TypeFrom(d.Type)
	if kind == nil || kind.Kind() != reflect.Float32 && kind.Kind() != reflect.Float64 {
		return nil, fmt.Errorf("its numbers are of type %q; want float32 or float64 (in Python: x.astype('float32'))", d.Type)
	}
	if m.size = int(kind.Size()); strings.HasPrefix(d.Type, ">") {
		m.order = binary.BigEndian
	}
	if m.data, err = headerEnd(f); err != nil {
		return nil, err
	}
	if int64(m.rows) > (info.Size()-m.data)/int64(m.size)/int64(m.dim) {
		return nil, fmt.Errorf("it is cut off: it has %d bytes and %d×%d numbers need more", info.Size(), m.rows, m.dim)
	}
	if _, err = io.Copy(io.Discard, in); err != nil {
		return nil, fmt.Errorf("it is cut off or damaged: %w", err)
	}
	m.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return m, nil
}

// headerEnd is where the header of an npy file ends: behind the magic number, two bytes of version, the length in two bytes, from version
// 2 on in four, and so many bytes.
func headerEnd(f *os.File) (int64, error) {
	var start [12]byte
	if _, err := f.ReadAt(start[:], 0); err != nil {
		return 0, fmt.Errorf("it is no npy file (%v); want a file written by numpy.save", err)
	}
	if start[6] == 1 {
		return 10 + int64(binary.LittleEndian.Uint16(start[8:])), nil
	}
	return 12 + int64(binary.LittleEndian.Uint32(start[8:])), nil
}
