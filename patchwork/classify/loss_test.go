package classify

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// lossAndGradient runs MaskedLoss in float64.
func lossAndGradient(t *testing.T, logits, labels [][]float64, smoothing float64) (loss float64, gradient [][]float64) {
	t.Helper()
	backend, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	out, err := ExecOnceN(backend, func(z, y *Node) (*Node, *Node) {
		l := MaskedLoss(z, y, smoothing)
		return l, Gradient(l, z)[0]
	}, logits, labels)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.ToScalar[float64](out[0]), out[1].Value().([][]float64)
}

func TestLossByHand(t *testing.T) {
	tests := []struct {
		name           string
		logits, labels [][]float64
		smoothing      float64
		want           float64
		source         string
	}{
		{"undecided", [][]float64{{0, 0}}, [][]float64{{1, 0}}, 0, math.Ln2, "by hand: -ln ½"},
		{"undecided and smoothed", [][]float64{{0, 0}}, [][]float64{{1, 0}}, 0.3, math.Ln2, "by hand: ln 2 whatever the target"},
		{"unknown is not absent", [][]float64{{0, 5}}, [][]float64{{1, -1}}, 0, math.Ln2, "by hand: the second cell does not count"},
		{"sure and right, smoothed", [][]float64{{50}}, [][]float64{{1}}, 0.1, 2.5, "by hand: 50 - 50·0.95"},
		{"nothing known", [][]float64{{3, -3}}, [][]float64{{-1, -1}}, 0, 0, "by hand: 0/(0 + 1e-7)"},
	}
	for _, tt := range tests {
		if got, _ := lossAndGradient(t, tt.logits, tt.labels, tt.smoothing); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("%s: got %.8f, want %.8f (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

// TestLossGolden compares loss and gradient with torch (testdata/loss.py), and the gradient with finite differences.
func TestLossGolden(t *testing.T) {
	file, err := os.Open("testdata/loss.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cases := 0
	for lines := bufio.NewScanner(file); lines.Scan(); cases++ {
		var g struct {
			Name                     string
			Logits, Labels, Gradient [][]float64
			Smoothing, Loss          float64
		}
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		loss, gradient := lossAndGradient(t, g.Logits, g.Labels, g.Smoothing)
		if math.Abs(loss-g.Loss) > 1e-9*max(1, g.Loss) {
			t.Errorf("%s: loss %.12f, want %.12f", g.Name, loss, g.Loss)
		}
		for i, row := range gradient {
			for j, got := range row {
				if math.Abs(got-g.Gradient[i][j]) > 1e-9 {
					t.Errorf("%s: gradient [%d %d] is %.12f, want %.12f", g.Name, i, j, got, g.Gradient[i][j])
				}
			}
		}
	}
	if cases != 9 {
		t.Errorf("compared %d cases, want 9", cases)
	}
}

func TestLossGradientNumerically(t *testing.T) {
	logits := [][]float64{{0.7, -2.1, 0}, {1e-9, 4, -0.4}}
	labels := [][]float64{{1, 0, -1}, {0, 1, 1}}
	_, gradient := lossAndGradient(t, logits, labels, 0.1)
	const h = 1e-5
	for i := range logits {
		for j := range logits[i] {
			at := logits[i][j]
			logits[i][j] = at + h
			up, _ := lossAndGradient(t, logits, labels, 0.1)
			logits[i][j] = at - h
			down, _ := lossAndGradient(t, logits, labels, 0.1)
			logits[i][j] = at
			if want := (up - down) / (2 * h); math.Abs(gradient[i][j]-want) > 1e-8 {
				t.Errorf("gradient [%d %d] is %.10f, finite differences give %.10f", i, j, gradient[i][j], want)
			}
		}
	}
}
