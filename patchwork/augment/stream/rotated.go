package stream

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// Rotated turns an augmented picture by k·90° against the clock, for a network to tell k.
//
// The parts are x, [B, S, S, C], and k, [B], whole numbers 0 to 3. With All there are four rows a picture, which are the
// same view turned by k = 0, 1, 2, 3: [4B, S, S, C] and [4B].
//
// Source: Gidaris et al. 2018, arXiv:1803.07728. The paper shows all four, the original one at random.
type Rotated struct {
	Pipeline *augment.Pipeline // nil: none; the original's is augment.Rotation
	All      bool
}

// Parts is x and k.
//
// Errors: the picture is not square.
func (r Rotated) Parts(of Shape) ([]Part, error) {
	size := sizeOf(r.Pipeline, of)
	if size.X != size.Y {
		return nil, fmt.Errorf("stream.Rotated: pictures are %d x %d; a quarter turn needs squares: give a pipeline with a square size", size.X, size.Y)
	}
	rows := 1
	if r.All {
		rows = 4
	}
	x := pixels("x", size, of.C)
	x.Rows = rows
	return []Part{x, {Name: "k", Rows: rows, Ints: true}}, nil
}

// Make augments p and turns it.
func (r Rotated) Make(p *Picture) error {
	im := &p.Image
	if r.Pipeline != nil {
		im = &p.work.turned
		if err := r.Pipeline.Apply(im, &p.Image, p.Key(0)); err != nil {
			return err
		}
	}
	x, k := p.Floats(0), p.Ints(1)
	first := 0
	if !r.All {
		first = p.Key(own).Rand().IntN(4)
	}
	for i := range k {
		k[i] = int32(first + i)
		turn(x[i*len(im.Pix):][:len(im.Pix)], im.Pix, im.W, im.C, first+i)
	}
	return nil
}

// turn writes a square of side pixels, turned by k quarters against the clock.
func turn(dst, src []float32, side, channels, k int) {
	// Value (y, x) of the result is src[start + y·down + x·right].
	var start, down, right int
	last, row := (side-1)*channels, side*channels
	switch k {
	case 0:
		copy(dst, src)
		return
	case 1:
		start, down, right = last, -channels, row
	case 2:
		start, down, right = (side-1)*row+last, -row, -channels
	case 3:
		start, down, right = (side-1)*row, channels, -row
	}
	for y := range side {
		from := start + y*down
		for range side {
			copy(dst[:channels], src[from:])
			dst, from = dst[channels:], from+right
		}
	}
}
