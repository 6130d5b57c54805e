package features

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/sbinet/npyio/npy"
)

// ImportMaps copies feature maps that another program computed into a store: one tap from each file, which is an npy array
// [images, height, width, channels] of float16, float32 or float64 in C order. Row i of each belongs to row i of ix. They are kept
// as float16 if all files are, else as float32. Files are read row by row, so they may be larger than the memory. The rest is as
// ImportNPY has it; maps are never normalised.
//
// Errors: those of ImportNPY, each naming the file.
func ImportMaps(ctx context.Context, files []string, ix *imageset.Index, o ImportOptions) (*Store, RunReport, error) {
	var report RunReport
	if o.Dir == "" || len(files) == 0 {
		return nil, report, errors.New("features: importing maps takes ImportOptions.Dir and one file or more; something is missing")
	}
	spec := Spec{Name: o.Name, Preprocessing: o.Preprocessing, File: strings.Join(files, ","), Half: true}
	var from []*npyRows
	hash := sha256.New()
	for _, file := range files {
		m, err := openRows(file)
		if err != nil {
			return nil, report, fmt.Errorf("features: %s: %w", file, err)
		}
		defer m.file.Close()
		if m.rows != ix.Len() {
			return nil, report, fmt.Errorf("features: %s has %d rows and the project has %d images; want one row per line of images.tsv, in its order",
				file, m.rows, ix.Len())
		}
		t := Tap{Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), Height: m.dims[0], Width: m.dims[1], Channels: m.dims[2]}
		spec.Taps, spec.Dim, spec.Half = append(spec.Taps, t), spec.Dim+t.Size(), spec.Half && m.width == 2
		from = append(from, m)
		hash.Write(m.hash)
	}
	spec.FileHash = hex.EncodeToString(hash.Sum(nil))[:16]
	if spec.Name == "" {
		spec.Name = spec.Taps[0].Name
	}
	if spec.Preprocessing == "" {
		spec.Preprocessing = "computed elsewhere"
	}
	spec.ID = slug(spec.Name) + "-maps-" + spec.FileHash[:8]
	read := func(row int) ([]float32, error) {
		x := make([]float32, 0, spec.Dim)
		for i, m := range from {
			var err error
			if x, err = m.read(row, x); err != nil {
				return nil, fmt.Errorf("features: %s: %w", files[i], err)
			}
		}
		return x, nil
	}
	return importRows(ctx, spec, ix, ImportOptions{Dir: o.Dir, Raw: true, Progress: o.Progress}, strings.Join(files, ", "), read)
}

// npyRows is an npy file that is read row by row.
type npyRows struct {
	file  *os.File
	start int64 // of the first row
	rows  int
	dims  []int
	width int // bytes a number: 2, 4 or 8
	hash  []byte
}

// openRows reads the header of a file of maps, and its hash.
func openRows(path string) (m *npyRows, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if recover() != nil { // npyio slices headers without looking
			err = errors.New("its header is damaged; want a file written by numpy.save")
		}
		if err != nil {
			f.Close()
			m = nil
		}
	}()
	r, err := npy.NewReader(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("it is no npy file (%v); want a file written by numpy.save", err)
	}
	d := r.Header.Descr
	if len(d.Shape) != 4 || min(d.Shape[0], d.Shape[1], d.Shape[2], d.Shape[3]) < 1 {
		return nil, fmt.Errorf("it has the shape %v; want four axes, images, height, width and channels", d.Shape)
	}
	if d.Fortran {
		return nil, errors.New("it is in Fortran order; want C order (in Python: numpy.ascontiguousarray(x))")
	}
	m = &npyRows{file: f, rows: d.Shape[0], dims: d.Shape[1:], width: map[string]int{"<f2": 2, "<f4": 4, "<f8": 8}[d.Type]}
	if m.width == 0 {
		return nil, fmt.Errorf("its numbers are of type %q; want float16, float32 or float64 (in Python: x.astype('float32'))", d.Type)
	}
	head := make([]byte, 12)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	m.start = 10 + int64(binary.LittleEndian.Uint16(head[8:]))
	if head[6] > 1 { // from format 2 on the length has four bytes
		m.start = 12 + int64(binary.LittleEndian.Uint32(head[8:]))
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := int64(m.rows)
	for _, n := range append(m.dims, m.width) {
		if size > math.MaxInt64/4/int64(n) {
			return nil, fmt.Errorf("its header says %v numbers, which no disk holds; it is damaged", d.Shape)
		}
		size *= int64(n)
	}
	if info.Size() < m.start+size {
		return nil, fmt.Errorf("it is cut off: it has %d bytes and %v numbers need %d", info.Size(), d.Shape, m.start+size)
	}
	sum := sha256.New()
	if _, err = io.Copy(sum, io.NewSectionReader(f, 0, info.Size())); err != nil {
		return nil, err
	}
	m.hash = sum.Sum(nil)
	return m, nil
}

// read appends a row to x.
func (m *npyRows) read(row int, x []float32) ([]float32, error) {
	n := m.dims[0] * m.dims[1] * m.dims[2]
	block := make([]byte, n*m.width)
	if _, err := m.file.ReadAt(block, m.start+int64(row)*int64(len(block))); err != nil {
		return nil, err
	}
	if m.width == 8 {
		for i := range n {
			x = append(x, float32(math.Float64frombits(binary.LittleEndian.Uint64(block[8*i:]))))
		}
		return x, nil
	}
	at := len(x)
	x = append(x, make([]float32, n)...)
	layout{m.dims, m.width == 2}.readRow(x[at:], block)
	return x, nil
}
