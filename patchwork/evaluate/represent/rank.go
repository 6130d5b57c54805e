package represent

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// RankMe is the effective rank of features [n][d]: e to the entropy of their singular values σ, taken as shares,
//
//	p_k = σ_k/Σ σ + 1e-7      RankMe = exp(-Σ p_k·ln p_k)
//
// It lies between 1, all on one line, and the smaller of n and d.
//
// Source: Garrido et al. 2023, arXiv:2210.02885, eq. 1 and 2. Singular values are roots of eigenvalues of xᵀx, or x·xᵀ where n < d, so that those below
// about 1e-8 of the largest are inexact.
//
// Errors: no rows.
func RankMe(x [][]float32) (float64, error) {
	if len(x) == 0 || len(x[0]) == 0 {
		return 0, errors.New("represent: there are no features to take the rank of")
	}
	n, d := len(x), len(x[0])
	m := mat.NewDense(n, d, nil)
	for i, row := range x {
		for k, v := range row {
			m.Set(i, k, float64(v))
		}
	}
	var gram mat.SymDense
	if n < d {
		gram.SymOuterK(1, m)
	} else {
		gram.SymOuterK(1, m.T())
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(&gram, false) {
		return 0, errors.New("represent: the eigenvalues of the features cannot be had; is a number none?")
	}
	values := eigen.Values(nil)
	sum := 0.0
	for i, v := range values {
		values[i] = math.Sqrt(max(v, 0))
		sum += values[i]
	}
	if sum == 0 {
		return 1, nil
	}
	entropy := 0.0
	for _, v := range values {
		p := v/sum + 1e-7
		entropy -= p * math.Log(p)
	}
	return math.Exp(entropy), nil
}
