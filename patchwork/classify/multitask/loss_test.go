package multitask

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

type lossCase struct {
	Name            string
	Logits, Teacher [][]float64
	Labels          []int
	Weights         []float64
	S, Distill      float64
	Loss, Adaptive  float64
	KL              float64 `json:"kl"`
	Gradient        [][]float64
	GradientS       float64 `json:"gradient_s"`
}

func goldenLosses(t *testing.T) (losses []lossCase, balance []struct {
	Counts  []int
	Weights []float64
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/loss.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Losses  []lossCase
		Balance []struct {
			Counts  []int
			Weights []float64
		}
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all.Losses, all.Balance
}

// target is w_y at the true category.
func (c lossCase) target() [][]float64 {
	out := make([][]float64, len(c.Labels))
	for i, y := range c.Labels {
		out[i] = make([]float64, len(c.Weights))
		if y >= 0 {
			out[i][y] = c.Weights[y]
		}
	}
	return out
}

// run gives the cross-entropy, the adaptive term, the distillation, and the gradients of adaptive + distill·distillation
// with respect to logits and s.
func (c lossCase) run(t *testing.T) (loss, adaptive, kl float64, byLogits [][]float64, byS float64) {
	t.Helper()
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	out, err := ExecOnceN(backend, func(z, y, q, s *Node) []*Node {
		loss, known := CrossEntropy(z, y)
		adaptive, kl := Uncertain(loss, known, s), Distillation(z, q)
		g := Gradient(Add(adaptive, MulScalar(kl, c.Distill)), z, s)
		return []*Node{loss, adaptive, kl, g[0], g[1]}
	}, c.Logits, c.target(), c.Teacher, c.S)
	if err != nil {
		t.Fatal(err)
	}
	number := func(i int) float64 { return tensors.ToScalar[float64](out[i]) }
	return number(0), number(1), number(2), out[3].Value().([][]float64), number(4)
}

// TestLossesGolden compares with torch (testdata/loss.py). The floor 1e-7 in the denominator moves losses by as much, in
// relation to the known labels.
func TestLossesGolden(t *testing.T) {
	losses, balance := goldenLosses(t)
	for _, c := range losses {
		loss, adaptive, kl, byLogits, byS := c.run(t)
		near := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("%s: %s is %.10f, torch has %.10f", c.Name, what, got, want)
			}
		}
		near("the loss", loss, c.Loss)
		near("the adaptive term", adaptive, c.Adaptive)
		near("the distillation", kl, c.KL)
		near("the gradient of s", byS, c.GradientS)
		for i := range byLogits {
			for j := range byLogits[i] {
				near("a gradient", byLogits[i][j], c.Gradient[i][j])
			}
		}
	}
	for _, c := range balance {
		p := &prepared{Data: Data{Table: &Table{Tasks: []Task{{Categories: make([]string, len(c.Counts))}}}}}
		for category, n := range c.Counts {
			for range n {
				p.train.rows, p.train.values = append(p.train.rows, 0), append(p.train.values, category)
			}
		}
		p.train.rows, p.train.values = append(p.train.rows, 0), append(p.train.values, Unknown)
		p.weigh(true)
		for i, w := range p.weights[0] {
			if math.Abs(float64(w)-c.Weights[i]) > 1e-6 {
				t.Errorf("counts %v are weighed %v, scikit-learn has %v", c.Counts, p.weights[0], c.Weights)
			}
		}
	}
	if len(losses) != 7 || len(balance) != 4 {
		t.Errorf("%d losses and %d balances, want 7 and 4", len(losses), len(balance))
	}
}

// TestLossGradientsNumerically compares both gradients with finite differences.
func TestLossGradientsNumerically(t *testing.T) {
	losses, _ := goldenLosses(t)
	for _, c := range losses[3:5] {
		_, _, _, byLogits, byS := c.run(t)
		aim := func() float64 {
			_, adaptive, kl, _, _ := c.run(t)
			return adaptive + c.Distill*kl
		}
		check := func(at *float64, got float64) {
			const h = 1e-5
			middle := *at
			*at = middle + h
			up := aim()
			*at = middle - h
			down := aim()
			*at = middle
			if want := (up - down) / (2 * h); math.Abs(got-want) > 1e-8 {
				t.Errorf("%s: gradient %.10f, finite differences give %.10f", c.Name, got, want)
			}
		}
		check(&c.S, byS)
		for i := range c.Logits {
			for j := range c.Logits[i] {
				check(&c.Logits[i][j], byLogits[i][j])
			}
		}
	}
}
