package features

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/sbinet/npyio/npy"
)

// ImportOptions says what an npy file holds and where its copy goes.
type ImportOptions struct {
	Dir           string // the features folder; made if missing
	Name          string // for people and the file name; "" means the name of the file
	Preprocessing string // how the vectors were made; "" means "computed elsewhere"
	Raw           bool   // keep the lengths of the vectors
}

// ImportNPY copies vectors that another program computed into a store. Row i of the file belongs to row i of ix, in
// the order of images.tsv. Rows whose image cannot be read, and rows with NaN or infinity, stay without features.
// Importing the same file again changes nothing but the rows whose images have changed.
//
// The file is an N×D numpy array of float32 or float64, in C or Fortran order.
//
// Errors, each naming the file: it is no npy file or is cut off; another type or number of axes; N differs from the
// number of images; no row is usable; ErrLocked.
func ImportNPY(ctx context.Context, file string, ix *imageset.Index, o ImportOptions) (*Store, RunReport, error) {
	var report RunReport
	if o.Dir == "" {
		return nil, report, fmt.Errorf("features.ImportOptions: Dir is empty; name the features folder")
	}
	m, err := readMatrix(file)
	if err != nil {
		return nil, report, fmt.Errorf("features: %s: %w", file, err)
	}
	if m.rows != ix.Len() {
		return nil, report, fmt.Errorf("features: %s has %d rows and the project has %d images; want one row per line of images.tsv, in its order",
			file, m.rows, ix.Len())
	}
	spec := Spec{Name: o.Name, Dim: m.dim, Preprocessing: o.Preprocessing, File: file, FileHash: m.hash}
	if spec.Name == "" {
		spec.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	if spec.Preprocessing == "" {
		spec.Preprocessing = "computed elsewhere"
	}
	spec.ID = slug(spec.Name) + "-" + m.hash[:8]
	if o.Raw {
		spec.ID += "-raw"
	}
	return importRows(ctx, spec, ix, o, file, func(row int) ([]float32, error) { return m.row(row), nil })
}

// importRows puts what read gives for each row into the store of spec. from names where the rows come from.
func importRows(ctx context.Context, spec Spec, ix *imageset.Index, o ImportOptions, from string, read func(row int) ([]float32, error)) (*Store, RunReport, error) {
	var report RunReport
	w, err := newWriter(o.Dir, spec, o.Raw, ix.Len())
	if err != nil {
		return nil, report, err
	}
	defer w.close()
	kept, missing := compare(ix, func(row int) string { return w.side.Hashes[row] })
	report.Kept = kept
	if err := w.forget(missing); err != nil {
		return nil, report, err
	}
	for _, row := range missing {
		if err := ctx.Err(); err != nil {
			return nil, report, err
		}
		x, err := read(row)
		if err != nil {
			return nil, report, err
		}
		image := ix.At(row)
		if !finite(x) {
			report.Broken = append(report.Broken, BrokenRow{row, image.ID, "the file has NaN or infinity here"})
			continue
		}
		if !o.Raw {
			normalise(x)
		}
		if err := w.put(row, image.Hash, x); err != nil {
			return nil, report, err
		}
		report.Computed++
	}
	if err := w.sync(); err != nil {
		return nil, report, err
	}
	if report.Kept+report.Computed == 0 {
		return nil, report, fmt.Errorf("features: %s has no usable row: every image is unreadable or its row is NaN", from)
	}
	s, err := Open(o.Dir, spec.ID)
	return s, report, err
}

// matrix is the content of an npy file.
type matrix struct {
	rows, dim int
	fortran   bool
	x         []float32
	hash      string // first 16 hex digits of the file's SHA-256
}

// row copies a row.
func (m *matrix) row(i int) []float32 {
	out := make([]float32, m.dim)
	if !m.fortran {
		copy(out, m.x[i*m.dim:])
		return out
	}
	for d := range out {
		out[d] = m.x[d*m.rows+i]
	}
	return out
}

// readMatrix reads an npy file.
func readMatrix(file string) (m *matrix, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	defer func() {
		if recover() != nil { // npyio slices headers without looking
			m, err = nil, fmt.Errorf("its header is damaged; want a file written by numpy.save")
		}
	}()
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
	m = &matrix{rows: d.Shape[0], dim: d.Shape[1], fortran: d.Fortran}
	kind := npy.TypeFrom(d.Type)
	if kind == nil || kind.Kind() != reflect.Float32 && kind.Kind() != reflect.Float64 {
		return nil, fmt.Errorf("its numbers are of type %q; want float32 or float64 (in Python: x.astype('float32'))", d.Type)
	}
	size := int64(kind.Size())
	if int64(m.rows) > info.Size()/size/int64(m.dim) {
		return nil, fmt.Errorf("it is cut off: it has %d bytes and %d×%d numbers need more", info.Size(), m.rows, m.dim)
	}
	if size == 4 {
		err = r.Read(&m.x)
	} else {
		var x []float64
		if err = r.Read(&x); err == nil {
			m.x = make([]float32, len(x))
			for i, v := range x {
				m.x[i] = float32(v)
			}
		}
	}
	if err == nil {
		_, err = io.Copy(io.Discard, in)
	}
	if err != nil {
		return nil, fmt.Errorf("it is cut off or damaged: %w", err)
	}
	m.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return m, nil
}
