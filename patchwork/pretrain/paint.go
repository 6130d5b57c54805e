package pretrain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// Painter is a method that paints pictures, or what was hidden in them.
type Painter interface {
	Method

	// Sees is the kind of the batches that Paint gets, of pictures that whole brings to the size. What is hidden is the same at each call.
	Sees(whole *augment.Pipeline) stream.Kind

	// Paint is what is painted of the pictures of a batch, [n, H, W, c], and 1 where the network did not see them, else 0, [n, H, W, 1]; nil where it saw all.
	Paint(s *Step) (painted, hidden *Node)
}

// decoderName is the place below Student of what paints. Painters keep nothing else to paint with.
const decoderName = "decoder"

// paintSeed is that of what is hidden when pictures are painted to be looked at.
const paintSeed = 1

// Painting is a picture and what a network makes of it, each of the size that the network was trained at.
type Painting struct {
	Original *augment.Image
	Seen     *augment.Image // what is hidden is grey
	Painted  *augment.Image // all that was painted, also where the network saw the picture
	Composed *augment.Image // what is hidden as it was painted, all else as it is
	Hidden   float64        // share of the pixels; 0: the network saw all
	Off      float64        // mean absolute difference of Painted and Original where it is hidden, or everywhere if nothing is
}

// IsPainter says whether the network learns by painting, so that Paint can be called.
func (t *Trained) IsPainter() bool {
	_, ok := t.method.(Painter)
	return ok
}

// Paint shows what the network paints of whole pictures. No weight changes, nor what a training draws next.
//
// Errors: the method paints nothing (those that do are named); a picture that cannot be read; ctx is done.
func (t *Trained) Paint(ctx context.Context, source stream.Source) (list []Painting, err error) {
	painter, ok := t.method.(Painter)
	if !ok {
		return nil, fmt.Errorf("pretrain: %s paints no pictures; %s do", t.method.Card().Name, strings.Join(painters(), ", "))
	}
	whole, err := plain(t.side)
	if err != nil {
		return nil, err
	}
	var broken error
	s, err := stream.New(source, painter.Sees(whole), stream.Options{Batch: 1, Order: stream.Sequential{}, Backend: t.backend, Broken: keepFirst(&broken)})
	if err != nil {
		return nil, err
	}
	exec, err := model.NewExec(t.backend, t.store, func(_ *model.Scope, in []*Node) []*Node {
		t.store.SetTraining(in[0].Graph(), false)
		painted, hidden := painter.Paint(&Step{In: in, store: t.store, network: t.network, dtype: dtypes.Float32, frozen: map[string]bool{}, copies: map[string]string{}})
		if hidden == nil {
			return []*Node{painted}
		}
		return []*Node{painted, hidden}
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	err = compute.Try("pretrain: painting", func() error {
		for b, err := range s.Epoch(ctx, 0, 0) {
			if err = cmp.Or(err, broken); err != nil {
				return err
			}
			p, err := t.paintOne(exec, b, source.Shape().C)
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// paintOne paints the one picture of a batch, and releases it.
func (t *Trained) paintOne(exec *model.Exec, b *stream.Batch, channels int) (p Painting, err error) {
	defer b.Release()
	original, err := tensors.CopyFlatData[float32](b.Tensors[0])
	if err != nil {
		return p, err
	}
	var in []any
	for _, x := range b.Tensors {
		in = append(in, x)
	}
	out, err := exec.Exec(in...)
	if err != nil {
		return p, err
	}
	var values [2][]float32
	for i, x := range out {
		if values[i], err = tensors.CopyFlatData[float32](x); err != nil {
			return p, err
		}
		x.MustFinalizeAll()
	}
	return compose(original, values[0], values[1], t.side, channels), nil
}

// compose makes a painting of its numbers; hidden is nil where nothing is.
func compose(original, painted, hidden []float32, side, channels int) (p Painting) {
	picture := func(pix []float32) *augment.Image { return &augment.Image{H: side, W: side, C: channels, Pix: pix} }
	p.Original, p.Painted = picture(original), picture(painted)
	p.Seen, p.Composed = picture(slices.Clone(original)), picture(slices.Clone(original))
	if hidden == nil {
		p.Composed = p.Painted
	}
	const grey = 0.5
	var off, count float64
	for i := range side * side {
		if hidden != nil && hidden[i] == 0 {
			continue
		}
		count++
		for k := i * channels; k < (i+1)*channels; k++ {
			off += float64(max(painted[k]-original[k], original[k]-painted[k]))
			if hidden != nil {
				p.Seen.Pix[k], p.Composed.Pix[k] = grey, painted[k]
			}
		}
	}
	if count > 0 {
		p.Off = off / count / float64(channels)
	}
	if hidden != nil {
		p.Hidden = count / float64(side*side)
	}
	return p
}

// painters are the names of the methods that paint.
func painters() (names []string) {
	for _, m := range methods {
		if method, ok := m().(Painter); ok {
			names = append(names, method.Card().Name)
		}
	}
	return names
}
