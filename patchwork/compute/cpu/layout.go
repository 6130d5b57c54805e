package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// layouts moves transpositions out of the way. The kernels want pictures with the channels last; a network with the
// channels first would be copied around every convolution. Here convolutions give their result with the channels last,
// followed by a transposition, and the transpositions move down through whatever does not care about the order of axes
// until they meet their opposite, or an operation that does care.
func (p *plan) layouts() {
	old := p.nodes
	p.nodes = make([]*node, 0, len(old)+len(old)/4)
	seen := map[turn]*value{}
	for _, n := range old {
		if !n.constant() && len(n.out) == 1 && n.out[0].size() > 0 {
			p.layout(n, seen)
		}
		p.nodes = append(p.nodes, n)
	}
}

// turn is a transposition of a value that exists already.
type turn struct {
	v     *value
	order string
}

func (p *plan) layout(n *node, seen map[turn]*value) {
	switch a := n.attr.(type) {
	case *opTranspose:
		p.joinTurns(n, a)
	case *opConvGeneral:
		p.layoutConv(n, a, seen)
	case *opPad:
		p.sinkPad(n, a)
	case *opReduceWindow:
		p.sinkWindow(n, a)
	case *opConcatenate:
		p.sinkConcatenate(n, a)
	case *opReduceSum, *opReduceMax, *opReduceMin, *opReduceProduct:
		p.sinkReduce(n)
	default:
		if elements[n.op] != nil || n.op == compute.OpTypeConvertDType {
			p.sinkElement(n)
		}
	}
}

// turned returns what v is a transposition of, and the permutation: axis i of v is axis order[i] of the result.
func turned(v *value) (u *value, order []int) {
	if v.constant != nil || v.node.op != compute.OpTypeTranspose {
		return nil, nil
	}
	return v.node.in[0], v.node.attr.(*opTranspose).permutation
}

// joinTurns makes one of two transpositions behind one another, and none of one that changes nothing in memory.
func (p *plan) joinTurns(n *node, a *opTranspose) {
	if u, order := turned(n.in[0]); u != nil {
		joint := make([]int, len(order))
		for i, q := range a.permutation {
			joint[i] = order[q]
		}
		n.attr, n.in = &opTranspose{permutation: joint}, []*value{u}
	}
	last := -1
	for _, axis := range n.attr.(*opTranspose).permutation {
		if n.in[0].dims()[axis] == 1 {
			continue
		}
		if axis < last {
			return
		}
		last = axis
	}
	n.op, n.attr = compute.OpTypeReshape, &opReshape{dimensions: slices.Clone(n.out[0].dims())}
}

// become turns n into the transposition of a new node that does its work on transposed values.
func (p *plan) become(n *node, attr operation, order []int, in ...*value) {
	v := n.out[0]
	dims := make([]int, len(order))
	for i, axis := range order {
		dims[axis] = v.dims()[i]
	}
	w := p.helper(n, n.op, attr, shapes.Make(v.shape.DType, dims...), in...)
	n.op, n.attr, n.in = compute.OpTypeTranspose, &opTranspose{permutation: slices.Clone(order)}, []*value{w}
}

// back is the permutation that undoes order.
func back(order []int) []int {
	b := make([]int, len(order))
	for i, axis := range order {
		b[axis] = i
	}
	return b
}

// permuted gives entry i of the result what belongs to axis order[i] of the untransposed value.
func permuted[T any](list []T, order []int) []T {
	if len(list) != len(order) {
		return nil
	}
	r := make([]T, len(list))
	for i, axis := range order {
		r[axis] = list[i]
	}
	return r
}

// sinkElement moves a transposition from the operands of an element-wise operation to its result.
func (p *plan) sinkElement(n *node) {
	out := n.out[0]
	var order []int
	for _, v := range n.in {
		u, o := turned(v)
		switch {
		case u == nil || v.size() != out.size() || len(o) != out.shape.Rank():
		case order == nil:
			order = o
		case !slices.Equal(order, o):
			return
		}
	}
	if order == nil {
		return
	}
	in := make([]*value, len(n.in))
	for i, v := range n.in {
		u, o := turned(v)
		switch {
		case u != nil && slices.Equal(o, order):
			in[i] = u
		case v.size() == 1:
			in[i] = v
			if v.shape.Rank() != 0 && v.shape.Rank() != out.shape.Rank() {
				return
			}
		default:
			w := p.untwist(n, v, order)
			if w == nil {
				return
			}
			in[i] = w
		}
	}
	p.become(n, n.attr, order, in...)
}

// untwist returns a small operand, such as one number for each channel, with its axes as they are before the
// transposition; nil if that would take a copy of full size.
func (p *plan) untwist(n *node, v *value, order []int) *value {
	if v.shape.Rank() != len(order) {
		return nil
	}
	if v.constant == nil && v.node.op == compute.OpTypeBroadcastInDim {
		axes := v.node.attr.(*opBroadcastInDim).broadcastAxes
		moved := make([]int, len(axes))
		for i, axis := range axes {
			moved[i] = order[axis]
		}
		if !slices.IsSorted(moved) {
			return nil
		}
		shape := shapes.Make(v.shape.DType, permuted(v.dims(), order)...)
		return p.helper(n, compute.OpTypeBroadcastInDim, &opBroadcastInDim{outputShape: shape, broadcastAxes: moved}, shape, v.node.in[0])
	}
	wide := 0
	for _, d := range v.dims() {
		if d != 1 {
			wide++
		}
	}
	if wide > 1 {
		return nil
	}
	dims := permuted(v.dims(), order)
	return p.helper(n, compute.OpTypeReshape, &opReshape{dimensions: dims}, shapes.Make(v.shape.DType, dims...), v)
}

func (p *plan) sinkPad(n *node, a *opPad) {
	if u, order := turned(n.in[0]); u != nil {
		config := make([]compute.PadAxis, len(order))
		copy(config, a.axesConfig)
		p.become(n, &opPad{axesConfig: permuted(config, order)}, order, u, n.in[1])
	}
}

// sinkWindow also turns pooling with the channels first around, as the kernels pool with the channels last.
func (p *plan) sinkWindow(n *node, a *opReduceWindow) {
	u, order := turned(n.in[0])
	if u == nil {
		return
	}
	q := *a
	q.windowDimensions, q.strides = permuted(a.windowDimensions, order), permuted(a.strides, order)
	q.inputDilations, q.windowDilations = permuted(a.inputDilations, order), permuted(a.windowDilations, order)
	q.paddings = permuted(a.paddings, order)
	p.become(n, &q, order, u)
}

func (p *plan) sinkConcatenate(n *node, a *opConcatenate) {
	var order []int
	in := make([]*value, len(n.in))
	for i, v := range n.in {
		u, o := turned(v)
		if u == nil || order != nil && !slices.Equal(order, o) {
			return
		}
		order, in[i] = o, u
	}
	p.become(n, &opConcatenate{axis: order[a.axis]}, order, in...)
}

// sinkReduce reads the untransposed value where the axes that stay keep their order.
func (p *plan) sinkReduce(n *node) {
	u, order := turned(n.in[0])
	if u == nil {
		return
	}
	cut := reduceAxes(n)
	var axes []int
	last := -1
	for i, axis := range order {
		if cut[i] {
			axes = append(axes, axis)
			continue
		}
		if axis < last {
			return
		}
		last = axis
	}
	n.attr, n.in = reduceAttr(n.op, axes), []*value{u}
}

// layoutConv reads untransposed inputs, which only renames axes, and gives the result with the channels last.
func (p *plan) layoutConv(n *node, a *opConvGeneral, seen map[turn]*value) {
	if !n.in[0].is(dtypes.Float32) || !n.in[1].is(dtypes.Float32) || !n.out[0].is(dtypes.Float32) {
		return
	}
	q := *a
	q.axes = a.axes.Clone()
	in, k := n.in[0], n.in[1]
	// Pictures that are read in another order are copied once for all who read them.
	if u, order := turned(in); u != nil {
		q.axes.InputBatch, q.axes.InputChannels = order[q.axes.InputBatch], order[q.axes.InputChannels]
		for i, axis := range q.axes.InputSpatial {
			q.axes.InputSpatial[i] = order[axis]
		}
		in = u
	}
	if u, order := turned(k); u != nil {
		q.axes.KernelInputChannels, q.axes.KernelOutputChannels = order[q.axes.KernelInputChannels], order[q.axes.KernelOutputChannels]
		for i, axis := range q.axes.KernelSpatial {
			q.axes.KernelSpatial[i] = order[axis]
		}
		k = u
	}
	in = p.absorbPad(&q, in)
	first, second := q.axes.InputBatch, q.axes.InputChannels
	weights := first > second // a gradient of weights has the roles of batch and channels exchanged
	if weights {
		first, second = second, first
	}
	if want := append(append([]int{first}, q.axes.InputSpatial...), second); !slices.IsSorted(want) {
		in = p.transposed(n, in, want, seen)
		at := back(want)
		q.axes.InputBatch, q.axes.InputChannels = at[q.axes.InputBatch], at[q.axes.InputChannels]
		for i, axis := range q.axes.InputSpatial {
			q.axes.InputSpatial[i] = at[axis]
		}
	}
	result := append(append([]int{q.axes.OutputBatch}, q.axes.OutputSpatial...), q.axes.OutputChannels)
	n.in = []*value{in, k}
	if weights || slices.IsSorted(result) {
		n.attr = &q
		return
	}
	order := back(result)
	q.axes.OutputBatch, q.axes.OutputChannels = order[q.axes.OutputBatch], order[q.axes.OutputChannels]
	for i, axis := range q.axes.OutputSpatial {
		q.axes.OutputSpatial[i] = order[axis]
	}
	p.become(n, &q, order, in, k)
}

// transposed is v with its axes in the given order.
func (p *plan) transposed(n *node, v *value, order []int, seen map[turn]*value) *value {
	key := turn{v: v}
	dims := make([]int, len(order))
	for i, axis := range order {
		key.order += string(rune('a' + axis))
		dims[i] = v.dims()[axis]
	}
	if seen[key] == nil {
		seen[key] = p.helper(n, compute.OpTypeTranspose, &opTranspose{permutation: order}, shapes.Make(v.shape.DType, dims...), v)
	}
	return seen[key]
}

// absorbPad makes zeros that a Pad puts around a picture part of the convolution's own padding.
func (p *plan) absorbPad(q *opConvGeneral, in *value) *value {
	if in.constant != nil || in.node.op != compute.OpTypePad {
		return in
	}
	for _, d := range q.inputDilations {
		if d > 1 {
			return in
		}
	}
	if fill, ok := uniform(in.node.in[1]); !ok || fill != 0 {
		return in
	}
	pads := make([][2]int, len(q.axes.InputSpatial))
	copy(pads, q.paddings)
	for axis, c := range in.node.attr.(*opPad).axesConfig {
		if c == (compute.PadAxis{}) {
			continue
		}
		i := slices.Index(q.axes.InputSpatial, axis)
		if i < 0 || c.Interior != 0 || c.Start < 0 || c.End < 0 || pads[i][0] < 0 || pads[i][1] < 0 {
			return in
		}
		pads[i][0] += c.Start
		pads[i][1] += c.End
	}
	q.paddings = pads
	return in.node.in[0]
}
