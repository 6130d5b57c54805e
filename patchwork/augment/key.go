package augment

import "math/rand/v2"

// Key names the draws of one image: the same key gives the same draws, wherever and whenever it is used.
type Key struct {
	Seed, Epoch, Index, View uint64
}

// seed sets pcg to the start of the draws of k.
func (k Key) seed(pcg *rand.PCG) {
	pcg.Seed(scatter(scatter(k.Seed)+k.Epoch), scatter(scatter(k.Index+1)+k.View))
}

// Rand returns a source of the draws of k, for what a pipeline does not draw.
func (k Key) Rand() *rand.Rand {
	pcg := new(rand.PCG)
	k.seed(pcg)
	return rand.New(pcg)
}

// scatter is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014): neighbouring numbers become unrelated ones.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
