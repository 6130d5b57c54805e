package tensorboard

import "testing"

// A step of a pre-training has some ten numbers, a look some fifty histograms.
func BenchmarkScalars(b *testing.B) {
	w, err := Create(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	values := map[string]float64{"loss": 1, "rate": 0.001, "epoch": 1.5, "images_per_s": 300, "accuracy": 0.5, "spread": 0.9, "agreement": 0.7}
	for i := range b.N {
		if err := w.Scalars(i, values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHistogram(b *testing.B) {
	w, err := Create(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	values := make([]float32, 100_000)
	for i := range values {
		values[i] = float32(i*7919%100_003) / 1000
	}
	b.SetBytes(int64(4 * len(values)))
	for i := range b.N {
		if err := w.Histogram(i, "weights", values); err != nil {
			b.Fatal(err)
		}
	}
}
