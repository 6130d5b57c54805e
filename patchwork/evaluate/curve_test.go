package evaluate

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// drawnCase is n labels and scores; an image in ten is not labelled.
func drawnCase(seed uint64, n int, skill float64) (scores []float32, truth []labels.Tri) {
	rng := rand.New(rand.NewPCG(seed, 77))
	for range n {
		y := labels.Tri(rng.IntN(2))
		scores = append(scores, float32(1/(1+math.Exp(-(skill*(2*float64(y)-1)+rng.NormFloat64())))))
		if rng.IntN(10) == 0 {
			y = u
		}
		truth = append(truth, y)
	}
	return scores, truth
}

func TestThinnedCurveStaysClose(t *testing.T) {
	scores, truth := drawnCase(1, 3000, 1)
	curve, err := NewCurve(scores, truth)
	if err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]func(int) Line{"ROC": curve.ROC, "PR": curve.PR} {
		full, thin := line(100_000), line(50)
		if len(thin.X) > 50 || len(thin.X) < 20 || !slices.IsSorted(thin.X) {
			t.Errorf("%s: %d points of 50, ascending: %v", name, len(thin.X), slices.IsSorted(thin.X))
		}
		if full.X[0] != thin.X[0] || thin.X[len(thin.X)-1] != full.X[len(full.X)-1] {
			t.Errorf("%s: the ends were cut off", name)
		}
		length := 0.0
		for i := 1; i < len(full.X); i++ {
			length += math.Abs(full.X[i]-full.X[i-1]) + math.Abs(full.Y[i]-full.Y[i-1])
		}
		for i := range full.X {
			near := math.Inf(1)
			for j := range thin.X {
				near = min(near, math.Abs(full.X[i]-thin.X[j])+math.Abs(full.Y[i]-thin.Y[j]))
			}
			if near > length/48.5 {
				t.Fatalf("%s: point %d lies %.3f from the next that stays, of a way of %.3f", name, i, near, length)
			}
		}
		for i := range thin.X {
			if thin.Low[i] > thin.Y[i] || thin.High[i] < thin.Y[i] {
				t.Fatalf("%s: point %d at %.3f has the interval %.3f-%.3f", name, i, thin.Y[i], thin.Low[i], thin.High[i])
			}
		}
		if usual := line(0); len(usual.X) > drawn || len(usual.X) < drawn/2 {
			t.Errorf("%s: %d points by default", name, len(usual.X))
		}
	}
}

func TestCurvesOfOneSide(t *testing.T) {
	curve, err := NewCurve([]float32{0.2, 0.7, 0.7}, []labels.Tri{p, p, u})
	if err != nil || len(curve) != 2 || len(curve.ROC(0).X) != 0 || len(curve.PR(0).X) != 2 {
		t.Errorf("only present: %v, %v", curve, err)
	}
	curve, err = NewCurve([]float32{0.2}, []labels.Tri{a})
	if err != nil || len(curve.ROC(0).X) != 0 || len(curve.PR(0).X) != 0 {
		t.Errorf("only absent: %v, %v", curve, err)
	}
	if _, err := NewCurve([]float32{0.2}, []labels.Tri{u}); !errors.Is(err, ErrNoLabels) {
		t.Errorf("no label: %v", err)
	}
	if l := Curve(nil).ROC(0); len(l.X) != 0 {
		t.Errorf("no curve: %v", l)
	}
}

func TestRankingTakesAnyNumbers(t *testing.T) {
	zero := float32(0)
	k, err := keep([]float32{-3, 2, -zero, zero, -0.5, float32(math.Inf(1))}, []labels.Tri{p, a, p, a, p, a})
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, s := range k.ranking().steps {
		got = append(got, float64(s.score))
	}
	if want := []float64{math.Inf(1), 2, 0, -0.5, -3}; !slices.Equal(got, want) {
		t.Errorf("ranked %v, want %v", got, want)
	}
	if k.ranking().steps[2] != (step{0, 1, 1}) {
		t.Errorf("minus zero is not zero: %v", k.ranking().steps[2])
	}
}

// Thin keeps points of the curve, the ends among them, no further apart than one part of the way.
func TestThinKeepsPointsOfTheCurve(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	scores, truth := make([]float32, 5000), make([]labels.Tri, 5000)
	for i := range scores {
		truth[i] = labels.Tri(r.IntN(2))
		scores[i] = float32(r.NormFloat64()/5 + 0.4 + 0.2*float64(truth[i]))
	}
	c, err := NewCurve(scores, truth)
	if err != nil {
		t.Fatal(err)
	}
	for _, points := range []int{0, 2, 10, 100, 1 << 20} {
		thin := c.Thin(points)
		most := points
		if most == 0 {
			most = 200
		}
		if len(thin) > most || thin[0] != c[0] || thin[len(thin)-1] != c[len(c)-1] {
			t.Fatalf("in %d points: %d, from %v to %v", points, len(thin), thin[0], thin[len(thin)-1])
		}
		for i, p := range thin {
			if !slices.Contains(c, p) {
				t.Fatalf("%v is no point of the curve", p)
			}
			if i == 0 || points == 2 {
				continue
			}
			q := thin[i-1]
			step := float64(p.TruePositives-q.TruePositives)/float64(p.TruePositives+p.FalseNegatives) + float64(p.FalsePositives-q.FalsePositives)/float64(p.FalsePositives+p.TrueNegatives)
			if step > 2.1*2/float64(most)+0.001 {
				t.Fatalf("in %d points: a step of %.3f", points, step)
			}
		}
	}
}
