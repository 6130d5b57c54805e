package cpu

import "github.com/gomlx/compute"

// native gives s the kernel for n. If there is none, it says why.
func (p *plan) native(n *node, s *step) (ok bool, reason string) {
	s.name = n.describe()
	s.kind = n.op.String()
	if n.empty() {
		return n.nothing(), "values without elements"
	}
	reason = "no kernel"
	switch a := n.attr.(type) {
	case *opDotGeneral:
		return p.dots(n, s)
	case *opConvGeneral:
		return p.convolves(n, s)
	case *opGroupedConv:
		return p.convolution(a.convCase, n.in[0], n.in[1], n.out[0], s)
	case *opTranspose, *opBroadcastInDim, *opSlice, *opReverse:
		ok = p.moves(n, s)
	case *opConcatenate:
		ok = p.concatenates(n, s)
	case *opPad:
		ok = p.pads(n, s)
	case *opReduceWindow:
		return p.windows(n, s)
	case *opSelectAndScatterMax:
		return p.selects(n, s, a.windowDimensions, a.windowStrides, a.paddings, false)
	case *opSelectAndScatterMin:
		return p.selects(n, s, a.windowDimensions, a.windowStrides, a.paddings, true)
	case *opDynamicSlice:
		ok = p.slicesAt(n, s)
	case *opDynamicUpdateSlice:
		ok = p.updatesAt(n, s)
	case *opIota:
		ok = p.counts(n, s, a.iotaAxis)
	case *opRNGBitGenerator:
		ok = p.draws(n, s)
	case *opGather:
		ok = p.gathers(n, s, a)
	case *opArgMinMax:
		ok = p.finds(n, s, a)
	case *opScatterSum, *opScatterMax, *opScatterMin:
		ok = p.scatterOf(n, s)
	}
	return ok, reason
}

// empty reports whether an input or result has no elements.
func (n *node) empty() bool {
	for _, v := range append(append([]*value{}, n.in...), n.out...) {
		if v.size() == 0 {
			return true
		}
	}
	return false
}

// nothing reports whether all results are without elements, so that there is nothing to do.
func (n *node) nothing() bool {
	for _, v := range n.out {
		if v.size() != 0 {
			return false
		}
	}
	return n.op != compute.OpTypeRNGBitGenerator
}
