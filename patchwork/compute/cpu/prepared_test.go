package cpu

import (
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// TestPreparedWeights changes the weights of a convolution between runs, in each way that a program has. The first 10
// runs with the same weights use what was prepared; one with other weights must not.
func TestPreparedWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for name, dims := range map[string][2][]int{
		"1x1":       {{2, 9, 9, 16}, {1, 1, 16, 40}},
		"3x3":       {{2, 9, 9, 8}, {3, 3, 8, 24}},
		"winograd":  {{4, 16, 16, 16}, {3, 3, 16, 32}},
		"depthwise": {{2, 9, 9, 16}, {3, 3, 1, 16}},
	} {
		t.Run(name, func(t *testing.T) {
			b, ref := testBackend(t, Options{}), reference(t)
			f := func(x []*Node) []*Node {
				c := Convolve(x[0], TransposeAllDims(x[1], 0, 1, 2, 3)).PadSame()
				if dims[1][2] == 1 {
					c = c.ChannelGroupCount(dims[1][3])
				}
				return []*Node{c.Done()}
			}
			exec := MustNewExec(b, f)
			x, w := randomTensor(r, dims[0]...), randomTensor(r, dims[1]...)
			check := func(what string, w *tensors.Tensor) {
				t.Helper()
				local := func(x *tensors.Tensor) *tensors.Tensor {
					c, err := x.LocalClone()
					if err != nil {
						t.Fatal(err)
					}
					return c
				}
				y := exec.MustCall(x, w)[0]
				compare(t, what, [][]float64{numbers(t, y)}, evaluate(t, ref, f, []*tensors.Tensor{local(x), local(w)}), 1e-5)
			}
			for range 10 {
				check("same weights", w)
			}
			if err := tensors.MutableFlatData(w, func(flat []float32) { flat[len(flat)/2] += 3 }); err != nil {
				t.Fatal(err)
			}
			check("weights changed in place", w)
			for range 5 { // as in training
				w = randomTensor(r, dims[1]...)
				check("other weights", w)
			}
			check("the last weights again", w)
		})
	}
}
