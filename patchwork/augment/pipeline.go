package augment

import (
	"fmt"
	"image"
	"runtime"
	"sync"
	"sync/atomic"
)

// Pipeline applies Params to images. It is safe for concurrent use.
type Pipeline struct {
	steps []func(*scratch)
	size  image.Point
	crops bool // The first step is a crop, which leaves what it reads as it is.
	pool  sync.Pool
}

// New compiles p for results of size pixels. An error names the field of p, or the size, that is out of range.
func New(p Params, size image.Point) (*Pipeline, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if size.X < 1 || size.Y < 1 || size.X > maxSide || size.Y > maxSide {
		return nil, fmt.Errorf("augment: size is %dx%d; each side must lie in [1, %d]", size.X, size.Y, maxSide)
	}
	return compile(p.steps(size), size), nil
}

func compile(steps []func(*scratch), size image.Point) *Pipeline {
	pl := &Pipeline{steps: steps, size: size}
	pl.pool.New = func() any { return newScratch() }
	return pl
}

// steps lists the operations that are on, in their order.
func (p Params) steps(size image.Point) []func(*scratch) {
	var steps []func(*scratch)
	flag := func(on bool, op func(*scratch)) {
		if on {
			steps = append(steps, op)
		}
	}
	with := func(a Amount, op func(*scratch, float64)) {
		flag(a > 0, func(s *scratch) { op(s, float64(a)) })
	}
	flag(p.FlipLeftRight, flipLeftRight)
	flag(p.FlipUpDown, flipUpDown)
	flag(p.Rot90, rot90)
	with(p.Shear, shear)
	with(p.ZoomScale, func(s *scratch, a float64) { zoomScale(s, a, size.Y, size.X) })
	with(p.CenterZoomScale, func(s *scratch, a float64) { centerZoomScale(s, a, size.Y, size.X) })
	with(p.Solarize, solarize)
	with(p.Jitter, jitter)
	with(p.BrightnessDelta, brightnessDelta)
	with(p.ContrastDelta, contrastDelta)
	with(p.SaturationDelta, saturationDelta)
	with(p.HueDelta, hueDelta)
	with(p.GaussianBlur, gaussianBlur)
	with(p.GaussianNoise, gaussianNoise)
	with(p.Autocontrast, autocontrast)
	with(p.DropColor, dropColor)
	with(p.SobelProb, sobel)
	with(p.JPEGDegrade, jpegDegrade)
	with(p.Mask, maskBox)
	with(p.PixelMask, pixelMask)
	return steps
}

// Size is that of every result, in pixels.
func (pl *Pipeline) Size() image.Point { return pl.size }

// Apply writes the augmented src to dst, with the draws of key. dst takes the size of the pipeline and a mask if src has
// one; its memory is used again where it is enough. dst may be src.
func (pl *Pipeline) Apply(dst, src *Image, key Key) error {
	if err := src.check(); err != nil {
		return err
	}
	if dst == nil {
		return fmt.Errorf("augment: the image to write to is nil")
	}
	s := pl.pool.Get().(*scratch)
	defer pl.pool.Put(s)
	pl.apply(s, dst, src, key)
	return nil
}

func (pl *Pipeline) apply(s *scratch, dst, src *Image, key Key) {
	key.seed(&s.pcg)
	steps := pl.steps
	if pl.crops {
		// The crop reads src in place; what it wrote is changed from then on.
		s.view = *src
		s.im, s.spare = &s.view, &s.own[1]
		steps[0](s)
		s.spare, s.view = &s.own[0], Image{}
		steps = steps[1:]
	} else {
		s.im.shape(src.H, src.W, src.C, src.Mask != nil)
		copy(s.im.Pix, src.Pix)
		copy(s.im.Mask, src.Mask)
	}
	for _, step := range steps {
		step(s)
	}
	if s.im.H != pl.size.Y || s.im.W != pl.size.X {
		resample(s, box{0, 0, s.im.W, s.im.H}, pl.size.Y, pl.size.X, false)
	}
	dst.shape(s.im.H, s.im.W, s.im.C, s.im.Mask != nil)
	clipTo(dst.Pix, s.im.Pix)
	copy(dst.Mask, s.im.Mask)
}

// ApplyBatch applies the pipeline to src[i] with keys[i] and writes dst[i], on all cores. It returns the error of the
// first image that has one; the others are written.
func (pl *Pipeline) ApplyBatch(dst, src []*Image, keys []Key) error {
	if len(dst) != len(src) || len(keys) != len(src) {
		return fmt.Errorf("augment: %d images, %d results and %d keys; give as many of each", len(src), len(dst), len(keys))
	}
	errs := make([]error, len(src))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(src)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(src); i = int(next.Add(1)) - 1 {
				errs[i] = pl.Apply(dst[i], src[i], keys[i])
			}
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("image %d: %w", i, err)
		}
	}
	return nil
}
