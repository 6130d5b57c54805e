package classify

import (
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/kernel"
)

// gram is the matrix of the scalar products of the rows without their constants, [n, n].
func (q *problems) gram() ([]float64, error) {
	product, err := kernel.NewGemm(kernel.GemmShape{M: q.n, N: q.n, K: q.dim - 1, ARow: q.dim, ACol: 1, BRow: 1, BCol: q.dim, CRow: q.n})
	if err != nil {
		return nil, err
	}
	c := kernel.Floats(q.n * q.n)
	product.Run(q.pool, q.x, q.x, c)
	out := make([]float64, len(c))
	for i, v := range c {
		out[i] = float64(v)
	}
	return out, nil
}

// errSingular says that a matrix which must be positive definite is not: numbers overflowed, or are none.
var errSingular = errors.New("the curvature of the loss is not positive; are the features very large?")

// cholesky turns the lower triangle of the symmetric matrix s [n, n] into L with s = L Lᵀ.
func cholesky(s []float64, n int) error {
	for i := range n {
		row := s[i*n : i*n+i+1]
		for j := range i {
			other := s[j*n : j*n+j+1]
			row[j] = (row[j] - dot64(row[:j], other[:j])) / other[j]
		}
		d := row[i] - dot64(row[:i], row[:i])
		if !(d > 0) {
			return errSingular
		}
		row[i] = math.Sqrt(d)
	}
	return nil
}

// invertLower turns the lower triangle l [n, n] into its inverse, which is one too.
func invertLower(l []float64, n int) {
	// Row i of the inverse is a sum of the rows before it.
	for i := range n {
		row := l[i*n : i*n+i+1]
		d := 1 / row[i]
		sums := make([]float64, i)
		for k, v := range row[:i] {
			for j, u := range l[k*n : k*n+k+1] {
				sums[j] += v * u
			}
		}
		for j, v := range sums {
			row[j] = -d * v
		}
		row[i] = d
	}
}

// diagonalOfInverse is the diagonal of the inverse of the symmetric matrix whose lower triangle is in s [n, n], which is
// overwritten.
func diagonalOfInverse(s []float64, n int) ([]float64, error) {
	if err := cholesky(s, n); err != nil {
		return nil, err
	}
	invertLower(s, n)
	out := make([]float64, n)
	for k := range n {
		for i, v := range s[k*n : k*n+k+1] {
			out[i] += v * v
		}
	}
	return out, nil
}

// dot64 is the scalar product.
func dot64(a, b []float64) float64 {
	var s [4]float64
	b = b[:len(a)]
	whole := len(a) &^ 3
	for i := 0; i < whole; i += 4 {
		p, q := a[i:i+4:i+4], b[i:i+4:i+4]
		s[0] += p[0] * q[0]
		s[1] += p[1] * q[1]
		s[2] += p[2] * q[2]
		s[3] += p[3] * q[3]
	}
	for i := whole; i < len(a); i++ {
		s[0] += a[i] * b[i]
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// inParallel calls f for 0 to n-1 on all cores.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wait.Wait()
}
