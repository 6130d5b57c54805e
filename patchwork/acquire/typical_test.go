package acquire

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// typical against a plain count over all pairs.
func TestTypicalIsTheMiddleOfNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	const n, dim = 60, 5
	p := &Pool{Rand: r, Known: []int{57, 58, 59}}
	x := make([][]float32, n)
	for row := range x {
		x[row] = make([]float32, dim)
		for d := range x[row] {
			x[row][d] = float32(r.NormFloat64())
		}
		if row < 57 {
			p.Rows = append(p.Rows, row)
		}
	}
	p.Features = func(row int) []float32 { return x[row] }
	unit := func(v []float64) []float64 {
		sum := 0.0
		for _, a := range v {
			sum += a * a
		}
		out := make([]float64, len(v))
		for d, a := range v {
			out[d] = a / math.Sqrt(sum)
		}
		return out
	}
	u := make([][]float64, n)
	for row := range x {
		v := make([]float64, dim)
		for d, a := range x[row] {
			v[d] = float64(a)
		}
		u[row] = unit(v)
	}
	apart := func(i, j int) (sum float64) {
		for d := range dim {
			sum += (u[i][d] - u[j][d]) * (u[i][d] - u[j][d])
		}
		return sum
	}
	near := func(i, j int) bool { // j is among the 10 nearest of i
		nearer := 0
		for k := range n {
			if k != i && apart(i, k) < apart(i, j) {
				nearer++
			}
		}
		return i != j && nearer < 10
	}
	middles, mean := make([][]float64, n), make([]float64, dim)
	for i := range n {
		sum := slices.Clone(u[i])
		for j := range n {
			if near(i, j) && near(j, i) {
				for d, a := range u[j] {
					sum[d] += a
				}
			}
		}
		middles[i] = unit(sum)
		for d, a := range middles[i] {
			mean[d] += a / n
		}
	}
	q := unitPoints(p)
	q.typical()
	got := make([]float32, dim)
	for i, row := range q.rows {
		want := make([]float64, dim)
		for d := range want {
			want[d] = middles[row][d] - mean[d]
		}
		want = unit(want)
		q.read(i, got)
		for d, v := range got {
			if v := float64(v) * q.scale[i]; math.Abs(v-want[d]) > 1e-4 {
				t.Fatalf("row %d: %g at %d; want %g", row, v, d, want[d])
			}
		}
	}
}
