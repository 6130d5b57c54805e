package layout

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkLayout is what a person waits for at 20,000 images of 384 numbers in ten heaps, the search for neighbours left
// out: the graph's neighbours are drawn from the heap, which costs a layout the same.
func BenchmarkLayout(b *testing.B) {
	const n, dim, k = 20_000, 384, 90
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(r.NormFloat64()) + float32(i/dim%10*(i%7))
	}
	v := Vectors{N: n, Dim: dim, At: func(i int) []float32 { return x[i*dim : (i+1)*dim] }}
	graph := func(k int) Graph {
		g := Graph{N: n, K: k, Index: make([]int32, n*k), Distance: make([]float32, n*k)}
		for i := range n {
			for a := range k {
				g.Index[i*k+a], g.Distance[i*k+a] = int32((i+10*(1+a+r.IntN(3)))%n), 1+float32(a)/float32(k)
			}
		}
		return g
	}
	var start []Point
	b.Run("pca", func(b *testing.B) {
		for b.Loop() {
			c, err := PCA(b.Context(), v, 2)
			if err != nil {
				b.Fatal(err)
			}
			if start, err = c.Plane(b.Context(), v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("umap of 15", func(b *testing.B) {
		g := graph(15)
		for b.Loop() {
			if _, err := UMAP(b.Context(), g, start, UMAPOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("t-sne of 90", func(b *testing.B) {
		g := graph(k)
		for b.Loop() {
			if _, err := TSNE(b.Context(), g, start, TSNEOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("som of 20x20", func(b *testing.B) {
		for b.Loop() {
			if _, err := SOM(b.Context(), v, SOMOptions{Width: 20, Height: 20}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
