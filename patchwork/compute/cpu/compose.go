package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// Batch normalisation is written out in simple operations, which passes fuse. The formulas are those of Ioffe and
// Szegedy 2015, arXiv:1502.03167, with the variance of the batch divided by its number of elements.

// composer builds operations one after the other and keeps the first error.
type composer struct {
	f    *function
	err  error
	dims []int // of the operand, 1 but for the feature axis
	axes []int // all but the feature axis
	n    int   // elements per feature
	t    dtypes.DType
}

func (f *function) compose(op compute.OpType, x compute.Value, axis int) (*composer, error) {
	in, err := f.own(op, []compute.Value{x})
	if err != nil {
		return nil, err
	}
	s := in[0].shape
	if axis < 0 || axis >= s.Rank() {
		return nil, fmt.Errorf("cpu: %s: the feature axis %d is not an axis of %s", op, axis, s)
	}
	if !s.DType.IsFloat() {
		return nil, fmt.Errorf("cpu: %s: %s is not a floating point type", op, s)
	}
	c := &composer{f: f, n: 1, t: s.DType, dims: make([]int, s.Rank())}
	for i, d := range s.Dimensions {
		c.dims[i] = 1
		if i == axis {
			c.dims[i] = d
			continue
		}
		c.axes = append(c.axes, i)
		c.n *= d
	}
	return c, nil
}

func (c *composer) do(build func() (compute.Value, error)) compute.Value {
	if c.err != nil {
		return nil
	}
	v, err := build()
	c.err = err
	return v
}

func (c *composer) add(x, y compute.Value) compute.Value {
	return c.do(func() (compute.Value, error) { return c.f.Add(x, y) })
}
func (c *composer) sub(x, y compute.Value) compute.Value {
	return c.do(func() (compute.Value, error) { return c.f.Sub(x, y) })
}
func (c *composer) mul(x, y compute.Value) compute.Value {
	return c.do(func() (compute.Value, error) { return c.f.Mul(x, y) })
}

// sum adds up all but the feature axis.
func (c *composer) sum(x compute.Value) compute.Value {
	if len(c.axes) == 0 {
		return x
	}
	return c.do(func() (compute.Value, error) { return c.f.ReduceSum(x, c.axes...) })
}

// mean is sum divided by the number of elements.
func (c *composer) mean(x compute.Value) compute.Value {
	return c.mul(c.sum(x), c.number(1/float64(c.n)))
}

// wide gives a vector of features the rank of the operand.
func (c *composer) wide(x compute.Value) compute.Value {
	return c.do(func() (compute.Value, error) { return c.f.Reshape(x, c.dims...) })
}

// number is a constant.
func (c *composer) number(x float64) compute.Value {
	return c.do(func() (compute.Value, error) {
		v, err := c.f.Constant([]float32{float32(x)})
		if err != nil || c.t == dtypes.Float32 {
			return v, err
		}
		return c.f.ConvertDType(v, c.t)
	})
}

// scaleOf is 1/sqrt(variance + epsilon).
func (c *composer) scaleOf(variance compute.Value, epsilon float32) compute.Value {
	return c.do(func() (compute.Value, error) {
		sum := c.add(variance, c.number(float64(epsilon)))
		if c.err != nil {
			return nil, c.err
		}
		return c.f.Rsqrt(sum)
	})
}

// BatchNormForTraining normalises with the mean and variance of the operand itself, and returns these too.
func (f *function) BatchNormForTraining(operand, scale, offset compute.Value, epsilon float32, axis int) (y, mean, variance compute.Value, err error) {
	c, err := f.compose(compute.OpTypeBatchNormForTraining, operand, axis)
	if err != nil {
		return nil, nil, nil, err
	}
	mean = c.mean(operand)
	centred := c.sub(operand, c.wide(mean))
	variance = c.mean(c.mul(centred, centred))
	factor := c.mul(c.scaleOf(variance, epsilon), scale)
	shift := c.sub(offset, c.mul(mean, factor))
	y = c.add(c.mul(operand, c.wide(factor)), c.wide(shift))
	return y, mean, variance, c.err
}

// BatchNormForInference normalises with a given mean and variance.
func (f *function) BatchNormForInference(operand, scale, offset, mean, variance compute.Value, epsilon float32, axis int) (compute.Value, error) {
	c, err := f.compose(compute.OpTypeBatchNormForInference, operand, axis)
	if err != nil {
		return nil, err
	}
	factor := c.mul(c.scaleOf(variance, epsilon), scale)
	shift := c.sub(offset, c.mul(mean, factor))
	y := c.add(c.mul(operand, c.wide(factor)), c.wide(shift))
	return y, c.err
}

// BatchNormGradient returns the gradients of BatchNormForTraining:
//
//	r = 1/sqrt(variance + epsilon), x' = operand − mean
//	gradOffset = Σ g,  gradScale = r·Σ g·x'
//	gradOperand = scale·r·(g − mean(g) − x'·r²·mean(g·x'))
//
// The last is computed as a·g + (b·operand + c), with a, b and c for each feature.
func (f *function) BatchNormGradient(operand, scale, mean, variance, g compute.Value, epsilon float32, axis int) (dx, dscale, doffset compute.Value, err error) {
	c, err := f.compose(compute.OpTypeBatchNormGradient, operand, axis)
	if err != nil {
		return nil, nil, nil, err
	}
	r := c.scaleOf(variance, epsilon)
	centred := c.sub(operand, c.wide(mean))
	doffset = c.sum(g)
	along := c.sum(c.mul(g, centred))
	dscale = c.mul(along, r)
	share := c.number(1 / float64(c.n))
	factor := c.mul(scale, r)
	slope := c.mul(factor, c.mul(c.mul(along, share), c.mul(r, r)))
	level := c.sub(c.mul(mean, slope), c.mul(factor, c.mul(doffset, share)))
	rest := c.sub(c.wide(level), c.mul(operand, c.wide(slope)))
	dx = c.add(c.mul(g, c.wide(factor)), rest)
	return dx, dscale, doffset, c.err
}
