package classify

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// lossCase is a line of testdata/losses.jsonl.
type lossCase struct {
	Name                     string
	Options                  Options
	Priors                   []float64
	Groups                   [][]int
	Logits, Labels, Gradient [][]float64
	Value                    float64
}

// run computes loss and gradient in float64.
func (l lossCase) run(t *testing.T) (value float64, gradient [][]float64) {
	t.Helper()
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	c := criterion{o: l.Options, priors: l.Priors, groups: l.Groups}
	out, err := ExecOnceN(backend, func(z, y *Node) (*Node, *Node) {
		value := c.loss(z, y)
		return value, Gradient(value, z)[0]
	}, l.Logits, l.Labels)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.ToScalar[float64](out[0]), out[1].Value().([][]float64)
}

// readLosses reads what torch computed (testdata/losses.py).
func readLosses(t *testing.T) (cases []lossCase) {
	t.Helper()
	file, err := os.Open("testdata/losses.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c lossCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

func TestLossesGolden(t *testing.T) {
	seen := map[Loss]int{SigmoidLoss: 1, CosineLoss: 1} // TestLossGolden and TestCosineGolden
	for _, c := range readLosses(t) {
		seen[c.Options.Loss]++
		value, gradient := c.run(t)
		if !(math.Abs(value-c.Value) <= 1e-9*max(1, c.Value)) {
			t.Errorf("%s: %.12f, want %.12f", c.Name, value, c.Value)
		}
		for i, row := range gradient {
			for j, got := range row {
				if !(math.Abs(got-c.Gradient[i][j]) <= 1e-9) {
					t.Errorf("%s: gradient [%d %d] is %.12f, want %.12f", c.Name, i, j, got, c.Gradient[i][j])
				}
			}
		}
	}
	for _, l := range losses {
		if seen[l.name] == 0 || l.about == "" {
			t.Errorf("the loss %s has no golden value in testdata/losses.py, or says nothing of itself", l.name)
		}
	}
}

func TestLossesGradientNumerically(t *testing.T) {
	for _, c := range readLosses(t) {
		_, gradient := c.run(t)
		const h = 1e-5
		i, j := len(c.Logits)-1, len(c.Logits[0])-1 // one number of each case
		at := c.Logits[i][j]
		c.Logits[i][j] = at + h
		up, _ := c.run(t)
		c.Logits[i][j] = at - h
		down, _ := c.run(t)
		if want := (up - down) / (2 * h); math.Abs(gradient[i][j]-want) > 1e-8 {
			t.Errorf("%s: gradient [%d %d] is %.10f, finite differences give %.10f", c.Name, i, j, gradient[i][j], want)
		}
	}
}

// TestUnknownLabels: whatever an unknown cell's logit is, it changes no loss that does not say so; lines without an image
// change none at all.
func TestUnknownLabels(t *testing.T) {
	for _, c := range readLosses(t) {
		before, gradient := c.run(t)
		says := c.Options.Loss == WeakLoss || c.Options.Loss == ExpectedLoss || c.Options.Loss == SoftmaxLoss
		for i, row := range c.Labels {
			for j, y := range row {
				if y < 0 && !says && gradient[i][j] != 0 {
					t.Errorf("%s: the unknown cell [%d %d] has the gradient %g", c.Name, i, j, gradient[i][j])
				}
			}
		}
		line, label := make([]float64, len(c.Logits[0])), make([]float64, len(c.Logits[0]))
		for j := range line {
			line[j], label[j] = 3, absentRow
		}
		c.Logits, c.Labels = append(c.Logits, line), append(c.Labels, label)
		if after, _ := c.run(t); math.Abs(after-before) > 1e-12 {
			t.Errorf("%s: a line without image changes the loss from %.12f to %.12f", c.Name, before, after)
		}
	}
}

// The floor of the float32 that training computes in: no loss and no gradient is lost in overflow far out.
func TestLossesFarOutInFloat32(t *testing.T) {
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	z := [][]float32{{120, -120, 120, -120}, {1e4, -1e4, -1e4, 1e4}}
	y := [][]float32{{0, 1, 1, 0}, {-1, 1, 0, 0}}
	for _, l := range losses {
		c := criterion{o: Options{Loss: l.name}.WithDefaults(), priors: []float64{0.1, 0.5, 0.5, 0.9}, groups: [][]int{{0, 2}}}
		out, err := ExecOnceN(backend, func(z, y *Node) (*Node, *Node) {
			value := c.loss(z, y)
			return value, Gradient(value, z)[0]
		}, z, y)
		if err != nil {
			t.Fatal(err)
		}
		value := float64(tensors.ToScalar[float32](out[0]))
		for _, g := range tensors.MustCopyFlatData[float32](out[1]) {
			value += float64(g)
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			t.Errorf("%s: %v with the gradient %v", l.name, out[0], out[1])
		}
	}
}

// TestCosineGolden compares the cosine layer, its gradients and its scores with torch (testdata/cosine.py).
func TestCosineGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/cosine.json")
	if err != nil {
		t.Fatal(err)
	}
	var g struct {
		Features, Labels, Weights []([]float32)
		Bias, Mean, Scale         []float32
		CosineScale               float64     `json:"cosine_scale"`
		WeightsGradient           [][]float64 `json:"weights_gradient"`
		BiasGradient              []float64   `json:"bias_gradient"`
		Loss                      float64
		Probabilities             [][]float64
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	h := head{kind: LinearHead, unit: true, dim: 5, classes: 3, bias: g.Bias, mean: g.Mean, scale: g.Scale}
	for _, row := range g.Weights {
		h.weights = append(h.weights, row...)
	}
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	c := criterion{o: Options{Loss: CosineLoss, CosineScale: g.CosineScale}}
	store := h.store()
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x, y *Node) []*Node {
		loss := c.loss(c.logits(&h, scope, x), y)
		return append([]*Node{loss}, Gradient(loss, store.GetVariable(pathWeights).NodeValue(loss.Graph()), store.GetVariable(pathBias).NodeValue(loss.Graph()))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Exec(g.Features, g.Labels)
	if err != nil {
		t.Fatal(err)
	}
	if got := float64(tensors.ToScalar[float32](out[0])); math.Abs(got-g.Loss) > 1e-6 {
		t.Errorf("loss %.8f, want %.8f", got, g.Loss)
	}
	for i, got := range tensors.MustCopyFlatData[float32](out[1]) {
		if want := g.WeightsGradient[i/3][i%3]; math.Abs(float64(got)-want) > 1e-5 {
			t.Errorf("gradient of weight %d is %.7f, want %.7f", i, got, want)
		}
	}
	for i, got := range tensors.MustCopyFlatData[float32](out[2]) {
		if math.Abs(float64(got)-g.BiasGradient[i]) > 1e-5 {
			t.Errorf("gradient of bias %d is %.7f, want %.7f", i, got, g.BiasGradient[i])
		}
	}
	h.foldScale(c.o)
	m := &Model{head: h}
	scores, err := m.Scores(t.Context(), len(g.Features), func(i int) []float32 { return g.Features[i] })
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range scores {
		if want := g.Probabilities[i/3][i%3]; math.Abs(float64(got)-want) > 1e-5 {
			t.Errorf("score %d is %.7f, want %.7f", i, got, want)
		}
	}
}
