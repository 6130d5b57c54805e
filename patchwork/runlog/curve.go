package runlog

import (
	"fmt"
	"math"
)

// Axis is what a curve is drawn over.
type Axis string

// The axes.
const (
	ByStep    Axis = "step"
	ByEpoch   Axis = "epoch"
	BySeconds Axis = "seconds"
)

// Curve is the series over an axis, "" being ByStep, with points of the same step taken as one, the later counting.
//
// Errors: there is no such axis.
func (s Series) Curve(over Axis) (x, y []float64, err error) {
	for i, step := range s.Step {
		if i+1 < len(s.Step) && s.Step[i+1] == step {
			continue
		}
		switch over {
		case ByStep, "":
			x = append(x, float64(step))
		case ByEpoch:
			x = append(x, s.Epoch[i])
		case BySeconds:
			x = append(x, s.Seconds[i])
		default:
			return nil, nil, fmt.Errorf("runlog: there is no axis %q; want step, epoch or seconds", over)
		}
		y = append(y, s.Value[i])
	}
	return x, y, nil
}

// Smooth is the mean of the values so far, each weighing weight times as much as the one behind it:
//
//	s_t = Σ_{i ≤ t} weight^(t-i)·v_i / Σ_{i ≤ t} weight^(t-i)
//
// Weight is in [0, 1); with 0 the values stay as they are. A value that is not finite stays so and has no part in the others.
//
// Source: the exponential moving average without bias towards 0, as TensorBoard draws it; pandas' ewm(alpha=1-weight, ignore_na=True).mean().
func Smooth(values []float64, weight float64) []float64 {
	smooth := make([]float64, len(values))
	var sum, weights float64
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			smooth[i] = math.NaN()
			continue
		}
		sum, weights = weight*sum+v, weight*weights+1
		smooth[i] = sum / weights
	}
	return smooth
}

// Thin makes at most n points of a curve: the means of as many equal parts, so that it can be drawn. In a part, values that are not finite
// have no share; one of nothing else is NaN. A curve of n points or fewer stays as it is.
func Thin(x, y []float64, n int) (thinX, thinY []float64) {
	if len(x) <= n {
		return x, y
	}
	for part := range n {
		var sumX, sumY float64
		var count int
		from, to := part*len(x)/n, (part+1)*len(x)/n
		for i := from; i < to; i++ {
			sumX += x[i]
			if !math.IsNaN(y[i]) && !math.IsInf(y[i], 0) {
				sumY, count = sumY+y[i], count+1
			}
		}
		thinX, thinY = append(thinX, sumX/float64(to-from)), append(thinY, sumY/float64(count)) // 0/0 is NaN
	}
	return thinX, thinY
}
