package stream

import (
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/augment/segment"
)

// Batch is a group of pictures, made ready.
type Batch struct {
	Epoch   uint64
	Step    int   // in the epoch, from 0
	Numbers []int // of each picture in the source
	Rows    []int // of each in the table of the source

	Tensors []*tensors.Tensor // one for each part of the kind
	Labels  *tensors.Tensor   // int32, [B] or [B, K] as Options.Labels; nil if there are none

	Tally segment.Report // of the pictures of this batch, for Segments

	home *pool
	memo *memo
}

// Release gives the memory of the tensors to a later batch: nobody may look at them after that, nor may a step that reads
// them still run. It need not be called: the collector takes what is left. A second call does nothing.
func (b *Batch) Release() {
	if m := b.memo; m != nil {
		b.memo, b.Tensors, b.Labels = nil, nil, nil
		b.home.put(m)
	}
}

// memo is the memory of a batch: its tensors, and where their values lie.
type memo struct {
	pictures int
	tensors  []*tensors.Tensor
	places   []place
	labels   *tensors.Tensor
	numbers  []int32 // of labels
}

// pool hands out the memory of batches and takes it back. Once closed, it keeps nothing.
type pool struct {
	backend compute.Backend
	parts   []Part
	labels  int // values a picture; 0: none

	mu     sync.Mutex
	free   []*memo
	most   int // memos in free
	closed bool
}

// take returns the memory for a batch of n pictures.
func (p *pool) take(n int) (*memo, error) {
	p.mu.Lock()
	var m *memo
	for i := len(p.free) - 1; i >= 0 && m == nil; i-- {
		if p.free[i].pictures == n {
			m = p.free[i]
			p.free = append(p.free[:i], p.free[i+1:]...)
		}
	}
	p.mu.Unlock()
	if m == nil {
		m = &memo{pictures: n, tensors: make([]*tensors.Tensor, len(p.parts)), places: make([]place, len(p.parts))}
	}
	for i, part := range p.parts {
		dims := append([]int{n * part.rows()}, part.Dims...)
		at, err := p.renew(&m.tensors[i], part.dtype(), dims)
		if err != nil {
			return nil, err
		}
		m.places[i] = at
	}
	if p.labels > 0 {
		dims := []int{n, p.labels}
		if p.labels == 1 {
			dims = dims[:1]
		}
		at, err := p.renew(&m.labels, dtypes.Int32, dims)
		if err != nil {
			return nil, err
		}
		m.numbers = at.ints
	}
	return m, nil
}

// renew makes a tensor where there is none any more, for a trainer may have finalized it, and finds its values: a tensor
// in Go's memory moves to the memory of a backend when it is first used there.
func (p *pool) renew(t **tensors.Tensor, dtype dtypes.DType, dims []int) (at place, err error) {
	if *t == nil || !(*t).Ok() {
		if *t, err = tensors.FromShapeForBackend(p.backend, 0, shapes.Make(dtype, dims...)); err != nil {
			return place{}, err
		}
	}
	err = (*t).MutableFlatData(func(flat any) {
		switch v := flat.(type) {
		case []float32:
			at.floats = v
		case []int32:
			at.ints = v
		}
	})
	return at, err
}

// put takes memory back.
func (p *pool) put(m *memo) {
	p.mu.Lock()
	keep := !p.closed && len(p.free) < p.most
	if keep {
		p.free = append(p.free, m)
	}
	p.mu.Unlock()
	if !keep {
		m.end()
	}
}

// close gives all that is free back to the backend. What is still in use follows when it is put.
func (p *pool) close() {
	p.mu.Lock()
	free := p.free
	p.free, p.closed = nil, true
	p.mu.Unlock()
	for _, m := range free {
		m.end()
	}
}

func (m *memo) end() {
	for _, t := range append(m.tensors, m.labels) {
		if t != nil {
			t.FinalizeAll() // a backend that fails to free leaves it to the collector
		}
	}
}

// unfinished is a batch on its way from the workers to the caller.
type unfinished struct {
	*Batch
	pictures []outcome
	left     atomic.Int64  // pictures that are not made yet
	done     chan struct{} // closed when none is left
}

// outcome is what became of one place.
type outcome struct {
	number int // of the picture that was made
	broken error
	err    error // ends the epoch
	tally  segment.Report
}
