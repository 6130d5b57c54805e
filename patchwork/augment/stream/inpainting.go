package stream

import (
	"fmt"
	"math/rand/v2"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// Inpainting is an augmented picture and the boxes of it that are to be painted in.
//
// The parts are x, [B, H, W, C], which still shows what is in the boxes, and mask, [B, H, W, 1]: 1 in a box and 0
// elsewhere. A box has Side·H x Side·W pixels, rounded down; each place where it fits is equally likely.
//
// Source: Pathak et al. 2016, arXiv:1604.07379, with the box of the original, whose corner is never at the last place.
type Inpainting struct {
	Pipeline *augment.Pipeline // nil: none
	Boxes    int               // 0 means 1; they may overlap
	Side     float64           // of a box, as a part of that of the picture; 0 means 0.5
	Central  bool              // one box in the middle, to compare runs
}

// Parts is x and mask.
//
// Errors: a field is out of range; a box has no pixels.
func (in Inpainting) Parts(of Shape) ([]Part, error) {
	if in.Boxes < 0 {
		return nil, fmt.Errorf("stream.Inpainting: Boxes is %d; want 1 or more, or 0 for one", in.Boxes)
	}
	if in.Central && in.Boxes > 1 {
		return nil, fmt.Errorf("stream.Inpainting: Boxes is %d and Central is set; there is one box in the middle", in.Boxes)
	}
	if !(in.Side >= 0 && in.Side <= 1) {
		return nil, fmt.Errorf("stream.Inpainting: Side is %g; want a part in (0, 1], or 0 for one half", in.Side)
	}
	size := sizeOf(in.Pipeline, of)
	if h, w := in.box(size.Y, size.X); h < 1 || w < 1 {
		return nil, fmt.Errorf("stream.Inpainting: a box of %g of %d x %d has no pixels; make Side or the pictures larger", in.Side, size.X, size.Y)
	}
	return []Part{pixels("x", size, of.C), pixels("mask", size, 1)}, nil
}

// box is the height and the width of a box.
func (in Inpainting) box(h, w int) (bh, bw int) {
	side := in.Side
	if side == 0 {
		side = 0.5
	}
	return int(side * float64(h)), int(side * float64(w))
}

// Make augments p and draws its boxes.
func (in Inpainting) Make(p *Picture) error {
	if err := p.apply(in.Pipeline, 0, 0, -1); err != nil {
		return err
	}
	size := sizeOf(in.Pipeline, Shape{H: p.Image.H, W: p.Image.W})
	h, w, mask := size.Y, size.X, p.Floats(1)
	bh, bw := in.box(h, w)
	clear(mask)
	if in.Central {
		fill(mask, w, (h-bh)/2, (w-bw)/2, bh, bw)
		return nil
	}
	rng := p.Key(own).Rand()
	for range max(in.Boxes, 1) {
		y, x := corner(rng, h-bh, w-bw)
		fill(mask, w, y, x, bh, bw)
	}
	return nil
}

// corner is uniform in [0, down] x [0, right].
func corner(rng *rand.Rand, down, right int) (y, x int) {
	return rng.IntN(down + 1), rng.IntN(right + 1)
}

func fill(mask []float32, width, y, x, h, w int) {
	for r := y; r < y+h; r++ {
		row := mask[r*width+x:][:w]
		for i := range row {
			row[i] = 1
		}
	}
}
