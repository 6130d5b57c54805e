package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/explore"
)

//go:embed worker.py
var workerText string

// The size of the comparison.
const images, dim, neighbours = 27_000, 384, 10

// graphSpeed measures the graph of the nearest neighbours beside scikit-learn's exact search, on the same numbers.
func graphSpeed(ctx context.Context, python string) error {
	r := rand.New(rand.NewPCG(7, 7))
	x := make([]float32, images*dim)
	for i := range x {
		x[i] = float32(1 + r.NormFloat64()) // in one corner of the space, as a network's features are
	}
	v, err := explore.NewVectors(ctx, images, func(row int) []float32 { return x[row*dim : (row+1)*dim] })
	if err != nil {
		return err
	}
	ours := math.Inf(1)
	var g *explore.Graph
	for range 3 {
		begun := time.Now()
		if g, err = v.Graph(ctx, explore.GraphOptions{K: neighbours}); err != nil {
			return err
		}
		ours = min(ours, time.Since(begun).Seconds())
	}
	row(fmt.Sprintf("patchwork: %d nearest neighbours of %d images of %d features, best of 3", neighbours, images, dim), fmt.Sprintf("%.1f s", ours))
	dir, err := os.MkdirTemp("", "benchacquire")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	index := make([]float32, len(g.Index))
	for i, j := range g.Index {
		index[i] = float32(j)
	}
	if err := classify.WriteScores(filepath.Join(dir, "x.npy"), x, images, dim); err != nil {
		return err
	}
	if err := classify.WriteScores(filepath.Join(dir, "index.npy"), index, images, neighbours); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, python, "-c", workerText, dir, fmt.Sprint(neighbours)).Output()
	if err != nil {
		fmt.Println("scikit-learn is skipped:", err)
		return ctx.Err()
	}
	var theirs []struct {
		About         string
		Seconds, Same float64
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		return err
	}
	for _, t := range theirs {
		row(t.About, fmt.Sprintf("%.1f s  (%.1f times as long; %.4f of the neighbours are the same)", t.Seconds, t.Seconds/ours, t.Same))
	}
	return nil
}
