package represent

import "math/rand/v2"

// Turns says by how many quarters, 0 to 3, each of n images is turned for Rotation: each equally often, up to one, by the seed.
func Turns(n int, seed uint64) []int {
	turns := make([]int, n)
	for i, at := range rand.New(rand.NewPCG(seed, 0x7475726e73)).Perm(n) { // "turns"
		turns[at] = i % 4
	}
	return turns
}

// Rotation is how well a plain classifier tells from features of turned images by how many quarters each was turned: Probe, tested on a third of each
// turn, drawn by the seed. It needs no labels. Chance is 0.25, and so is the figure of features that turns do not change, or of images without an upright.
//
// Source: Reed et al. 2021, arXiv:2009.07724. Each image is shown in one turn, as the original does, so that rows are independent, as the interval
// takes them to be.
//
// Errors: those of Probe.
func Rotation(turned [][]float32, turns []int, seed uint64) (ProbeResult, error) {
	test, err := Stratified(turns, 1./3, seed)
	if err != nil {
		return ProbeResult{}, err
	}
	return Probe(turned, turns, test)
}
