package patchwork

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// LookPicture shows what a network has learned so far, in the middle of a training: see PretrainOptions.Pictures.
type LookPicture struct {
	Name  string  // "kernels"; where images have one class each, "neighbours"; of methods that paint, "reconstruction"
	Epoch float64 // passes over the images that were done
	Figure
}

// painted is how many pictures are painted at a look.
const painted = 8

// show makes the pictures of a look. x are the features of its images.
func (l *look) show(ctx context.Context, now *pretrain.Trained, x [][]float32) error {
	if l.pictures == nil {
		return nil
	}
	tell := func(name string, f Figure) error {
		f.Title = fmt.Sprintf("after %.3g epochs: %s", now.Epoch(), f.Title)
		return l.pictures(LookPicture{name, now.Epoch(), f})
	}
	if _, file := now.Network().(*features.ONNXBackbone); !file {
		k, err := see.KernelsOf(now.Network(), now.Scope(), l.source.Shape().C)
		if err != nil {
			return fmt.Errorf("patchwork: %w", err)
		}
		r, err := kernelsOf(k, 0)
		if err == nil {
			err = tell("kernels", r.Figure)
		}
		if err != nil {
			return err
		}
	}
	r, err := l.neighbours(ctx, x)
	if err == nil && len(r.Queries) > 0 {
		err = tell("neighbours", r.Figure)
	}
	if err != nil {
		return err
	}
	if now.IsPainter() {
		places := evenly(l.all, painted)
		few, err := stream.Subset(l.source, places)
		if err != nil {
			return fmt.Errorf("patchwork: %w", err)
		}
		r, err := ReconstructionOf(ctx, now, few, func(i int) string { return fmt.Sprintf("picture %d", l.at[places[i]]) })
		if err != nil {
			return err
		}
		return tell("reconstruction", r.Figure)
	}
	return nil
}

// neighbours are those of the first picture of each kind, among the pictures of known kinds. Without kinds there are none.
func (l *look) neighbours(ctx context.Context, x [][]float32) (r QueryReport, err error) {
	kinds, counts := map[int]int{}, map[int]int{} // of pictures by their places
	for i, place := range l.known {
		kinds[place] = l.kinds[i]
		counts[l.kinds[i]]++
	}
	if len(counts) < 2 {
		return r, nil
	}
	vectors, err := explore.NewVectors(ctx, len(x), func(row int) []float32 { return x[row] })
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	for _, i := range l.known {
		kind := kinds[i]
		if counts[kind] == 0 {
			continue
		}
		q := Query{Classes: []string{l.names[kind]}, Row: i, Chance: float64(counts[kind]-1) / float64(len(l.known)-1)}
		counts[kind] = 0 // one query of each
		matches, err := vectors.Nearest(ctx, []int{i}, l.known, queryNeighbours)
		if err != nil {
			return r, fmt.Errorf("patchwork: %w", err)
		}
		for _, m := range matches {
			n := QueryNeighbour{Row: m.Row, Cosine: m.Cosine, Agrees: labels.Absent}
			if kinds[m.Row] == kind {
				n.Agrees = labels.Present
				q.Agree++
			}
			q.Known++
			q.Neighbours = append(q.Neighbours, n)
		}
		r.take(q)
	}
	slices.SortFunc(r.Queries, func(a, b Query) int { return cmp.Compare(a.Classes[0], b.Classes[0]) })
	r.sum("")
	shape := l.source.Shape()
	return r, r.draw(func(row int) (image.Image, error) {
		im := augment.NewImage(shape.H, shape.W, shape.C)
		err := l.source.Read(ctx, row, im.Pix)
		return im.RGBA(nil), err
	}, func(row int) string { return l.names[kinds[row]] })
}
