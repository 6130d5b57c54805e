package augment

import (
	"bytes"
	"image"
	"math/rand/v2"
)

// scratch is what one call of Apply works with. Geometric operations read im, write spare and swap the two.
type scratch struct {
	im, spare *Image
	own       [2]Image
	view      Image
	pcg       rand.PCG
	rng       *rand.Rand
	taps      [2]taps
	rows, col []float32
	weights   []float32
	rgba      image.RGBA
	file      bytes.Buffer
}

func newScratch() *scratch {
	s := &scratch{}
	s.im, s.spare = &s.own[0], &s.own[1]
	s.rng = rand.New(&s.pcg)
	return s
}

func (s *scratch) swap() { s.im, s.spare = s.spare, s.im }

// next shapes the spare image, with a mask where im has one.
func (s *scratch) next(h, w int) { s.spare.shape(h, w, s.im.C, s.im.Mask != nil) }

func (s *scratch) uniform(low, high float64) float64 { return low + (high-low)*s.rng.Float64() }

// chance is true with probability p.
func (s *scratch) chance(p float64) bool { return s.rng.Float64() < p }
