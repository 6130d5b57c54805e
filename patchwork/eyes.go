package patchwork

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
)

// eyes compute features of pictures that are not as their files have them: turned, or augmented.
type eyes struct {
	extractor features.Extractor
	reader    *imageset.Reader
	resize    imageset.Resize
	seed      uint64
	progress  Progress
}

// views are features of two views of each row: those of pretrain.View, of pictures half as large again.
func (e eyes) views(ctx context.Context, rows []int) (a, b [][]float32, err error) {
	s := e.extractor.Spec()
	view, err := pretrain.View(image.Pt(s.Width, s.Height))
	if err != nil {
		return nil, nil, err
	}
	source, err := e.files(rows, 3, 2)
	if err != nil {
		return nil, nil, err
	}
	x, err := e.see(ctx, source, stream.Pair(view), "comparing views")
	if err != nil {
		return nil, nil, err
	}
	return x[0], x[1], nil
}

// turns are features of rows, each turned by its quarters.
func (e eyes) turns(ctx context.Context, rows, quarters []int) ([][]float32, error) {
	source, err := e.files(rows, 1, 1)
	if err == nil {
		source, err = stream.Turned(source, quarters)
	}
	if err != nil {
		return nil, err
	}
	x, err := e.see(ctx, source, stream.Plain(nil), "turning images")
	if err != nil {
		return nil, err
	}
	return x[0], nil
}

// files are the pictures of rows in the size that the extractor wants, times a ratio.
func (e eyes) files(rows []int, times, by int) (stream.Source, error) {
	s, o := e.extractor.Spec(), e.resize
	o.Size = imageset.Size{W: s.Width * times / by, H: s.Height * times / by}
	return stream.Files(e.reader, rows, o)
}

// see is the features of each view of each picture, of length 1 as those that are kept.
func (e eyes) see(ctx context.Context, source stream.Source, kind stream.Views, what string) (x [][][]float32, err error) {
	var broken error
	o := stream.Options{Batch: 64, Order: stream.Sequential{}, Last: stream.Keep, Seed: e.seed, Broken: func(_ int, err error) { broken = err }}
	if b, ok := e.extractor.(features.Batcher); ok {
		o.Batch = b.BatchSize() * max(1, 64/b.BatchSize())
	}
	s, err := stream.New(source, kind, o)
	if err != nil {
		return nil, err
	}
	spec, told := e.extractor.Spec(), e.progress.step(what)
	x = make([][][]float32, len(kind))
	for b, err := range s.Epoch(ctx, 0, 0) {
		if err == nil {
			err = broken
		}
		if err != nil {
			return nil, err
		}
		for v, t := range b.Tensors {
			pix, err := tensors.CopyFlatData[float32](t)
			if err != nil {
				return nil, err
			}
			flat, err := e.extractor.Extract(ctx, imageset.Batch{N: len(b.Numbers), W: spec.Width, H: spec.Height, C: source.Shape().C, Pix: pix})
			if err != nil {
				return nil, err
			}
			for ; len(flat) > 0; flat = flat[spec.Dim:] {
				x[v] = append(x[v], ofLength1(flat[:spec.Dim:spec.Dim]))
			}
		}
		b.Release()
		if told != nil {
			told(len(x[0]), source.Shape().N)
		}
	}
	return x, nil
}

// ofLength1 brings a row to length 1, in place; zeros stay.
func ofLength1(row []float32) []float32 {
	sum := 0.0
	for _, v := range row {
		sum += float64(v) * float64(v)
	}
	if sum > 0 {
		for i := range row {
			row[i] /= float32(math.Sqrt(sum))
		}
	}
	return row
}

// eyes are those of the extractor that computed the features of a store; why is why there are none.
func (p *Project) eyes(store *features.Store, seed uint64, progress Progress) (e eyes, why string) {
	name, network, err := p.choice(EmbedOptions{})
	if err != nil {
		return e, err.Error()
	}
	ex, err := p.extractor(name, network)
	if err != nil {
		return e, fmt.Sprintf("the network of the features cannot be used: %v", err)
	}
	in := p.Settings().Input
	id := ex.Spec().ID
	if key := features.InputKey(in.read(), in.resize()); key != "" {
		id += "-" + key
	}
	if id != store.Spec().ID {
		return e, "the features in use were not computed with the extractor of the settings"
	}
	return eyes{ex, p.Reader(), in.resize(), seed, progress}, ""
}
