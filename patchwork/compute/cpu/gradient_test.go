package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
)

// TestGradients compares gradients with central differences, for what the reference cannot differentiate or run:
// steps of 1e-2 on values of order one in float32 leave errors of 1e-2 of the largest gradient.
func TestGradients(t *testing.T) {
	b := testBackend(t, Options{})
	for _, c := range []struct {
		name string
		in   [][]int
		f    func(x []*Node) *Node
	}{
		{"batch normalisation in training", [][]int{{4, 3, 3, 5}, {5}, {5}}, func(x []*Node) *Node {
			y, _, _ := InternalBatchNormForTraining(x[0], x[1], x[2], 1e-3, 3)
			return y
		}},
		{"max pooling", [][]int{{2, 7, 7, 3}}, func(x []*Node) *Node {
			return MaxPool(MulScalar(x[0], 10)).Window(3).Strides(2).NoPadding().Done()
		}},
		{"max pooling with padding, channels first", [][]int{{2, 3, 6, 6}}, func(x []*Node) *Node {
			return MaxPool(MulScalar(x[0], 10)).WindowPerAxis(3, 3).Strides(2).ChannelsAxis(0).PadSame().Done()
		}},
		{"mean pooling with padding", [][]int{{2, 7, 7, 3}}, func(x []*Node) *Node {
			return MeanPool(x[0]).Window(3).Strides(2).PadSame().Done()
		}},
		{"cumulative sum", [][]int{{3, 8}}, func(x []*Node) *Node { return CumSum(x[0], 1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(9, 9))
			var data [][]float32
			for _, dims := range c.in {
				x := make([]float32, product(dims))
				for i := range x {
					x[i] = float32(r.NormFloat64())
				}
				data = append(data, x)
			}
			loss := func(x []*Node) *Node {
				y := c.f(x)
				w := Sin(AddScalar(ConvertDType(Reshape(Iota(y.Graph(), shapeOf(dtypes.Int32, y.Shape().Size()), 0), y.Shape().Dimensions...), y.DType()), 0.5))
				return ReduceAllSum(Mul(y, w))
			}
			exec := MustNewExec(b, func(x []*Node) []*Node {
				l := loss(x)
				return append([]*Node{l}, Gradient(l, x...)...)
			})
			at := func() []*tensors.Tensor {
				var args []any
				for i, dims := range c.in {
					args = append(args, tensors.FromFlatDataAndDimensions(append([]float32{}, data[i]...), dims...))
				}
				out, err := exec.Call(args...)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			gradients := at()[1:]
			for i, g := range gradients {
				got := numbers(t, g)
				largest := 1e-3
				for _, v := range got {
					largest = max(largest, math.Abs(v))
				}
				for range 12 {
					k := r.IntN(len(got))
					const h = 1e-2
					old := data[i][k]
					data[i][k] = old + h
					up := numbers(t, at()[0])[0]
					data[i][k] = old - h
					down := numbers(t, at()[0])[0]
					data[i][k] = old
					if want := (up - down) / (2 * h); math.Abs(got[k]-want) > 1e-2*max(largest, 1) {
						t.Errorf("input %d, element %d: gradient %g, by differences %g", i, k, got[k], want)
					}
				}
			}
		})
	}
}

// TestBatchNormLayer runs GoMLX's layer, which panics on GoMLX's own Go backend: in training, results have mean 0 and
// variance 1; for inference the moving averages are used.
func TestBatchNormLayer(t *testing.T) {
	b := testBackend(t, Options{})
	store := model.NewStore()
	r := rand.New(rand.NewPCG(1, 1))
	train, err := model.NewExec(b, store, func(s *model.Scope, x *Node) *Node {
		store.SetTraining(x.Graph(), true)
		return norm.BatchNorm(s.At("bn"), x, -1).Done()
	})
	if err != nil {
		t.Fatal(err)
	}
	x := randomTensor(r, 64, 3)
	y, err := train.Call1(x)
	if err != nil {
		t.Fatal(err)
	}
	var mean, square [3]float64
	for i, v := range numbers(t, y) {
		mean[i%3] += v / 64
		square[i%3] += v * v / 64
	}
	for i := range 3 {
		if math.Abs(mean[i]) > 1e-5 || math.Abs(square[i]-1) > 5e-3 {
			t.Errorf("feature %d: mean %g and mean square %g, want 0 and 1", i, mean[i], square[i])
		}
	}
	infer, err := model.NewExec(b, store, func(s *model.Scope, x *Node) *Node {
		return norm.BatchNorm(s.At("bn"), x, -1).Done()
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := infer.Call1(x); err != nil {
		t.Fatal(err)
	}
}
