package see

import (
	"fmt"
	"math"
)

// Rule is how an integral from 0 to 1 is made a sum.
type Rule string

// The rules.
const (
	Gauss     Rule = "gauss"     // Gauss-Legendre: exact for polynomials up to the degree 2m - 1
	Trapezoid Rule = "trapezoid" // m + 1 points at even distances, the ends with half the weight
)

// points are places in [0, 1] and their weights, which sum up to 1, the ends always among them.
func (r Rule) points(m int) (at, weight []float64, err error) {
	if m < 1 {
		return nil, nil, fmt.Errorf("see: an integral in %d steps; want 1 or more", m)
	}
	switch r {
	case Gauss, "":
		at, weight = legendre(m)
		return append(at, 0, 1), append(weight, 0, 0), nil
	case Trapezoid:
		for i := range m + 1 {
			w := 1 / float64(m)
			if i == 0 || i == m {
				w /= 2
			}
			at, weight = append(at, float64(i)/float64(m)), append(weight, w)
		}
		return at, weight, nil
	}
	return nil, nil, fmt.Errorf("see: there is no rule %q; want %s or %s", r, Gauss, Trapezoid)
}

// legendre are the zeros of the Legendre polynomial of degree m, moved to [0, 1], and the weights of Gauss's rule, found by Newton's method.
//
// Source: Abramowitz and Stegun 1964, 25.4.29 and 22.7.10.
func legendre(m int) (at, weight []float64) {
	at, weight = make([]float64, m), make([]float64, m)
	for i := range m {
		x := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(m) + 0.5))
		var slope float64
		for range 100 {
			before, now := 1.0, x // degrees 0 and 1
			for k := 2; k <= m; k++ {
				before, now = now, (float64(2*k-1)*x*now-float64(k-1)*before)/float64(k)
			}
			slope = float64(m) * (x*now - before) / (x*x - 1)
			step := now / slope
			x -= step
			if math.Abs(step) < 1e-15 {
				break
			}
		}
		at[m-1-i], weight[m-1-i] = (x+1)/2, 1/((1-x*x)*slope*slope)
	}
	return at, weight
}
