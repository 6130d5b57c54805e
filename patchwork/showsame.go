package patchwork

import (
	"context"
	"image"
	"image/jpeg"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"golang.org/x/image/draw"
)

// The quality.Likeness from which on pictures show the same, as they are and after a turn; docs/quality.md has what was found with them. After
// a turn more is asked for, because copies are turned whole, and black corners of crooked photographs lie on each other by chance.
const (
	showTheSame       = 0.7
	showTheSameTurned = 0.8
)

// likely is two rows that may show the same, the second turned by quarters of a circle, counter-clockwise.
type likely struct{ a, b, turns int }

// showSame are those of the pairs whose pictures show the same, by their thumbnails, and how alike these are. A pair of which one cannot be
// read is left out.
//
// Errors: ctx is done.
func (p *Project) showSame(ctx context.Context, pairs []likely, progress func(done, total int)) (same []likely, alike []float64, err error) {
	grey := map[int]func() []uint8{} // by row, read once
	for _, pair := range pairs {
		for _, row := range []int{pair.a, pair.b} {
			grey[row] = sync.OnceValue(func() []uint8 { return p.grey(row) })
		}
	}
	fits := make([]float64, len(pairs))
	var next atomic.Int64
	done := 0
	var mu sync.Mutex // guards done, and calls of progress
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(pairs)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				k := int(next.Add(1)) - 1
				if k >= len(pairs) {
					return
				}
				a, b := grey[pairs[k].a](), grey[pairs[k].b]()
				if a != nil && b != nil {
					fits[k] = quality.Likeness(quality.NewPicture(a), quality.NewPicture(b).Turned(pairs[k].turns))
				}
				mu.Lock()
				if done++; progress != nil {
					progress(done, len(pairs))
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	for k, pair := range pairs {
		least := showTheSame
		if pair.turns > 0 {
			least = showTheSameTurned
		}
		if fits[k] >= least {
			same, alike = append(same, pair), append(alike, fits[k])
		}
	}
	return same, alike, ctx.Err()
}

// grey is the thumbnail of a row, stretched to quality.Side a side; nil if it cannot be read.
func (p *Project) grey(row int) []uint8 {
	path, err := p.Thumb(row)
	if err != nil {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	m, err := jpeg.Decode(f)
	if err != nil {
		return nil
	}
	out := image.NewGray(image.Rect(0, 0, quality.Side, quality.Side))
	draw.BiLinear.Scale(out, out.Bounds(), m, m.Bounds(), draw.Src, nil)
	return out.Pix
}
