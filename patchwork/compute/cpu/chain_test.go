package cpu

import (
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/core/tensors"
)

// TestChains holds what goes row by row to one step, and to the same bits whatever the number of workers. That the
// numbers are right is TestLayers' business, but for rows longer than those.
func TestChains(t *testing.T) {
	for name, c := range map[string]struct {
		dims [][]int
		f    func(x []*Node) *Node
	}{
		"softmax":           {[][]int{{300, 130}}, func(x []*Node) *Node { return Softmax(x[0], -1) }},
		"layer norm":        {[][]int{{301, 96}, {1, 96}, {1, 96}}, layerNorm},
		"unit length":       {[][]int{{77, 64}}, func(x []*Node) *Node { return L2Normalize(x[0], -1) }},
		"rows of one size":  {[][]int{{64, 64}}, func(x []*Node) *Node { return Softmax(x[0], -1) }},
		"a row too long":    {[][]int{{3, 5000}}, func(x []*Node) *Node { return Softmax(x[0], -1) }},
		"added in pieces":   {[][]int{{5, 12544}}, func(x []*Node) *Node { return Softmax(x[0], -1) }},
		"columns in pieces": {[][]int{{7, 12544}, {1, 12544}}, func(x []*Node) *Node { return L2Normalize(Mul(x[0], x[1]), -1) }},
		"mean in pieces": {[][]int{{4, 12544}}, func(x []*Node) *Node {
			return Sub(x[0], ReduceAndKeep(x[0], ReduceMean, -1))
		}},
		"two, one into the other": {[][]int{{90, 130}}, func(x []*Node) *Node {
			return L2Normalize(Softmax(x[0], -1), -1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			run := func(workers int) ([][]float64, []StepTime) {
				r := rand.New(rand.NewPCG(8, 1))
				b := testBackend(t, Options{Workers: workers, Stats: true})
				var in []*tensors.Tensor
				for _, d := range c.dims {
					in = append(in, randomTensor(r, d...))
				}
				out := evaluate(t, b, withGradients(c.f), in)
				return out, b.Stats()
			}
			one, steps := run(1)
			if c.dims[0][1] > longestSum {
				r := rand.New(rand.NewPCG(8, 1))
				var in []*tensors.Tensor
				for _, d := range c.dims {
					in = append(in, randomTensor(r, d...))
				}
				compare(t, name, one, evaluate(t, reference(t), withGradients(c.f), in), 2e-5)
			}
			chains := 0
			for _, s := range steps {
				if s.Kind == "chain" {
					chains++
				}
			}
			if chains == 0 {
				t.Errorf("no chain among the steps: %v", steps)
			}
			several, _ := run(3)
			for i := range one {
				for k, v := range one[i] {
					if v != several[i][k] {
						t.Fatalf("result %d, element %d: %v with one worker, %v with three", i, k, v, several[i][k])
					}
				}
			}
		})
	}
}

// TestChainIsOneStep: the softmax of rows is nothing but one chain, and what lies between its passes has no storage.
func TestChainIsOneStep(t *testing.T) {
	b := testBackend(t, Options{Stats: true})
	evaluate(t, b, func(x []*Node) []*Node { return []*Node{Softmax(x[0], -1)} }, []*tensors.Tensor{randomTensor(rand.New(rand.NewPCG(1, 1)), 500, 200)})
	if s := b.Stats(); len(s) != 1 || s[0].Kind != "chain" {
		t.Errorf("the steps are %v, want one chain", s)
	}
	// The input, the result, and blocks of a few rows.
	if most := 4*500*200*2*5/4 + 1<<20; b.memory.used+b.memory.idle > most {
		t.Errorf("%d bytes were taken, want at most %d", b.memory.used+b.memory.idle, most)
	}
}
