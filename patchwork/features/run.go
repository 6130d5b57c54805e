package features

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// RunOptions says where and how Run works. All but Dir may be zero.
type RunOptions struct {
	Dir      string                // the features folder; made if missing
	Batch    int                   // images at a time; 0 means the extractor's wish, else 16
	Workers  int                   // batches at a time; 0 means one per core, at most 8
	Resize   imageset.Resize       // how images come to the extractor's size; its own Size does not matter
	Raw      bool                  // keep the lengths of the vectors; the files are then named ID-raw. Maps are kept as they are in any case
	Progress func(done, total int) // images with features and images that can have them; may be nil
}

func (o RunOptions) check() error {
	var errs []error
	if o.Dir == "" {
		errs = append(errs, errors.New("features.RunOptions: Dir is empty; name the features folder"))
	}
	if o.Batch < 0 {
		errs = append(errs, fmt.Errorf("features.RunOptions: Batch is %d; want 1 or more, or 0 for the default", o.Batch))
	}
	if o.Workers < 0 {
		errs = append(errs, fmt.Errorf("features.RunOptions: Workers is %d; want 1 or more, or 0 for the default", o.Workers))
	}
	return errors.Join(errs...)
}

func (o RunOptions) withDefaults(ex Extractor) RunOptions {
	if o.Batch == 0 {
		o.Batch = 16
		if b, ok := ex.(Batcher); ok {
			o.Batch = b.BatchSize()
		}
	}
	if o.Workers == 0 {
		o.Workers = min(runtime.GOMAXPROCS(0), 8)
	}
	return o
}

// RunReport says what Run did. Kept + Copied + Computed + len(Broken) is the number of readable rows of the index if
// the run was not cancelled.
type RunReport struct {
	Kept     int           `json:"kept"`             // rows that had features of this content already
	Copied   int           `json:"copied"`           // rows whose content another row has too
	Computed int           `json:"computed"`         // rows that went through the extractor
	Broken   []BrokenRow   `json:"broken,omitempty"` // rows that could not be read or gave NaN, in order
	Took     time.Duration `json:"took_ns"`
}

// BrokenRow is a row that stays without features, and why.
type BrokenRow struct {
	Row    int    `json:"row"`
	ID     string `json:"image"`
	Reason string `json:"reason"`
}

// Run computes the features of all readable images of r.Index that the store in o.Dir lacks, and opens the store.
//
// It goes on where an earlier run stopped, however that ended; nothing is computed and no file is written if nothing
// changed. Rows added to the index are appended; a row whose content changed is computed again; a row whose image has
// vanished keeps what it had. Images that cannot be read are left out and reported, and tried again next time.
//
// When ctx is cancelled, Run saves what it has and returns ctx's error; the report counts what was done.
//
// Errors: ErrLocked if another process computes the same features; *DamagedError; what Extract returned.
func Run(ctx context.Context, ex Extractor, r *imageset.Reader, o RunOptions) (*Store, RunReport, error) {
	start := time.Now()
	spec := ex.Spec()
	if spec.Input = InputKey(r.Input, o.Resize); spec.Input != "" {
		spec.ID += "-" + spec.Input
	}
	if spec.IsMaps() {
		o.Raw = true
	} else if o.Raw {
		spec.ID += "-raw"
	}
	if c := r.Input.Channels(); c != 3 {
		return nil, RunReport{}, fmt.Errorf("features: %s takes 3 channels and the input's bands give %d; name one band or three", spec.Name, c)
	}
	if err := errors.Join(o.check(), spec.check()); err != nil {
		return nil, RunReport{}, err
	}
	if spec.Width == 0 || spec.Height == 0 {
		return nil, RunReport{}, fmt.Errorf("features: %s says %d×%d pixels in its Spec; Run needs a size to resize images to", spec.Name, spec.Width, spec.Height)
	}
	o = o.withDefaults(ex)
	if s, err := Open(o.Dir, spec.ID); err == nil {
		if n, missing := compare(r.Index, s.Hash); len(missing) == 0 && s.Len() >= r.Index.Len() {
			return s, RunReport{Kept: n, Took: time.Since(start)}, nil
		}
		s.Close()
	}
	w, err := newWriter(o.Dir, spec, o.Raw, r.Index.Len())
	if err != nil {
		return nil, RunReport{}, err
	}
	defer w.close()
	j := &job{ex: ex, spec: spec, reader: r, o: o, w: w}
	err = j.run(ctx)
	j.report.Took = time.Since(start)
	slices.SortFunc(j.report.Broken, func(a, b BrokenRow) int { return a.Row - b.Row })
	if err != nil {
		return nil, j.report, err
	}
	s, err := Open(o.Dir, spec.ID)
	return s, j.report, err
}

// compare counts the readable rows of an index that have features of their content, and lists the others.
func compare(ix *imageset.Index, have func(row int) string) (kept int, missing []int) {
	for row := range ix.Len() {
		if !ix.Usable(row) {
			continue
		}
		if hash := ix.At(row).Hash; hash != "" && have(row) == hash {
			kept++
		} else {
			missing = append(missing, row)
		}
	}
	return kept, missing
}

// resize says how images come to the extractor's size.
func (j *job) resize() imageset.Resize {
	o := j.o.Resize
	o.Size = imageset.Size{W: j.spec.Width, H: j.spec.Height}
	return o
}
