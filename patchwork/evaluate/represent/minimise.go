package represent

import (
	"gonum.org/v1/gonum/floats"
)

const (
	remembered = 10   // pairs of steps and changes of the gradient that stand for the curvature
	mostSteps  = 1000 // of L-BFGS
	close      = 1e-9 // end when a step lowers f by less than this share of it
)

// minimise is the place where f is least, from w on, by L-BFGS with a line search that halves the step. f writes its gradient.
//
// Source: Nocedal and Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5.
func minimise(f func(grad, w []float64) float64, w []float64) []float64 {
	g := make([]float64, len(w))
	value := f(g, w)
	var steps, changes [][]float64
	for range mostSteps {
		d := direction(g, steps, changes)
		slope := floats.Dot(d, g)
		if slope >= 0 {
			return w
		}
		size := 1.0
		if len(steps) == 0 {
			size = min(1, 1/floats.Norm(g, 2))
		}
		next, slopeThere := make([]float64, len(w)), make([]float64, len(w))
		var there float64
		for {
			floats.AddScaledTo(next, w, size, d)
			if there = f(slopeThere, next); there <= value+1e-4*size*slope {
				break
			}
			if size /= 2; size < 1e-12 {
				return w
			}
		}
		s, y := make([]float64, len(w)), make([]float64, len(w))
		floats.SubTo(s, next, w)
		floats.SubTo(y, slopeThere, g)
		if floats.Dot(s, y) > 1e-12*floats.Dot(y, y) {
			steps, changes = append(steps, s), append(changes, y)
			if len(steps) > remembered {
				steps, changes = steps[1:], changes[1:]
			}
		}
		done := value-there < close*(1+abs(there))
		if w, g, value = next, slopeThere, there; done {
			return w
		}
	}
	return w
}

func abs(v float64) float64 { return max(v, -v) }

// direction is minus the gradient times what the pairs say of the inverse curvature.
func direction(g []float64, steps, changes [][]float64) []float64 {
	d := make([]float64, len(g))
	floats.ScaleTo(d, -1, g)
	share := make([]float64, len(steps))
	for i := len(steps) - 1; i >= 0; i-- {
		share[i] = floats.Dot(steps[i], d) / floats.Dot(steps[i], changes[i])
		floats.AddScaled(d, -share[i], changes[i])
	}
	if n := len(steps); n > 0 {
		floats.Scale(floats.Dot(steps[n-1], changes[n-1])/floats.Dot(changes[n-1], changes[n-1]), d)
	}
	for i := range steps {
		back := floats.Dot(changes[i], d) / floats.Dot(steps[i], changes[i])
		floats.AddScaled(d, share[i]-back, steps[i])
	}
	return d
}
