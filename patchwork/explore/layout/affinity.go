package layout

import "math"

// affinities is t-SNE's graph: p_ij = (p_j|i + p_i|j) / 2n, where p_j|i is proportional to exp(-d_ij²/(2σ_i²)) over the
// neighbours of i, with σ_i such that the entropy of p_·|i is ln(perplexity).
//
// Source: van der Maaten and Hinton 2008, eq. 1 and section 3.1; neighbours alone as in van der Maaten 2014.
func affinities(g Graph, perplexity float64) weights {
	rows := make([]float32, g.N*g.K)
	p := make([]float64, g.K)
	for i := range g.N {
		_, distance := g.of(i)
		conditional(distance, perplexity, p[:len(distance)])
		for a := range distance {
			rows[i*g.K+a] = float32(p[a])
		}
	}
	half := float32(1 / (2 * float64(g.N)))
	return symmetric(g, rows, func(a, b float32) float32 { return (a + b) * half })
}

// conditional writes p_·|i of one point. Where no σ gives the perplexity, as with too few neighbours or all at the same
// distance, it is the nearest that bisection finds.
func conditional(distance []float32, perplexity float64, p []float64) {
	if len(p) == 0 {
		return
	}
	nearest := float64(distance[0]) * float64(distance[0])
	want := math.Log(perplexity)
	low, high, beta := 0.0, math.Inf(1), 1.0
	for range 100 {
		sum, mean := 0.0, 0.0
		for a, d := range distance {
			d2 := float64(d)*float64(d) - nearest // the shift leaves p as it is and keeps exp from being 0 everywhere
			p[a] = math.Exp(-beta * d2)
			sum, mean = sum+p[a], mean+d2*p[a]
		}
		entropy := math.Log(sum) + beta*mean/sum
		for a := range p {
			p[a] /= sum
		}
		if math.Abs(entropy-want) < 1e-5 {
			return
		}
		if entropy > want {
			low = beta
		} else {
			high = beta
		}
		if math.IsInf(high, 1) {
			beta *= 2
		} else {
			beta = (low + high) / 2
		}
		if beta > 1e100 {
			return
		}
	}
}
