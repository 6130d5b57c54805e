package stream

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// Views makes one view of a picture with each pipeline, with independent draws; nil is the picture as it was read.
//
// The parts are x, or x1, x2 and so on if there are several: [B, H, W, C] of the size of the pipeline.
type Views []*augment.Pipeline

// Plain is one view.
func Plain(pl *augment.Pipeline) Views { return Views{pl} }

// Pair is two views of the same kind, as contrastive methods compare them.
func Pair(pl *augment.Pipeline) Views { return Views{pl, pl} }

// WeakStrong is the pair of views of FixMatch: x1 is weak and x2 strong.
//
// Source: Sohn et al. 2020, arXiv:2001.07685.
func WeakStrong(weak, strong *augment.Pipeline) Views { return Views{weak, strong} }

// MultiCrop is two global views and then n local ones, which are smaller.
//
// Source: Caron et al. 2020, arXiv:2006.09882, section 3.2. There a global view has 0.14 to 1 of the area at 224 pixels,
// a local one 0.05 to 0.14 at 96: augment.RandomResizedCrop makes both.
func MultiCrop(global, local *augment.Pipeline, n int) Views {
	v := Views{global, global}
	for range n {
		v = append(v, local)
	}
	return v
}

// Parts is one of each view.
//
// Errors: there is no view.
func (v Views) Parts(of Shape) ([]Part, error) {
	if len(v) == 0 {
		return nil, fmt.Errorf("stream.Views: there is no pipeline; give one for each view, or nil for pictures as they are")
	}
	parts := make([]Part, len(v))
	for i, pl := range v {
		parts[i] = pixels(fmt.Sprintf("x%d", i+1), sizeOf(pl, of), of.C)
	}
	if len(v) == 1 {
		parts[0].Name = "x"
	}
	return parts, nil
}

// Make augments p once for each view.
func (v Views) Make(p *Picture) error {
	for i, pl := range v {
		if err := p.apply(pl, i, i, -1); err != nil {
			return err
		}
	}
	return nil
}

func (v Views) pairs() bool { return len(v) > 1 }
