package cpu

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// opGroupedConv is a gradient of a convolution with groups. GoMLX writes it as one convolution for each group, on
// slices, and concatenates the results: for a depthwise convolution that is one for each channel.
type opGroupedConv struct{ convCase }

func (o *opGroupedConv) apply(compute.Function, []compute.Value) ([]compute.Value, error) {
	return nil, fmt.Errorf("a gradient of a convolution with groups exists only in plans")
}

// rewriteGrouped turns a concatenation of convolutions of slices into one step.
func (p *plan) rewriteGrouped(n *node) {
	groups := len(n.in)
	if groups < 2 || !n.out[0].is(dtypes.Float32) {
		return
	}
	firstConv, ok := n.in[0].node.attr.(*opConvGeneral)
	if !ok || n.attr.(*opConcatenate).axis != firstConv.axes.OutputChannels ||
		max(firstConv.channelGroupCount, firstConv.batchGroupCount) > 1 {
		return
	}
	var x, w sliced
	for i, v := range n.in {
		conv, ok := v.node.attr.(*opConvGeneral)
		if !ok || v.constant != nil || !reflect.DeepEqual(conv, firstConv) {
			return
		}
		k := v.node.in[1]
		turned := spatialReverse(k, conv.axes.KernelSpatial)
		if turned != nil {
			k = turned
		}
		if !x.next(i, groups, v.node.in[0], false) || !w.next(i, groups, k, turned != nil) {
			return
		}
	}
	conv := n.in[0].node
	gradient := x.axis == firstConv.axes.InputChannels && w.reversed && w.axis == firstConv.axes.KernelInputChannels
	weights := x.axis == firstConv.axes.InputBatch && !w.reversed && w.axis == firstConv.axes.KernelOutputChannels
	if !gradient && !weights {
		return
	}
	c, reason := classify(firstConv, conv.in[0].dims(), conv.in[1].dims(), conv.out[0].dims(), w.reversed, weights)
	if reason != "" || c.role == convForward {
		return
	}
	c.shape.In *= groups
	c.shape.Out *= groups
	c.shape.Groups = groups
	if native, _ := p.convolution(c, x.whole, w.whole, n.out[0], &step{}); !native {
		return
	}
	n.op, n.attr, n.in = compute.OpTypeConvGeneral, &opGroupedConv{c}, []*value{x.whole, w.whole}
}

// sliced follows operands that are the parts of one value along one axis, in order.
type sliced struct {
	whole    *value
	axis     int
	reversed bool
}

func (s *sliced) next(i, parts int, v *value, reversed bool) bool {
	if v.constant != nil {
		return false
	}
	a, ok := v.node.attr.(*opSlice)
	if !ok || slices.ContainsFunc(a.strides, func(k int) bool { return k > 1 }) {
		return false
	}
	whole := v.node.in[0]
	if i == 0 {
		s.whole, s.reversed = whole, reversed
		s.axis = slices.IndexFunc(v.dims(), func(int) bool { return true })
		for k, d := range v.dims() {
			if d != whole.dims()[k] {
				s.axis = k
			}
		}
	}
	if whole != s.whole || reversed != s.reversed || s.axis < 0 {
		return false
	}
	for k, d := range v.dims() {
		switch {
		case k == s.axis && (d*parts != whole.dims()[k] || a.starts[k] != i*d):
			return false
		case k != s.axis && d != whole.dims()[k]:
			return false
		}
	}
	return true
}
