package network

import (
	. "github.com/gomlx/gomlx/core/graph"
)

const (
	normFloor    = 1e-3 // added to the variance
	normMomentum = 0.99 // share of a running average that a step leaves
)

// norm is batch normalisation over all axes but the last, the channels:
//
//	(x - mean)/√(variance + 1e-3)·gain + shift
//
// In training mean and variance are those of the batch (the variance divided by their number), gradients flow through
// both, and the running averages take a share of max(1/steps, 0.01) of them: the plain mean over the first 100 steps,
// then an exponential one. Else mean and variance are the running averages.
//
// Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2; 1e-3 and 0.99 as in Keras. It is written in
// elementary operations, because some backends lack the whole one.
func (b builder) norm(name string, x *Node) *Node {
	g, rank := x.Graph(), x.Rank()
	wide := func(v *Node) *Node { return ExpandLeftToRank(v, rank) }
	mean, variance := b.value(name+"/mean", g), b.value(name+"/variance", g)
	if b.store.IsTraining(g) {
		var axes []int
		for i := range rank - 1 {
			axes = append(axes, i)
		}
		steps := AddScalar(b.value(name+"/steps", g), 1)
		b.variable(name + "/steps").SetNodeValue(steps)
		share := Max(Inverse(steps), ConstAs(steps, 1-normMomentum))
		follow := func(what string, old, now *Node) {
			b.variable(name + "/" + what).SetNodeValue(StopGradient(Add(old, Mul(share, Sub(now, old)))))
		}
		oldMean, oldVariance := mean, variance
		mean = ReduceMean(x, axes...)
		variance = ReduceMean(Square(Sub(x, wide(mean))), axes...)
		follow("mean", oldMean, mean)
		follow("variance", oldVariance, variance)
	}
	unit := Div(Sub(x, wide(mean)), Sqrt(AddScalar(wide(variance), normFloor)))
	return Add(Mul(unit, wide(b.value(name+"/gain", g))), wide(b.value(name+"/shift", g)))
}
