package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// windowCase is a pooling brought to the form of the kernels: the axes in front of the windowed ones are the batch,
// those behind them the channels.
func windowCase(dims, window, strides, inDil, winDil []int, pads [][2]int) (kernel.WindowShape, bool) {
	at := func(list []int, i, or int) int {
		if i < len(list) {
			return list[i]
		}
		return or
	}
	touched := func(i int) bool {
		var pad [2]int
		if i < len(pads) {
			pad = pads[i]
		}
		return window[i] != 1 || at(strides, i, window[i]) != 1 || at(inDil, i, 1) > 1 || pad != [2]int{}
	}
	var axes []int
	for i := range dims {
		if touched(i) {
			axes = append(axes, i)
		}
	}
	for len(axes) < 2 { // the kernel has two axes; others take part with windows of 1
		switch {
		case len(axes) == 0 && len(dims) > 0:
			axes = append(axes, 0)
		case len(axes) == 1 && axes[0]+1 < len(dims):
			axes = append(axes, axes[0]+1)
		case len(axes) == 1 && axes[0] > 0:
			axes = []int{axes[0] - 1, axes[0]}
		default:
			return kernel.WindowShape{}, false
		}
	}
	if len(axes) > 2 || axes[1] != axes[0]+1 {
		return kernel.WindowShape{}, false
	}
	pad := func(i int) [2]int {
		if i < len(pads) {
			return pads[i]
		}
		return [2]int{}
	}
	h, w := axes[0], axes[1]
	return kernel.WindowShape{
		Batch: product(dims[:h]), Height: dims[h], Width: dims[w], Channels: product(dims[w+1:]),
		WindowH: window[h], WindowW: window[w],
		StrideH: at(strides, h, window[h]), StrideW: at(strides, w, window[w]),
		DilationH: at(winDil, h, 1), DilationW: at(winDil, w, 1),
		BaseH: at(inDil, h, 1), BaseW: at(inDil, w, 1),
		PadTop: pad(h)[0], PadBottom: pad(h)[1], PadLeft: pad(w)[0], PadRight: pad(w)[1],
	}, true
}

// windows makes the step of a ReduceWindow of float32.
func (p *plan) windows(n *node, s *step) (bool, string) {
	a := n.attr.(*opReduceWindow)
	in, out := n.in[0], n.out[0]
	if !in.is(dtypes.Float32) || a.reductionType == compute.ReduceOpProduct {
		return false, "no kernel for this type or reduction"
	}
	shape, ok := windowCase(in.dims(), a.windowDimensions, a.strides, a.inputDilations, a.windowDilations, a.paddings)
	if a.reductionType == compute.ReduceOpSum {
		inside, dilations, pads := unpadded(in, a.inputDilations, a.paddings)
		if less, fits := windowCase(inside.dims(), a.windowDimensions, a.strides, dilations, a.windowDilations, pads); fits {
			in, shape, ok = inside, less, true
			s.in = []*value{in}
		}
	}
	if !ok {
		return false, "windows over other axes than two neighbours"
	}
	w, err := kernel.NewWindow(shape)
	if err != nil {
		return false, err.Error()
	}
	if shape.Batch*w.OutHeight()*w.OutWidth()*shape.Channels != out.size() {
		return false, "its size is not that of the kernel"
	}
	s.kind = "pooling"
	s.name = fmt.Sprintf("pooling %s %d×%d×%d×%d, window %d×%d, stride %d", a.reductionType, shape.Batch, shape.Height, shape.Width,
		shape.Channels, shape.WindowH, shape.WindowW, shape.StrideH)
	t := &tail{unit: shape.Channels, multiplies: a.reductionType == compute.ReduceOpSum}
	s.tail = t
	s.do = func(r *run) error {
		if f := t.finish; f != nil {
			w.Sum(r.backend.pool, r.f32(in), r.f32(f.out), f.factor, nil)
			return nil
		}
		q, then := t.open(r)
		switch a.reductionType {
		case compute.ReduceOpMax:
			w.Max(r.backend.pool, r.f32(in), r.f32(out), then)
		case compute.ReduceOpMin:
			w.Min(r.backend.pool, r.f32(in), r.f32(out), then)
		default:
			w.Sum(r.backend.pool, r.f32(in), r.f32(out), 1, then)
		}
		return t.close(q)
	}
	return true, ""
}

// unpadded returns what a Pad puts zeros around and between, and the dilation and padding of a sum of windows that say so,
// as in the gradient of mean pooling.
func unpadded(in *value, dilations []int, pads [][2]int) (*value, []int, [][2]int) {
	if in.constant != nil || in.node.op != compute.OpTypePad || slices.ContainsFunc(dilations, func(d int) bool { return d > 1 }) {
		return in, dilations, pads
	}
	if fill, ok := uniform(in.node.in[1]); !ok || fill != 0 {
		return in, dilations, pads
	}
	rank := in.shape.Rank()
	between, around := make([]int, rank), make([][2]int, rank)
	copy(around, pads)
	for axis := range between {
		between[axis] = 1
	}
	for axis, c := range in.node.attr.(*opPad).axesConfig {
		between[axis] = c.Interior + 1
		around[axis][0] += c.Start
		around[axis][1] += c.End
	}
	return in.node.in[0], between, around
}

// selectShapes: the result has the shape of the operand.
func selectShapes(in []shapes.Shape, window, strides []int, pads [][2]int) ([]shapes.Shape, error) {
	x, source := in[0], in[1]
	if len(window) != x.Rank() || len(strides) != 0 && len(strides) != x.Rank() || len(pads) != 0 && len(pads) != x.Rank() {
		return nil, fmt.Errorf("windows %v, strides %v and paddings %v do not have one entry for each axis of %s", window, strides, pads, x)
	}
	if x.DType != source.DType || !x.DType.IsFloat() && !x.DType.IsInt() {
		return nil, fmt.Errorf("the operand %s and the source %s must be of the same number type", x, source)
	}
	for i, d := range x.Dimensions {
		step, pad := window[i], [2]int{}
		if len(strides) > 0 {
			step = strides[i]
		}
		if len(pads) > 0 {
			pad = pads[i]
		}
		if window[i] < 1 || step < 1 {
			return nil, fmt.Errorf("window %v and strides %v must be at least 1", window, strides)
		}
		want := 0
		if room := d + pad[0] + pad[1] - window[i]; room >= 0 {
			want = room/step + 1
		}
		if i >= source.Rank() || source.Dimensions[i] != want {
			return nil, fmt.Errorf("the source has shape %s; axis %d should have %d elements, as many as there are windows in %s", source, i, want, x)
		}
	}
	return []shapes.Shape{x.Clone()}, nil
}

func (o *opSelectAndScatterMax) outputShapes(in []shapes.Shape) ([]shapes.Shape, error) {
	return selectShapes(in, o.windowDimensions, o.windowStrides, o.paddings)
}

func (o *opSelectAndScatterMin) outputShapes(in []shapes.Shape) ([]shapes.Shape, error) {
	return selectShapes(in, o.windowDimensions, o.windowStrides, o.paddings)
}

// selects makes the step of a SelectAndScatter: for every window, the element of source goes to the first of the
// largest (smallest) elements of the operand, counted row by row.
func (p *plan) selects(n *node, s *step, window, strides []int, pads [][2]int, smallest bool) (bool, string) {
	x, source, out := n.in[0], n.in[1], n.out[0]
	s.kind = n.op.String()
	if shape, ok := windowCase(x.dims(), window, strides, nil, nil, pads); ok && x.is(dtypes.Float32) && !smallest {
		w, err := kernel.NewWindow(shape)
		if err != nil {
			return false, err.Error()
		}
		if top := p.pooled(x, source, window, strides, pads); top != nil {
			s.in = append(slices.Clip(s.in), top)
			s.do = func(r *run) error {
				return w.MaxGrad(r.backend.pool, r.f32(x), r.f32(top), r.f32(source), r.f32(out))
			}
			return true, ""
		}
		s.do = func(r *run) error {
			m, err := r.backend.memory.take(4 * source.size())
			if err != nil {
				return err
			}
			defer r.backend.memory.put(m)
			y := floats(m, source.size())
			w.Max(r.backend.pool, r.f32(x), y, nil)
			return w.MaxGrad(r.backend.pool, r.f32(x), y, r.f32(source), r.f32(out))
		}
		return true, ""
	}
	if len(strides) == 0 {
		strides = window
	}
	if len(pads) == 0 {
		pads = make([][2]int, len(window))
	}
	g := selection{dims: x.dims(), windows: source.dims(), window: window, strides: strides, pads: slices.Clone(pads), smallest: smallest}
	switch x.shape.DType {
	case dtypes.Float32:
		s.do = selectStep[float32](g, x, source, out)
	case dtypes.Float64:
		s.do = selectStep[float64](g, x, source, out)
	case dtypes.Int32:
		s.do = selectStep[int32](g, x, source, out)
	case dtypes.Int64:
		s.do = selectStep[int64](g, x, source, out)
	default:
		return false, "no kernel for " + x.shape.DType.String()
	}
	return true, ""
}

// pooled returns the largest elements of the windows if the graph computes them anyway, as in the gradient of max pooling.
func (p *plan) pooled(x, source *value, window, strides []int, pads [][2]int) *value {
	dilated := func(list []int) bool { return slices.ContainsFunc(list, func(d int) bool { return d > 1 }) }
	for _, n := range p.nodes {
		if a, ok := n.attr.(*opReduceWindow); ok && a.reductionType == compute.ReduceOpMax && n.in[0] == x && n.out[0].shape.Equal(source.shape) &&
			slices.Equal(a.windowDimensions, window) && slices.Equal(a.strides, strides) && slices.Equal(a.paddings, pads) &&
			!dilated(a.inputDilations) && !dilated(a.windowDilations) {
			return n.out[0]
		}
	}
	return nil
}

// selection is a SelectAndScatter in plain Go, over any axes.
type selection struct {
	dims, windows, window, strides []int
	pads                           [][2]int
	smallest                       bool
}

func selectStep[T ~float32 | ~float64 | ~int32 | ~int64](g selection, x, source, out *value) stepFunc {
	return func(r *run) error {
		from, given, to := slice[T](r, x), slice[T](r, source), slice[T](r, out)
		clear(to)
		strides := rowMajor(g.dims)
		at, in := make([]int, len(g.dims)), make([]int, len(g.dims))
		for w := range given {
			rest := w
			for i := len(at) - 1; i >= 0; i-- {
				at[i] = rest%g.windows[i]*g.strides[i] - g.pads[i][0]
				rest /= g.windows[i]
			}
			best := -1
			clear(in)
			for range product(g.window) {
				k, inside := 0, true
				for i := range in {
					j := at[i] + in[i]
					inside = inside && 0 <= j && j < g.dims[i]
					k += j * strides[i]
				}
				if inside && (best < 0 || !g.smallest && from[k] > from[best] || g.smallest && from[k] < from[best]) {
					best = k
				}
				for i := len(in) - 1; i >= 0; i-- {
					if in[i]++; in[i] < g.window[i] {
						break
					}
					in[i] = 0
				}
			}
			if best >= 0 {
				to[best] += given[w]
			}
		}
		return nil
	}
}
