package audit

import "math"

// law is a learning curve: err = b·n^-γ.
type law struct{ b, gamma float64 }

func (l law) at(n float64) float64 { return l.b * math.Pow(n, -l.gamma) }

// laws fits curves through errors at the same numbers of images.
type laws [][]float64 // by γ in hundredths, and number of images: n^-γ

// mostGamma is the steepest γ, in hundredths.
const mostGamma = 200

func lawsThrough(images []int) laws {
	f := make(laws, mostGamma+1)
	for step := range f {
		for _, n := range images {
			f[step] = append(f[step], math.Pow(float64(n), -float64(step)/100))
		}
	}
	return f
}

// fit is the law with the least sum of squares, with γ from 0 to 2 in steps of a hundredth; for each γ the best b has a closed form.
// It has no floor, which is one parameter less for a handful of points.
func (f laws) fit(errors []float64) law {
	best, least := law{}, math.Inf(1)
	for step, x := range f {
		xy, xx, sum := 0.0, 0.0, 0.0
		for i, e := range errors {
			xy, xx = xy+x[i]*e, xx+x[i]*x[i]
		}
		b := xy / xx
		for i, e := range errors {
			sum += (e - b*x[i]) * (e - b*x[i])
		}
		if sum < least {
			best, least = law{b, float64(step) / 100}, sum
		}
	}
	return best
}
