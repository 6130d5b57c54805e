package classify

import "math"

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

// warmEnd is the share of the rate with which Warmup ends.
const warmEnd = 0.01

// rate is that of step number done, counted from 0, of total.
//
// Sources: Loshchilov and Hutter 2017, arXiv:1608.03983, for Cosine and Restarts (factor 2); the schedules of the original for
// the others, where Restarts is called cosine (docs/classify.md).
func (o Options) rate(done, total int) float64 {
	i, n := float64(done), float64(total)
	switch o.Schedule {
	case Constant:
		return o.Rate
	case Exponential:
		return o.Rate * math.Exp2(-i/o.period(n, 5))
	case Staircase:
		return o.Rate * math.Exp2(-math.Floor(i/o.period(n, 5)))
	case Restarts:
		period := o.period(n, 7)
		for i >= period {
			i, period = i-period, 2*period
		}
		return o.Rate * wave(i/period)
	case Warmup:
		warm := float64(o.Warmup)
		if warm == 0 {
			warm = math.Round(n / 10)
		}
		if i < warm {
			return o.Rate * i / warm
		}
		return o.Rate * (warmEnd + (1-warmEnd)*wave((i-warm)/max(n-warm, 1)))
	}
	return o.Rate * wave(i/n)
}

// period is Options.Period, or without one a share of all steps: the rate then halves five times, or has three cosines, which
// end at 0 together.
func (o Options) period(steps, parts float64) float64 {
	if o.Period > 0 {
		return float64(o.Period)
	}
	return max(steps/parts, 1)
}

// wave falls from 1 at 0 to 0 at 1.
func wave(at float64) float64 { return 0.5 * (1 + math.Cos(math.Pi*min(at, 1))) }
