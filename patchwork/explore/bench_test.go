package explore

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// random is n vectors of dim numbers, one after the other, as they lie in a features file.
func random(n, dim int) func(row int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return func(row int) []float32 { return x[row*dim : (row+1)*dim : (row+1)*dim] }
}

func count(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// BenchmarkVectors is what a person waits for at 100,000 images: the lengths once, then searches and pages.
func BenchmarkVectors(b *testing.B) {
	const n, dim = 100_000, 384
	row, rows := random(n, dim), count(n)
	v, err := NewVectors(b.Context(), n, row)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("measure", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewVectors(b.Context(), n, row); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, queries := range []int{1, 16, 100} {
		b.Run(fmt.Sprintf("nearest to %d", queries), func(b *testing.B) {
			for b.Loop() {
				if m, err := v.Nearest(b.Context(), rows[:queries], rows, 16); err != nil || len(m) != 16 {
					b.Fatal(m, err)
				}
			}
		})
	}
	b.Run("cluster", func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			if m, err := v.Cluster(b.Context(), rows, 16, r); err != nil || len(m) != 16 {
				b.Fatal(m, err)
			}
		}
	})
}

// BenchmarkGraph is the ten nearest neighbours of every image.
func BenchmarkGraph(b *testing.B) {
	const dim = 384
	for _, n := range []int{27_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			v, err := NewVectors(b.Context(), n, random(n, dim))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := v.Graph(b.Context(), GraphOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
