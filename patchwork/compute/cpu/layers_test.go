package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

func shapeOf(t dtypes.DType, dims ...int) shapes.Shape { return shapes.Make(t, dims...) }

// onnxAxes: pictures are [batch, channels, height, width], weights [out, in, height, width].
var onnxAxes = ConvolveAxesConfig{
	InputBatch: 0, InputChannels: 1, InputSpatial: []int{2, 3},
	KernelOutputChannels: 0, KernelInputChannels: 1, KernelSpatial: []int{2, 3},
	OutputBatch: 0, OutputChannels: 1, OutputSpatial: []int{2, 3},
}

// TestConvolutions compares forward, dx and dw of convolutions of all kinds with GoMLX's Go backend. Both are float32
// and add up to a few thousand products in different order: 2e-5 of the largest value.
func TestConvolutions(t *testing.T) {
	ref, b := reference(t), testBackend(t, Options{Logger: func(m string) { t.Error(m) }})
	r := rand.New(rand.NewPCG(1, 2))
	for i, c := range []struct {
		x, w     []int
		strides  int
		dilation int
		same     bool
		pads     [][2]int
		groups   int
		nchw     bool
	}{
		{x: []int{2, 9, 9, 3}, w: []int{3, 3, 3, 16}, strides: 1, same: true},
		{x: []int{2, 8, 10, 16}, w: []int{3, 3, 16, 8}, strides: 2, same: true},
		{x: []int{1, 12, 7, 5}, w: []int{5, 3, 5, 7}, strides: 1},
		{x: []int{1, 12, 9, 4}, w: []int{3, 3, 4, 6}, strides: 1, dilation: 2},
		{x: []int{2, 8, 8, 4}, w: []int{2, 2, 4, 6}, strides: 2},
		{x: []int{2, 7, 7, 4}, w: []int{1, 1, 4, 6}, strides: 1},
		{x: []int{2, 7, 7, 4}, w: []int{1, 1, 4, 6}, strides: 2},
		{x: []int{2, 8, 8, 8}, w: []int{3, 3, 1, 8}, strides: 1, same: true, groups: 8},
		{x: []int{2, 9, 8, 8}, w: []int{3, 3, 1, 8}, strides: 2, same: true, groups: 8},
		{x: []int{2, 8, 8, 8}, w: []int{3, 3, 4, 6}, strides: 1, same: true, groups: 2},
		{x: []int{2, 8, 8, 8}, w: []int{3, 3, 2, 12}, strides: 2, groups: 4, pads: [][2]int{{1, 0}, {0, 1}}},
		{x: []int{2, 8, 8, 4}, w: []int{3, 3, 2, 8}, strides: 1, groups: 2, same: true},
		{x: []int{2, 3, 9, 8}, w: []int{16, 3, 3, 3}, strides: 1, same: true, nchw: true},
		{x: []int{2, 8, 9, 8}, w: []int{8, 1, 3, 3}, strides: 2, pads: [][2]int{{1, 1}, {1, 1}}, groups: 8, nchw: true},
		{x: []int{2, 11, 4}, w: []int{3, 4, 5}, strides: 2, same: true},
		{x: []int{4, 16, 16, 16}, w: []int{3, 3, 16, 32}, strides: 1, same: true},
		{x: []int{8, 16, 11, 13}, w: []int{32, 16, 3, 3}, strides: 1, nchw: true},
		{x: []int{2, 14, 14, 3}, w: []int{7, 7, 3, 8}, strides: 2, pads: [][2]int{{3, 3}, {3, 3}}},
	} {
		name := fmt.Sprintf("%d: %v * %v stride %d", i, c.x, c.w, c.strides)
		f := withGradients(func(x []*Node) *Node {
			conv := Convolve(x[0], x[1]).Strides(c.strides)
			if c.nchw {
				conv = conv.AxesConfig(onnxAxes)
			}
			switch {
			case c.same:
				conv = conv.PadSame()
			case c.pads != nil:
				conv = conv.PaddingPerDim(c.pads)
			default:
				conv = conv.NoPadding()
			}
			if c.dilation > 1 {
				conv = conv.Dilations(c.dilation)
			}
			if c.groups > 1 {
				conv = conv.ChannelGroupCount(c.groups)
			}
			return conv.Done()
		})
		in := []*tensors.Tensor{randomTensor(r, c.x...), randomTensor(r, c.w...)}
		t.Run(name, func(t *testing.T) {
			compare(t, name, evaluate(t, b, f, in), evaluate(t, ref, f, in), 2e-5)
		})
	}
}

// layerCase is a piece of a network, compared with the reference with the gradients of all its inputs.
type layerCase struct {
	name      string
	in        [][]int
	f         func(x []*Node) *Node
	tolerance float64 // of the largest value; 0 means 2e-5
	forward   bool    // the reference has no gradient of it
}

var layerCases = []layerCase{
	{name: "dense with bias and gelu", in: [][]int{{17, 20}, {20, 13}, {1, 13}}, f: func(x []*Node) *Node {
		y := Add(Dot(x[0], x[1]).Product(), x[2])
		return Mul(MulScalar(y, 0.5), OnePlus(Erf(MulScalar(y, 0.7071067811865476))))
	}},
	{name: "convolution, bias, relu, in the same step", in: [][]int{{3, 12, 12, 24}, {3, 3, 24, 24}, {1, 1, 1, 24}}, f: func(x []*Node) *Node {
		return Max(Add(Convolve(x[0], x[1]).PadSame().Done(), x[2]), ScalarZero(x[0].Graph(), dtypes.Float32))
	}},
	{name: "residual around a convolution of an input that nobody needs any more", in: [][]int{{3, 12, 12, 24}, {1, 1, 24, 24}}, f: func(x []*Node) *Node {
		y := Tanh(x[0])
		z := Exp(Tanh(Add(Convolve(y, x[1]).PadSame().Done(), y)))
		return Add(Convolve(z, x[1]).PadSame().Done(), z)
	}},
	{name: "dense and a column for each row", in: [][]int{{40, 30}, {30, 50}, {40, 1}, {50}}, f: func(x []*Node) *Node {
		return Add(Mul(Tanh(Dot(x[0], x[1]).Product()), x[2]), ExpandLeftToRank(x[3], 2))
	}},
	{name: "relu", in: [][]int{{3, 700}}, f: func(x []*Node) *Node { return Max(x[0], ZerosLike(x[0])) }},
	{name: "softmax over the last axis", in: [][]int{{5, 6, 11}}, f: func(x []*Node) *Node { return Softmax(x[0]) }},
	{name: "softmax over the middle axis", in: [][]int{{5, 6, 11}}, f: func(x []*Node) *Node { return Softmax(x[0], 1) }},
	{name: "log softmax of many", in: [][]int{{3, 5000}}, f: func(x []*Node) *Node { return LogSoftmax(x[0]) }},
	{name: "layer norm", in: [][]int{{4, 9, 24}, {1, 1, 24}, {1, 1, 24}}, f: func(x []*Node) *Node {
		mean := ReduceAndKeep(x[0], ReduceMean, -1)
		centred := Sub(x[0], mean)
		variance := ReduceAndKeep(Square(centred), ReduceMean, -1)
		return Add(Mul(Div(centred, Sqrt(AddScalar(variance, 1e-5))), x[1]), x[2])
	}},
	{name: "batch norm, channels last", in: [][]int{{6, 5, 5, 7}, {1, 1, 1, 7}, {1, 1, 1, 7}}, f: batchNormOver(0, 1, 2)},
	{name: "batch norm, channels second", in: [][]int{{6, 7, 5, 5}, {1, 7, 1, 1}, {1, 7, 1, 1}}, f: batchNormOver(0, 2, 3)},
	{name: "ReLU", in: [][]int{{6, 5, 7}}, f: func(x []*Node) *Node { return relu(x[0]) }},
	{name: "ReLU of a sum", in: [][]int{{6, 5, 7}, {1, 1, 7}}, f: func(x []*Node) *Node { return Max(ZerosLike(x[0]), Add(x[0], x[1])) }},
	{name: "larger of two", in: [][]int{{6, 5, 7}, {6, 5, 7}}, f: func(x []*Node) *Node { return Max(x[0], x[1]) }},
	{name: "unit length of rows and their mean", in: [][]int{{40, 50}}, f: func(x []*Node) *Node {
		u := Sub(x[0], ReduceAndKeep(x[0], ReduceMean, -1))
		return Mul(ReduceAndKeep(L2Normalize(u, -1), ReduceMean, 0), u)
	}},
	{name: "layer norm, long rows", in: [][]int{{37, 1030}, {1, 1030}, {1, 1030}}, f: layerNorm},
	{name: "layer norm", in: [][]int{{3, 70, 96}, {1, 1, 96}, {1, 1, 96}}, f: layerNorm},
	{name: "softmax, long", in: [][]int{{90, 130}}, f: func(x []*Node) *Node { return Softmax(x[0], -1) }},
	{name: "logarithm of softmax", in: [][]int{{5, 9, 65}}, f: func(x []*Node) *Node { return LogSoftmax(x[0], -1) }},
	{name: "mean over apart axes", in: [][]int{{3, 4, 5, 6}}, f: func(x []*Node) *Node { return ReduceMean(x[0], 0, 2) }},
	{name: "largest over apart axes", in: [][]int{{3, 4, 5, 6}}, f: func(x []*Node) *Node { return ReduceMax(x[0], 1, 3) }},
	{name: "product", in: [][]int{{3, 4, 5}}, f: func(x []*Node) *Node { return ReduceMultiply(x[0], 0, 2) }, forward: true},
	{name: "attention", in: [][]int{{2, 7, 3, 8}, {2, 7, 3, 8}, {2, 7, 3, 8}}, f: func(x []*Node) *Node {
		w := Softmax(MulScalar(Einsum("bqhd,bkhd->bhqk", x[0], x[1]), 0.35), -1)
		return Einsum("bhqk,bkhd->bqhd", w, x[2])
	}},
	{name: "product of transposed", in: [][]int{{7, 5, 3}, {3, 9, 7}}, f: func(x []*Node) *Node {
		return Einsum("abc,cda->bd", x[0], x[1])
	}, forward: true}, // GoMLX's gradient of it has the wrong shape
	{name: "unit length and cosines", in: [][]int{{12, 16}}, f: func(x []*Node) *Node {
		u := L2Normalize(x[0], -1)
		return MatMul(u, Transpose(u, 0, 1))
	}},
	{name: "mean pooling", in: [][]int{{2, 9, 8, 5}}, f: func(x []*Node) *Node { return MeanPool(x[0]).Window(3).Strides(2).NoPadding().Done() }},
	{name: "mean pooling, whole windows", in: [][]int{{2, 8, 6, 5}}, f: func(x []*Node) *Node { return MeanPool(x[0]).Window(2).NoPadding().Done() }},
	{name: "sums of windows of what is padded on every axis", in: [][]int{{2, 5, 6, 3}}, f: func(x []*Node) *Node {
		one := PadAxis{Start: 1, End: 2, Interior: 1}
		return SumPool(Pad(x[0], ScalarZero(x[0].Graph(), x[0].DType()), one, one, PadAxis{}, PadAxis{Start: 1})).Window(2).Strides(1).NoPadding().Done()
	}, forward: true},
	{name: "max pooling", in: [][]int{{2, 9, 8, 5}}, f: func(x []*Node) *Node { return MaxPool(x[0]).Window(3).Strides(2).PadSame().Done() }, forward: true},
	{name: "sum pooling, channels first", in: [][]int{{2, 5, 8, 8}}, f: func(x []*Node) *Node {
		return SumPool(x[0]).WindowPerAxis(2, 3).Strides(2).ChannelsAxis(0).NoPadding().Done()
	}, forward: true},
	{name: "slices, concatenation, reverse", in: [][]int{{4, 9}, {4, 3}}, f: func(x []*Node) *Node {
		return Concatenate([]*Node{Slice(x[0], AxisRange(), AxisRange(1, 8).Stride(2)), x[1]}, 1)
	}},
	{name: "pad", in: [][]int{{4, 9}}, f: func(x []*Node) *Node {
		return Pad(x[0], Scalar(x[0].Graph(), dtypes.Float32, 2.5), PadAxis{Start: 1, End: 2}, PadAxis{Interior: 2})
	}, forward: true},
	{name: "cut off by negative padding and put back", in: [][]int{{3, 8, 8, 2}, {3, 3, 2, 4}}, f: func(x []*Node) *Node {
		return Convolve(x[0], x[1]).Strides(3).NoPadding().Done()
	}},
	{name: "gather", in: [][]int{{9, 4}}, f: func(x []*Node) *Node {
		return Gather(x[0], Const(x[0].Graph(), [][]int32{{3}, {0}, {8}, {3}}))
	}},
	{name: "powers and roots", in: [][]int{{5, 50}}, f: func(x []*Node) *Node {
		y := AddScalar(Abs(x[0]), 0.5)
		return Add(Add(Pow(y, Scalar(y.Graph(), dtypes.Float32, 2.5)), Square(y)), Mul(Rsqrt(y), Pow(y, Scalar(y.Graph(), dtypes.Float32, 3))))
	}, forward: true},
	{name: "clip", in: [][]int{{5, 50}}, f: func(x []*Node) *Node { return ClipScalar(x[0], -0.5, 0.75) }},
	{name: "truth values", in: [][]int{{4, 300}, {4, 300}}, f: func(x []*Node) *Node {
		up, left := GreaterThan(x[0], ZerosLike(x[0])), LessOrEqual(x[1], x[0])
		return Where(LogicalAnd(up, LogicalNot(left)), x[0], Where(LogicalOr(up, left), x[1], OnesLike(x[0])))
	}},
	{name: "circle functions", in: [][]int{{3, 99}}, f: func(x []*Node) *Node {
		return Add(Mul(Sin(x[0]), Cos(x[0])), Log1P(Square(x[0])))
	}},
}

// layerNorm normalises the last axis, with a gain and a shift.
func layerNorm(x []*Node) *Node {
	centred := Sub(x[0], ReduceAndKeep(x[0], ReduceMean, -1))
	variance := ReduceAndKeep(Square(centred), ReduceMean, -1)
	return Add(Mul(Div(centred, Sqrt(AddScalar(variance, 1e-5))), x[1]), x[2])
}

func batchNormOver(axes ...int) func(x []*Node) *Node {
	return func(x []*Node) *Node {
		mean := ReduceAndKeep(x[0], ReduceMean, axes...)
		centred := Sub(x[0], mean)
		variance := ReduceAndKeep(Square(centred), ReduceMean, axes...)
		return Add(Mul(Mul(centred, Inverse(Sqrt(AddScalar(variance, 1e-5)))), x[1]), x[2])
	}
}

func TestLayers(t *testing.T) {
	ref, b, plain := reference(t), testBackend(t, Options{}), testBackend(t, Options{Interpret: true})
	for i, c := range layerCases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(5, uint64(i)))
			var in []*tensors.Tensor
			for _, dims := range c.in {
				in = append(in, randomTensor(r, dims...))
			}
			f := withGradients(c.f)
			if c.forward {
				f = func(x []*Node) []*Node { return []*Node{c.f(x)} }
			}
			if c.tolerance == 0 {
				c.tolerance = 2e-5
			}
			want := evaluate(t, ref, f, in)
			compare(t, c.name, evaluate(t, b, f, in), want, c.tolerance)
			compare(t, c.name+" without machine code", evaluate(t, plain, f, in), want, c.tolerance)
		})
	}
}

// TestGroupedGradientIsOneStep: the gradients of a depthwise convolution are not one step for each channel.
func TestGroupedGradientIsOneStep(t *testing.T) {
	b := testBackend(t, Options{Stats: true})
	f := withGradients(func(x []*Node) *Node {
		return Convolve(x[0], x[1]).PadSame().ChannelGroupCount(32).Done()
	})
	r := rand.New(rand.NewPCG(1, 1))
	evaluate(t, b, f, []*tensors.Tensor{randomTensor(r, 2, 6, 6, 32), randomTensor(r, 3, 3, 1, 32)})
	steps := 0
	for _, s := range b.Stats() {
		steps += s.Count
	}
	if steps > 8 {
		t.Errorf("%d steps, want 8 at most:\n%s", steps, b.StatsTable(20))
	}
}
