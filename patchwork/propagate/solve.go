package propagate

import (
	"context"
	"fmt"
	"math"
)

// system is (D - W + Λ)·x = b on the rows that are free, for two right sides at a time. Vectors are by row and 0 at the
// others, which so take no part.
type system struct {
	m        *weights
	free     []int32   // ascending
	diagonal []float64 // by row: d + λ
}

// pair is a value of both right sides.
type pair [2]float64

// times is y := (D - W + Λ)·x, and the product of x and y.
func (s *system) times(x, y []pair) (xy pair) {
	for _, i := range s.free {
		from, to := s.m.from[i], s.m.from[i+1]
		columns, values := s.m.to[from:to], s.m.w[from:to]
		var sum pair
		for e, j := range columns {
			w, v := float64(values[e]), &x[j]
			sum[0] += w * v[0]
			sum[1] += w * v[1]
		}
		v, d := x[i], s.diagonal[i]
		u := pair{d*v[0] - sum[0], d*v[1] - sum[1]}
		y[i] = u
		xy[0] += u[0] * v[0]
		xy[1] += u[1] * v[1]
	}
	return xy
}

// size is the square of the norm of r by the inverse of the diagonal.
func (s *system) size(r []pair) (sum pair) {
	for _, i := range s.free {
		v, d := r[i], s.diagonal[i]
		sum[0] += v[0] * v[0] / d
		sum[1] += v[1] * v[1] / d
	}
	return sum
}

// solve finds x by conjugate gradients from the x that is given, preconditioned by the diagonal, until the residual of both
// is within tolerance of its right side, both by the norm that the preconditioner gives.
//
// Errors: most steps do not suffice; ctx is done.
//
// Source: Hestenes and Stiefel 1952; in this form Golub and Van Loan, "Matrix Computations", 4th edition, algorithm 11.5.1.
func (s *system) solve(ctx context.Context, b, x []pair, tolerance float64, most int) (steps int, err error) {
	n := len(x)
	r, p, q := make([]pair, n), make([]pair, n), make([]pair, n)
	s.times(x, q)
	for _, i := range s.free {
		r[i] = pair{b[i][0] - q[i][0], b[i][1] - q[i][1]}
		p[i] = pair{r[i][0] / s.diagonal[i], r[i][1] / s.diagonal[i]}
	}
	want, rho := s.size(b), s.size(r)
	small := func(k int) bool { return rho[k] <= tolerance*tolerance*want[k] }
	for ; !small(0) || !small(1); steps++ {
		if err := ctx.Err(); err != nil {
			return steps, err
		}
		if steps == most {
			return steps, fmt.Errorf("propagate: after %d steps the scores of %d images still move by %.1g; want a looser Tolerance, more Steps or more neighbours",
				steps, len(s.free), math.Sqrt(max(rho[0]/want[0], rho[1]/want[1])))
		}
		pq := s.times(p, q)
		var alpha, beta pair // 0 for one that is done
		for k := range alpha {
			if !small(k) {
				alpha[k] = rho[k] / pq[k]
			}
		}
		for _, i := range s.free {
			x[i][0] += alpha[0] * p[i][0]
			x[i][1] += alpha[1] * p[i][1]
			r[i][0] -= alpha[0] * q[i][0]
			r[i][1] -= alpha[1] * q[i][1]
		}
		now := s.size(r)
		for k := range beta {
			if rho[k] > 0 {
				beta[k] = now[k] / rho[k]
			}
		}
		rho = now
		for _, i := range s.free {
			d := s.diagonal[i]
			p[i][0] = r[i][0]/d + beta[0]*p[i][0]
			p[i][1] = r[i][1]/d + beta[1]*p[i][1]
		}
	}
	return steps, nil
}
