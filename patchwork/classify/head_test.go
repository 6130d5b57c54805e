package classify

import (
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

func randomHead(dim, classes int, seed uint64) head {
	rng := rand.New(rand.NewPCG(seed, 2))
	fill := func(n int) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(rng.NormFloat64())
		}
		return out
	}
	h := head{kind: LinearHead, dim: dim, classes: classes, weights: fill(dim * classes), bias: fill(classes), mean: fill(dim), scale: fill(dim)}
	for i := range h.scale {
		h.scale[i] = float32(math.Abs(float64(h.scale[i]))) + 0.5
	}
	return h
}

// probs is the formula of the package doc in plain Go.
func (h head) probs(x []float32) []float64 {
	out := make([]float64, h.classes)
	for c := range out {
		z := math.Sqrt(float64(h.dim)) * float64(h.bias[c])
		for i, v := range x {
			z += (float64(v) - float64(h.mean[i])) * float64(h.scale[i]) * float64(h.weights[i*h.classes+c])
		}
		out[c] = 1 / (1 + math.Exp(-z))
	}
	return out
}

// The folded graph computes the formula, for blocks that are filled up and rows without features.
func TestScoresFollowTheFormula(t *testing.T) {
	m := &Model{head: randomHead(7, 3, 1)}
	rng := rand.New(rand.NewPCG(4, 4))
	rows := make([][]float32, blockRows+19)
	for i := range rows {
		for range 7 {
			rows[i] = append(rows[i], float32(rng.NormFloat64()))
		}
	}
	rows[3] = nil
	scores, err := m.Scores(t.Context(), len(rows), func(i int) []float32 { return rows[i] })
	if err != nil || len(scores) != 3*len(rows) {
		t.Fatalf("%d scores, %v", len(scores), err)
	}
	for i, x := range rows {
		if x == nil {
			for _, s := range scores[3*i : 3*i+3] {
				if !math.IsNaN(float64(s)) {
					t.Errorf("row %d has no features and scores %g", i, s)
				}
			}
			continue
		}
		for c, want := range m.head.probs(x) {
			if got := float64(scores[3*i+c]); math.Abs(got-want) > 1e-6 {
				t.Fatalf("row %d class %d scores %.8f, want %.8f", i, c, got, want)
			}
		}
	}
}

// The gradients of weights and bias through the folded standardisation equal finite differences of the plain formula.
func TestHeadGradientNumerically(t *testing.T) {
	h := randomHead(5, 2, 3)
	x := []float32{0.3, -1, 0.5, 2, -0.7, 1.1, 0.4, -0.2, 0.9, 0.1} // [2, 5]
	y := []float32{1, 0, -1, 1}
	plain := func(h head) float64 {
		sum, known := 0.0, 0.0
		for i := range 2 {
			for c, p := range h.probs(x[5*i : 5*i+5]) {
				switch y[2*i+c] {
				case 1:
					sum, known = sum-math.Log(p), known+1
				case 0:
					sum, known = sum-math.Log(1-p), known+1
				}
			}
		}
		return sum / known
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	store := h.store()
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x, y *Node) []*Node {
		c := criterion{o: Options{Loss: SigmoidLoss}}
		loss := c.loss(c.logits(&h, scope, x), y)
		g := loss.Graph()
		return append([]*Node{loss}, Gradient(loss, store.GetVariable(pathWeights).NodeValue(g), store.GetVariable(pathBias).NodeValue(g))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Exec(tensors.FromFlatDataAndDimensions(x, 2, 5), tensors.FromFlatDataAndDimensions(y, 2, 2))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := float64(tensors.ToScalar[float32](out[0])), plain(h); math.Abs(got-want) > 1e-5 {
		t.Errorf("loss %.7f, want %.7f", got, want)
	}
	for k, values := range [][]float32{h.weights, h.bias} {
		for i, got := range tensors.MustCopyFlatData[float32](out[1+k]) {
			at := values[i]
			values[i] = at + 1e-3
			up := plain(h)
			values[i] = at - 1e-3
			down := plain(h)
			values[i] = at
			if want := (up - down) / 2e-3; math.Abs(float64(got)-want) > 1e-3 {
				t.Errorf("gradient %d of %s is %.6f, finite differences give %.6f", i, []string{pathWeights, pathBias}[k], got, want)
			}
		}
	}
}
