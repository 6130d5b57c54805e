package kernel

import (
	"math"
	"testing"
)

func TestReductions(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(2)
		for _, size := range [][2]int{{1, 1}, {3, 5}, {4, 16}, {7, 17}, {2, 64}, {5, 67}, {9, 200}, {300, 33}, {2, 9000}, {700, 3}, {3, 0}} {
			rows, cols := size[0], size[1]
			x := normals(r, rows*cols)
			mean := normals(r, rows)
			colMean := normals(r, cols)
			kinds := map[string]struct {
				rows    func(dst []float32)
				columns func(acc []float32)
				start   float64
				join    func(a, x, m float64) float64
			}{
				"sum": {func(d []float32) { SumRows(d, x, cols) }, func(a []float32) { AddColumns(a, x) }, 0, func(a, x, _ float64) float64 { return a + x }},
				"max": {func(d []float32) { MaxRows(d, x, cols) }, func(a []float32) { MaxColumns(a, x) }, math.Inf(-1), func(a, x, _ float64) float64 { return max(a, x) }},
				"min": {func(d []float32) { MinRows(d, x, cols) }, func(a []float32) { MinColumns(a, x) }, math.Inf(1), func(a, x, _ float64) float64 { return min(a, x) }},
			}
			for name, k := range kinds {
				got, want, scale := normals(r, rows), make([]float64, rows), make([]float64, rows)
				k.rows(got)
				for i := range want {
					want[i] = k.start
					for c := range cols {
						want[i] = k.join(want[i], float64(x[i*cols+c]), float64(mean[i]))
						scale[i] += math.Pow(math.Abs(float64(x[i*cols+c]))+math.Abs(float64(mean[i])), 2) + 1
					}
				}
				checkClose(t, name+" of rows", got, want, scale, sumTolerance)
				acc := normals(r, cols)
				want, scale = make([]float64, cols), make([]float64, cols)
				for c := range acc {
					if math.IsInf(k.start, 0) {
						acc[c] = float32(k.start)
					}
					want[c] = float64(acc[c])
					for i := range rows {
						want[c] = k.join(want[c], float64(x[i*cols+c]), float64(colMean[c]))
						scale[c] += math.Pow(math.Abs(float64(x[i*cols+c]))+math.Abs(float64(colMean[c])), 2) + 1
					}
				}
				k.columns(acc)
				checkClose(t, name+" of columns", acc, want, scale, sumTolerance)
			}
		}
	})
}

// TestLongSum: a sum of a million equal numbers stays exact enough.
func TestLongSum(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		const n = 1 << 20
		x := make([]float32, n)
		for i := range x {
			x[i] = 0.1
		}
		want := []float64{n * float64(float32(0.1))}
		got := make([]float32, 1)
		SumRows(got, x, n)
		checkClose(t, "row", got, want, want, 4e-6)
	})
}
