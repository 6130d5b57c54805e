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
				"sum":     {func(d []float32) { SumRows(d, x, cols) }, func(a []float32) { AddColumns(a, x) }, 0, func(a, x, _ float64) float64 { return a + x }},
				"max":     {func(d []float32) { MaxRows(d, x, cols) }, func(a []float32) { MaxColumns(a, x) }, math.Inf(-1), func(a, x, _ float64) float64 { return max(a, x) }},
				"min":     {func(d []float32) { MinRows(d, x, cols) }, func(a []float32) { MinColumns(a, x) }, math.Inf(1), func(a, x, _ float64) float64 { return min(a, x) }},
				"squares": {func(d []float32) { SquaresRows(d, x, mean, cols) }, func(a []float32) { AddSquaresColumns(a, x, colMean) }, 0, func(a, x, m float64) float64 { return a + (x-m)*(x-m) }},
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

func TestMoments(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(5)
		for _, size := range [][2]int{{1, 3}, {255, 17}, {256, 16}, {2000, 33}, {5000, 1}} {
			rows, cols := size[0], size[1]
			x := normals(r, rows*cols)
			for i := range x {
				x[i] += 100 // a mean far from 0, so that a sum of squares would cancel
			}
			moments := func(n, m int, at func(i, j int) float32) (mean, variance []float64) {
				mean, variance = make([]float64, n), make([]float64, n)
				for i := range n {
					for j := range m {
						mean[i] += float64(at(i, j)) / float64(m)
					}
					for j := range m {
						d := float64(at(i, j)) - mean[i]
						variance[i] += d * d / float64(m)
					}
				}
				return mean, variance
			}
			mean, variance := normals(r, cols), normals(r, cols)
			MomentsColumns(nil, mean, variance, x, rows)
			wantMean, wantVariance := moments(cols, rows, func(c, i int) float32 { return x[i*cols+c] })
			checkClose(t, "mean of columns", mean, wantMean, nil, 1e-4)
			checkClose(t, "variance of columns", variance, wantVariance, nil, 1e-4)
			p := NewPool(3)
			mean2, variance2 := normals(r, cols), normals(r, cols)
			MomentsColumns(p, mean2, variance2, x, rows)
			p.Close()
			sameBits(t, "mean with 1 and 3 workers", mean, mean2)
			sameBits(t, "variance with 1 and 3 workers", variance, variance2)

			mean, variance = normals(r, rows), normals(r, rows)
			MomentsRows(mean, variance, x, cols)
			wantMean, wantVariance = moments(rows, cols, func(i, c int) float32 { return x[i*cols+c] })
			checkClose(t, "mean of rows", mean, wantMean, nil, 1e-4)
			checkClose(t, "variance of rows", variance, wantVariance, nil, 1e-4)
		}
	})
}

// TestLongSum: a sum of a million equal numbers stays exact enough, in either direction.
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
		SumColumns(nil, got, x, n)
		checkClose(t, "column", got, want, want, 4e-6)
	})
}

func TestSoftmax(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		r := newRand(6)
		for _, cols := range []int{1, 2, 10, 16, 33, 197} {
			x := normals(r, 4*cols)
			for i := range x {
				x[i] *= 30
			}
			dy := normals(r, 4*cols)
			y, dx := normals(r, 4*cols), normals(r, 4*cols)
			Softmax(y, x, cols)
			SoftmaxGrad(dx, y, dy, cols)
			want, grad := make([]float64, 4*cols), make([]float64, 4*cols)
			for at := 0; at < len(x); at += cols {
				top, sum, dot := math.Inf(-1), 0.0, 0.0
				for _, v := range x[at : at+cols] {
					top = max(top, float64(v))
				}
				for i := at; i < at+cols; i++ {
					want[i] = math.Exp(float64(x[i]) - top)
					sum += want[i]
				}
				for i := at; i < at+cols; i++ {
					want[i] /= sum
					dot += want[i] * float64(dy[i])
				}
				for i := at; i < at+cols; i++ {
					grad[i] = want[i] * (float64(dy[i]) - dot)
				}
			}
			checkClose(t, "softmax", y, want, want, 1e-5)
			checkClose(t, "gradient", dx, grad, nil, 1e-5)
		}
	})
}
