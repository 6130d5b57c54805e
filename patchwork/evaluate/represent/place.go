package represent

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// Alignment is how far two views of an image lie apart on average: mean |a - b|² of rows brought to length 1. Lower is better.
//
// Source: Wang and Isola 2020, arXiv:2005.10242, eq. 8, α = 2.
//
// Errors: no rows, or not as many of both.
func Alignment(a, b [][]float32) (float64, error) {
	if len(a) == 0 || len(a) != len(b) {
		return 0, fmt.Errorf("represent: %d and %d rows; want as many views of either kind, and some", len(a), len(b))
	}
	sum := 0.0
	for i := range a {
		sum += 2 - 2*cosine(a[i], b[i])
	}
	return sum / float64(len(a)), nil
}

// Uniformity is how evenly rows, brought to length 1, cover the sphere: ln mean e^(-2·|x - y|²) over all pairs of different rows. Lower
// is better; 0 means that all are in one place.
//
// Source: Wang and Isola 2020, eq. 9, t = 2. The original took the distance without the square, and pairs of a row with itself too.
//
// Errors: fewer than two rows; rows of different lengths.
func Uniformity(x [][]float32) (float64, error) {
	if len(x) < 2 {
		return 0, fmt.Errorf("represent: %d rows; want two or more", len(x))
	}
	for i, row := range x {
		if len(row) != len(x[0]) {
			return 0, fmt.Errorf("represent: row %d has %d numbers and row 0 has %d; want the same", i, len(row), len(x[0]))
		}
	}
	n, d := len(x), len(x[0])
	all := blas64.General{Rows: n, Cols: d, Stride: d}
	for _, row := range x {
		all.Data = append(all.Data, unit(row)...)
	}
	sum := 0.0
	const block = 256
	cosines := make([]float64, min(block, n)*n)
	for from := 0; from < n; from += block {
		rows := min(block, n-from)
		part := blas64.General{Rows: rows, Cols: d, Stride: d, Data: all.Data[from*d : (from+rows)*d]}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, part, all, 0, blas64.General{Rows: rows, Cols: n, Stride: n, Data: cosines[:rows*n]})
		for i := range rows {
			for _, c := range cosines[i*n : i*n+from+i] {
				sum += math.Exp(-2 * (2 - 2*c))
			}
		}
	}
	return math.Log(sum / (float64(n) * float64(n-1) / 2)), nil
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}
