package augment

import (
	"fmt"
	"image"
	"math"
)

// choice is one operation of RandAugment or TrivialAugment: its strength grows from low to high with the magnitude. A
// signed one is turned round with probability 0.5.
type choice struct {
	name      string
	low, high float64
	signed    bool
	op        func(*scratch, float64)
}

const choices = 14

// wideChoices are torchvision's for TrivialAugmentWide, plainChoices those for RandAugment.
var wideChoices, plainChoices = choiceTable(0.99, 32, 135, 0.99, 6), choiceTable(0.3, 0, 30, 0.9, 4)

// choiceTable lists the operations. A shift of 0 stands for 150/331 of the side.
func choiceTable(shear, shift, turn, colour, bits float64) [choices]choice {
	move := func(v float64, side int) float64 {
		if shift == 0 {
			return math.Trunc(v * 150 / 331 * float64(side))
		}
		return math.Trunc(v * shift)
	}
	return [choices]choice{
		{"Identity", 0, 0, false, func(*scratch, float64) {}},
		{"ShearX", 0, shear, true, func(s *scratch, v float64) { affine(s, 1, v, 0, 1, -v*float64(s.im.H)/2, 0) }},
		{"ShearY", 0, shear, true, func(s *scratch, v float64) { affine(s, 1, 0, v, 1, 0, -v*float64(s.im.W)/2) }},
		{"TranslateX", 0, 1, true, func(s *scratch, v float64) { affine(s, 1, 0, 0, 1, move(v, s.im.W), 0) }},
		{"TranslateY", 0, 1, true, func(s *scratch, v float64) { affine(s, 1, 0, 0, 1, 0, move(v, s.im.H)) }},
		{"Rotate", 0, turn, true, func(s *scratch, v float64) {
			sin, cos := math.Sincos(v * math.Pi / 180)
			affine(s, cos, -sin, sin, cos, 0, 0)
		}},
		{"Brightness", 0, colour, true, func(s *scratch, v float64) { brighten(s.im.Pix, float32(1+v)) }},
		{"Color", 0, colour, true, func(s *scratch, v float64) { saturate(s.im, float32(1+v)) }},
		{"Contrast", 0, colour, true, func(s *scratch, v float64) { contrastGrey(s.im, float32(1+v)) }},
		{"Sharpness", 0, colour, true, func(s *scratch, v float64) { sharpen(s, float32(1+v)) }},
		{"Posterize", 0, bits, false, func(s *scratch, v float64) { posterize(s.im.Pix, 8-int(math.RoundToEven(v))) }},
		{"Solarize", 0, 1, false, func(s *scratch, v float64) { solarizeAt(s.im.Pix, float32(1-v)) }},
		{"AutoContrast", 0, 0, false, func(s *scratch, _ float64) { stretch(s.im) }},
		{"Equalize", 0, 0, false, func(s *scratch, _ float64) { equalize(s.im) }},
	}
}

// act applies one of the table, drawn uniformly, at magnitude m in [0,1].
func act(s *scratch, table *[choices]choice, m float64) {
	c := table[s.rng.IntN(choices)]
	v := c.low + (c.high-c.low)*m
	if c.signed && s.chance(0.5) {
		v = -v
	}
	c.op(s, v)
}

// RandAugment applies n operations, each drawn uniformly, at magnitude m of 30 as in Cubuk et al., arXiv 1909.13719,
// with torchvision's list. Torchvision's defaults are n=2, m=9 (of 31 steps).
func RandAugment(n, m int, size image.Point) (*Pipeline, error) {
	if n < 0 || n > 100 {
		return nil, fmt.Errorf("augment: the number of operations is %d; it must lie in [0, 100]", n)
	}
	if m < 0 || m > 30 {
		return nil, fmt.Errorf("augment: the magnitude is %d; it must lie in [0, 30]", m)
	}
	return oneStep(size, func(s *scratch) {
		for range n {
			act(s, &plainChoices, float64(m)/30)
		}
	})
}

// TrivialAugmentWide applies one operation at a magnitude uniform in 31 steps, after Müller and Hutter, arXiv 2103.10158.
func TrivialAugmentWide(size image.Point) (*Pipeline, error) {
	return oneStep(size, func(s *scratch) { act(s, &wideChoices, float64(s.rng.IntN(31))/30) })
}

func oneStep(size image.Point, step func(*scratch)) (*Pipeline, error) {
	if _, err := New(Params{}, size); err != nil {
		return nil, err
	}
	return compile([]func(*scratch){step}, size), nil
}
