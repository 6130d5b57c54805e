package features

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// picture makes one image of a formula.
func picture(f func(y, x, c int) float32) []float32 {
	var pix []float32
	for y := range defaultSize {
		for x := range defaultSize {
			for c := range 3 {
				pix = append(pix, f(y, x, c))
			}
		}
	}
	return pix
}

func ripple(y, x, c int) float32 {
	return float32((3*x*x+5*y*y+x*y*(c+1)+40*c)%256)/255*0.5 + float32(x)/256
}

func batchOf(pictures ...[]float32) imageset.Batch {
	b := imageset.Batch{N: len(pictures), H: defaultSize, W: defaultSize}
	for i, p := range pictures {
		b.Rows, b.Pix = append(b.Rows, i), append(b.Pix, p...)
	}
	return b
}

func embeddedOf(t *testing.T, pictures ...[]float32) [][]float32 {
	t.Helper()
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.Extract(context.Background(), batchOf(pictures...))
	if err != nil {
		t.Fatal(err)
	}
	if len(x) != len(pictures)*d.Spec().Dim {
		t.Fatalf("%d numbers for %d pictures; the Spec says %d each", len(x), len(pictures), d.Spec().Dim)
	}
	var out [][]float32
	for i := range pictures {
		out = append(out, x[i*d.Spec().Dim:(i+1)*d.Spec().Dim])
	}
	return out
}

func farthest(a, b []float32) (most float64) {
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(b[i])))
	}
	return most
}

func TestDefaultAgainstNumpy(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "default.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want []float32
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	got := embeddedOf(t, picture(ripple))[0]
	if len(got) != len(want) {
		t.Fatalf("%d numbers, want %d (testdata/default.py)", len(got), len(want))
	}
	if far := farthest(got, want); far > 5e-4 {
		t.Errorf("differs by up to %g from testdata/default.py", far)
	}
}

func TestDefaultDoesNotCareHowItLies(t *testing.T) {
	last := defaultSize - 1
	got := embeddedOf(t, picture(ripple),
		picture(func(y, x, c int) float32 { return ripple(x, last-y, c) }),
		picture(func(y, x, c int) float32 { return ripple(last-y, last-x, c) }),
		picture(func(y, x, c int) float32 { return ripple(y, last-x, c) }),
		picture(func(y, x, c int) float32 { return ripple(y, x, 2-c) }))
	for i := 1; i < 4; i++ {
		if far := farthest(got[0], got[i]); far > 2e-4 {
			t.Errorf("turned or mirrored picture %d differs by up to %g", i, far)
		}
	}
	if far := farthest(got[0], got[4]); far < 0.01 {
		t.Errorf("swapping red and blue changes nothing (%g)", far)
	}
}

func TestDefaultBatchDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	noise := func(int, int, int) float32 { return rng.Float32() }
	pictures := [][]float32{picture(ripple)}
	for range 2*defaultBatch + 1 {
		pictures = append(pictures, picture(noise))
	}
	all := embeddedOf(t, pictures...)
	alone := embeddedOf(t, pictures[len(pictures)-1])[0]
	if far := farthest(all[len(all)-1], alone); far > 1e-5 {
		t.Errorf("the last picture of a batch differs by %g from the same one alone", far)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if far := farthest(embeddedOf(t, pictures...)[0], all[0]); far > 1e-6 {
				t.Errorf("extracted side by side it differs by %g", far)
			}
		})
	}
	wg.Wait()
}

func TestDefaultOfNothing(t *testing.T) {
	for _, v := range []float32{0, 0.5, 1} {
		x := embeddedOf(t, picture(func(int, int, int) float32 { return v }))[0]
		if !finite(x) {
			t.Errorf("a picture of %g everywhere gives NaN or infinity", v)
		}
	}
}

func TestDefaultRefuses(t *testing.T) {
	d, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Extract(context.Background(), imageset.Batch{N: 1, H: 32, W: 48}); err == nil ||
		!strings.Contains(err.Error(), "wants images of 128×128 pixels and got 48×32") {
		t.Errorf("another size: got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Extract(ctx, batchOf(picture(ripple))); err != context.Canceled {
		t.Errorf("cancelled: got %v", err)
	}
}

// TestDefaultID fails when a constant of the extractor changes: features on people's disks then mean something else.
func TestDefaultID(t *testing.T) {
	if got := defaultID(); got != "default-v2-8a54ab" {
		t.Errorf("the embedded extractor is now %s: count defaultVersion up, remake testdata/default.json and tell it in CHANGELOG", got)
	}
}

func TestWhitening(t *testing.T) {
	white, model := whitening(patchSide)
	n, _ := white.Dims()
	// (C+εI)^(−½) · (C+εI) · (C+εI)^(−½) = I
	for i := range n {
		for j := range n {
			var sum float64
			for k := range n {
				for l := range n {
					c := model.At(k, l)
					if k == l {
						c += bankRegular
					}
					sum += white.At(i, k) * c * white.At(l, j)
				}
			}
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(sum-want) > 1e-9 {
				t.Fatalf("element %d,%d of the whitened covariance is %g, want %g", i, j, sum, want)
			}
		}
	}
}

func TestFilterBank(t *testing.T) {
	b := newFilterBank(patchSide, 3, 1)
	if len(b.columns) != 24 {
		t.Fatalf("%d filters, want 3 in 8 forms", len(b.columns))
	}
	_, model := whitening(patchSide)
	for k, f := range b.columns {
		var sum, variance float64
		for i := range f {
			sum += float64(f[i])
			for j := range f {
				variance += float64(f[i]) * model.At(i, j) * float64(f[j])
			}
		}
		if math.Abs(sum) > 1e-5 || math.Abs(variance-1) > 1e-5 {
			t.Errorf("filter %d has the sum %g and the variance %g under the model; want 0 and 1", k, sum, variance)
		}
	}
	again, other := newFilterBank(patchSide, 3, 1), newFilterBank(patchSide, 3, 2)
	if farthest(b.columns[5], again.columns[5]) != 0 || farthest(b.columns[5], other.columns[5]) == 0 {
		t.Error("the seed does not decide the filters")
	}
}
