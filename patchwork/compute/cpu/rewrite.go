package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// rewrite replaces operations by others that passes can compute. It changes nodes in place, so that their readers
// need not know, and puts new nodes before them.
func (p *plan) rewrite() {
	old := p.nodes
	p.nodes = make([]*node, 0, len(old))
	for _, n := range old {
		if !n.constant() {
			switch n.op {
			case compute.OpTypeClamp:
				p.rewriteClamp(n)
			case compute.OpTypeConcatenate:
				p.rewriteGrouped(n)
			case compute.OpTypeMul:
				p.rewriteMul(n)
			case compute.OpTypePow:
				p.rewritePow(n)
			case compute.OpTypeSign:
				p.rewriteIndicator(n)
			case compute.OpTypeReduceSum, compute.OpTypeReduceMax, compute.OpTypeReduceMin, compute.OpTypeReduceProduct:
				p.rewriteReduce(n)
			}
		}
		p.nodes = append(p.nodes, n)
	}
}

// helper adds a node before the one that is being rewritten; it takes over that one's place in the order.
func (p *plan) helper(before *node, op compute.OpType, attr operation, shape shapes.Shape, in ...*value) *value {
	n := &node{id: before.id, op: op, attr: attr, in: in}
	n.out = []*value{{node: n, shape: shape}}
	p.nodes = append(p.nodes, n)
	return n.out[0]
}

// rewriteClamp: clamp(low, x, high) = min(max(x, low), high).
func (p *plan) rewriteClamp(n *node) {
	low, x, high := n.in[0], n.in[1], n.in[2]
	if !n.out[0].is(dtypes.Float32) {
		return
	}
	m := p.helper(n, compute.OpTypeMax, &opMax{}, x.shape, x, low)
	n.op, n.attr, n.in = compute.OpTypeMin, &opMin{}, []*value{m, high}
}

// rewriteMul drops a multiplication by one, with which every gradient begins.
func (p *plan) rewriteMul(n *node) {
	for i, x := range n.in {
		if one, ok := uniform(n.in[1-i]); ok && one == 1 && n.out[0].is(dtypes.Float32) && x.shape.Equal(n.out[0].shape) {
			n.op, n.attr, n.in = compute.OpTypeIdentity, &opIdentity{}, []*value{x}
			return
		}
	}
}

// rewritePow turns powers with a simple constant exponent into products and roots.
func (p *plan) rewritePow(n *node) {
	x, y := n.in[0], n.in[1]
	if !n.out[0].is(dtypes.Float32) || x.shape.Rank() != n.out[0].shape.Rank() || x.size() != n.out[0].size() {
		return
	}
	exponent, ok := uniform(y)
	if !ok {
		return
	}
	switch exponent {
	case 1:
		n.op, n.attr, n.in = compute.OpTypeIdentity, &opIdentity{}, []*value{x}
	case 2:
		n.op, n.attr, n.in = compute.OpTypeMul, &opMul{}, []*value{x, x}
	case 3:
		square := p.helper(n, compute.OpTypeMul, &opMul{}, x.shape, x, x)
		n.op, n.attr, n.in = compute.OpTypeMul, &opMul{}, []*value{square, x}
	}
}

// uniform returns the number that all elements of a value are, if that is known.
func uniform(v *value) (float32, bool) {
	for v.constant == nil {
		if v.node.op != compute.OpTypeBroadcastInDim && v.node.alias(v.index) == nil || v.node.op == compute.OpTypeBitcast {
			return 0, false
		}
		v = v.node.in[0]
	}
	if v.size() != 1 || !v.is(dtypes.Float32) {
		return 0, false
	}
	return *(*float32)(v.constant.base), true
}

// rewriteReduce takes a reduction over axes that lie apart to pieces: the innermost run of axes goes first.
func (p *plan) rewriteReduce(n *node) {
	for n.in[0].is(dtypes.Float32) && n.in[0].size() > 0 && n.out[0].size() > 0 {
		cut := reduceAxes(n)
		dims := n.in[0].dims()
		runs, open, lastRun := 0, false, 0 // runs of reduced axes, those of size 1 left aside
		for i := range cut {
			if dims[i] == 1 {
				continue
			}
			if cut[i] && !open {
				runs++
				lastRun = i
			}
			open = cut[i]
		}
		if runs < 2 {
			return
		}
		var axes, rest, kept []int
		for i := range cut {
			switch {
			case cut[i] && i >= lastRun:
				axes = append(axes, i)
			default:
				if cut[i] {
					rest = append(rest, len(kept))
				}
				kept = append(kept, dims[i])
			}
		}
		n.in = []*value{p.helper(n, n.op, reduceAttr(n.op, axes), shapes.Make(dtypes.Float32, kept...), n.in[0])}
		n.attr = reduceAttr(n.op, rest)
	}
}

func reduceAttr(op compute.OpType, axes []int) operation {
	switch op {
	case compute.OpTypeReduceSum:
		return &opReduceSum{axes: axes}
	case compute.OpTypeReduceMax:
		return &opReduceMax{axes: axes}
	case compute.OpTypeReduceMin:
		return &opReduceMin{axes: axes}
	}
	return &opReduceProduct{axes: axes}
}
