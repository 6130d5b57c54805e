package backbone

import (
	. "github.com/gomlx/gomlx/core/graph"
)

const (
	batchFloor    = 1e-5 // added to variances, as in PyTorch
	layerFloor    = 1e-6
	groupFloor    = 1e-5
	batchMomentum = 0.1 // share of a running average that comes from the last batch
	normGroups    = 32
)

// norm normalises x [batch, ..., channels] the way that the options say.
func (b builder) norm(name string, x *Node) *Node {
	switch b.o.Norm {
	case LayerNorm:
		return b.layerNorm(name, x)
	case GroupNorm:
		return b.groupNorm(name, x)
	}
	return b.batchNorm(name, x)
}

// batchNorm is (x − mean)/√(variance + 1e-5)·gain + shift of each channel.
//
// In training mean and variance are those of the batch (the variance divided by their number n), gradients flow through
// both, and the running averages take a share of max(1/steps, 0.1) of them, of the variance times n/(n−1). Else mean and
// variance are the running averages.
//
// Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2; floor, share and n/(n−1) as in PyTorch. There the
// averages begin with 0 and 1; here with the plain mean of the first ten batches.
func (b builder) batchNorm(name string, x *Node) *Node {
	x, back := exact(x)
	rank := x.Rank()
	c := x.Shape().Dimensions[rank-1]
	gain, shift := b.channels(name, "gain", 1, x), b.channels(name, "shift", 0, x)
	at := b.at(name)
	mean, variance := at.variable("mean", first{}, c), at.variable("variance", first{value: 1}, c)
	steps := at.variable("steps", first{})
	wide := func(v *Node) *Node { return ExpandLeftToRank(ConvertDType(v, x.DType()), rank) }
	if !b.training {
		m, v := wide(mean.NodeValue(x)), wide(variance.NodeValue(x))
		return back(Add(Mul(Sub(x, m), Div(gain, Sqrt(AddScalar(v, batchFloor)))), shift))
	}
	axes := make([]int, rank-1)
	n := 1
	for i := range axes {
		axes[i] = i
		n *= x.Shape().Dimensions[i]
	}
	m := ReduceAndKeep(x, ReduceMean, axes...)
	centred := Sub(x, m)
	v := ReduceAndKeep(Square(centred), ReduceMean, axes...)

	count := AddScalar(steps.NodeValue(x), 1)
	steps.SetNodeValue(count)
	share := Max(Inverse(count), ConstAs(count, batchMomentum))
	old, now := mean.NodeValue(x), ConvertDType(Reshape(m, c), count.DType())
	mean.SetNodeValue(StopGradient(Add(old, Mul(share, Sub(now, old)))))
	old, now = variance.NodeValue(x), ConvertDType(Reshape(v, c), count.DType())
	now = MulScalar(now, float64(n)/float64(max(n-1, 1)))
	variance.SetNodeValue(StopGradient(Add(old, Mul(share, Sub(now, old)))))
	return back(Add(Mul(centred, Div(gain, Sqrt(AddScalar(v, batchFloor)))), shift))
}

// layerNorm is (x − mean)/√(variance + 1e-6)·gain + shift of each place over its channels.
//
// Source: Ba et al. 2016, arXiv:1607.06450, eq. 4; over the channels alone, as in ConvNeXt and in transformers.
func (b builder) layerNorm(name string, x *Node) *Node {
	x, back := exact(x)
	centred := Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	v := ReduceAndKeep(Square(centred), ReduceMean, -1)
	x = Div(centred, Sqrt(AddScalar(v, layerFloor)))
	return back(Add(Mul(x, b.channels(name, "gain", 1, x)), b.channels(name, "shift", 0, x)))
}

// groupNorm is (x − mean)/√(variance + 1e-5)·gain + shift, over the places of an image and the channels of a group. There are
// 32 groups; where they would not have the same number of channels, 2 or more, 16, 8, 4, 2 or 1.
//
// Source: Wu and He 2018, arXiv:1803.08494, eq. 7.
func (b builder) groupNorm(name string, x *Node) *Node {
	x, back := exact(x)
	d := x.Shape().Dimensions
	c := d[len(d)-1]
	groups := normGroups
	for groups > 1 && (c%groups != 0 || c == groups) {
		groups /= 2
	}
	y := Reshape(x, d[0], -1, groups, c/groups)
	centred := Sub(y, ReduceAndKeep(y, ReduceMean, 1, 3))
	v := ReduceAndKeep(Square(centred), ReduceMean, 1, 3)
	y = Reshape(Div(centred, Sqrt(AddScalar(v, groupFloor))), d...)
	return back(Add(Mul(y, b.channels(name, "gain", 1, x)), b.channels(name, "shift", 0, x)))
}
