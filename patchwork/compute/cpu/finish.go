package cpu

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// finish is a tail that the kernel does itself before it writes a sum: a bias for every channel, and limits behind it, as
// in a layer with ReLU; or a factor, as in mean pooling. The kernel writes out in place of its own result.
type finish struct {
	out, bias *value
	limits    [2]*value // nil: none
	factor    float32   // without a bias
}

// finished takes a pass behind a step that can finish its result, if the pass does no more than that and nobody else reads
// the result as it was before.
func (p *plan) finished(s, next *step, gone []bool) bool {
	made := s.out[0]
	if len(s.out) != 1 || len(next.out) != 1 {
		return false
	}
	var f *finish
	switch {
	case s.tail.finishes:
		f = finishOf(next.out[0], made, s.tail.unit)
	case s.tail.multiplies:
		f = factorOf(next.out[0], made)
	}
	if f == nil {
		return false
	}
	for _, v := range p.main.outs {
		if v.root() == made {
			return false
		}
	}
	for i, other := range p.steps {
		for _, v := range other.in {
			if !gone[i] && other != next && v.root() == made {
				return false
			}
		}
	}
	s.tail.finish = f
	for _, v := range next.in {
		if v.root() != made {
			s.in = append(s.in, v)
		}
	}
	s.out = next.out
	return true
}

// finishOf is how v comes from made, nil if that takes more than a finish.
func finishOf(v, made *value, channels int) *finish {
	f := &finish{out: v}
	n := v.node
	for i, op := range [...]compute.OpType{compute.OpTypeMin, compute.OpTypeMax} { // from the outside in
		if n.op != op {
			continue
		}
		for k, limit := range n.in {
			x, once := source(limit, n.iteration())
			inner, at := source(n.in[1-k], n.iteration())
			if once.scalar() && x.is(dtypes.Float32) && at.full() && inner.constant == nil && inner.node.passed() {
				f.limits[1-i], n = x, inner.node
				break
			}
		}
	}
	if n.op != compute.OpTypeAdd || !v.is(dtypes.Float32) {
		return nil
	}
	for k, x := range n.in {
		sum, at := source(x, n.iteration())
		bias, each := source(n.in[1-k], n.iteration())
		if sum.root() == made && at.full() && bias.is(dtypes.Float32) && each.period() == channels {
			f.bias = bias
			return f
		}
	}
	return nil
}

// factorOf is how v comes from made by a multiplication with one known number, nil if it comes otherwise.
func factorOf(v, made *value) *finish {
	if v.node.op != compute.OpTypeMul || !v.is(dtypes.Float32) {
		return nil
	}
	for k, x := range v.node.in {
		sum, at := source(x, v.dims())
		if factor, ok := uniform(v.node.in[1-k]); ok && sum.root() == made && at.full() {
			return &finish{out: v, factor: factor}
		}
	}
	return nil
}

// open gives the kernel what it needs in a run.
func (f *finish) open(r *run) kernel.Finish {
	k := kernel.Finish{Bias: r.f32(f.bias), Limits: [2]float32{float32(math.Inf(-1)), float32(math.Inf(1))}}
	for i, v := range f.limits {
		if v != nil {
			k.Limits[i] = r.f32(v)[0]
		}
	}
	return k
}
