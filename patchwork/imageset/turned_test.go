package imageset

import (
	"context"
	"errors"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// turnedBy is a square picture after quarter turns counter-clockwise, mirrored behind them if asked.
func turnedBy(grey []float32, turns int, mirrored bool) []float32 {
	out := slices.Clone(grey)
	for range turns {
		before := slices.Clone(out)
		for y := range hashSide {
			for x := range hashSide {
				out[y*hashSide+x] = before[x*hashSide+hashSide-1-y]
			}
		}
	}
	for y := 0; mirrored && y < hashSide; y++ {
		slices.Reverse(out[y*hashSide : (y+1)*hashSide])
	}
	return out
}

// What follows from the signs of a picture are those of the turned picture, and pairs are found with the turn that lays one on the other.
func TestTurned(t *testing.T) {
	draw := rand.New(rand.NewPCG(8, 4))
	f := &Flags{}
	var want []TurnedPair
	for range 40 {
		grey := make([]float32, hashSide*hashSide)
		for i := range grey {
			grey[i] = 255 * draw.Float32()
		}
		_, signs := perceptual(grey)
		a := 3 * len(f.hashed)
		f.hashed, f.signs = append(f.hashed, a), append(f.signs, signs)
		for turns := range 4 {
			for _, mirrored := range []bool{false, true} {
				expected := turnSigns(signs, turns)
				if mirrored {
					expected = mirrorSigns(expected)
				}
				_, got := perceptual(turnedBy(grey, turns, mirrored))
				if n := bits.OnesCount64(got ^ expected); n > 1 { // a cosine that is nearly 0 may differ
					t.Errorf("after %d turns, mirrored %v, %d signs differ", turns, mirrored, n)
				}
			}
		}
		turns, mirrored := draw.IntN(4), draw.IntN(2) == 1
		mirrored = mirrored || turns == 0
		copied := turnedBy(grey, turns, mirrored)
		for i := range copied {
			copied[i] += 20 * draw.Float32()
		}
		_, signs = perceptual(copied)
		f.hashed, f.signs = append(f.hashed, a+3), append(f.signs, signs)
		// The copy is laid back by the other turns, or by the same ones if it is mirrored: then it lies like a mirrored A.
		back := 4 - turns
		if mirrored {
			back = turns
		}
		want = append(want, TurnedPair{a, a + 3, back})
	}
	told := 0
	if got, err := f.Turned(t.Context(), func(done, _ int) { told = done }); err != nil || !slices.Equal(got, want) || told != 80 {
		t.Errorf("found %v, %v, the last told is %d\nwant  %v", got, err, told, want)
	}
	for i := range f.signs { // as of a film
		f.signs[i] = f.signs[0] ^ uint64(i)
	}
	if got, err := f.Turned(t.Context(), nil); err != nil || len(got) > 10*80 {
		t.Errorf("%d pairs of 80 images that are all alike, %v", len(got), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Turned(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
