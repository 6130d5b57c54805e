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
