package see

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/augment"
)

// Maps whose places differ along three directions of 8 channels, the less the later: the projection finds each, for all maps alike.
func TestPrincipal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	directions := [3][8]float64{{1, 1, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 2, 0, -1, 0, 0}, {0, 0, 1, 0, 0, 0, 1, 1}}
	var maps []Map
	var along [3][]float64
	for _, size := range []int{5, 4} {
		m := Map{H: size, W: 6, C: 8}
		for range size * 6 {
			x := make([]float32, 8)
			for k, d := range directions {
				v := rng.NormFloat64() * []float64{8, 3, 1}[k]
				along[k] = append(along[k], v)
				for c := range x {
					x[c] += float32(v*d[c]) + 1
				}
			}
			m.Values = append(m.Values, x...)
		}
		maps = append(maps, m)
	}
	p, err := Principal(t.Context(), maps)
	if err != nil || len(p.Maps) != 2 || p.Maps[1].H != 4 || p.Maps[1].C != 3 || len(p.Shares) != 3 {
		t.Fatalf("%+v, %v", p.Shares, err)
	}
	if sum := p.Shares[0] + p.Shares[1] + p.Shares[2]; math.Abs(sum-1) > 1e-5 || math.Abs(p.Shares[0]-128./176) > 0.1 || math.Abs(p.Shares[1]-45./176) > 0.1 {
		t.Errorf("shares %v; want about 128, 45 and 3 of 176", p.Shares)
	}
	for k := range 3 {
		values := append(p.Maps[0].Channel(k), p.Maps[1].Channel(k)...)
		var low, high int
		for i, v := range values {
			if v < 0 || v > 1 {
				t.Fatalf("component %d of place %d is %g", k, i, v)
			}
			if v < values[low] {
				low = i
			}
			if v > values[high] {
				high = i
			}
		}
		if values[low] != 0 || values[high] != 1 {
			t.Errorf("component %d goes from %g to %g", k, values[low], values[high])
		}
		if r := math.Abs(correlation(values, along[k])); r < 0.95 {
			t.Errorf("component %d and the direction %d correlate by %.3f", k, k, r)
		}
	}
	if _, err := Principal(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no maps to project") {
		t.Error(err)
	}
	maps[1].C = 4
	if _, err := Principal(t.Context(), maps); err == nil || !strings.Contains(err.Error(), "map 1 has 4 channels and the first 8") {
		t.Error(err)
	}
	same := Map{H: 2, W: 2, C: 2, Values: make([]float32, 8)}
	if p, err := Principal(t.Context(), []Map{same}); err != nil || p.Maps[0].Values[0] != 0 || p.Shares[0] != 0 {
		t.Errorf("of a map whose places are all alike: %+v, %v", p, err)
	}
}

func correlation(a []float32, b []float64) float64 {
	var ma, mb, ab, aa, bb float64
	for i := range a {
		ma += float64(a[i]) / float64(len(a))
		mb += b[i] / float64(len(a))
	}
	for i := range a {
		x, y := float64(a[i])-ma, b[i]-mb
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	return ab / math.Sqrt(aa*bb)
}

// What speaks for a score is in one colour, what speaks against it in the other, all else grey.
func TestAttributionPictures(t *testing.T) {
	a := Attribution{H: 64, W: 64, C: 3, Values: make([]float32, 64*64*3)}
	for i := range 64 * 64 {
		switch y, x := i/64, i%64; {
		case y < 20 && x < 20:
			a.Values[3*i+1] = 2
		case y > 43 && x > 43:
			a.Values[3*i], a.Values[3*i+2] = -3, 1
		}
	}
	if got := a.PerPixel(); got[0] != 2 || got[64*64-1] != -2 || got[64] != 2 {
		t.Errorf("sums over channels: %g, %g, %g; want 2, -2, 2", got[0], got[64*64-1], got[64])
	}
	im := augment.NewImage(64, 64, 3)
	for i := range im.Pix {
		im.Pix[i] = 0.5
	}
	over, lit := a.Over(im, 128), a.Lit(im, 128)
	at := func(x, y int) [3]int {
		p := over.RGBAAt(x, y)
		return [3]int{int(p.R), int(p.G), int(p.B)}
	}
	if good, bad, none := at(10, 10), at(118, 118), at(118, 10); good[0] < good[2]+80 || bad[2] < bad[0]+80 || none[0] != none[2] {
		t.Errorf("for %v, against %v, neither %v", good, bad, none)
	}
	if bright, half, dark := lit.RGBAAt(118, 118).R, lit.RGBAAt(10, 10).R, lit.RGBAAt(118, 10).R; bright < 110 || half < 60 || half > 80 || dark > 20 {
		t.Errorf("what matters is lit with %d, what matters half as much with %d, the rest with %d", bright, half, dark)
	}
}
