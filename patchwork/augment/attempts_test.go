package augment

import (
	"image"
	"math"
	"testing"
)

// TestCropAttempts: on a wide picture most attempts fail. With a chance p for each, all of n fail with (1−p)ⁿ.
func TestCropAttempts(t *testing.T) {
	const w, h = 400, 40
	centre := box{(w - 53) / 2, 0, 53, 40} // the largest part of ratio 4/3
	failed := func(attempts int) float64 {
		n := 0
		for _, v := range each(func(s *scratch) float64 {
			s.im.shape(h, w, 1, false)
			return b2f(drawBox(s, [2]float64{0.09, 1}, [2]float64{3. / 4, 4. / 3}, attempts, (*scratch).logUniform) == centre)
		}) {
			n += int(v)
		}
		return float64(n) / draws
	}
	miss := failed(1)
	if miss < 0.9 || miss > 0.99 {
		t.Fatalf("one attempt fails with %.3f; the picture should make 0.9 to 0.99", miss)
	}
	for _, n := range []int{3, 10, 40} {
		// The error of miss is 0.004 at most, n of it here, and that of the count 0.008: three of each.
		want := math.Pow(miss, float64(n))
		if got := failed(n); math.Abs(got-want) > 3*(0.008+float64(n)*0.004*want/miss) {
			t.Errorf("%d attempts fail with %.3f, want %.3f", n, got, want)
		}
	}
}

// TestZoomScaleTries100Times: the same picture, so narrow that zoom_scale gives up with a share that tells 100 attempts
// from 10.
func TestZoomScaleTries100Times(t *testing.T) {
	const w, h = 1000, 40
	pattern := func(s *scratch) { fill(s, h, w, func(x, _, _ int) float64 { return float64(x) / w }) }
	gaveUp := func() float64 {
		n := 0.0
		for _, v := range each(func(s *scratch) float64 {
			pattern(s)
			zoomScale(s, 0.03, 10, 10) // 0.0533 of the area is the most that fits
			p := s.im.Pix
			return b2f(math.Abs(float64(p[3*5]+p[3*4])/2-0.5) < 1e-3 && math.Abs(float64(p[3*9]-p[0])-0.9*53./w) < 2e-3)
		}) {
			n += v
		}
		return n / draws
	}
	miss := 0.0
	for _, v := range each(func(s *scratch) float64 {
		s.im.shape(h, w, 1, false)
		return b2f(drawBox(s, [2]float64{0.03, 1}, [2]float64{3. / 4, 4. / 3}, 1, (*scratch).uniform).w == 53 && s.im.W == w)
	}) {
		miss += v
	}
	miss /= draws
	got, ten, hundred := gaveUp(), math.Pow(miss, 10), math.Pow(miss, 100)
	if math.Abs(got-hundred) > 0.12 || ten-hundred < 0.3 {
		t.Errorf("zoom_scale gives up with %.3f; 100 attempts that miss with %.4f make %.3f, 10 make %.3f", got, miss, hundred, ten)
	}
}

// TestSolarizeThreshold: of values that rise evenly from 0 to 1, the share that is turned is one minus the threshold.
func TestSolarizeThreshold(t *testing.T) {
	checkUniform(t, "threshold", each(func(s *scratch) float64 {
		p := fill(s, 1, 1000, func(x, _, _ int) float64 { return (float64(x) + 0.5) / 1000 })
		turned := 0
		before := append([]float32(nil), p...)
		solarize(s, 1)
		for i := 0; i < len(p); i += 3 {
			if p[i] != before[i] {
				turned++
			}
		}
		return 1 - float64(turned)/1000
	}), 0, 1)
}

// TestTrivialAugmentMagnitude reads the magnitude off the brightness of a plain picture, where only the operation
// Brightness gives these values.
func TestTrivialAugmentMagnitude(t *testing.T) {
	pl, err := TrivialAugmentWide(image.Pt(2, 2))
	if err != nil {
		t.Fatal(err)
	}
	src, dst := NewImage(2, 2, 3), NewImage(2, 2, 3)
	for i := range src.Pix {
		src.Pix[i] = 0.4
	}
	const n = 60_000
	var count [31]int
	signs := 0
	for i := range n {
		if err := pl.Apply(dst, src, Key{Seed: 3, Index: uint64(i)}); err != nil {
			t.Fatal(err)
		}
		v := float64(dst.Pix[0])
		for k := 1; k <= 30; k++ {
			for _, sign := range []float64{-1, 1} {
				if math.Abs(v-0.4*(1+sign*0.99*float64(k)/30)) < 1e-6 {
					count[k]++
					signs += int(sign)
				}
			}
		}
	}
	// One of 14 operations and of 31 magnitudes: 138 each, with a standard error of 11.7; the limit is five of them.
	for k, got := range count[1:] {
		if math.Abs(float64(got)-n/14./31) > 59 {
			t.Errorf("magnitude %d is drawn %d times, want 138±59: %v", k+1, got, count)
		}
	}
	if math.Abs(float64(signs)) > 5*math.Sqrt(30*n/14./31) {
		t.Errorf("brighter minus darker is %d", signs)
	}
}
