package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/explore"
	"github.com/gopatchwork/patchwork/patchwork/explore/layout"
)

// mapSpeed measures a map by UMAP from features to places, its graph of neighbours included.
func mapSpeed(ctx context.Context) error {
	const n, k = 20_000, 15
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, n*dim)
	for i := range x {
		x[i] = float32(r.NormFloat64()) + float32(i/dim%10*(i%7)) // ten heaps
	}
	at := func(i int) []float32 { return x[i*dim : (i+1)*dim] }
	begun := time.Now()
	v, err := explore.NewVectors(ctx, n, at)
	if err != nil {
		return err
	}
	found, err := v.Graph(ctx, explore.GraphOptions{K: k})
	if err != nil {
		return err
	}
	searched := time.Since(begun)
	g := layout.Graph{N: n, K: k, Index: found.Index, Distance: make([]float32, n*k)}
	for i, c := range found.Cosine {
		g.Distance[i] = float32(math.Max(0, 1-float64(c)))
	}
	flat := layout.Vectors{N: n, Dim: dim, At: at}
	c, err := layout.PCA(ctx, flat, 2)
	if err != nil {
		return err
	}
	start, err := c.Plane(ctx, flat)
	if err != nil {
		return err
	}
	if _, err := layout.UMAP(ctx, g, start, layout.UMAPOptions{}); err != nil {
		return err
	}
	row(fmt.Sprintf("UMAP of %d x %d, %d neighbours (promised: 60 s)", n, dim, k), fmt.Sprintf("%.1f s  (%.1f s of it the graph)", time.Since(begun).Seconds(), searched.Seconds()))
	return nil
}
