package cpu

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// TestRows looks rows up and adds to them, along one and two axes, with indices of several types, and compares results
// and gradients with GoMLX's Go backend. Nothing of it may be slow.
func TestRows(t *testing.T) {
	for i, c := range []struct{ table, at []int }{
		{[]int{50, 40}, []int{300, 1}},
		{[]int{50, 40}, []int{3, 7, 1}},
		{[]int{5, 6, 33}, []int{200, 2}},
		{[]int{9, 4}, []int{20, 2}}, // single elements
		{[]int{64, 130}, []int{1000, 1}},
	} {
		for _, dtype := range []dtypes.DType{dtypes.Int32, dtypes.Int64, dtypes.Uint8} {
			t.Run(fmt.Sprint(c.table, c.at, dtype), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(i), 3))
				table := randomTensor(r, c.table...)
				k := c.at[len(c.at)-1]
				at := make([]int64, product(c.at))
				for i := range at {
					at[i] = int64(r.IntN(c.table[i%k]))
				}
				f := func(x []*Node) []*Node {
					index := ConvertDType(Reshape(Const(x[0].Graph(), at), c.at...), dtype)
					y := Gather(x[0], index)
					loss := ReduceAllSum(Mul(Sin(y), y))
					updates := MulScalar(y, 2)
					return []*Node{y, Gradient(loss, x[0])[0], ScatterSum(x[0], index, updates, false, false),
						ScatterMax(x[0], index, updates, false, false), ScatterMin(x[0], index, updates, false, false)}
				}
				b := testBackend(t, Options{Workers: 3, Stats: true, Logger: func(m string) { t.Error(m) }})
				got := evaluate(t, b, f, []*tensors.Tensor{table})
				compare(t, "rows", got, evaluate(t, reference(t), f, []*tensors.Tensor{table}), 1e-5)
				for _, s := range b.Stats() {
					if strings.Contains(s.Kind, "inner:Gather") || strings.Contains(s.Kind, "inner:Scatter") {
						t.Errorf("%s ran on the inner backend", s.Name)
					}
				}
			})
		}
	}
}

// TestRowOutside: a scatter to a row that there is not is an error, not a write elsewhere.
func TestRowOutside(t *testing.T) {
	b := testBackend(t, Options{})
	exec := MustNewExec(b, func(x, at *Node) *Node {
		return ScatterSum(x, at, Ones(x.Graph(), shapeOf(dtypes.Float32, 1, 6)), false, false)
	})
	_, err := exec.Call(randomTensor(rand.New(rand.NewPCG(1, 1)), 4, 6), [][]int32{{4}})
	if err == nil || !strings.Contains(err.Error(), "outside of the [4] rows") {
		t.Errorf("got %v, want an error that names the rows", err)
	}
}
