package features

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// job is one Run: a reader that decodes ahead, workers that extract, and one goroutine that writes.
type job struct {
	ex     Extractor
	spec   Spec
	reader *imageset.Reader
	o      RunOptions
	w      *writer
	report RunReport

	total int       // rows that can have features
	told  time.Time // of the last progress
}

// result is a batch with its features.
type result struct {
	batch imageset.Batch
	x     []float32
	err   error
}

// run computes what is missing and syncs the writer, whatever happens.
func (j *job) run(ctx context.Context) error {
	ix := j.reader.Index
	kept, missing := compare(ix, func(row int) string { return j.w.side.Hashes[row] })
	j.report.Kept, j.total = kept, kept+len(missing)
	j.tell(true)
	if err := j.w.forget(missing); err != nil {
		return err
	}
	done := map[string]int{} // content hash to a row that has its features
	for row, hash := range j.w.side.Hashes {
		if hash != "" {
			done[hash] = row
		}
	}
	// Equal content is computed once. If a row turns out to be unreadable, the next pass tries its next twin.
	var err error
	for len(missing) > 0 && err == nil {
		var compute, twins []int
		chosen := map[string]bool{}
		for _, row := range missing {
			hash := ix.At(row).Hash
			from, known := done[hash]
			switch {
			case hash == "":
				j.drop(row, "it has no content hash in the image index; scan the images again")
			case known:
				if err := j.copy(from, row); err != nil {
					return errors.Join(err, j.w.sync())
				}
			case chosen[hash]:
				twins = append(twins, row)
			default:
				chosen[hash] = true
				compute = append(compute, row)
			}
		}
		err = j.compute(ctx, compute, done)
		missing = twins
	}
	j.tell(true)
	return errors.Join(err, j.w.sync())
}

// compute extracts the features of rows and notes them in done by content hash.
func (j *job) compute(ctx context.Context, rows []int, done map[string]int) error {
	if len(rows) == 0 {
		return ctx.Err()
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	batches, results := make(chan imageset.Batch), make(chan result)
	var readErr error // this and unreadable belong to the reading goroutine until results is closed
	unreadable := map[int]string{}
	broken := func(row int, err error) { unreadable[row] = err.Error() }
	go func() {
		defer close(batches)
		for b, err := range j.reader.Resized(inner, rows, j.resize(), j.o.Batch, broken) {
			if err != nil {
				readErr = err
				return
			}
			select {
			case batches <- b:
			case <-inner.Done():
				return
			}
		}
	}()
	var workers sync.WaitGroup
	for range j.o.Workers {
		workers.Go(func() {
			for b := range batches {
				x, err := j.ex.Extract(inner, b)
				if err == nil && len(x) != b.N*j.spec.Dim {
					err = fmt.Errorf("features: %s returned %d numbers for %d images; want %d each", j.spec.Name, len(x), b.N, j.spec.Dim)
				}
				results <- result{b, x, err}
			}
		})
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	var err error
	for res := range results { // drained to the end, so that no goroutine outlives the job
		if err == nil && res.err == nil {
			err = j.store(res, done)
		} else if err == nil {
			err = res.err
			if len(res.batch.Rows) > 0 && inner.Err() == nil {
				err = fmt.Errorf("%w (in the batch that begins with %s)", err, j.reader.Index.At(res.batch.Rows[0]).ID)
			}
		}
		if err != nil {
			stop()
		}
	}
	for row, reason := range unreadable {
		j.drop(row, reason)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	return readErr
}

// store writes the rows of a batch.
func (j *job) store(res result, done map[string]int) error {
	for i, row := range res.batch.Rows {
		x := res.x[i*j.spec.Dim : (i+1)*j.spec.Dim]
		if !finite(x) {
			j.drop(row, "the extractor gave NaN or infinity")
			continue
		}
		if v, beyond := beyondHalf(x); j.spec.Half && beyond {
			j.drop(row, fmt.Sprintf("the map has the number %g, which is too large for float16; extract as float32", v))
			continue
		}
		if !j.o.Raw {
			normalise(x)
		}
		hash := j.reader.Index.At(row).Hash
		if err := j.w.put(row, hash, x); err != nil {
			return err
		}
		done[hash] = row
		j.report.Computed++
		j.tell(false)
	}
	return nil
}

// copy gives row the features of another row with the same content.
func (j *job) copy(from, row int) error {
	x, err := j.w.get(from)
	if err != nil {
		return err
	}
	if err := j.w.put(row, j.reader.Index.At(row).Hash, x); err != nil {
		return err
	}
	j.report.Copied++
	j.tell(false)
	return nil
}

// drop leaves a row without features.
func (j *job) drop(row int, reason string) {
	j.report.Broken = append(j.report.Broken, BrokenRow{row, j.reader.Index.At(row).ID, reason})
}

// tell reports progress, at most 20 times a second unless now.
func (j *job) tell(now bool) {
	if j.o.Progress == nil || !now && time.Since(j.told) < 50*time.Millisecond {
		return
	}
	j.told = time.Now()
	j.o.Progress(j.report.Kept+j.report.Copied+j.report.Computed, j.total)
}

// normalise scales x to length one; a vector of zeros stays as it is.
func normalise(x []float32) {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return
	}
	scale := 1 / math.Sqrt(sum)
	for i, v := range x {
		x[i] = float32(float64(v) * scale)
	}
}

func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 { // NaN or infinite
			return false
		}
	}
	return true
}
