package represent

import (
	"slices"
	"testing"
)

// What measuring 2,000 images of ten kinds costs, with features of 256 and of 1,280 numbers.
func BenchmarkTests(b *testing.B) {
	for name, dim := range map[string]int{"256": 256, "1280": 1280} {
		x, kinds := blobs(slices.Repeat([]int{200}, 10), dim, 4)
		test, err := Stratified(kinds, 1./3, 1)
		if err != nil {
			b.Fatal(err)
		}
		turns := Turns(len(x), 1)
		for what, f := range map[string]func() error{
			"rank":       func() error { _, err := RankMe(x); return err },
			"uniformity": func() error { _, err := Uniformity(x); return err },
			"linear":     func() error { _, err := Probe(x, kinds, test); return err },
			"clusters":   func() error { _, err := Clusters(b.Context(), x, kinds, 1); return err },
			"rotation":   func() error { _, err := Rotation(x, turns, 1); return err },
			"sizes":      func() error { _, err := SampleSizes(b.Context(), x, kinds, test, SizeOptions{}); return err },
		} {
			b.Run(what+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
