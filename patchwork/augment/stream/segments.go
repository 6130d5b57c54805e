package stream

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
)

// Segments is two views of a picture and the segments that both show, as DetCon contrasts them.
//
// The parts are x1, [B, H, W, C], and m1, [B, H, W], the segment of each pixel, then x2 and m2 of the second view, and
// drawn, [B, Draws]: the segments that segment.Draw chose, −1 throughout where the views share none. Masks spreads m1 or
// m2 to a mask for each drawn segment. A map of numbers takes a sixteenth of the memory of 16 masks.
//
// The segments are those of the picture as it was read, cut into Felzenszwalb segments with a scale drawn for each place,
// segment.Around(Scale), or into Grid x Grid rectangles. The operations of a pipeline that move pixels move them too.
// Batch.Tally counts how often segments were lost or drawn with replacement.
//
// Source: Hénaff et al. 2021, arXiv:2103.10957.
type Segments struct {
	First  *augment.Pipeline // nil: none
	Second *augment.Pipeline // nil means as the first
	Draws  int               // segments a pair; 0 means 16
	Scale  float64           // 0 means 1000
	Grid   int               // rectangles a side; more than 0 makes a grid, and Scale must be 0
}

func (s Segments) draws() int {
	if s.Draws == 0 {
		return 16
	}
	return s.Draws
}

func (s Segments) scale() float64 {
	if s.Scale == 0 {
		return 1000
	}
	return s.Scale
}

func (s Segments) second() *augment.Pipeline {
	if s.Second == nil {
		return s.First
	}
	return s.Second
}

// maxScale keeps a scale within what Felzenszwalb takes, and its segments within a picture of any size.
const maxScale = 1e9

// Parts is x1, m1, x2, m2 and drawn.
//
// Errors: a field is out of range.
func (s Segments) Parts(of Shape) ([]Part, error) {
	if s.Draws < 0 {
		return nil, fmt.Errorf("stream.Segments: Draws is %d; want 1 or more, or 0 for 16", s.Draws)
	}
	if !(s.Scale >= 0 && s.Scale <= maxScale) {
		return nil, fmt.Errorf("stream.Segments: Scale is %g; want a positive number up to %g, or 0 for 1000", s.Scale, maxScale)
	}
	if s.Grid < 0 || s.Grid > min(of.H, of.W) {
		return nil, fmt.Errorf("stream.Segments: Grid is %d; want 1 to %d rectangles a side, or 0 for Felzenszwalb's segments", s.Grid, min(of.H, of.W))
	}
	if s.Grid > 0 && s.Scale != 0 {
		return nil, fmt.Errorf("stream.Segments: Grid is %d and Scale %g; want one or the other", s.Grid, s.Scale)
	}
	var parts []Part
	for i, pl := range []*augment.Pipeline{s.First, s.second()} {
		size := sizeOf(pl, of)
		parts = append(parts, pixels(fmt.Sprintf("x%d", i+1), size, of.C),
			Part{Name: fmt.Sprintf("m%d", i+1), Dims: []int{size.Y, size.X}, Ints: true})
	}
	return append(parts, Part{Name: "drawn", Dims: []int{s.draws()}, Ints: true}), nil
}

// Make cuts p into segments, makes two views and draws.
func (s Segments) Make(p *Picture) error {
	rng := p.Key(own).Rand()
	var cut segment.Map
	var err error
	if s.Grid > 0 {
		cut, err = segment.Grid(p.Image.W, p.Image.H, s.Grid, s.Grid)
	} else {
		cut, err = segment.Felzenszwalb(p.Image.RGBA(&p.work.bytes), segment.Around(s.scale(), rng))
	}
	if err != nil {
		return err
	}
	p.Image.Mask = cut.Labels
	var views [2]segment.Map
	for i, pl := range []*augment.Pipeline{s.First, s.second()} {
		if err := p.apply(pl, i, 2*i, 2*i+1); err != nil {
			return err
		}
		size := sizeOf(pl, Shape{H: p.Image.H, W: p.Image.W})
		views[i] = segment.Map{W: size.X, H: size.Y, N: cut.N, Labels: p.Ints(2*i + 1)}
	}
	pair, err := segment.Draw(views[0], views[1], s.draws(), rng)
	if err != nil {
		return err
	}
	copy(p.Ints(4), pair.Labels)
	p.Tally.K = s.draws()
	p.Tally.Add(pair)
	return nil
}

func (s Segments) pairs() bool { return true }
