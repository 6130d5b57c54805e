package augment

import (
	"image"
	"math"
	"slices"
	"strings"
	"testing"
)

// Every order of four operations gives another picture; the draws after the three of the order are replayed.
func TestJitterOrder(t *testing.T) {
	ops := [4]func(*scratch, float64){brightnessDelta, contrastDelta, saturationDelta, hueDelta}
	width := [4]float64{0.8, 0.8, 0.8, 0.2}
	var orders [][4]int
	for i := range 256 {
		o := [4]int{i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6}
		if sorted := slices.Sorted(slices.Values(o[:])); slices.Equal(sorted, []int{0, 1, 2, 3}) {
			orders = append(orders, o)
		}
	}
	src, s, count, lost := picture(4, 4), newScratch(), make([]int, len(orders)), 0
	start := func(i int) {
		Key{Seed: 8, Index: uint64(i)}.seed(&s.pcg)
		s.im.shape(4, 4, 3, false)
		copy(s.im.Pix, src.Pix)
	}
	for i := range draws {
		start(i)
		jitter(s, 1)
		got, found, at := slices.Clone(s.im.Pix), 0, 0
		for k, o := range orders {
			start(i)
			for n := range 3 {
				s.rng.IntN(4 - n)
			}
			for _, op := range o {
				ops[op](s, width[op])
			}
			if slices.Equal(s.im.Pix, got) {
				found, at = found+1, k
			}
		}
		if found == 0 {
			t.Fatalf("draw %d: no order of the four operations gives the picture", i)
		}
		if found > 1 {
			lost++
			continue
		}
		count[at]++
	}
	if lost > draws/50 {
		t.Fatalf("%d of %d draws fit several orders", lost, draws)
	}
	// The standard error of a count is 12.6; the limit is five of them.
	for k, n := range count {
		if math.Abs(float64(n)-draws/24.) > 63 {
			t.Errorf("order %v is drawn %d times, want 167±63", orders[k], n)
		}
	}
}

func TestChoiceDraws(t *testing.T) {
	for name, c := range map[string]struct {
		table *[choices]choice
		high  [choices]float64
	}{
		"RandAugment":        {&plainChoices, [choices]float64{0, 0.3, 0.3, 1, 1, 30, 0.9, 0.9, 0.9, 0.9, 4, 1, 0, 0}},
		"TrivialAugmentWide": {&wideChoices, [choices]float64{0, 0.99, 0.99, 1, 1, 135, 0.99, 0.99, 0.99, 0.99, 6, 1, 0, 0}},
	} {
		spy := *c.table
		var count, minus [choices]int
		for i := range spy {
			want := c.high[i] * 9 / 30
			spy[i].op = func(_ *scratch, v float64) {
				count[i]++
				if v < 0 {
					minus[i]++
				}
				if math.Abs(math.Abs(v)-want) > 1e-12 {
					t.Fatalf("%s: %s has strength %v, want %v", name, spy[i].name, v, want)
				}
			}
		}
		each(func(s *scratch) float64 { act(s, &spy, 0.3); return 0 })
		for i, n := range count {
			// Five standard errors: 16 of the count, 8.5 of the half that is negative.
			if math.Abs(float64(n)-draws/14.) > 81 {
				t.Errorf("%s: %s is drawn %d times, want 286±81", name, spy[i].name, n)
			}
			half := 0.
			if i >= 1 && i <= 9 {
				half = float64(n) / 2
			}
			if math.Abs(float64(minus[i])-half) > 5*math.Sqrt(half/2) {
				t.Errorf("%s: %s is negative %d of %d times", name, spy[i].name, minus[i], n)
			}
		}
	}
}

func TestJPEGAndPixelMaskDraws(t *testing.T) {
	src := picture(16, 16)
	run := func(s *scratch, op func(*scratch, float64), p float64) []float32 {
		s.im.shape(16, 16, 3, false)
		copy(s.im.Pix, src.Pix)
		op(s, p)
		return s.im.Pix
	}
	worst := slices.Clone(run(newScratch(), jpegDegrade, 1))
	var kept, three float64
	each(func(s *scratch) float64 {
		v := run(s, jpegDegrade, 0.5)
		kept += b2f(slices.Equal(v, src.Pix))
		three += b2f(slices.Equal(v, worst))
		return 0
	})
	// Four standard errors.
	if math.Abs(kept/draws-0.5) > 0.032 || math.Abs(three/draws-0.25) > 0.028 {
		t.Errorf("%v of the pictures are kept and %v have quality 3; want 0.5±0.032 and 0.25±0.028", kept/draws, three/draws)
	}
	left := 0.
	each(func(s *scratch) float64 {
		v := run(s, pixelMask, 1)
		for i := 0; i < len(v); i += 3 {
			left += b2f(v[i]+v[i+1]+v[i+2] > 0)
		}
		return 0
	})
	if share := left / (256 * draws); math.Abs(share-0.3) > 0.002 {
		t.Errorf("%v of the pixels are kept, want 0.3±0.002", share)
	}
}

func TestEveryKey(t *testing.T) {
	flags := []string{"flip_left_right", "flip_up_down", "rot90"}
	var p Params
	names := slices.Clone(flags)
	for _, a := range p.amounts() {
		names = append(names, a.name)
		for _, bad := range []float64{-0.1, a.most + 0.01, math.NaN()} {
			*a.at = Amount(bad)
			if _, err := New(p, image.Pt(8, 8)); err == nil || !strings.Contains(err.Error(), "augment: "+a.name+" is") {
				t.Errorf("%s = %v gives %v, want an error that names it", a.name, bad, err)
			}
		}
		*a.at = 0
	}
	if len(names) != 20 {
		t.Errorf("%d keys, want 20", len(names))
	}
	for _, name := range names {
		got, err := ParseParams([]byte(name + ": false"))
		if err != nil || got != (Params{}) || len(got.steps(image.Pt(8, 8))) != 0 {
			t.Errorf("%s: false gives %+v, %v; want nothing on", name, got, err)
		}
		on := "0.25"
		if slices.Contains(flags, name) {
			on = "true"
		}
		if got, err := ParseParams([]byte(name + ": " + on)); err != nil || len(got.steps(image.Pt(8, 8))) != 1 {
			t.Errorf("%s: %s gives %+v, %v; want one operation", name, on, got, err)
		}
	}
}
