package imageset

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// CheckOptions configures Reader.Measure. File is needed.
type CheckOptions struct {
	File string // where the scores are kept, as checks.tsv in the project folder

	// Progress, if not nil, is told how many of the images not measured before are done: at most about 20 times a
	// second, and at the end.
	Progress func(done, total int)
	// Broken, if not nil, is told which row cannot be read, with an error that names the file.
	Broken func(row int, err error)
}

// Checks are the scores of the images of an Index. They never change and are safe for concurrent use.
type Checks struct {
	index  *Index
	scores map[string]Scores // by Hash
}

// ReadChecks reads the scores that Measure has kept in file. Images that have not been measured have none; a file that
// does not exist has none at all.
//
// Errors: the file cannot be read, is of another kind or comes from a newer version.
func ReadChecks(file string, ix *Index) (*Checks, error) {
	scores, _, err := readScores(file)
	if err != nil {
		return nil, err
	}
	return &Checks{ix, scores}, nil
}

// Scores returns what was measured of row; ok is false if it has not been, or cannot be read.
func (c *Checks) Scores(row int) (s Scores, ok bool) {
	im := c.index.At(row)
	if im.Problem != "" {
		return Scores{}, false
	}
	s, ok = c.scores[im.Hash]
	return s, ok
}

// Measure measures the usable images whose content File does not hold yet, on all cores, and adds them to it while it
// goes on. Copies of one file are measured once. Rows that cannot be read are passed over. Beside the scores it holds a
// few decoded images at a time.
//
// Errors: File cannot be read or written, or is of another kind; ctx is done. In the last case Checks and File hold
// what has been measured so far; the next call goes on there.
func (r *Reader) Measure(ctx context.Context, o CheckOptions) (*Checks, error) {
	if o.File == "" {
		return nil, fmt.Errorf("imageset.CheckOptions: File is empty; want a path, as checks.tsv in the project folder")
	}
	if err := r.Limits.Check(); err != nil {
		return nil, err
	}
	scores, whole, err := readScores(o.File)
	if err != nil {
		return nil, err
	}
	c := &Checks{r.Index, scores}
	return c, c.measure(ctx, r, o, whole)
}

// missing returns a row for each content that has no scores.
func (c *Checks) missing() []int {
	var rows []int
	asked := map[string]bool{}
	for row := range c.index.Len() {
		im := c.index.At(row)
		if _, known := c.scores[im.Hash]; im.Problem == "" && im.Hash != "" && !known && !asked[im.Hash] {
			asked[im.Hash] = true
			rows = append(rows, row)
		}
	}
	return rows
}

const (
	measureAhead = 16      // images on their way beside those of the workers
	measureBlock = 1 << 14 // bytes of lines that are written at a time
)

func (c *Checks) measure(ctx context.Context, r *Reader, o CheckOptions, whole int64) (err error) {
	rows := c.missing()
	m := meter{report: o.Progress, total: len(rows)}
	defer m.end()
	if len(rows) == 0 {
		return ctx.Err()
	}
	f, err := openChecks(o.File, whole)
	if err != nil {
		return err
	}
	var lines []byte
	save := func(err error) error {
		if _, e := f.Write(lines); e != nil && err == nil {
			err = fmt.Errorf("imageset: cannot save the checks in %s: %w", o.File, atomicfile.Cause(e))
		}
		lines = lines[:0]
		return err
	}
	defer func() {
		err = save(err)
		if e := f.Close(); e != nil && err == nil {
			err = fmt.Errorf("imageset: cannot save the checks in %s: %w", o.File, atomicfile.Cause(e))
		}
	}()
	inner, cancel := context.WithCancel(ctx)
	queue, wait := ahead(inner, r.workers(), measureAhead, rows, func(row int) (Scores, error) {
		p, err := r.decode(row, scoreDetail)
		if err != nil {
			return Scores{}, err
		}
		return p.score(), nil
	})
	defer wait()
	defer cancel()
	for d := range queue {
		select {
		case <-d.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		m.step()
		if d.err != nil {
			if o.Broken != nil {
				o.Broken(d.row, d.err)
			}
			continue
		}
		hash := r.Index.At(d.row).Hash
		c.scores[hash] = d.value
		lines = d.value.appendLine(lines, hash)
		if len(lines) >= measureBlock {
			if err := save(nil); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}
