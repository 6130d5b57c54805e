package optimise

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, tt := range []struct {
		o      Rates
		total  int
		rates  map[int]float64 // by step
		source string
	}{
		{Rates{Schedule: Cosine}, 100, map[int]float64{0: 1, 50: 0.5, 100: 0}, "by hand"},
		{Rates{Schedule: Constant}, 100, map[int]float64{0: 1, 99: 1}, "by hand"},
		{Rates{Schedule: Exponential, Period: 10}, 100, map[int]float64{0: 1, 10: 0.5, 15: math.Pow(2, -1.5), 20: 0.25}, "the original: halves at lr_decay"},
		{Rates{Schedule: Exponential}, 100, map[int]float64{20: 0.5, 100: 1.0 / 32}, "five halvings"},
		{Rates{Schedule: Staircase, Period: 10}, 100, map[int]float64{0: 1, 9: 1, 10: 0.5, 19: 0.5, 20: 0.25}, "the original"},
		{Rates{Schedule: Restarts, Period: 10}, 70, map[int]float64{0: 1, 5: 0.5, 10: 1, 20: 0.5, 30: 1, 50: 0.5}, "the original: restarts at lr_decay, then twice as long"},
		{Rates{Schedule: Restarts}, 70, map[int]float64{0: 1, 10: 1, 30: 1, 69: 0.5 * (1 + math.Cos(math.Pi*39/40))}, "three cosines in all"},
		{Rates{Schedule: Warmup, Warmup: 20}, 120, map[int]float64{0: 0, 10: 0.5, 20: 1, 70: 0.505, 120: 0.01}, "the original: 0, half way, at the end of the warm-up, finally"},
		{Rates{Schedule: Warmup}, 100, map[int]float64{5: 0.5, 10: 1, 100: 0.01}, "a tenth of all steps"},
		{Rates{Schedule: Warmup, Warmup: 500}, 100, map[int]float64{50: 0.1}, "never reached"},
	} {
		tt.o.Rate = 2
		for step, want := range tt.rates {
			if got := tt.o.At(step, tt.total); math.Abs(got-2*want) > 1e-12 {
				t.Errorf("%s, period %d, warm-up %d: rate %g at step %d of %d, want %g (%s)", tt.o.Schedule, tt.o.Period, tt.o.Warmup, got, step, tt.total, 2*want, tt.source)
			}
		}
	}
}
