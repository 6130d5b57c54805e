package finetune

import (
	"context"
	"errors"
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

// pictures are the streams of a training; all but train are nil where there is nothing to show.
type pictures struct {
	train, guessed, domain, validation *stream.Stream

	broken map[int]bool // rows that could not be read, so that others took their place
	lost   error        // an image held out that cannot be read
}

func (t *trainer) openPictures(backend compute.Backend) (*pictures, error) {
	train, validation := t.graft.Rows()
	size := t.net.Spec()
	p := &pictures{broken: map[int]bool{}}
	pipeline := func(a augment.Params) (*augment.Pipeline, error) {
		if a == (augment.Params{}) {
			return nil, nil
		}
		return augment.New(a, image.Pt(size.Width, size.Height))
	}
	weak, err1 := pipeline(t.o.Augment)
	strong, err2 := pipeline(t.o.StrongAugment)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	open := func(at **stream.Stream, rows []int, views stream.Views, o stream.Options) error {
		if len(rows) == 0 {
			return nil
		}
		from, err := t.images(rows)
		if err != nil {
			return err
		}
		o.Backend = backend
		if o.Broken == nil {
			o.Broken = func(number int, _ error) { p.broken[rows[number]] = true }
		}
		*at, err = stream.New(from, views, o)
		return err
	}
	o, step := t.others, t.o.BatchSize
	err := errors.Join(
		open(&p.train, train, stream.Views{weak}, stream.Options{Batch: step, Order: drawn{t.graft, step * t.o.Steps}, Seed: t.o.Seed, Last: stream.Drop}),
		// Half of what a batch of several times as many images takes in memory, in two views, is that it is made ahead.
		open(&p.guessed, o.guessed, stream.WeakStrong(weak, strong), stream.Options{Batch: o.count, Order: passes{o.count * t.o.Steps}, Seed: t.o.Seed ^ guessedStream, Ahead: 1}),
		open(&p.domain, o.mixed.rows, stream.Views{weak}, stream.Options{Batch: o.count, Order: o.mixed, Seed: t.o.Seed ^ domainStream, Last: stream.Drop, Ahead: 1}),
		open(&p.validation, validation, stream.Views{nil}, stream.Options{Batch: step, Order: whole{step}, Seed: t.o.Seed,
			Broken: func(number int, err error) {
				p.lost = fmt.Errorf("finetune: the held-out image of row %d cannot be read any more: %w; scan the images again", validation[number], err)
			}}))
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
				t.graft.ValidationLabels(number, t.y.line(i))
			} else {
				t.graft.Nobody(t.y.line(i))
			}
		}
		if err := t.y.send(); err != nil {
			return 0, 0, nil, err
		}
		out, err := call(t.judge, b.Tensors[0], t.y.tensor)
		if err != nil {
			return 0, 0, nil, err
		}
		sum, count = sum+float64(out[0][0]), count+float64(out[1][0])
		logits = append(logits, out[2]...)
		b.Release()
	}
	return sum, count, logits[:len(rows)*t.classes], nil
}
