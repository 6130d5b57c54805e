package evaluate

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestConfusionByHand(t *testing.T) {
	tests := []struct {
		name                            string
		c                               Confusion
		precision, recall, f1, balanced float64
		accuracy                        float64
	}{
		{"usual", Confusion{6, 2, 3, 9}, 6. / 8, 6. / 9, 12. / 17, (6./9 + 9./11) / 2, 15. / 20},
		{"never says present", Confusion{0, 0, 3, 9}, math.NaN(), 0, 0, 0.5, 9. / 12},
		{"nothing present", Confusion{0, 2, 0, 9}, 0, math.NaN(), 0, math.NaN(), 9. / 11},
		{"nothing absent", Confusion{5, 0, 1, 0}, 1, 5. / 6, 10. / 11, math.NaN(), 5. / 6},
		{"only absent, all right", Confusion{0, 0, 0, 4}, math.NaN(), math.NaN(), math.NaN(), math.NaN(), 1},
		{"nothing", Confusion{}, math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()},
	}
	for _, tt := range tests {
		for figure, got := range map[string][2]float64{
			"precision": {float64(tt.c.Precision().Value), tt.precision}, "recall": {float64(tt.c.Recall().Value), tt.recall},
			"F1": {float64(tt.c.F1().Value), tt.f1}, "balanced accuracy": {float64(tt.c.BalancedAccuracy().Value), tt.balanced},
			"accuracy": {float64(tt.c.Accuracy().Value), tt.accuracy},
		} {
			if math.IsNaN(got[0]) != math.IsNaN(got[1]) || math.Abs(got[0]-got[1]) > 1e-12 {
				t.Errorf("%s: %s %v, want %v", tt.name, figure, got[0], got[1])
			}
		}
	}
}

// The intervals of F1 and balanced accuracy cover the true figure about as often as they say, also where the class is rare
// and where the model hardly errs.
func TestIntervalsOfCountsCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for _, c := range []struct {
		n                          int
		share, recall, specificity float64
	}{{60, 0.3, 0.8, 0.9}, {200, 0.1, 0.6, 0.97}, {100, 0.5, 0.97, 0.98}} {
		fp, fn := (1-c.share)*(1-c.specificity), c.share*(1-c.recall)
		trueF1 := 2 * c.share * c.recall / (2*c.share*c.recall + fp + fn)
		trueBalanced := (c.recall + c.specificity) / 2
		const trials = 2000
		var f1, balanced int
		for range trials {
			var m Confusion
			for range c.n {
				present := rng.Float64() < c.share
				said := rng.Float64() < 1-c.specificity
				if present {
					said = rng.Float64() < c.recall
				}
				m.add(said, present)
			}
			if i := m.F1(); float64(i.Low) <= trueF1 && trueF1 <= float64(i.High) {
				f1++
			}
			if i := m.BalancedAccuracy(); float64(i.Low) <= trueBalanced && trueBalanced <= float64(i.High) {
				balanced++
			}
		}
		// Newcombe's is a little short where both shares are near 1: exact sums over 67 cases gave 0.92 to 0.96.
		if share := float64(f1) / trials; share < 0.93 || share > 0.985 {
			t.Errorf("%+v: the interval of F1 covers it in %.3f of %d trials", c, share, trials)
		}
		if share := float64(balanced) / trials; share < 0.905 || share > 0.985 {
			t.Errorf("%+v: the interval of balanced accuracy covers it in %.3f of %d trials", c, share, trials)
		}
	}
}
