package augment

import (
	"math"
	"math/rand/v2"
)

// Default is the set that the original uses for augment=True.
func Default() Params {
	return Params{FlipLeftRight: true, FlipUpDown: true, Rot90: true, ZoomScale: 0.2, BrightnessDelta: 0.2,
		ContrastDelta: 0.1, SaturationDelta: 0.1, HueDelta: 0.05, GaussianBlur: 0.2, GaussianNoise: 0.2,
		DropColor: 0.2, SobelProb: 0.1, Mask: 0.2}
}

// SimCLR is the set that DetCon uses.
func SimCLR() Params {
	return Params{FlipLeftRight: true, ZoomScale: 0.4, BrightnessDelta: 0.8, ContrastDelta: 0.8, SaturationDelta: 0.8,
		HueDelta: 0.2, GaussianBlur: 0.5}
}

// FalconCho is the set after Falcon and Cho, arXiv 2009.00104.
func FalconCho() Params {
	return Params{FlipLeftRight: true, ZoomScale: 0.1, Jitter: 1, GaussianBlur: 0.5, DropColor: 0.2}
}

// FixMatchWeak only mirrors.
func FixMatchWeak() Params { return Params{FlipLeftRight: true} }

// FixMatchStrong is the strong set of the FixMatch trainer.
func FixMatchStrong() Params {
	return Params{FlipLeftRight: true, Shear: 0.3, ZoomScale: 0.5, Solarize: 0.25, Jitter: 1, GaussianBlur: 0.4,
		GaussianNoise: 0.4, Autocontrast: 0.25, DropColor: 0.25, Mask: 1}
}

// GUIFixMatchStrong is the strong set of labelling with FixMatch.
func GUIFixMatchStrong() Params {
	return Params{FlipLeftRight: true, ZoomScale: 0.25, Jitter: 1, DropColor: 0.2, Mask: 0.2}
}

// Rotation is the set for predicting rotations.
func Rotation() Params { return Params{FlipLeftRight: true} }

// Perturb adds N(0,0.05) to every amount that is not off, clips to [0,1] (the hue to [0,0.5]) and rounds to two
// decimals. The same seed gives the same set.
func Perturb(p Params, seed uint64) Params {
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, a := range p.amounts() {
		if *a.at != 0 {
			v := float64(*a.at) + 0.05*rng.NormFloat64()
			*a.at = Amount(math.Round(100*min(max(v, 0), min(a.most, 1))) / 100)
		}
	}
	return p
}
