package kernel

import (
	"errors"
	"fmt"
	"math"
)

// ConvShape describes a convolution of pictures, NHWC, with weights [KernelH, KernelW, In/Groups, Out].
//
//	y[n, oy, ox, o] = sum over i, j, c of x[n, oy·StrideH + i·DilationH − PadTop, …, g·In/Groups + c] · w[i, j, c, o]
//
// where g is the group of o and x is zero outside of the picture.
type ConvShape struct {
	Batch, Height, Width, In             int // of x
	KernelH, KernelW, Out                int
	StrideH, StrideW                     int // 0 means 1
	DilationH, DilationW                 int // of the kernel; 0 means 1
	PadTop, PadBottom, PadLeft, PadRight int // negative cuts off
	Groups                               int // divides In and Out; 0 means 1

	Direct bool // compute every product, rather than fewer by the method of Winograd
}

func (s ConvShape) withDefaults() ConvShape {
	for _, f := range []*int{&s.StrideH, &s.StrideW, &s.DilationH, &s.DilationW, &s.Groups} {
		if *f == 0 {
			*f = 1
		}
	}
	return s
}

// OutHeight and OutWidth are the size of y, at least 0.
func (s ConvShape) OutHeight() int {
	s = s.withDefaults()
	return outSize(s.Height+s.PadTop+s.PadBottom, s.KernelH, s.StrideH, s.DilationH)
}

func (s ConvShape) OutWidth() int {
	s = s.withDefaults()
	return outSize(s.Width+s.PadLeft+s.PadRight, s.KernelW, s.StrideW, s.DilationW)
}

func outSize(in, kernel, stride, dilation int) int {
	if room := in - (kernel-1)*dilation - 1; room >= 0 {
		return room/stride + 1
	}
	return 0
}

// FLOPs counts a multiplication and an addition for every weight and output pixel, padding included.
func (s ConvShape) FLOPs() float64 {
	s = s.withDefaults()
	return 2 * float64(s.Batch) * float64(s.OutHeight()*s.OutWidth()) * float64(s.KernelH*s.KernelW) * float64(s.In/s.Groups) * float64(s.Out)
}

func (s ConvShape) check() error {
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("kernel.ConvShape: "+format, args...)
	}
	sizes := need(min(s.Batch, s.Height, s.Width) >= 0, "Batch, Height, Width are %d, %d, %d; want none negative", s.Batch, s.Height, s.Width)
	kernel := need(min(s.KernelH, s.KernelW, s.In, s.Out) >= 1, "KernelH, KernelW, In, Out are %d, %d, %d, %d; want at least 1", s.KernelH, s.KernelW, s.In, s.Out)
	steps := need(min(s.StrideH, s.StrideW, s.DilationH, s.DilationW, s.Groups) >= 1, "StrideH, StrideW, DilationH, DilationW, Groups are %d, %d, %d, %d, %d; want at least 1, or 0 for 1", s.StrideH, s.StrideW, s.DilationH, s.DilationW, s.Groups)
	if err := errors.Join(sizes, kernel, steps); err != nil {
		return err
	}
	const most = math.MaxInt32 / 4
	return errors.Join(
		need(s.In%s.Groups == 0 && s.Out%s.Groups == 0, "Groups is %d; want a divisor of In, %d, and Out, %d", s.Groups, s.In, s.Out),
		need(s.Height+s.PadTop+s.PadBottom >= 0 && s.Width+s.PadLeft+s.PadRight >= 0, "padding %d, %d, %d, %d cuts off more than the picture, %d × %d", s.PadTop, s.PadBottom, s.PadLeft, s.PadRight, s.Height, s.Width),
		need(float64(s.Height)*float64(s.Width)*float64(s.In) < most && float64(s.OutHeight())*float64(s.OutWidth())*float64(s.Out) < most, "a picture has %d × %d × %d values and gives %d × %d × %d; want less than %d", s.Height, s.Width, s.In, s.OutHeight(), s.OutWidth(), s.Out, most),
	)
}

// Conv is a convolution of one shape and its two gradients, ready to run. It may run in several goroutines at the same
// time.
type Conv struct {
	s                ConvShape
	lenX, lenW, lenY int
	forward, back    direction
	grad             kernelGrad
}

// direction computes the output of a convolution, or the gradient of its input.
type direction interface {
	packedLen() int                    // floats of the weights in the form that run reads them; 0: as they are
	pack(p *Pool, w, packed []float32) // all of packed is written
	run(p *Pool, x, w, packed, y []float32, then func(lo, hi int))
}

// kernelGrad computes the gradient of the weights.
type kernelGrad interface {
	run(p *Pool, x, dy, dw []float32)
}

// NewConv checks s and chooses the paths: depthwise, matrix product (1×1), Winograd (3×3), or implicit matrix product.
func NewConv(s ConvShape) (*Conv, error) {
	s = s.withDefaults()
	if err := s.check(); err != nil {
		return nil, err
	}
	oh, ow := s.OutHeight(), s.OutWidth()
	c := &Conv{
		s:    s,
		lenX: s.Batch * s.Height * s.Width * s.In,
		lenW: s.KernelH * s.KernelW * s.In / s.Groups * s.Out,
		lenY: s.Batch * oh * ow * s.Out,
	}
	if c.lenX == 0 || c.lenY == 0 {
		return c, nil
	}
	down := axis{out: oh, in: s.Height, stride: s.StrideH, step: s.DilationH, base: -s.PadTop, div: 1, taps: s.KernelH}
	along := axis{out: ow, in: s.Width, stride: s.StrideW, step: s.DilationW, base: -s.PadLeft, div: 1, taps: s.KernelW}
	var err error
	switch {
	case s.pointwise():
		err = c.pointwise()
	case s.Groups == s.In && s.Groups == s.Out && s.Groups > 1:
		c.forward = newDepthwise(s.Batch, s.In, down, along)
		c.back = newDepthwise(s.Batch, s.In, down.reverse(), along.reverse())
		if m := newDepthwiseRows(s, false); m != nil {
			c.forward = m
		}
		if m := newDepthwiseRows(s, true); m != nil {
			c.back = m
		}
		c.grad = newDepthwiseGrad(s.Batch, s.In, down, along)
	case s.fitsWinograd():
		c.forward = newWinograd(s, false)
		c.back = newWinograd(s, true)
		if s.StrideH == 1 { // with stride 2, tiles take longer than the direct sum
			c.grad = newWinogradGrad(s)
		} else {
			c.grad = newImplicitGrad(s, down, along)
		}
	default:
		c.forward = newImplicit(s, down, along, false)
		c.back = newImplicit(s, down.reverse(), along.reverse(), true)
		c.grad = newImplicitGrad(s, down, along)
	}
	return c, err
}

// Forward computes y = x ∗ w. If then is not nil it is called with bounds of elements of y as soon as they are final,
// while they are in the cache, from several goroutines at the same time; the ranges cover y once and are whole pixels.
func (c *Conv) Forward(p *Pool, x, w, y []float32, then func(lo, hi int)) {
	c.ForwardPacked(p, x, w, nil, y, then)
}

// PackedLen is the length of the weights in the form that Forward reads them, 0 if it reads them as they are.
func (c *Conv) PackedLen() int {
	if c.lenX == 0 || c.lenY == 0 {
		return 0
	}
	return c.forward.packedLen()
}

// Pack writes the weights in the form that Forward reads them, for ForwardPacked. packed has PackedLen elements.
func (c *Conv) Pack(p *Pool, w, packed []float32) {
	if n := c.PackedLen(); n > 0 {
		c.forward.pack(p, w[:c.lenW], packed[:n])
	}
}

// ForwardPacked is Forward with weights that Pack has brought into form before, or nil.
func (c *Conv) ForwardPacked(p *Pool, x, w, packed, y []float32, then func(lo, hi int)) {
	x, w, y = x[:c.lenX], w[:c.lenW], y[:c.lenY]
	switch {
	case c.lenY == 0:
		return
	case c.lenX == 0:
		clear(y)
		if then != nil {
			then(0, c.lenY)
		}
	default:
		runPacked(p, c.forward, x, w, packed, y, then)
	}
}

// runPacked packs the weights, unless they are, and runs d.
func runPacked(p *Pool, d direction, x, w, packed, y []float32, then func(lo, hi int)) {
	if n := d.packedLen(); n > 0 && packed == nil {
		s := grab(n)
		defer s.release()
		packed = s.data
		d.pack(p, w, packed)
	}
	d.run(p, x, w, packed, y, then)
}

// GradInput computes dx, the gradient of x, from dy, the gradient of y. It is also the transposed convolution.
func (c *Conv) GradInput(p *Pool, dy, w, dx []float32) {
	dy, w, dx = dy[:c.lenY], w[:c.lenW], dx[:c.lenX]
	switch {
	case c.lenX == 0:
		return
	case c.lenY == 0:
		clear(dx)
	default:
		runPacked(p, c.back, dy, w, nil, dx, nil)
	}
}

// GradKernel computes dw, the gradient of w.
func (c *Conv) GradKernel(p *Pool, x, dy, dw []float32) {
	x, dy, dw = x[:c.lenX], dy[:c.lenY], dw[:c.lenW]
	if c.lenX == 0 || c.lenY == 0 {
		clear(dw)
		return
	}
	c.grad.run(p, x, dy, dw)
}
