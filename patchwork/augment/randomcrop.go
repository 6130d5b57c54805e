package augment

import (
	"fmt"
	"image"
)

// RandomResizedCrop takes a part of a picture as torchvision does: area uniform in Scale, ratio log-uniform in Ratio,
// 10 attempts, then the centre; resized with antialiasing. The zero value of a field is torchvision's default: Scale
// (0.08,1), Ratio (3/4,4/3), bilinear.
type RandomResizedCrop struct {
	Scale, Ratio [2]float64
	Bicubic      bool
}

// New compiles the crop, followed by the operations of p.
func (c RandomResizedCrop) New(p Params, size image.Point) (*Pipeline, error) {
	if c.Scale == [2]float64{} {
		c.Scale = [2]float64{0.08, 1}
	}
	if c.Ratio == [2]float64{} {
		c.Ratio = [2]float64{3. / 4, 4. / 3}
	}
	if !(c.Scale[0] > 0 && c.Scale[0] <= c.Scale[1] && c.Scale[1] <= 1) {
		return nil, fmt.Errorf("augment: scale is %v; it must rise within (0, 1]", c.Scale)
	}
	if !(c.Ratio[0] >= 1e-3 && c.Ratio[0] <= c.Ratio[1] && c.Ratio[1] <= 1e3) {
		return nil, fmt.Errorf("augment: ratio is %v; it must rise within [0.001, 1000]", c.Ratio)
	}
	pl, err := New(p, size)
	if err != nil {
		return nil, err
	}
	crop := func(s *scratch) {
		resample(s, drawBox(s, c.Scale, c.Ratio, 10, (*scratch).logUniform), size.Y, size.X, c.Bicubic)
	}
	pl = compile(append([]func(*scratch){crop}, pl.steps...), size)
	pl.crops = true
	return pl, nil
}
