package cpu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// TestGraphsAtRandom compares formulas that go over some axes, with their gradients, with the reference, on shapes around the
// lengths at which passes and chains are cut. The first are shapes that once went wrong; the others are drawn. More draws are
// worth while after a change of passes or chains: 20,000 take about six minutes.
func TestGraphsAtRandom(t *testing.T) {
	const draws = 100
	cases := []randomCase{
		{formula: 3, twice: true, dims: []int{1000, 8, 3, 2}, other: []int{1000, 8, 1, 2}, axes: []int{0}}, // sums of two widths in one pass
		{formula: 2, twice: true, dims: []int{8, 12544}, other: []int{1, 12544}, axes: []int{1}},           // columns of a chain of long rows
		{formula: 5, twice: true, dims: []int{3, 3, 4097, 2}, other: []int{1, 1, 4097, 2}, axes: []int{2, 3}},
	}
	r := rand.New(rand.NewPCG(11, 1))
	for range draws {
		cases = append(cases, drawCase(r))
	}
	for i, c := range cases {
		name := fmt.Sprintf("%d: formula %d, twice %v, dims %v and %v, axes %v", i, c.formula, c.twice, c.dims, c.other, c.axes)
		random := rand.New(rand.NewPCG(12, uint64(i)))
		in := []*tensors.Tensor{randomTensor(random, c.dims...), randomTensor(random, c.other...)}
		b := testBackend(t, Options{Workers: 1 + i%3})
		compare(t, name, evaluate(t, b, withGradients(c.graph), in), evaluate(t, reference(t), withGradients(c.graph), in), 5e-3)
	}
}

// randomCase is a formula of two tensors, of which the other is broadcast to the dims of the first.
type randomCase struct {
	formula     int
	twice       bool // the first is multiplied by the other before
	dims, other []int
	axes        []int
}

func drawCase(r *rand.Rand) (c randomCase) {
	const most = 300_000 // numbers
	sizes := []int{1, 2, 3, 5, 7, 8, 16, 17, 31, 64, 100, 127, 128, 129, 255, 256, 1000, 1024, 2047, 4095, 4096, 4097, 8191, 8192, 8193, 12544, 16383, 16384, 16385, 20000}
	c.formula, c.twice = r.IntN(len(formulas)), r.IntN(2) == 0
	total := 1
	for axis := range 1 + r.IntN(4) {
		fit := slices.IndexFunc(sizes, func(n int) bool { return total*n > most })
		if fit < 0 {
			fit = len(sizes)
		}
		n := sizes[r.IntN(fit)]
		total *= n
		c.dims, c.other = append(c.dims, n), append(c.other, n)
		if r.IntN(2) == 0 {
			c.other[axis] = 1
		}
		if r.IntN(2) == 0 {
			c.axes = append(c.axes, axis)
		}
	}
	if len(c.axes) == 0 {
		c.axes = []int{r.IntN(len(c.dims))}
	}
	return c
}

func (c randomCase) graph(x []*Node) *Node {
	a := x[0]
	if c.twice {
		a = Mul(a, BroadcastToDims(x[1], c.dims...))
	}
	return formulas[c.formula](a, x[1], c.axes)
}

var formulas = []func(a, other *Node, axes []int) *Node{
	func(a, _ *Node, axes []int) *Node { return Softmax(a, axes...) },
	func(a, other *Node, axes []int) *Node {
		c := Sub(a, ReduceAndKeep(a, ReduceMean, axes...))
		return Mul(Div(c, Sqrt(AddScalar(ReduceAndKeep(Square(c), ReduceMean, axes...), 1e-2))), other)
	},
	func(a, _ *Node, axes []int) *Node {
		return Div(a, Sqrt(AddScalar(ReduceAndKeep(Square(a), ReduceSum, axes...), 1e-2)))
	},
	func(a, other *Node, axes []int) *Node { return ReduceSum(Mul(a, other), axes...) },
	func(a, _ *Node, axes []int) *Node { return Sub(a, ReduceAndKeep(a, ReduceMax, axes...)) },
	func(a, _ *Node, axes []int) *Node {
		return Add(Exp(MulScalar(a, 0.1)), ReduceAndKeep(Sigmoid(a), ReduceSum, axes...))
	},
	func(a, _ *Node, axes []int) *Node { return LogSoftmax(a, axes...) },
	func(a, other *Node, axes []int) *Node { return ReduceMean(Mul(Tanh(a), Add(a, other)), axes...) },
	func(a, other *Node, axes []int) *Node {
		return Add(Mul(other, ReduceAndKeep(a, ReduceSum, axes...)), Sqrt(AddScalar(Square(a), 1)))
	},
	func(a, other *Node, axes []int) *Node { return ReduceMin(Sub(MaxScalar(a, 0), other), axes...) },
}
