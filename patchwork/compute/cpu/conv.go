package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// convRole says which of the three uses of one kernel shape a ConvGeneral is.
type convRole uint8

const (
	convForward convRole = iota
	convInput            // gradient of the picture: inputs dy and w, result dx
	convWeights          // gradient of the weights: inputs x and dy, result dw
)

func (r convRole) String() string {
	return [...]string{"convolution", "convolution dx", "convolution dw"}[r]
}

// convCase is a ConvGeneral brought to the form of the kernels. The orders say which axis of the value is axis i of the
// kernel's layout (pictures: batch, height, width, channels; weights: height, width, in, out); -1 is an axis of size 1
// that the value lacks.
type convCase struct {
	role   convRole
	shape  kernel.ConvShape
	orders [3][]int // of the inputs and the result
	turned bool     // the weights must be turned around: dx of weights that no Reverse has turned before
	groups int      // of dx: its weights must be regrouped
}

// spatial gives per-axis settings as height and width; a convolution of one axis has height 1.
type spatial struct {
	in, kernel, out         [2]int // sizes
	stride, inDil, kDil     [2]int
	before, after           [2]int
	inAxis, kAxis, outAxis  [2]int
	inputs, outputs, images int
}

func spatialOf(a *opConvGeneral, in, k, out []int) (s spatial, ok bool) {
	rank := len(a.axes.InputSpatial)
	if rank != 1 && rank != 2 {
		return s, false
	}
	s.in, s.kernel, s.out = [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}
	s.stride, s.inDil, s.kDil = [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}
	s.inAxis, s.kAxis, s.outAxis = [2]int{-1, -1}, [2]int{-1, -1}, [2]int{-1, -1}
	at := func(list []int, i int) int {
		if i < len(list) {
			return max(1, list[i])
		}
		return 1
	}
	for i := range rank {
		j := i + 2 - rank
		s.inAxis[j], s.kAxis[j], s.outAxis[j] = a.axes.InputSpatial[i], a.axes.KernelSpatial[i], a.axes.OutputSpatial[i]
		s.in[j], s.kernel[j], s.out[j] = in[s.inAxis[j]], k[s.kAxis[j]], out[s.outAxis[j]]
		s.stride[j], s.inDil[j], s.kDil[j] = at(a.strides, i), at(a.inputDilations, i), at(a.kernelDilations, i)
		if i < len(a.paddings) {
			s.before[j], s.after[j] = a.paddings[i][0], a.paddings[i][1]
		}
	}
	return s, true
}

// fit is the padding at the end with which a convolution over size positions gives exactly out.
func fit(size, before, kernel, dilation, stride, out int) int {
	return (out-1)*stride + (kernel-1)*dilation + 1 - size - before
}

// classify finds the role and shape of a convolution. reversed tells that the weights come from a Reverse of their
// spatial axes, so that the gradient of the picture can use them as they were; isWeights that it is known to be a gradient
// of weights.
func classify(a *opConvGeneral, in, k, out []int, reversed, isWeights bool) (c convCase, reason string) {
	s, ok := spatialOf(a, in, k, out)
	if !ok {
		return c, "more than two spatial axes"
	}
	x := a.axes
	channelGroups, batchGroups := max(1, a.channelGroupCount), max(1, a.batchGroupCount)
	picture := []int{x.InputBatch, s.inAxis[0], s.inAxis[1], x.InputChannels}
	weights := []int{s.kAxis[0], s.kAxis[1], x.KernelInputChannels, x.KernelOutputChannels}
	result := []int{x.OutputBatch, s.outAxis[0], s.outAxis[1], x.OutputChannels}
	dilated := s.inDil != [2]int{1, 1}
	strided := s.stride != [2]int{1, 1}
	swapped := x.InputBatch > x.InputChannels && s.kernel[0]*s.kernel[1] >= s.out[0]*s.out[1]
	switch {
	case batchGroups > 1 && dilated:
		return c, "groups of the batch with dilated input"
	case batchGroups > 1 || !dilated && channelGroups == 1 && (swapped || isWeights):
		// Output position (i, j) is tap (i, j) of the weights; the kernel's positions are those of dy.
		c.role = convWeights
		c.shape = kernel.ConvShape{
			Batch: in[x.InputChannels], Height: s.in[0], Width: s.in[1], In: in[x.InputBatch],
			KernelH: s.out[0], KernelW: s.out[1], Out: k[x.KernelOutputChannels],
			StrideH: s.kDil[0], StrideW: s.kDil[1], DilationH: s.stride[0], DilationW: s.stride[1],
			PadTop: s.before[0], PadLeft: s.before[1], Groups: batchGroups,
			PadBottom: fit(s.in[0], s.before[0], s.out[0], s.stride[0], s.kDil[0], s.kernel[0]),
			PadRight:  fit(s.in[1], s.before[1], s.out[1], s.stride[1], s.kDil[1], s.kernel[1]),
		}
		c.orders = [3][]int{
			{x.InputChannels, s.inAxis[0], s.inAxis[1], x.InputBatch},
			{x.KernelInputChannels, s.kAxis[0], s.kAxis[1], x.KernelOutputChannels},
			{s.outAxis[0], s.outAxis[1], x.OutputBatch, x.OutputChannels},
		}
	case dilated || reversed && !strided && channelGroups == 1:
		if strided {
			return c, "strides together with dilated input"
		}
		c.role = convInput
		c.turned = !reversed
		c.groups = channelGroups
		top := (s.kernel[0]-1)*s.kDil[0] - s.before[0]
		left := (s.kernel[1]-1)*s.kDil[1] - s.before[1]
		c.shape = kernel.ConvShape{
			Batch: in[x.InputBatch], Height: s.out[0], Width: s.out[1], In: out[x.OutputChannels],
			KernelH: s.kernel[0], KernelW: s.kernel[1], Out: in[x.InputChannels],
			StrideH: s.inDil[0], StrideW: s.inDil[1], DilationH: s.kDil[0], DilationW: s.kDil[1],
			PadTop: top, PadLeft: left, Groups: channelGroups,
			PadBottom: fit(s.out[0], top, s.kernel[0], s.kDil[0], s.inDil[0], s.in[0]),
			PadRight:  fit(s.out[1], left, s.kernel[1], s.kDil[1], s.inDil[1], s.in[1]),
		}
		c.orders = [3][]int{picture, {s.kAxis[0], s.kAxis[1], x.KernelOutputChannels, x.KernelInputChannels}, result}
	default:
		c.role = convForward
		c.shape = kernel.ConvShape{
			Batch: in[x.InputBatch], Height: s.in[0], Width: s.in[1], In: in[x.InputChannels],
			KernelH: s.kernel[0], KernelW: s.kernel[1], Out: k[x.KernelOutputChannels],
			StrideH: s.stride[0], StrideW: s.stride[1], DilationH: s.kDil[0], DilationW: s.kDil[1],
			PadTop: s.before[0], PadBottom: s.after[0], PadLeft: s.before[1], PadRight: s.after[1], Groups: channelGroups,
		}
		c.orders = [3][]int{picture, weights, result}
	}
	return c, ""
}

// spatialReverse returns the weights that a Reverse of exactly the spatial axes has turned around, nil if v is none.
func spatialReverse(v *value, spatial []int) *value {
	if v.constant != nil || v.node.op != compute.OpTypeReverse {
		return nil
	}
	axes := v.node.attr.(*opReverse).axes
	for _, a := range spatial {
		if !slices.Contains(axes, a) && v.dims()[a] != 1 {
			return nil
		}
	}
	for _, a := range axes {
		if !slices.Contains(spatial, a) && v.dims()[a] != 1 {
			return nil
		}
	}
	return v.node.in[0]
}

// convolves makes the step of a ConvGeneral of float32.
func (p *plan) convolves(n *node, s *step) (bool, string) {
	a := n.attr.(*opConvGeneral)
	in, k, out := n.in[0], n.in[1], n.out[0]
	if !in.is(dtypes.Float32) || !k.is(dtypes.Float32) || !out.is(dtypes.Float32) {
		return false, "no kernel for " + in.shape.DType.String()
	}
	weights := k
	if w := spatialReverse(k, a.axes.KernelSpatial); w != nil {
		weights = w
	}
	c, reason := classify(a, in.dims(), k.dims(), out.dims(), weights != k, false)
	if reason != "" {
		return false, reason
	}
	if c.role != convInput {
		weights = k
	}
	s.in = []*value{in, weights}
	return p.convolution(c, in, weights, out, s)
}

// convolution makes the step of a classified convolution.
func (p *plan) convolution(c convCase, x, y, out *value, s *step) (bool, string) {
	c.shape.Direct = p.backend.options.Direct
	conv, err := kernel.NewConv(c.shape)
	if err != nil {
		return false, err.Error()
	}
	if c.role != convInput {
		if h, w := conv2Out(c, out); c.role == convForward && (h != c.shape.OutHeight() || w != c.shape.OutWidth()) {
			return false, "its size is not that of the kernel"
		}
	}
	first, second := arrangement(x, c.orders[0]), arrangement(y, c.orders[1])
	if c.role == convInput && (c.turned || c.groups > 1) {
		second = regrouped(y, c)
	}
	back := scatterOrder(out, c.orders[2])
	q := c.shape
	s.kind = c.role.String()
	s.name = fmt.Sprintf("%s %d×%d×%d×%d, kernel %d×%d×%d, stride %d, groups %d", s.kind, q.Batch, q.Height, q.Width, q.In,
		q.KernelH, q.KernelW, q.Out, max(1, q.StrideH), max(1, q.Groups))
	t := &tail{unit: out.dims()[max(0, out.shape.Rank()-1)]}
	if c.role == convForward && back == nil {
		s.tail = t
		t.finishes = conv.Finishes()
	}
	var known *prepared
	if c.role == convForward {
		known = p.prepares(conv, y, second)
	}
	s.do = p.convolve(c, conv, known, t, x, y, out, first, second, back)
	if s.tail != nil && first == nil && c.orders[0][0] == 0 && c.orders[2][0] == 0 {
		s.portion = func() *portion { return p.convolvePortion(c, t, x, y, out, second) }
	}
	return true, ""
}

// convolve is the work of the step.
func (p *plan) convolve(c convCase, conv *kernel.Conv, known *prepared, t *tail, x, y, out *value, first, second, back *copying) stepFunc {
	return func(r *run) error {
		a, doneA, err := ordered(r, x, first)
		if err != nil {
			return err
		}
		defer doneA()
		b, packed, ok, err := known.get(r)
		if err != nil {
			return err
		}
		if !ok {
			var doneB func()
			if b, doneB, err = ordered(r, y, second); err != nil {
				return err
			}
			defer doneB()
		}
		if t.finish != nil {
			conv.ForwardFinished(r.backend.pool, a, b, packed, r.f32(t.finish.out), t.finish.open(r))
			return nil
		}
		dst, doneOut := r.f32(out), func() {}
		if back != nil {
			m, err := r.backend.memory.take(4 * out.size())
			if err != nil {
				return err
			}
			dst = floats(m, out.size())
			doneOut = func() {
				back.run(r.backend.pool, r.block(out).base, m.base, out.size())
				r.backend.memory.put(m)
			}
		}
		switch c.role {
		case convForward:
			q, then := t.open(r)
			conv.ForwardPacked(r.backend.pool, a, b, packed, dst, then)
			doneOut()
			return t.close(q)
		case convInput:
			conv.GradInput(r.backend.pool, a, b, dst)
		case convWeights:
			conv.GradKernel(r.backend.pool, a, b, dst)
		}
		doneOut()
		return nil
	}
}

// convolvePortion is a forward convolution picture by picture; nil if that would not be as good: where tiles of Winograd
// need several pictures, or where the weights are what fills the cache.
func (p *plan) convolvePortion(c convCase, t *tail, x, y, out *value, second *copying) *portion {
	q := &c.shape
	batch := q.Batch
	if q.Batch = 1; batch < 2 || y.size()*batch > x.size()+out.size() || q.KernelH*q.KernelW > 1 && max(1, q.Groups) == 1 && max(1, q.StrideH, q.StrideW) == 1 {
		return nil
	}
	conv, err := kernel.NewConv(*q)
	if err != nil || t.finish != nil && !conv.Finishes() {
		return nil
	}
	known := p.prepares(conv, y, second)
	if known == nil && (second != nil || conv.PackedLen() > 0) {
		return nil // to be brought into form once for all pictures
	}
	in, results, ok := t.byPicture(out)
	if !ok {
		return nil
	}
	return &portion{batch: batch, in: append(in, x), out: results, weights: known, do: p.convolve(c, conv, known, t, x, y, out, nil, second, nil)}
}

func conv2Out(c convCase, out *value) (h, w int) {
	h, w = 1, 1
	if a := c.orders[2][1]; a >= 0 {
		h = out.dims()[a]
	}
	if a := c.orders[2][2]; a >= 0 {
		w = out.dims()[a]
	}
	return h, w
}

// arrangement is the copy that brings the axes of v into an order, nil if they are in it.
func arrangement(v *value, order []int) *copying {
	strides := rowMajor(v.dims())
	var d, st []int
	for _, a := range order {
		if a >= 0 {
			d, st = append(d, v.dims()[a]), append(st, strides[a])
		}
	}
	if c := newCopying(d, st, 0, 4); !c.plain() {
		return c
	}
	return nil
}

// scatterOrder is the copy that brings a result in an order into the order of the axes of v, nil if it is the same.
func scatterOrder(v *value, order []int) *copying {
	var dims []int
	for _, a := range order {
		if a >= 0 {
			dims = append(dims, v.dims()[a])
		}
	}
	strides := rowMajor(dims)
	st := make([]int, v.shape.Rank())
	i := 0
	for _, a := range order {
		if a >= 0 {
			st[a] = strides[i]
			i++
		}
	}
	if c := newCopying(v.dims(), st, 0, 4); !c.plain() {
		return c
	}
	return nil
}

// regrouped is the copy that turns the weights k of a convolution over dy, [taps, out/groups of one group, in], into
// those of the convolution whose gradient it is: [taps, in/groups, out], turned around if c says so.
func regrouped(v *value, c convCase) *copying {
	strides := rowMajor(v.dims())
	q := c.shape
	groups := max(1, q.Groups)
	order := c.orders[1] // height, width, in of the gradient's result, out of the gradient's input
	dims := []int{q.KernelH, q.KernelW, q.In / groups, groups, q.Out / groups}
	st := []int{0, 0, strides[order[2]], strides[order[2]] * (q.In / groups), strides[order[3]]}
	offset := 0
	for i, a := range order[:2] {
		if a < 0 {
			continue
		}
		st[i] = strides[a]
		if c.turned {
			offset += strides[a] * (dims[i] - 1)
			st[i] = -strides[a]
		}
	}
	return newCopying(dims, st, offset, 4)
}

// ordered returns a value, copied by order if that is not nil.
func ordered(r *run, v *value, order *copying) (x []float32, done func(), err error) {
	if order == nil {
		return r.f32(v), func() {}, nil
	}
	return arranged(r, v, order)
}
