package pretrain

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// pairs compares two views of n images, all with all: 2n views.
type pairs struct {
	positive *Node // [2n], cosine of a view with the other of its image
	all      *Node // [2n, 2n], cosines of all views
	others   *Node // [2n, 2n], 1 where the views are of different images
}

// comparePairs is for views a and b [n, d] of length 1.
func comparePairs(a, b *Node) pairs {
	n := a.Shape().Dim(0)
	z := Concatenate([]*Node{a, b}, 0)
	together := ReduceSum(Mul(a, b), 1)
	same := ConvertDType(Diagonal(a.Graph(), n), a.DType())
	same = Concatenate([]*Node{Concatenate([]*Node{same, same}, 1), Concatenate([]*Node{same, same}, 1)}, 0)
	return pairs{positive: Concatenate([]*Node{together, together}, 0), all: MatMul(z, Transpose(z, 0, 1)), others: OneMinus(same)}
}

// logNegatives is ln Σ e^((s + shift)/T) over the views of other images: [2n].
func (p pairs) logNegatives(t, shift float64) *Node {
	return logSum(DivScalar(AddScalar(p.all, shift), t), p.others)
}

// ntXent is the mean of -ln( e^p/(e^p + N) ), p = (s⁺ - shift)/T and N = Σ e^((s + shift)/T).
//
// Source: Chen et al. 2020, arXiv:2002.05709, eq. 1.
func (p pairs) ntXent(t, shift float64) *Node {
	positive, negative := DivScalar(AddScalar(p.positive, -shift), t), p.logNegatives(t, shift)
	return ReduceAllMean(softplus(Sub(negative, positive)))
}

// ranked is the share of views that are more like the other view of their image than like any of another image.
func (p pairs) ranked() *Node {
	best := ReduceMax(Sub(p.all, MulScalar(OneMinus(p.others), 4)), 1) // cosines are at most 1
	return ReduceAllMean(ConvertDType(GreaterThan(p.positive, best), p.positive.DType()))
}
