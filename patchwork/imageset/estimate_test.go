package imageset

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
)

// numbersAs16Bit writes n pictures of 20 x 30 pixels whose values in picture k are 600·k + i for pixel i, in red; green is
// red + 1000 and blue 5.
func numbersAs16Bit(t *testing.T, n int) (*Reader, []int) {
	t.Helper()
	files := map[string][]byte{}
	var rows []int
	for k := range n {
		m := image.NewNRGBA64(image.Rect(0, 0, 20, 30))
		for i := range 600 {
			v := uint16(600*k + i)
			m.SetNRGBA64(i%20, i/20, color.NRGBA64{R: v, G: v + 1000, B: 5, A: 65535})
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		files[fmt.Sprintf("photos/%02d.png", k)] = b.Bytes()
		rows = append(rows, k)
	}
	dir := tree(t, files)
	ix, _ := scan(t, dir, nil, "../photos")
	return &Reader{Root: dir + "/p", Index: ix}, rows
}

func TestEstimateNorm(t *testing.T) {
	r, rows := numbersAs16Bit(t, 10) // red holds 0 to 5999 once each
	var told int
	norm, err := r.EstimateNorm(context.Background(), rows, NormOptions{Low: 2.5, High: 99, Progress: func(done, total int) {
		told = done*100 + total
	}})
	if err != nil {
		t.Fatal(err)
	}
	// numpy.percentile(numpy.arange(6000), [2.5, 99]) is [149.975, 5939.01].
	for i, want := range [][2]float32{{149.975, 5939.01}, {1149.975, 6939.01}, {5, 6}} {
		low, high := norm.band(i)
		if math.Abs(float64(low-want[0])) > 1e-3 || math.Abs(float64(high-want[1])) > 1e-3 {
			t.Errorf("band %d goes from %g to %g, want %g to %g", i+1, low, high, want[0], want[1])
		}
	}
	if norm.From != "percentiles 2.5 and 99 of 10 images" || told != 1010 {
		t.Errorf("from %q, progress %d", norm.From, told)
	}
	r.Input.Norm = norm
	if err := r.Input.Check(); err != nil {
		t.Error(err)
	}
	r.Input = Input{Bands: []int{2}}
	one, err := r.EstimateNorm(context.Background(), rows, NormOptions{})
	if err != nil || len(one.Low) != 1 || math.Abs(float64(one.Low[0]-1119.98)) > 1e-2 {
		t.Errorf("one band: %v, %v", one, err)
	}
}

// TestEstimateNormDraws reads a part of the set: the same for the same seed, in the range of the whole.
func TestEstimateNormDraws(t *testing.T) {
	r, rows := numbersAs16Bit(t, 20)
	of := func(seed uint64) Norm {
		n, err := r.EstimateNorm(context.Background(), rows, NormOptions{Images: 4, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	a, again, b := of(1), of(1), of(2)
	if a.High[0] != again.High[0] || a.Low[0] != again.Low[0] {
		t.Error("the same seed gives another norm")
	}
	if a.High[0] == b.High[0] && a.Low[0] == b.Low[0] {
		t.Error("another seed gives the same norm")
	}
	if !strings.HasSuffix(a.From, "of 4 images") {
		t.Errorf("from %q", a.From)
	}
}

func TestEstimateNormErrors(t *testing.T) {
	r, rows := numbersAs16Bit(t, 3)
	ctx := context.Background()
	for want, o := range map[string]NormOptions{
		"the percentiles are 98 and 2":  {Low: 98, High: 2},
		"the percentiles are 2 and 101": {Low: 2, High: 101},
		"from -1 images":                {Images: -1},
	} {
		if _, err := r.EstimateNorm(ctx, rows, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", o, err, want)
		}
	}
	if _, err := r.EstimateNorm(ctx, nil, NormOptions{}); err == nil || !strings.Contains(err.Error(), "there are no images") {
		t.Errorf("no rows: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := r.EstimateNorm(cancelled, rows, NormOptions{}); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	r.Input.Bands = []int{9}
	broken := 0
	_, err := r.EstimateNorm(ctx, rows, NormOptions{Broken: func(int, error) { broken++ }})
	if err == nil || !strings.Contains(err.Error(), "no image could be read to find the norm; the first: imageset: ../photos/00.png: PNG: it has 3 bands and the input reads band 9") || broken != 3 {
		t.Errorf("%d broken: %v", broken, err)
	}
}
