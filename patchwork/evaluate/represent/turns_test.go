package represent

import (
	"math"
	"slices"
	"testing"
)

// Features that hold the turn tell it; features that do not are at chance.
func TestRotation(t *testing.T) {
	const n = 242
	turns := Turns(n, 7)
	if !slices.Equal(turns, Turns(n, 7)) || slices.Equal(turns, Turns(n, 8)) {
		t.Error("turns do not follow the seed")
	}
	counts := map[int]int{}
	for _, k := range turns {
		counts[k]++
	}
	if counts[0] != 61 || counts[1] != 61 || counts[2] != 60 || counts[3] != 60 {
		t.Errorf("turns are drawn %v times", counts)
	}
	blind, _ := blobs([]int{n}, 5, 1)
	told, err := Rotation(blind, turns, 1)
	if err != nil || told.Kinds != 4 || told.Test < n/4 || told.Accuracy.Low > 0.25 || told.Accuracy.High < 0.25 {
		t.Errorf("features without the turn tell it in %v, %v", told, err)
	}
	seeing := make([][]float32, n)
	for i, k := range turns {
		s, c := math.Sincos(float64(k) * math.Pi / 2)
		seeing[i] = append(slices.Clone(blind[i]), float32(s), float32(c))
	}
	if told, err = Rotation(seeing, turns, 1); err != nil || told.Accuracy.Value < 0.99 {
		t.Errorf("features with the turn tell it in %v, %v", told, err)
	}
}
