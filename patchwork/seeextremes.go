package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// ExtremesOptions says along what images are sorted. The zero value is a good default.
type ExtremesOptions struct {
	Features   []int // numbers of the features, from 0
	Directions int   // without Features: so many of the directions in which features differ most; 0 means 6
	N          int   // images at each end; 0 means 4
}

// Extreme is the images at both ends of a direction.
type Extreme struct {
	Direction string        `json:"direction"` // "feature 12", or "direction 1"
	Share     float64       `json:"share"`     // of the variance of all features
	Least     []ExtremeItem `json:"least"`     // the least first
	Most      []ExtremeItem `json:"most"`      // the most last
}

// ExtremeItem is an image with its value along a direction.
type ExtremeItem struct {
	Row   int     `json:"row"`
	Image string  `json:"image"`
	Value float64 `json:"value"`
}

// ExtremesReport is what directions of the features tell apart.
type ExtremesReport struct {
	Figure   `json:"-"`
	Features string    `json:"features"` // id
	Count    int       `json:"images"`
	Extremes []Extreme `json:"extremes"`
}

// String is one line.
func (r ExtremesReport) String() string { return r.Title }

// Extremes shows which images have least and most of single features, or lie farthest out in the directions in which the features in use differ most
// (principal components).
//
// Errors: ErrNoFeatures; a feature that does not exist; fewer than two images.
func (p *Project) Extremes(ctx context.Context, o ExtremesOptions) (r ExtremesReport, err error) {
	if o.N < 0 || o.Directions < 0 {
		return r, fmt.Errorf("patchwork.ExtremesOptions: N is %d and Directions %d; want 1 or more, or 0 for 4 and 6", o.N, o.Directions)
	}
	t, err := p.Labels()
	if err != nil {
		return r, err
	}
	var from string
	err = p.lookOnce(ctx, func(l *looks) error {
		from = p.extractorName(l.store.Spec())
		var rows []int
		for row := range l.index.Len() {
			if l.vectors.Has(row) && !t.Excluded(row) {
				rows = append(rows, row)
			}
		}
		r.Features, r.Count = l.store.Spec().ID, len(rows)
		if len(rows) < 2 {
			return fmt.Errorf("patchwork: %d images have features; want 2 or more to sort", len(rows))
		}
		vectors := layout.Vectors{N: len(rows), Dim: l.store.Dim(), At: func(i int) []float32 { return l.row(rows[i]) }}
		return r.sort(ctx, vectors, func(i int) ExtremeItem { return ExtremeItem{Row: rows[i], Image: l.index.At(rows[i]).ID} }, o)
	})
	if err != nil {
		return r, err
	}
	r.Title = fmt.Sprintf("%s: images with least and most of directions of the features, among %d", from, r.Count)
	return r, r.draw(p.thumbImage)
}

// sort fills in the extremes.
func (r *ExtremesReport) sort(ctx context.Context, v layout.Vectors, item func(i int) ExtremeItem, o ExtremesOptions) error {
	var wrong []error
	for _, f := range o.Features {
		if f < 0 || f >= v.Dim {
			wrong = append(wrong, fmt.Errorf("patchwork: there is no feature %d; want 0 to %d", f, v.Dim-1))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	c, err := layout.PCA(ctx, v, cmp.Or(o.Directions, 6))
	if err != nil {
		return fmt.Errorf("patchwork: %w", err)
	}
	if len(o.Features) == 0 {
		for k, axis := range c.Axes {
			r.take(fmt.Sprintf("direction %d", k+1), v, func(x []float32) (sum float64) {
				for d, v := range x {
					sum += axis[d] * (float64(v) - c.Mean[d])
				}
				return sum
			}, c.Total, item, cmp.Or(o.N, 4))
		}
		return nil
	}
	for _, f := range o.Features {
		r.take(fmt.Sprintf("feature %d", f), v, func(x []float32) float64 { return float64(x[f]) }, c.Total, item, cmp.Or(o.N, 4))
	}
	return nil
}

// take adds the extremes along a direction.
func (r *ExtremesReport) take(direction string, v layout.Vectors, along func(x []float32) float64, total float64, item func(i int) ExtremeItem, n int) {
	items := make([]ExtremeItem, v.N)
	var mean, squares float64
	for i := range items {
		items[i] = item(i)
		items[i].Value = along(v.At(i))
		mean += items[i].Value / float64(v.N)
	}
	for _, it := range items {
		squares += (it.Value - mean) * (it.Value - mean)
	}
	slices.SortStableFunc(items, func(a, b ExtremeItem) int { return cmp.Compare(a.Value, b.Value) })
	n = min(n, len(items)/2)
	e := Extreme{Direction: direction, Least: slices.Clone(items[:n]), Most: slices.Clone(items[len(items)-n:])}
	if total > 0 {
		e.Share = squares / float64(v.N-1) / total
	}
	r.Extremes = append(r.Extremes, e)
}

// draw makes the figure: a row for each direction, from its least images to its most.
func (r *ExtremesReport) draw(picture func(row int) (image.Image, error)) error {
	const side = 120
	r.side = side
	for _, e := range r.Extremes {
		r.Columns = len(e.Least) + len(e.Most)
		for i, it := range slices.Concat(e.Least, e.Most) {
			m, err := picture(it.Row)
			if err != nil {
				return err
			}
			frame := see.Against
			if i >= len(e.Least) {
				frame = see.For
			}
			caption := fmt.Sprintf("%.3f", it.Value)
			if err := r.add(framed(see.Smooth(m, 160), frame), false, caption, it.Image); err != nil {
				return err
			}
			if i == 0 {
				r.Images[len(r.Images)-1].Badge = strings.Replace(e.Direction, "direction", "dir.", 1) + fmt.Sprintf(", %.0f%%:", 100*e.Share)
			}
		}
	}
	return nil
}
