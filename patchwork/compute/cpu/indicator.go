package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/jit"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// opIndicator is 1 where its operand is at least 0, else 0. GoMLX writes it, in the gradient of every ReLU, as the sign
// of 1 + the sign. They differ for NaN alone, of which this makes 0; what NaN is multiplied with is NaN anyway.
type opIndicator struct{}

func (o *opIndicator) apply(compute.Function, []compute.Value) ([]compute.Value, error) {
	return nil, fmt.Errorf("an indicator exists only in plans")
}

var indicatorElement = &element{unary: func(dst, x []float32) { kernel.BinaryScalar(kernel.GreaterOrEqual, dst, x, 0) },
	code: func(p *jit.Program, x, _, _ jit.Value) jit.Value {
		return p.Binary(jit.GreaterOrEqual, x, p.Constant(0))
	}}

// rewriteIndicator finds Sign(Add(Sign(x), 1)), and x − 0 for x.
func (p *plan) rewriteIndicator(n *node) {
	if !n.out[0].is(dtypes.Float32) {
		return
	}
	sum := n.in[0]
	if sum.constant != nil || sum.node.op != compute.OpTypeAdd {
		return
	}
	for i, v := range sum.node.in {
		one, ok := uniform(sum.node.in[1-i])
		if !ok || one != 1 || v.constant != nil || v.node.op != compute.OpTypeSign || v.size() != n.out[0].size() {
			continue
		}
		if _, done := v.node.attr.(*opIndicator); done {
			continue
		}
		x := v.node.in[0]
		if x.constant == nil && x.node.op == compute.OpTypeSub {
			if zero, ok := uniform(x.node.in[1]); ok && zero == 0 && x.node.in[0].size() == x.size() {
				x = x.node.in[0]
			}
		}
		n.attr, n.in = &opIndicator{}, []*value{x}
		return
	}
}
