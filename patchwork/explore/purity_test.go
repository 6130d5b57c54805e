package explore

import (
	"cmp"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// BenchmarkPagePurity goes through 1,000 aerial images of ten classes in pages of 16 until none is left, and says what
// share of a page its most frequent class has: on the first ten pages, on all, and how many pages show one class only. The
// numbers are means of five sessions; docs/explore.md has them.
//
// Run: PATCHWORK_SHARED=... go test ./patchwork/explore -run xxx -bench PagePurity -benchtime 1x
func BenchmarkPagePurity(b *testing.B) {
	shared, err := filepath.Abs(cmp.Or(os.Getenv("PATCHWORK_SHARED"), "../../../shared"))
	if err != nil {
		b.Fatal(err)
	}
	network := filepath.Join(shared, "models", "keras_mobilenet_v2_0.35_224_no_top.fp32.onnx")
	if _, err := os.Stat(network); err != nil {
		b.Skipf("%s is not there; PATCHWORK_SHARED can name the folder of models and data", network)
	}
	dir := b.TempDir()
	index, _, err := imageset.Scan(b.Context(), imageset.ScanOptions{Root: dir, Sources: []imageset.Source{{Path: filepath.Join(shared, "data", "ucm10")}}})
	if err != nil {
		b.Fatal(err)
	}
	embedded, err := features.Default()
	if err != nil {
		b.Fatal(err)
	}
	mobile, err := features.OpenONNX(network, features.ONNXOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, of := range []struct {
		name string
		ex   features.Extractor
	}{{"embedded", embedded}, {"MobileNetV2", mobile}} {
		store, _, err := features.Run(b.Context(), of.ex, &imageset.Reader{Root: dir, Index: index}, features.RunOptions{Dir: filepath.Join(dir, "features")})
		if err != nil {
			b.Fatal(err)
		}
		defer store.Close()
		v, err := NewVectors(b.Context(), store.Len(), store.Row)
		if err != nil {
			b.Fatal(err)
		}
		for _, how := range []struct {
			name  string
			draws int // 0: a page of images drawn at random
		}{{"random pages", 0}, {"any seed", 1}, {"best of 4", 4}, {"best of 16", draws}, {"best of 64", 64}} {
			b.Run(of.name+"/"+how.name, func(b *testing.B) {
				for b.Loop() {
					purity(b, v, index, how.draws)
				}
			})
		}
	}
}

func purity(b *testing.B, v *Vectors, index *imageset.Index, draws int) {
	const n, sessions = 16, 5
	pure := 0
	var first, all []float64
	for session := range uint64(sessions) {
		r := rand.New(rand.NewPCG(session, 7))
		left := count(index.Len())
		for page := 0; len(left) >= n; page++ {
			rows := draw(left, n, r)
			if draws > 0 {
				matches, err := v.densest(b.Context(), draw(left, draws, r), left, n)
				if err != nil {
					b.Fatal(err)
				}
				rows = rowsOf(matches)
			}
			share := majority(index, rows)
			if all = append(all, share); page < 10 {
				first = append(first, share)
			}
			if share == 1 {
				pure++
			}
			left = slices.DeleteFunc(left, func(row int) bool { return slices.Contains(rows, row) })
		}
	}
	b.ReportMetric(stat.Mean(first, nil), "first-ten")
	b.ReportMetric(stat.Mean(all, nil), "all")
	b.ReportMetric(float64(pure)/float64(len(all)), "of-one-class")
	b.ReportMetric(0, "ns/op")
}

// majority is the share of the most frequent folder.
func majority(index *imageset.Index, rows []int) float64 {
	most, classes := 0, map[string]int{}
	for _, row := range rows {
		class := filepath.Base(filepath.Dir(index.At(row).ID))
		classes[class]++
		most = max(most, classes[class])
	}
	return float64(most) / float64(len(rows))
}
