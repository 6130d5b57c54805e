package stream

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// patience is how many pictures are tried for one place.
const patience = 100

// make makes the picture of a job.
func (r *run) make(w *workspace, j job) {
	if r.ctx.Err() != nil {
		return // the batch is not looked at any more
	}
	place := j.batch.Step*r.options.Batch + j.at
	o := &j.batch.pictures[j.at]
	p := &w.picture
	*p = Picture{Place: place, seed: r.options.Seed, epoch: r.epoch, parts: p.parts[:0], work: w}
	for i, part := range r.parts {
		p.parts = append(p.parts, j.batch.memo.places[i].of(j.at, part.values()))
	}
	p.Image = augment.Image{H: r.shape.H, W: r.shape.W, C: r.shape.C, Pix: w.pix}
	if v, ok := r.kind.(Views); ok && len(v) == 1 && v[0] == nil {
		p.Image.Pix = p.Floats(0) // nothing is done to it, so it is read where it belongs
	}
	if r.read(p, o); o.err != nil || r.ctx.Err() != nil {
		return
	}
	if err := r.kind.Make(p); err != nil && r.ctx.Err() == nil {
		o.err = fmt.Errorf("stream: picture %d at place %d of epoch %d: %w", o.number, place, r.epoch, err)
	}
	o.tally = p.Tally
}

// of is the part of the values of a batch that belongs to picture i.
func (p place) of(i, n int) place {
	if p.floats != nil {
		return place{floats: p.floats[i*n : (i+1)*n : (i+1)*n]}
	}
	return place{ints: p.ints[i*n : (i+1)*n : (i+1)*n]}
}

// read reads the picture of a place, or one that replaces it: that of the same place in the next batch, or of the first
// after that which can be read. Both batches then show one picture, with draws of their own, but neither shows it twice.
func (r *run) read(p *Picture, o *outcome) {
	tries := min(patience, r.length)
	var err error
	for try := range tries {
		at := p.Place
		if try > 0 {
			at = (p.Place + r.options.Batch + try - 1) % r.length
		}
		o.number = r.numbers[at]
		if err = r.source.Read(r.ctx, o.number, p.Image.Pix); err == nil || r.ctx.Err() != nil {
			return
		}
		if try == 0 {
			o.broken = err
		}
	}
	o.err = fmt.Errorf("stream: %d pictures in a row cannot be read, so none takes place %d of epoch %d; see whether the files are still there; the last: %w",
		tries, p.Place, r.epoch, err)
}
