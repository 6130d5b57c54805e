package cpu

import (
	"bytes"
	"sync"

	"github.com/gomlx/compute"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// prepared keeps the weights of a convolution in the form that its kernel reads, from one run to the next, as long as
// they stay the same. In inference they always do; a comparison takes a tenth of the time of bringing them into form,
// and finds out also what was written to a variable behind the backend's back.
type prepared struct {
	conv  *kernel.Conv
	v     *value
	order *copying // nil: the weights are in the kernel's order

	mu     sync.Mutex
	kept   *weights
	misses int // in a row
}

// weights are what prepared keeps.
type weights struct {
	raw    []byte    // as they were given; nil for constants
	plain  []float32 // in the kernel's order, if it has no form of its own
	packed []float32 // in the kernel's form
}

// gotten is what get has returned before: portions ask once for all pictures.
type gotten struct {
	by            *prepared
	plain, packed []float32
	ok            bool
}

// tries is how many times in a row weights may have changed before they are kept no more: they are being trained.
const tries = 3

// prepares returns what keeps the weights of a convolution, nil if they are computed by the graph itself.
func (p *plan) prepares(conv *kernel.Conv, v *value, order *copying) *prepared {
	if root := v.root(); root.constant == nil && root.node.op != compute.OpTypeParameter {
		return nil
	}
	if order == nil && conv.PackedLen() == 0 {
		return nil // nothing to be gained
	}
	return &prepared{conv: conv, v: v, order: order}
}

// get returns the weights of a run, plain or packed; ok is false if they are not kept. Where they are packed, plain is of
// no more use than its length.
func (k *prepared) get(r *run) (plain, packed []float32, ok bool, err error) {
	if k == nil {
		return nil, nil, false, nil
	}
	for _, x := range r.got {
		if x.by == k {
			return x.plain, x.packed, x.ok, nil
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	raw := r.bytes(k.v)
	switch {
	case k.misses > tries:
		return nil, nil, false, nil
	case k.kept != nil && (k.kept.raw == nil || bytes.Equal(k.kept.raw, raw)):
		k.misses = 0
	default:
		k.kept = nil
		if k.misses++; k.misses > tries {
			return nil, nil, false, nil
		}
		if err := k.keep(r, raw); err != nil {
			return nil, nil, false, err
		}
	}
	if k.kept.packed != nil {
		return r.f32(k.v), k.kept.packed, true, nil
	}
	return k.kept.plain, nil, true, nil
}

// keep brings the weights of a run into form.
func (k *prepared) keep(r *run, raw []byte) error {
	w, done, err := ordered(r, k.v, k.order)
	if err != nil {
		return err
	}
	defer done()
	kept := &weights{}
	if n := k.conv.PackedLen(); n > 0 {
		kept.packed = kernel.Floats(n)
		k.conv.Pack(r.backend.pool, w, kept.packed)
	} else {
		kept.plain = kernel.Floats(len(w))
		copy(kept.plain, w)
	}
	if k.v.root().constant == nil {
		kept.raw = bytes.Clone(raw)
	}
	k.kept = kept
	return nil
}
