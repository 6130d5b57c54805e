package imageset

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// NormOptions says how EstimateNorm looks at a set. The zero value is a good default.
type NormOptions struct {
	Low, High float64 // percentiles in [0, 100]; both 0 mean 2 and 98
	Images    int     // how many images are read, drawn at random; 0 means 500
	Seed      uint64  // of the draw

	Progress func(done, total int)    // images read; may be nil
	Broken   func(row int, err error) // a row that cannot be read, with an error that names the file; may be nil
}

func (o NormOptions) withDefaults() NormOptions {
	if o.Low == 0 && o.High == 0 {
		o.Low, o.High = 2, 98
	}
	if o.Images == 0 {
		o.Images = 500
	}
	return o
}

// Check returns an error that names every wrong field, or nil.
func (o NormOptions) Check() error {
	var errs []error
	o = o.withDefaults()
	if !(o.Low >= 0 && o.Low < o.High && o.High <= 100) {
		errs = append(errs, fmt.Errorf("imageset: the percentiles are %g and %g; want 0 to 100, the lower first", o.Low, o.High))
	}
	if o.Images < 1 {
		errs = append(errs, fmt.Errorf("imageset: the norm is to be found from %d images; want 1 or more, or 0 for 500", o.Images))
	}
	return errors.Join(errs...)
}

// normValues bounds the numbers that EstimateNorm holds, normPixels those it takes of one image.
const (
	normValues = 16_000_000
	normPixels = 10_000
)

// EstimateNorm reads some images and returns the norm from one percentile of each band that r.Input reads to another.
// Of each image it takes the same number of pixels, at even distances; pixels without data do not count. r.Input.Norm
// does not matter. The percentiles of a list of numbers are interpolated linearly, as numpy's are by default. A band
// of which both are equal gets a range of 1 above it, so that it becomes black.
//
// Errors: o is wrong; no image can be read (with the first reason); ctx is done.
func (r *Reader) EstimateNorm(ctx context.Context, rows []int, o NormOptions) (Norm, error) {
	in := Input{Bands: r.Input.Bands}
	if err := errors.Join(o.Check(), in.Check(), r.Limits.Check()); err != nil {
		return Norm{}, err
	}
	o = o.withDefaults()
	rows = drawn(rows, o.Images, o.Seed)
	each := min(normPixels, max(100, normValues/max(1, len(rows)*in.chosen())))
	m := meter{report: o.Progress, total: len(rows)}
	defer m.end()
	inner, cancel := context.WithCancel(ctx)
	queue, wait := ahead(inner, r.workers(), r.workers(), rows, func(row int) (*samples, error) { return r.some(row, each) })
	defer wait()
	defer cancel()

	bands := make([][]float32, in.chosen())
	var first error
	read := 0
	for d := range queue {
		select {
		case <-d.done:
		case <-ctx.Done():
			return Norm{}, ctx.Err()
		}
		m.step()
		if d.err != nil {
			if first == nil {
				first = d.err
			}
			if o.Broken != nil {
				o.Broken(d.row, d.err)
			}
			continue
		}
		read++
		for i, v := range d.value.pix {
			if v-v == 0 {
				b := i % d.value.c
				bands[b] = append(bands[b], v)
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return Norm{}, err
	}
	switch {
	case read == 0 && first == nil:
		return Norm{}, errors.New("imageset: there are no images to find the norm of")
	case read == 0:
		return Norm{}, fmt.Errorf("imageset: no image could be read to find the norm; the first: %w", first)
	}
	return normOf(bands, o, read), nil
}

// some returns about n pixels of row, not scaled, of the bands that are read.
func (r *Reader) some(row, n int) (*samples, error) {
	if err := r.check(row); err != nil {
		return nil, err
	}
	data, err := r.bytes(row)
	if err != nil {
		return nil, err
	}
	p, err := decodeRaster(data, task{limits: r.Limits, input: r.Input, raw: true})
	if err != nil {
		return nil, fmt.Errorf("imageset: %s: %w", r.Index.At(row).ID, err)
	}
	s := p.num
	s.thin(n)
	if len(r.Input.Bands) == 0 && s.c < 3 {
		s.repeat()
	}
	return s, nil
}

// thin leaves at most n pixels, at even distances. The raster then has no lines any more.
func (s *samples) thin(n int) {
	total := s.w * s.h
	if total <= n {
		return
	}
	out := make([]float32, 0, n*s.c)
	for i := range n {
		at := int((float64(i) + 0.5) * float64(total) / float64(n))
		out = append(out, s.pix[at*s.c:][:s.c]...)
	}
	s.pix, s.w, s.h = out, n, 1
}

// drawn returns n of rows, drawn without replacement, in their order; all if there are not more.
func drawn(rows []int, n int, seed uint64) []int {
	if len(rows) <= n {
		return rows
	}
	picked := rand.New(rand.NewPCG(seed, 0)).Perm(len(rows))[:n]
	slices.Sort(picked)
	for i, at := range picked {
		picked[i] = rows[at]
	}
	return picked
}

func normOf(bands [][]float32, o NormOptions, images int) Norm {
	norm := Norm{From: fmt.Sprintf("percentiles %g and %g of %s", o.Low, o.High, count(images, "image"))}
	for _, values := range bands {
		slices.Sort(values)
		low, high := quantile(values, o.Low/100), quantile(values, o.High/100)
		if low >= high {
			high = low + 1
		}
		if low >= high { // 1 is too little to be seen beside so large a number
			high = math.Nextafter32(low, math.MaxFloat32)
		}
		norm.Low, norm.High = append(norm.Low, low), append(norm.High, high)
	}
	if same(norm.Low) && same(norm.High) {
		norm.Low, norm.High = norm.Low[:1], norm.High[:1]
	}
	return norm
}

func same(values []float32) bool {
	return !slices.ContainsFunc(values, func(v float32) bool { return v != values[0] })
}

// quantile is the value below which a share q of sorted values lies, interpolated linearly; 0 for no values.
func quantile(sorted []float32, q float64) float32 {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	a, b := float64(sorted[i]), float64(sorted[min(i+1, len(sorted)-1)])
	return float32(a + (at-float64(i))*(b-a))
}
