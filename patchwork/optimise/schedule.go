package optimise

import (
	"fmt"
	"math"
	"slices"
)

// Schedule says how the rate r changes, counted in steps: step i of n, from 0.
type Schedule string

const (
	Cosine      Schedule = "cosine"      // r·½(1 + cos(π·i/n)), from r to 0
	Constant    Schedule = "constant"    // r
	Exponential Schedule = "exponential" // r·½^(i/period)
	Staircase   Schedule = "staircase"   // r·½^⌊i/period⌋
	Restarts    Schedule = "restarts"    // cosines from r to 0 over period, 2·period, 4·period ... steps
	Warmup      Schedule = "warmup"      // in a line from 0 to r over warm-up steps, then along a cosine to 0.01·r over the others
)

// Schedules lists them, the usual one first.
func Schedules() []Schedule {
	return []Schedule{Cosine, Constant, Exponential, Staircase, Restarts, Warmup}
}

// warmEnd is the share of the rate with which Warmup ends.
const warmEnd = 0.01

// Rates says which rate each step has.
type Rates struct {
	Rate     float64  // the highest
	Schedule Schedule // "" means Cosine
	Period   int      // steps of Exponential, Staircase and Restarts; 0 means a fifth of all, and a seventh for Restarts
	Warmup   int      // steps of Warmup; 0 means a tenth of all
}

// At is the rate of step number done, counted from 0, of total.
//
// Sources: Loshchilov and Hutter 2017, arXiv:1608.03983, for Cosine and Restarts (factor 2); the schedules of the original for
// the others, where Restarts is called cosine (docs/classify.md).
func (r Rates) At(done, total int) float64 {
	i, n := float64(done), float64(total)
	switch r.Schedule {
	case Constant:
		return r.Rate
	case Exponential:
		return r.Rate * math.Exp2(-i/r.period(n, 5))
	case Staircase:
		return r.Rate * math.Exp2(-math.Floor(i/r.period(n, 5)))
	case Restarts:
		period := r.period(n, 7)
		for i >= period {
			i, period = i-period, 2*period
		}
		return r.Rate * wave(i/period)
	case Warmup:
		warm := float64(r.Warmup)
		if warm == 0 {
			warm = math.Round(n / 10)
		}
		if i < warm {
			return r.Rate * i / warm
		}
		return r.Rate * (warmEnd + (1-warmEnd)*wave((i-warm)/max(n-warm, 1)))
	}
	return r.Rate * wave(i/n)
}

// period is Rates.Period, or without one a share of all steps: the rate then halves five times, or has three cosines, which
// end at 0 together.
func (r Rates) period(steps, parts float64) float64 {
	if r.Period > 0 {
		return float64(r.Period)
	}
	return max(steps/parts, 1)
}

// wave falls from 1 at 0 to 0 at 1.
func wave(at float64) float64 { return 0.5 * (1 + math.Cos(math.Pi*min(at, 1))) }

// Check refuses a name that is none; "" stands for a default.
func (s Schedule) Check() error {
	if s == "" || slices.Contains(Schedules(), s) {
		return nil
	}
	return fmt.Errorf("optimise: there is no schedule %q; want one of %q", string(s), Schedules())
}
