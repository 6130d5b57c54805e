package imageset

import (
	"context"
	"errors"
	"fmt"
	"image"
	"iter"
)

// Batch is a group of images of one size, ready for a network.
type Batch struct {
	Rows    []int // row of each image
	N, H, W int
	C       int       // channels: Reader.Input.Channels()
	Pix     []float32 // [N, H, W, C] in [0, 1]
}

// Batches is Resized with pictures stretched to size by the bilinear filter.
func (r *Reader) Batches(ctx context.Context, rows []int, size image.Point, n int, broken func(row int, err error)) iter.Seq2[Batch, error] {
	return r.Resized(ctx, rows, Resize{Size: Size{size.X, size.Y}}, n, broken)
}

// Resized decodes rows and yields them n at a time, in order, each brought to one size as o says. It decodes ahead on
// all cores while the caller works. The caller owns each Batch.
//
// A row that cannot be read is left out and, if broken is not nil, reported with an error that names the file, in the
// order of rows and from the caller's goroutine. The next readable row takes its place, so every batch but the last
// holds n images; if no row is readable nothing is yielded.
//
// Errors end the sequence: ctx is done (its error); o, Limits or Input is wrong; n is not positive; a row is out of range.
func (r *Reader) Resized(ctx context.Context, rows []int, o Resize, n int, broken func(row int, err error)) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		if err := r.checkBatches(rows, o, n); err != nil {
			yield(Batch{}, err)
			return
		}
		inner, cancel := context.WithCancel(ctx)
		queue, wait := ahead(inner, r.workers(), n, rows, func(row int) ([]float32, error) { return r.pixels(row, o) })
		defer wait()
		defer cancel()

		c := r.Input.Channels()
		values := c * o.Size.W * o.Size.H
		batch := Batch{H: o.Size.H, W: o.Size.W, C: c}
		for d := range queue {
			select {
			case <-d.done:
			case <-inner.Done():
			}
			if ctx.Err() != nil {
				break
			}
			if d.err != nil {
				if broken != nil {
					broken(d.row, d.err)
				}
				continue
			}
			if batch.Pix == nil {
				batch.Pix = make([]float32, 0, min(n, len(rows))*values)
			}
			batch.Rows, batch.Pix = append(batch.Rows, d.row), append(batch.Pix, d.value...)
			keepPixels(d.value)
			if batch.N++; batch.N == n {
				if !yield(batch, nil) {
					return
				}
				batch = Batch{H: o.Size.H, W: o.Size.W, C: c}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Batch{}, err)
		} else if batch.N > 0 {
			yield(batch, nil)
		}
	}
}

// Check says what is wrong with o, Limits and Input, all at once.
func (r *Reader) Check(o Resize) error {
	return errors.Join(o.Check(), o.checkFill(r.Input.Channels()), r.Limits.Check(), r.Input.Check())
}

func (r *Reader) checkBatches(rows []int, o Resize, n int) error {
	errs := []error{r.Check(o)}
	if n < 1 {
		errs = append(errs, fmt.Errorf("imageset.Batches: n is %d; want at least one image a batch", n))
	}
	for _, row := range rows {
		if row < 0 || row >= r.Index.Len() {
			errs = append(errs, fmt.Errorf("imageset.Batches: row %d does not exist; want 0 to %d", row, r.Index.Len()-1))
			break
		}
	}
	return errors.Join(errs...)
}

func (r *Reader) pixels(row int, o Resize) ([]float32, error) {
	if err := r.check(row); err != nil {
		return nil, err
	}
	p, err := r.decode(row, o.detail)
	if err != nil {
		return nil, err
	}
	return p.resize(o), nil
}
