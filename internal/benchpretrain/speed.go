package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/gopatchwork/patchwork/internal/pyworker"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
)

const side = 64 // pixels

// steps is how many of a round are timed; one before them is not.
const steps = 6

// speed prints images a second of a SimCLR step here and in PyTorch.
func speed(ctx context.Context, path string, rounds int) error {
	p, err := pyworker.Start(ctx, path, workerText)
	if err != nil {
		return err
	}
	defer p.Stop()
	fmt.Printf("| SimCLR at %d pixels, %s | batch | images/s | PyTorch | ratio |\n|---|---|---|---|---|\n", side, p.About)
	for _, work := range []struct {
		network string
		batch   int
	}{{backbone.Default, 128}, {"resnet18", 64}} {
		var ours, theirs float64
		format := ""
		for range rounds {
			rate, err := here(ctx, work.network, work.batch)
			if err != nil {
				return err
			}
			ours = max(ours, rate)
			answer, err := ask(p, work.network, work.batch)
			if err != nil {
				return err
			}
			for name, rate := range answer {
				if rate > theirs {
					theirs, format = rate, name
				}
			}
		}
		fmt.Printf("| `%s` | %d | %.0f | %.0f (%s) | %.2f |\n", work.network, work.batch, ours, theirs, format, ours/theirs)
	}
	return nil
}

// here is how many images a second some steps make.
func here(ctx context.Context, name string, batch int) (float64, error) {
	network, err := backbone.New(name, backbone.Options{})
	if err != nil {
		return 0, err
	}
	rng := rand.New(rand.NewPCG(1, 1))
	pictures := make([]*augment.Image, batch)
	for i := range pictures {
		pictures[i] = &augment.Image{Pix: make([]float32, side*side*3), W: side, H: side, C: 3}
		for j := range pictures[i].Pix {
			pictures[i].Pix[j] = rng.Float32()
		}
	}
	source, err := stream.Images(pictures)
	if err != nil {
		return 0, err
	}
	var first time.Time
	var took time.Duration
	o := pretrain.Options{Batch: batch, Steps: 1 + steps, Side: side, Crop: [2]float64{1, 1}, Augment: &augment.Params{}}
	task := pretrain.Task{Source: source, Method: pretrain.NewSimCLR(), Network: network}
	r, err := pretrain.Train(ctx, task, o, func(p pretrain.Point) {
		switch p.Step {
		case 1:
			first = time.Now()
		case 1 + steps:
			took = time.Since(first)
		}
	})
	if err != nil {
		return 0, err
	}
	r.Close()
	return float64(batch*steps) / took.Seconds(), nil
}
