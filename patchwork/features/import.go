package features

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// ImportOptions says what an npy file holds and where its copy goes.
type ImportOptions struct {
	Dir           string // the features folder; made if missing
	Name          string // for people and the file name; "" means the name of the file
	Preprocessing string // how the vectors were made; "" means "computed elsewhere"
	Raw           bool   // keep the lengths of the vectors

	Progress func(done, total int) // images with features and images that can have them; may be nil
}

// ImportNPY copies vectors that another program computed into a store. Row i of the file belongs to row i of ix, in
// the order of images.tsv. Rows whose image cannot be read, and rows with NaN or infinity, stay without features.
// Importing the same file again changes nothing but the rows whose images have changed, and goes on where it was interrupted.
//
// The file is an N×D numpy array of float32 or float64, in C or Fortran order. It is read twice, some rows at a time, and need not fit in
// memory.
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
	defer m.file.Close()
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
	return importRows(ctx, spec, ix, o, file, m.row)
}

// importRows puts what read gives for each row into the store of spec. from names where the rows come from.
func importRows(ctx context.Context, spec Spec, ix *imageset.Index, o ImportOptions, from string, read func(row int) ([]float32, error)) (*Store, RunReport, error) {
	var report RunReport
	start := time.Now()
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
	for i, row := range missing {
		if err := ctx.Err(); err != nil {
			return nil, report, errors.Join(err, w.sync())
		}
		if o.Progress != nil {
			o.Progress(kept+i, kept+len(missing))
		}
		x, err := read(row)
		if err != nil {
			return nil, report, err
		}
		image := ix.At(row)
		if !finite(x) {
			report.Broken = append(report.Broken, BrokenRow{row, image.ID, fmt.Sprintf("row %d of %s has NaN or infinity", row, from)})
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
	if o.Progress != nil {
		o.Progress(kept+len(missing), kept+len(missing))
	}
	report.Took = time.Since(start)
	if report.Kept+report.Computed == 0 {
		return nil, report, fmt.Errorf("features: %s has no usable row: every image is unreadable or its row is NaN", from)
	}
	s, err := Open(o.Dir, spec.ID)
	return s, report, err
}
