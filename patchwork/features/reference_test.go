package features

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/testdata/scenes"
)

var makeReference = flag.Bool("reference", false, "write reference.json anew, from 2,000 scenes")

// TestReference draws scenes and compares mean and spread of the embedded extractor's numbers with reference.json.
//
// Make that file: go test ./patchwork/features -run TestReference -reference
func TestReference(t *testing.T) {
	n, seed := 200, uint64(2)
	if *makeReference {
		n, seed = 2000, 1
	}
	dir := t.TempDir()
	if err := scenes.Generate(dir, n, seed); err != nil {
		t.Fatal(err)
	}
	index, _, err := imageset.Scan(t.Context(), imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: dir}}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := newEmbedded(func(raw *graph.Node) *graph.Node { return raw })
	if err != nil {
		t.Fatal(err)
	}
	sum, square := make([]float64, defaultDim), make([]float64, defaultDim)
	reader := &imageset.Reader{Root: dir, Index: index}
	for b, err := range reader.Resized(t.Context(), once(index.Len()), imageset.Resize{Size: imageset.Size{W: defaultSize, H: defaultSize}}, 64, nil) {
		if err != nil {
			t.Fatal(err)
		}
		x, err := raw.Extract(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range x {
			sum[i%defaultDim] += float64(v)
			square[i%defaultDim] += float64(v) * float64(v)
		}
	}
	var now reference
	at := 0
	for _, b := range defaultBlocks {
		variance := make([]float64, b.numbers)
		var whole float64
		for i := range variance {
			mean := sum[at+i] / float64(n)
			variance[i] = square[at+i]/float64(n) - mean*mean
			whole += variance[i] / float64(b.numbers)
			now.Mean = append(now.Mean, short(mean))
		}
		for _, v := range variance {
			if b.whole {
				v = whole
			}
			now.Scale = append(now.Scale, short(math.Sqrt(v)))
		}
		at += b.numbers
	}
	if *makeReference {
		data, err := json.Marshal(now)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("reference.json", append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := loadReference()
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Mean {
		if off := math.Abs(float64(now.Mean[i]-want.Mean[i])) / float64(want.Scale[i]); off > 0.35 { // 5 standard errors
			t.Errorf("number %d: mean %g over %d scenes, %g in reference.json, %.2f standard deviations apart", i, now.Mean[i], n, want.Mean[i], off)
		}
		if ratio := now.Scale[i] / want.Scale[i]; ratio < 0.5 || ratio > 2 {
			t.Errorf("number %d: spread %g over %d scenes, %g in reference.json", i, now.Scale[i], n, want.Scale[i])
		}
	}
}

// short rounds to four digits.
func short(v float64) float32 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-3)
	return float32(math.Round(v/unit) * unit)
}

func once(n int) (rows []int) {
	for row := range n {
		rows = append(rows, row)
	}
	return rows
}
