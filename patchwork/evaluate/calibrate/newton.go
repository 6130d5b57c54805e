package calibrate

import (
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
	"gonum.org/v1/gonum/mat"
)

// objective is the negative log likelihood of a logistic model with one to three parameters, the first slopes of which may
// not be negative, plus a pull towards centre.
type objective struct {
	start           []float64
	slopes          int
	terms           [][]float64 // by image
	truth           []bool      // by image
	targets         []float64   // by image
	present, absent int

	centre   []float64
	pull     *mat.SymDense // H
	strength float64       // 0 for no pull
}

// prepare gathers the known labels that have a score.
func prepare(method Method, s Sample) (*objective, error) {
	if method < Platt || method > Beta {
		return nil, fmt.Errorf("calibrate: method %v; want Platt, Temperature or Beta", method)
	}
	if len(s.Scores) != len(s.Truth) {
		return nil, fmt.Errorf("calibrate: %d scores and %d labels; want one of each for every image", len(s.Scores), len(s.Truth))
	}
	o := &objective{start: method.identity(), slopes: method.slopes()}
	for i, score := range s.Scores {
		if score < 0 || score > 1 {
			return nil, fmt.Errorf("calibrate: the score at position %d is %g; want a probability in [0, 1], or NaN for none", i, score)
		}
		if s.Truth[i] == labels.Unknown || math.IsNaN(float64(score)) {
			continue
		}
		o.terms = append(o.terms, method.terms(float64(score)))
		o.truth = append(o.truth, s.Truth[i] == labels.Present)
		if s.Truth[i] == labels.Present {
			o.present++
		} else {
			o.absent++
		}
	}
	o.soften(o.present, o.absent)
	return o, nil
}

// soften sets Platt's targets for so many present and absent images.
func (o *objective) soften(present, absent int) {
	up, down := float64(present+1)/float64(present+2), 1/float64(absent+2)
	o.targets = make([]float64, len(o.truth))
	for i, y := range o.truth {
		o.targets[i] = down
		if y {
			o.targets[i] = up
		}
	}
}

// minimise is the best of the solutions without any slope, or with some, held at 0 that has no negative slope. The
// objective is convex, so that is the solution under the condition.
func (o *objective) minimise() (best []float64) {
	lowest := math.Inf(1)
	for held := range 1 << o.slopes {
		theta := o.newton(held)
		feasible := true
		for j := range o.slopes {
			feasible = feasible && theta[j] >= 0
		}
		if value := o.value(theta); feasible && value < lowest {
			best, lowest = theta, value
		}
		if held == 0 && feasible {
			return theta
		}
	}
	return best
}

// newton goes to the minimum over the parameters whose bit in held is not set; the others are 0.
func (o *objective) newton(held int) []float64 {
	theta := append([]float64(nil), o.start...)
	var free []int
	for j := range theta {
		if held>>j&1 == 1 {
			theta[j] = 0
		} else {
			free = append(free, j)
		}
	}
	if len(free) == 0 {
		return theta
	}
	value := o.value(theta)
	for range 100 {
		gradient, hessian := o.derivatives(theta)
		g, h := mat.NewVecDense(len(free), nil), mat.NewSymDense(len(free), nil)
		for a, j := range free {
			g.SetVec(a, gradient[j])
			for b := a; b < len(free); b++ {
				h.SetSym(a, b, hessian.At(j, free[b]))
			}
			h.SetSym(a, a, h.At(a, a)*(1+1e-12)+1e-12) // parameters that the labels say nothing about stay where they are
		}
		var factors mat.Cholesky
		step := mat.NewVecDense(len(free), nil)
		if !factors.Factorize(h) || factors.SolveVecTo(step, g) != nil && factors.Cond() > 1e15 {
			return theta
		}
		next, nextValue := theta, value
		for scale := 1.0; scale > 1e-10; scale /= 2 { // halve the step until it leads down
			next = append([]float64(nil), theta...)
			for a, j := range free {
				next[j] -= scale * step.AtVec(a)
			}
			if nextValue = o.value(next); nextValue < value {
				break
			}
		}
		if !(nextValue < value) {
			return theta
		}
		theta, value = next, nextValue
	}
	return theta
}

// value is Σ ln(1+e^η) - t·η + strength/2·(θ-θ₀)ᵀH(θ-θ₀), the negative log likelihood with its pull.
func (o *objective) value(theta []float64) (sum float64) {
	for i, x := range o.terms {
		eta := dot(theta, x)
		sum += math.Max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta))) - o.targets[i]*eta
	}
	if o.strength > 0 {
		for j := range theta {
			for k := range theta {
				sum += o.strength / 2 * (theta[j] - o.centre[j]) * o.pull.At(j, k) * (theta[k] - o.centre[k])
			}
		}
	}
	return sum
}

func (o *objective) derivatives(theta []float64) (gradient []float64, hessian *mat.SymDense) {
	n := len(theta)
	gradient, hessian = make([]float64, n), mat.NewSymDense(n, nil)
	for i, x := range o.terms {
		q := sigmoid(dot(theta, x))
		for j := range n {
			gradient[j] += (q - o.targets[i]) * x[j]
			for k := j; k < n; k++ {
				hessian.SetSym(j, k, hessian.At(j, k)+q*(1-q)*x[j]*x[k])
			}
		}
	}
	if o.strength > 0 {
		for j := range n {
			for k := range n {
				gradient[j] += o.strength * o.pull.At(j, k) * (theta[k] - o.centre[k])
			}
			for k := j; k < n; k++ {
				hessian.SetSym(j, k, hessian.At(j, k)+o.strength*o.pull.At(j, k))
			}
		}
	}
	return gradient, hessian
}

// information is the mean over the images of q(1-q)·x·xᵀ.
func (o *objective) information(theta []float64) *mat.SymDense {
	_, h := o.derivatives(theta)
	h.ScaleSym(1/float64(len(o.terms)), h)
	return h
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
