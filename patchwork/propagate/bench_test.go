package propagate

import (
	"fmt"
	"testing"
)

// BenchmarkSpread is ten classes over so many images, of which 100 are labelled.
func BenchmarkSpread(b *testing.B) {
	for _, n := range []int{27_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := scattered(b, n, 10)
			for b.Loop() {
				s, err := Spread(b.Context(), g, 10, func(row, class int) float64 {
					if row%(n/100) == 0 {
						return float64((row / (n / 100) % 10) / max(class, 1) % 2)
					}
					return nan
				}, Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(s.Steps), "steps")
			}
		})
	}
}
