package layout

import "math"

// fuzzy is UMAP's graph: how surely two points are neighbours, seen from either or both.
//
//	w(i→j) = exp(-max(0, d_ij - ρ_i) / σ_i)     ρ_i: distance to the nearest other point that is not at the same place
//	Σ_j w(i→j) = log2(K + 1)                     fixes σ_i
//	w_ij = w(i→j) + w(j→i) - w(i→j)·w(j→i)
//
// Source: McInnes, Healy and Melville 2018, algorithms 2 and 3; umap-learn counts a point as its own first neighbour, so
// its n_neighbors is K+1 here.
func fuzzy(g Graph) weights {
	mean, n := 0.0, 0
	for i := range g.N {
		_, distance := g.of(i)
		for _, d := range distance {
			mean, n = mean+float64(d), n+1
		}
	}
	mean /= float64(n + g.N) // each point's distance to itself counts
	rows := make([]float32, g.N*g.K)
	for i := range g.N {
		_, distance := g.of(i)
		rho, sigma := smooth(distance, math.Log2(float64(g.K+1)), mean)
		for a, d := range distance {
			w := 1.0
			if over := float64(d) - rho; over > 0 && sigma > 0 {
				w = math.Exp(-over / sigma)
			}
			rows[i*g.K+a] = float32(w)
		}
	}
	return symmetric(g, rows, func(a, b float32) float32 { return a + b - a*b })
}

// smooth finds ρ and σ for the distances of one point. σ is at least a thousandth of the mean distance, of the point where
// ρ is not 0 and of all otherwise.
func smooth(distance []float32, target, mean float64) (rho, sigma float64) {
	own := 0.0
	for _, d := range distance {
		if rho == 0 {
			rho = float64(d)
		}
		own += float64(d)
	}
	own /= float64(len(distance) + 1)
	low, high := 0.0, math.Inf(1)
	sigma = 1
	for range 64 {
		sum := 0.0
		for _, d := range distance {
			if over := float64(d) - rho; over > 0 {
				sum += math.Exp(-over / sigma)
			} else {
				sum++
			}
		}
		if math.Abs(sum-target) < 1e-5 {
			break
		}
		if sum > target {
			high = sigma
		} else {
			low = sigma
		}
		if math.IsInf(high, 1) {
			sigma *= 2
		} else {
			sigma = (low + high) / 2
		}
	}
	if rho > 0 {
		mean = own
	}
	return rho, max(sigma, 1e-3*mean)
}
