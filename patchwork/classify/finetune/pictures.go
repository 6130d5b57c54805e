package finetune

import (
	"context"
	"fmt"
	"image"

	"github.com/gomlx/compute"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// drawn is the order in which images are learned from: what the head's sampling draws.
type drawn struct {
	graft *classify.Graft
	count int // an epoch
}

func (d drawn) Len(int) (int, error)                 { return d.count, nil }
func (d drawn) Numbers(_ int, _, epoch uint64) []int { return d.graft.Draws(epoch, d.count) }

// whole shows every image once, and the first ones again until the last batch is full: a batch of another size would need another graph.
type whole struct{ batch int }

func (w whole) Len(n int) (int, error) { return (n + w.batch - 1) / w.batch * w.batch, nil }
func (w whole) Numbers(n int, _, _ uint64) []int {
	count, _ := w.Len(n)
	list := make([]int, count)
	for i := range list {
		list[i] = i % n
	}
	return list
}

// pictures are the streams of a training.
type pictures struct {
	train, validation *stream.Stream // validation is nil without images held out
	lost              error          // an image held out that cannot be read
}

func (t *trainer) openPictures(backend compute.Backend) (*pictures, error) {
	train, validation := t.graft.Rows()
	size := t.net.Spec()
	p := &pictures{}
	var pipeline *augment.Pipeline
	if t.o.Augment != (augment.Params{}) {
		var err error
		if pipeline, err = augment.New(t.o.Augment, image.Pt(size.Width, size.Height)); err != nil {
			return nil, err
		}
	}
	from, err := t.images(train)
	if err != nil {
		return nil, err
	}
	p.train, err = stream.New(from, stream.Views{pipeline}, stream.Options{
		Batch: t.o.BatchSize, Order: drawn{t.graft, t.o.BatchSize * t.o.Steps}, Seed: t.o.Seed, Last: stream.Drop, Backend: backend,
	})
	if err != nil || len(validation) == 0 {
		return p, err
	}
	if from, err = t.images(validation); err != nil {
		return nil, err
	}
	p.validation, err = stream.New(from, stream.Views{nil}, stream.Options{
		Batch: t.o.BatchSize, Order: whole{t.o.BatchSize}, Seed: t.o.Seed, Backend: backend,
		Broken: func(number int, err error) {
			p.lost = fmt.Errorf("finetune: the held-out image of row %d cannot be read any more: %w; scan the images again", validation[number], err)
		},
	})
	return p, err
}

// validate measures the images held out.
func (t *trainer) validate(ctx context.Context, p *pictures) (sum, count float64, logits []float32, err error) {
	if p.validation == nil {
		return 0, 0, nil, nil
	}
	_, rows := t.graft.Rows()
	for b, err := range p.validation.Epoch(ctx, 0, 0) {
		if err != nil {
			return 0, 0, nil, err
		}
		if p.lost != nil {
			return 0, 0, nil, p.lost
		}
		for i, number := range b.Numbers {
			if at := b.Step*t.o.BatchSize + i; at < len(rows) {
				t.graft.ValidationLabels(number, t.labels(i))
			} else {
				t.graft.Nobody(t.labels(i))
			}
		}
		out, err := t.call(t.judge, b.Tensors[0], t.y)
		if err != nil {
			return 0, 0, nil, err
		}
		sum, count = sum+float64(out[0][0]), count+float64(out[1][0])
		logits = append(logits, out[2]...)
		b.Release()
	}
	return sum, count, logits[:len(rows)*t.classes], nil
}
