package evaluate

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

func TestReliabilityByHand(t *testing.T) {
	scores := []float32{0, 0.25, 0.5, 0.5, 0.75, 1, 0.3}
	truth := []labels.Tri{a, p, p, a, p, p, u}
	bins, err := Reliability(scores, truth, BinOptions{Bins: 2})
	if err != nil || len(bins) != 2 {
		t.Fatal(bins, err)
	}
	// (0, 0.5] holds 0, 0.25, 0.5, 0.5 with 2 present; (0.5, 1] holds 0.75 and 1, both present.
	if b := bins[0]; b.From != 0 || b.To != 0.5 || b.N != 4 || b.Score != 0.3125 || b.Present != Wilson(2, 4) {
		t.Errorf("lower bin %+v", b)
	}
	if b := bins[1]; b.From != 0.5 || b.To != 1 || b.N != 2 || b.Score != 0.875 || b.Present != Wilson(2, 2) {
		t.Errorf("upper bin %+v", b)
	}
	ece, _, _ := ECE(scores, truth, BinOptions{Bins: 2})
	if want := 4./6*(0.5-0.3125) + 2./6*(1-0.875); !near(Number(ece), want, 1e-15) {
		t.Errorf("ECE %v, want %v by hand", ece, want)
	}
	mass, err := Reliability(scores, truth, BinOptions{Bins: 3, EqualMass: true})
	if err != nil || len(mass) != 3 || mass[2].N != 2 || mass[1].N != 2 || mass[0].N != 2 || mass[1].From != 0.5 || mass[0].To != 0.25 {
		t.Errorf("three bins of two: %+v, %v", mass, err)
	}
	if tied, _ := Reliability([]float32{0.4, 0.4, 0.4, 0.4}, []labels.Tri{a, a, p, p}, BinOptions{EqualMass: true}); len(tied) != 1 || tied[0].N != 4 {
		t.Errorf("equal scores were divided: %+v", tied)
	}
}

func TestBrierPartsAddUp(t *testing.T) {
	scores, truth := drawnCase(4, 400, 1)
	for _, o := range []BinOptions{{}, {EqualMass: true}, {Bins: 3}} {
		b, err := BrierScore(scores, truth, o)
		if err != nil || !near(Number(b.Score), b.Reliability-b.Resolution+b.Uncertainty+b.Within, 1e-15) || b.Within == 0 {
			t.Errorf("%+v: %+v, %v", o, b, err)
		}
	}
	b, _ := BrierScore([]float32{0.25, 0.25, 0.75, 0.75}, []labels.Tri{a, p, a, p}, BinOptions{})
	if !near(Number(b.Within), 0, 1e-15) {
		t.Errorf("scores equal within each bin, yet %v is hidden", b.Within)
	}
}

// The expected calibration error of calibrated scores is what they show on average.
func TestExpectedCalibrationError(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for _, n := range []int{80, 500} {
		var sum, expected float64
		const trials = 800
		for range trials {
			scores, truth := make([]float32, n), make([]labels.Tri, n)
			for i := range scores {
				scores[i] = float32(rng.Float64())
				if rng.Float64() < float64(scores[i]) {
					truth[i] = p
				}
			}
			ece, e, err := ECE(scores, truth, BinOptions{})
			if err != nil {
				t.Fatal(err)
			}
			sum += ece / trials
			expected += e / trials
		}
		if math.Abs(sum/expected-1) > 0.05 {
			t.Errorf("%d calibrated images: mean ECE %.4f, expected %.4f", n, sum, expected)
		}
	}
}

func TestReliabilityErrors(t *testing.T) {
	if _, err := Reliability([]float32{1.5}, []labels.Tri{p}, BinOptions{}); err == nil || !strings.Contains(err.Error(), "position 0 is 1.5; want a probability") {
		t.Errorf("score above 1: %v", err)
	}
	if _, err := Reliability([]float32{0.5}, []labels.Tri{p}, BinOptions{Bins: -1}); err == nil || !strings.Contains(err.Error(), "Bins is -1") {
		t.Errorf("negative bins: %v", err)
	}
	if ece, _, err := ECE([]float32{0.5}, []labels.Tri{u}, BinOptions{}); !errors.Is(err, ErrNoLabels) || !math.IsNaN(ece) {
		t.Errorf("nothing known: %v, %v", ece, err)
	}
	if b, err := BrierScore(nil, nil, BinOptions{}); !errors.Is(err, ErrNoLabels) || !math.IsNaN(b.Score) {
		t.Errorf("nothing: %v, %v", b, err)
	}
}
