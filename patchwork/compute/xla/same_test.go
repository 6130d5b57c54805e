package xla

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// TestSameNumbers holds every plugin that is installed to the numbers of the project's own backend, and first of all
// GoMLX's Go backend, so that the comparison itself is tested where there is no plugin. The tolerances are shares of the
// largest value: 1e-4 on processors, where float32 sums are taken in another order; 1e-2 on CUDA, where cuDNN may
// round the factors of a convolution to 10 bits.
func TestSameNumbers(t *testing.T) {
	home, _ := os.UserHomeDir()
	p := usual(runtime.GOOS, home, os.Getenv)
	for _, tt := range []struct {
		config, plugin string
		tolerance      float64
	}{
		{compute.Safe, "", 1e-4},
		{"xla:cpu", "cpu", 1e-4},
		{"xla:cuda", "cuda", 1e-2},
	} {
		t.Run(tt.config, func(t *testing.T) {
			if _, ok := p.find(tt.plugin); tt.plugin != "" && !ok {
				t.Skipf("no PJRT plugin %q in %q; set %s, or call xla.Install()", tt.plugin, p.folders, pathVariable)
			}
			b, err := gomlx.NewWithConfig(tt.config)
			if err != nil {
				t.Fatal(err)
			}
			own, err := gomlx.NewWithConfig("cpu")
			if err != nil {
				t.Fatal(err)
			}
			got, want := numbersOf(t, b), numbersOf(t, own)
			for what, list := range want {
				compare(t, what, got[what], list, tt.tolerance)
			}
		})
	}
}

func compare(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: got %d numbers, want %d", what, len(got), len(want))
		return
	}
	var largest, worst float64
	for i := range want {
		largest = max(largest, math.Abs(float64(want[i])))
		worst = max(worst, math.Abs(float64(got[i]-want[i])))
	}
	if !(worst <= tolerance*largest) || largest == 0 {
		t.Errorf("%s: differs by up to %g, the largest number is %g; want at most the share %g", what, worst, largest, tolerance)
	}
}

// numbersOf computes a product, a convolution and its two gradients, and the losses of five steps of Adam.
func numbersOf(t *testing.T, b gomlx.Backend) map[string][]float32 {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	random := func(dims ...int) *tensors.Tensor {
		x := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
		tensors.MustMutableFlatData(x, func(flat []float32) {
			for i := range flat {
				flat[i] = float32(rng.NormFloat64())
			}
		})
		return x
	}
	numbers := map[string][]float32{}
	err := compute.Try("numbers", func() error {
		product, err := CallOnce(b, func(x, y *Node) *Node { return MatMul(x, y) }, random(33, 65), random(65, 17))
		if err != nil {
			return err
		}
		numbers["the product"] = tensors.MustCopyFlatData[float32](product)

		exec, err := NewExec(b, func(x, w *Node) []*Node {
			y := Convolve(x, w).PadSame().Strides(2).Done() // [4, 8, 8, 6]
			return append([]*Node{y}, Gradient(ReduceAllSum(Tanh(y)), x, w)...)
		})
		if err != nil {
			return err
		}
		defer exec.Finalize()
		outs, err := exec.Call(random(4, 15, 15, 3), random(3, 3, 3, 6))
		if err != nil {
			return err
		}
		for i, what := range []string{"the convolution", "its gradient for the picture", "its gradient for the kernel"} {
			numbers[what] = tensors.MustCopyFlatData[float32](outs[i])
		}
		numbers["the losses under Adam"], err = losses(b, random(8, 8, 8, 3), random(3, 3, 3, 4), random(4, 1))
		return err
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", b.Name(), err))
	}
	return numbers
}

// losses trains a convolution and a product, which begin with the given weights, for five steps.
func losses(b gomlx.Backend, x, kernel, head *tensors.Tensor) ([]float32, error) {
	store := model.NewStore()
	opt := optimizer.Adam().LearningRate(1e-2).Done()
	weights := func(s *model.Scope, g *Graph, v *tensors.Tensor) *Node {
		return s.WithInitializer(initializer.Zero).VariableWithValue("w", v).NodeValue(g)
	}
	exec, err := model.NewExec(b, store, func(s *model.Scope, x *Node) *Node {
		g := x.Graph()
		store.SetTraining(g, true)
		y := Tanh(Convolve(x, weights(s.At("kernel"), g, kernel)).PadSame().Done()) // [8, 8, 8, 4]
		y = MatMul(ReduceMean(y, 1, 2), weights(s.At("head"), g, head))             // [8, 1]
		loss := ReduceAllMean(Square(AddScalar(y, -1)))
		opt.UpdateGraph(s, g, loss)
		return loss
	})
	if err != nil {
		return nil, err
	}
	var list []float32
	for range 5 {
		loss, err := exec.Call1(x)
		if err != nil {
			return nil, err
		}
		list = append(list, tensors.ToScalar[float32](loss))
	}
	return list, nil
}
