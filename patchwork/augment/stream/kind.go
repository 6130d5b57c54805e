package stream

import (
	"fmt"
	"image"
	"math"

	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
)

// Kind says what becomes of a picture.
type Kind interface {
	// Parts lists the tensors of a batch, for pictures of a shape.
	Parts(of Shape) ([]Part, error)
	// Make fills the parts for one picture. It is called from several goroutines; an error ends the epoch.
	Make(p *Picture) error
}

// Part is one of the tensors of a batch: of shape [pictures·Rows, Dims...].
type Part struct {
	Name string
	Rows int   // of the tensor for one picture; 0 means 1
	Dims []int // of one row; none for a number
	Ints bool  // int32 instead of float32
}

func (p Part) rows() int { return max(p.Rows, 1) }

// values is the number of values that one picture fills.
func (p Part) values() int {
	n := p.rows()
	for _, d := range p.Dims {
		n *= d
	}
	return n
}

func (p Part) dtype() dtypes.DType {
	if p.Ints {
		return dtypes.Int32
	}
	return dtypes.Float32
}

// checkParts checks the tensors of batches of n pictures.
func checkParts(parts []Part, n int) error {
	if len(parts) == 0 {
		return fmt.Errorf("stream: the kind makes no tensor; want one or more Parts")
	}
	for _, p := range parts {
		for _, d := range p.Dims {
			if d < 1 || d > maxSide {
				return fmt.Errorf("stream: part %s has the dimensions %v; want 1 to %d", p.Name, p.Dims, maxSide)
			}
		}
		if v := p.values(); v < 1 || v > math.MaxInt32/n {
			return fmt.Errorf("stream: part %s has %d values a picture, for batches of %d; want at most %d in all: make Batch or the pictures smaller",
				p.Name, v, n, math.MaxInt32)
		}
	}
	return nil
}

// pixels is the part for one image of a view.
func pixels(name string, size image.Point, channels int) Part {
	return Part{Name: name, Dims: []int{size.Y, size.X, channels}}
}

// own is a view of Key whose draws belong to no view, but to the picture as a whole.
const own = math.MaxInt32

// Picture is one picture that a Kind makes the parts of.
type Picture struct {
	Image augment.Image  // as it was read; its values may be changed
	Place int            // in the epoch
	Tally segment.Report // what a kind that draws segments counts

	seed, epoch uint64
	parts       []place
	work        *workspace
}

// place is where the values of one picture go in the tensor of a part.
type place struct {
	floats []float32
	ints   []int32
}

// Key names the draws of a view.
func (p *Picture) Key(view int) augment.Key {
	return augment.Key{Seed: p.seed, Epoch: p.epoch, Index: uint64(p.Place), View: uint64(view)}
}

// Floats is the memory of a part, which has other values from an earlier batch.
func (p *Picture) Floats(part int) []float32 { return p.parts[part].floats }

// Ints is the memory of a part of whole numbers.
func (p *Picture) Ints(part int) []int32 { return p.parts[part].ints }

// apply writes a view of the picture to a part, and its mask to another if mask is not negative.
func (p *Picture) apply(pl *augment.Pipeline, view, part, mask int) error {
	dst := &p.work.view
	*dst = augment.Image{Pix: p.Floats(part)}
	if mask >= 0 {
		dst.Mask = p.Ints(mask)
	}
	if pl == nil {
		if &dst.Pix[0] != &p.Image.Pix[0] {
			copy(dst.Pix, p.Image.Pix)
		}
		copy(dst.Mask, p.Image.Mask)
		return nil
	}
	return pl.Apply(dst, &p.Image, p.Key(view))
}

// workspace is what a worker keeps from picture to picture.
type workspace struct {
	picture Picture
	pix     []float32
	view    augment.Image // in the memory of a tensor
	turned  augment.Image
	bytes   image.RGBA
}

// sizeOf is the size of what a pipeline makes of pictures of a shape; nil leaves them as they are.
func sizeOf(pl *augment.Pipeline, of Shape) image.Point {
	if pl == nil {
		return image.Pt(of.W, of.H)
	}
	return pl.Size()
}
