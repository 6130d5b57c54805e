package imageset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"sync"
	"time"
)

// readAll reads the files of jobs concurrently. The results are in the order of jobs; those that ctx cut off are not
// done. The error is ctx's, or says that a thumbnail could not be written, which also ends the reading.
func readAll(ctx context.Context, o ScanOptions, old *Index, jobs []file) ([]result, error) {
	results := make([]result, len(jobs))
	outer := ctx
	ctx, cancel := context.WithCancelCause(outer)
	defer cancel(nil)
	next := make(chan int)
	m := meter{report: o.Progress, total: len(jobs)}
	var wg sync.WaitGroup
	for range min(o.Workers, len(jobs)) {
		wg.Go(func() {
			for i := range next {
				im, err := readOne(jobs[i], old, o)
				if err != nil {
					cancel(err)
					return
				}
				results[i] = result{im, true}
				m.step()
			}
		})
	}
	for i := range jobs {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	wg.Wait()
	m.end()
	if err := outer.Err(); err != nil {
		return results, err
	}
	return results, context.Cause(ctx)
}

// readOne hashes and decodes a file and makes its thumbnail. Only a thumbnail that cannot be written is an error; all
// else becomes the image's Problem.
func readOne(f file, old *Index, o ScanOptions) (Image, error) {
	im := Image{ID: f.id, Size: f.size, ModTime: f.modTime, Subset: f.subset, Problem: f.problem}
	if f.problem != "" {
		return im, nil
	}
	data, s, err := readFile(f.path, o.Limits)
	if err != nil {
		im.Problem = fileProblem(err)
		return im, nil
	}
	im.Size, im.ModTime = s.size, s.modTime
	im.Hash = hashOf(data)

	thumb, need := "", detail(anyDetail)
	if o.ThumbDir != "" {
		thumb = ThumbPath(o.ThumbDir, im.Hash)
		if _, err := os.Stat(thumb); err == nil {
			thumb = ""
		} else {
			need = thumbDetail(o.ThumbSize)
		}
	}
	if thumb == "" { // a copy, or a file that has moved, needs no second decoding
		for _, row := range old.RowsByHash(im.Hash) {
			if twin := old.At(row); twin.Width > 0 {
				im.Width, im.Height = twin.Width, twin.Height
				return im, nil
			}
		}
	}
	p, err := decodeRaster(data, task{limits: o.Limits, input: o.Input, need: need})
	if err != nil {
		im.Problem = err.Error()
		return im, nil
	}
	im.Width, im.Height = p.size()
	if thumb != "" {
		return im, writeThumb(thumb, p, o.ThumbSize)
	}
	return im, nil
}

// hashOf is the Hash of a file with this content.
func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// meter calls a progress function from one goroutine at a time and not too often.
type meter struct {
	mu          sync.Mutex
	report      func(done, total int)
	done, total int
	last        time.Time
}

func (m *meter) step() {
	if m.report == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done++
	if now := time.Now(); m.done < m.total && now.Sub(m.last) >= 50*time.Millisecond {
		m.last = now
		m.report(m.done, m.total)
	}
}

// end tells the last state, once all steps are done.
func (m *meter) end() {
	if m.report != nil {
		m.report(m.done, m.total)
	}
}
