package main

import (
	"fmt"
	"math"
)

// digest is what a result is compared by: its sum, the sum of its squares, and its product with noise, which sees
// where the numbers lie. Pictures count as [batch, height, width, channels], kernels as [height, width, in, out].
type digest [3]float64

// mixSeed is the seed of the noise that a result is multiplied with.
const mixSeed = 99

func digestOf(values []float32) digest {
	var d digest
	mix := noise(mixSeed, len(values))
	for i, v := range values {
		d[0] += float64(v)
		d[1] += float64(v) * float64(v)
		d[2] += float64(v) * float64(mix[i])
	}
	return d
}

// tolerance is how far digests may differ, as a share: sums over many float32 in different order.
const tolerance = 1e-3

// compareDigests says where two engines' results differ by more than the tolerance. Sums may be close to zero, so they
// are held against the root of the sum of squares.
func compareDigests(got, want []digest) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d results and %d", len(got), len(want))
	}
	for i := range got {
		size := math.Sqrt(want[i][1])
		for k, scale := range []float64{max(size, math.Abs(want[i][0])), want[i][1], size} {
			if d := math.Abs(got[i][k] - want[i][k]); !(d <= tolerance*scale) {
				return fmt.Errorf("result %d: the %s is %g here and %g there", i,
					[]string{"sum", "sum of squares", "product with noise"}[k], got[i][k], want[i][k])
			}
		}
	}
	return nil
}
