package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/jit"
)

// TestPassCode holds machine code to the instructions one by one, on shapes whose rows do not fit blocks, vectors and
// chunks.
func TestPassCode(t *testing.T) {
	made, plain := testBackend(t, Options{}), testBackend(t, Options{Interpret: true})
	single := testBackend(t, Options{Workers: 1})
	if !makesCode(t) {
		t.Skip("no machine code is made on this system and processor")
	}
	float := func(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }
	bodies := map[string]func(x, row, column, plane *Node) []*Node{
		"elements": func(x, row, column, plane *Node) []*Node {
			y := Add(Mul(Sub(x, column), row), plane)
			return []*Node{y, Tanh(y), GreaterThan(x, row), ConvertDType(MulScalar(x, 10), dtypes.Int32)}
		},
		"by row": func(x, row, column, plane *Node) []*Node {
			y := Div(Exp(Sub(x, ReduceAndKeep(x, ReduceMax, -1))), AddScalar(Abs(column), 0.1))
			return []*Node{y, Div(y, ReduceAndKeep(y, ReduceSum, -1)), ReduceMin(x, -1)}
		},
		"by tiny row": func(x, row, column, plane *Node) []*Node {
			return []*Node{Div(x, MulScalar(column, 1e-35)), Div(x, MulScalar(ReduceAndKeep(Abs(x), ReduceSum, -1), 1e-36))}
		},
		"by column": func(x, row, column, plane *Node) []*Node {
			y := Mul(x, Add(row, column))
			return []*Node{ReduceSum(y, 0, 1), ReduceMax(Mul(y, plane), 0, 1), ReduceSum(Mul(x, row), 1), ReduceMin(y, 0)}
		},
		"both ways": func(x, row, column, plane *Node) []*Node {
			y := Mul(x, Sub(x, row))
			return []*Node{ReduceSum(y, -1), ReduceSum(Mul(y, x), 0, 1), ReduceAllSum(y), ReduceAllMax(Square(x))}
		},
		"truth": func(x, row, column, plane *Node) []*Node {
			c := LogicalOr(LessThan(x, row), LogicalNot(GreaterOrEqual(x, column)))
			return []*Node{Where(c, x, BroadcastToShape(plane, x.Shape())), ReduceSum(float(c), -1), c}
		},
	}
	for _, dims := range [][]int{{3, 5, 7}, {37, 129, 70}, {4, 1000, 33}, {300, 3, 17}, {2, 3, 5000}, {70, 64, 64}, {9, 40, 256}, {1, 1, 20000}, {600, 100, 2}, {1000, 3, 16}, {2000, 3, 2}, {1000, 24, 2}} {
		r := rand.New(rand.NewPCG(3, uint64(dims[2])))
		in := []*tensors.Tensor{randomTensor(r, dims...), randomTensor(r, 1, 1, dims[2]), randomTensor(r, dims[0], dims[1], 1), randomTensor(r, 1, dims[1], dims[2])}
		for name, body := range bodies {
			f := func(x []*Node) []*Node {
				out := body(x[0], x[1], x[2], x[3])
				for i, y := range out {
					out[i] = float(y)
				}
				return out
			}
			got := evaluate(t, made, f, in)
			compare(t, fmt.Sprint(name, " of ", dims), got, evaluate(t, plain, f, in), 2e-5)
			compare(t, fmt.Sprint(name, " of ", dims, " with one worker"), got, evaluate(t, single, f, in), 0)
		}
	}
}

// makesCode reports whether the backend makes machine code at all.
func makesCode(t *testing.T) bool {
	t.Helper()
	p := jit.NewProgram()
	p.Store(p.Slot(), p.Constant(1))
	_, err := p.Compile()
	return err == nil
}
