package compute

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// TestConvolutionGradients compares gradients of convolutions with central differences in float64, where sides of kernels are
// even and where they are odd, on GoMLX's Go backend and, in float32, on the project's.
func TestConvolutionGradients(t *testing.T) {
	exact, err := open(Safe, "test")
	if err != nil {
		t.Fatal(err)
	}
	fast, err := open("cpu", "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name         string
		side, h, w   int // of the picture and of the kernel
		stride       int
		pad          [2]int
		dilation     int
		groups       int
		batchGrouped bool
	}{
		{name: "3×3", side: 6, h: 3, w: 3, stride: 1, pad: [2]int{1, 1}},
		{name: "3×3 with stride 2", side: 7, h: 3, w: 3, stride: 2, pad: [2]int{1, 1}},
		{name: "2×2 patches", side: 6, h: 2, w: 2, stride: 2},
		{name: "2×2 patches and a rest", side: 7, h: 2, w: 2, stride: 2},
		{name: "4×4 with stride 2", side: 8, h: 4, w: 4, stride: 2, pad: [2]int{1, 1}},
		{name: "4×4 padded at the end", side: 6, h: 4, w: 4, stride: 1, pad: [2]int{1, 2}},
		{name: "4×3", side: 6, h: 4, w: 3, stride: 1, pad: [2]int{1, 1}},
		{name: "2×2 three apart", side: 7, h: 2, w: 2, stride: 1, dilation: 3, pad: [2]int{1, 1}},
		{name: "4×4 in two groups", side: 6, h: 4, w: 4, stride: 2, pad: [2]int{1, 1}, groups: 2},
		{name: "2×2 in two groups of the batch", side: 6, h: 2, w: 2, stride: 2, groups: 2, batchGrouped: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const in, out, batch = 4, 6, 2
			inputs, groups := in, max(1, tt.groups)
			if !tt.batchGrouped {
				inputs = in / groups
			}
			x, kernel := wave(batch*tt.side*tt.side*in, 0.3), wave(tt.h*tt.w*inputs*out, 0.7)
			loss := func(x, kernel *graph.Node) *graph.Node {
				c := graph.Convolve(x, kernel).PaddingPerDim([][2]int{tt.pad, tt.pad})
				if tt.dilation > 0 {
					c.Dilations(tt.dilation)
				} else {
					c.Strides(tt.stride)
				}
				if tt.batchGrouped {
					c.BatchGroupCount(groups)
				} else {
					c.ChannelGroupCount(groups)
				}
				y := graph.Reshape(c.Done(), -1)
				weights := graph.Sin(graph.ConvertDType(graph.Iota(y.Graph(), y.Shape(), 0), y.DType()))
				return graph.ReduceAllSum(graph.Mul(y, weights))
			}
			value := graph.MustNewExec(exact, loss)
			gradient := func(x, kernel *graph.Node) []*graph.Node { return graph.Gradient(loss(x, kernel), x, kernel) }
			tensor64 := func() []any {
				return []any{tensors.FromFlatDataAndDimensions(x, batch, tt.side, tt.side, in), tensors.FromFlatDataAndDimensions(kernel, tt.h, tt.w, inputs, out)}
			}
			got64 := graph.MustNewExec(exact, gradient).MustCall(tensor64()...)
			got32 := graph.MustNewExec(fast, gradient).MustCall(
				tensors.FromFlatDataAndDimensions(narrow(x), batch, tt.side, tt.side, in), tensors.FromFlatDataAndDimensions(narrow(kernel), tt.h, tt.w, inputs, out))
			for i, values := range [][]float64{x, kernel} {
				g64, g32 := tensors.MustCopyFlatData[float64](got64[i]), tensors.MustCopyFlatData[float32](got32[i])
				for j := 0; j < len(values); j += 1 + len(values)/80 {
					at := values[j]
					values[j] = at + 0.5
					up := tensors.ToScalar[float64](value.MustCall(tensor64()...)[0])
					values[j] = at - 0.5
					down := tensors.ToScalar[float64](value.MustCall(tensor64()...)[0])
					values[j] = at
					if want := up - down; math.Abs(g64[j]-want) > 1e-9 || math.Abs(float64(g32[j])-want) > 1e-4 {
						t.Fatalf("gradient %d at %d is %g, in float32 %g; differences give %g", i, j, g64[j], g32[j], want)
					}
				}
			}
		})
	}
}

func wave(n int, step float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Sin(step * float64(i) * float64(i%7+1))
	}
	return out
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}
