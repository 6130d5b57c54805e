package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"syscall"
	"time"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// measure prints one row.
func measure(ctx context.Context, name string, n backbone.Network, side, batch, rounds int) error {
	b, err := compute.Backend()
	if err != nil {
		return err
	}
	parameters, flops, err := size(b, n, side)
	if err != nil {
		return err
	}
	store := model.NewStore()
	defer store.Finalize()
	x := tensors.FromShape(shapes.Make(dtypes.Float32, batch, side, side, 3))
	use, err := model.NewExec(b, store, func(scope *model.Scope, x *Node) *Node { return backbone.Pooled(n.Graph(scope.At("net"), x)) })
	if err != nil {
		return err
	}
	forward, forwardCPU, err := rate(ctx, use, batch, rounds, x)
	if err != nil {
		return err
	}
	adam := optimizer.Adam().LearningRate(1e-3).Done()
	step, err := model.NewExec(b, store, func(scope *model.Scope, x *Node) *Node {
		store.SetTraining(x.Graph(), true)
		loss := ReduceAllMean(Square(AddScalar(backbone.Pooled(n.Graph(scope.At("net"), x)), -1)))
		adam.UpdateGraph(scope, x.Graph(), loss)
		return loss
	})
	if err != nil {
		return err
	}
	training, trainingCPU, err := rate(ctx, step, batch, rounds, x)
	if err != nil {
		return err
	}
	fmt.Printf("| %s | %.2f | %.0f | %.0f (%.0f) | %.0f (%.0f) |\n", name, float64(parameters)/1e6, flops/1e6, forward, forwardCPU, training, trainingCPU)
	return nil
}

// rate is how many images a second the fastest round does, and how many a second of processor time they do on average.
func rate(ctx context.Context, exec *model.Exec, batch, rounds int, x *tensors.Tensor) (best, cpu float64, err error) {
	var began time.Duration
	for i := range rounds + 1 {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		start := time.Now()
		y, err := exec.Call1(x)
		if err != nil {
			return 0, 0, err
		}
		y.MustFinalizeAll()
		if i == 0 { // the first compiles
			began = used()
			continue
		}
		best = max(best, float64(batch)/time.Since(start).Seconds())
	}
	return best, float64(batch*rounds) / (used() - began).Seconds(), nil
}

// used is the processor time of this process.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// size counts what is trained, and the multiplications and additions of convolutions and products for an image.
func size(b gomlx.Backend, n backbone.Network, side int) (parameters int, flops float64, err error) {
	store := model.NewStore()
	defer store.Finalize()
	err = compute.Try(n.Card().Name, func() error {
		g := NewGraph(b, "size")
		defer g.Finalize()
		n.Graph(store.Scope("/net"), Parameter(g, "x", shapes.Make(dtypes.Float32, 1, side, side, 3)))
		for _, node := range g.Nodes() {
			out, in := float64(node.Shape().Size()), node.Inputs()
			switch {
			case strings.HasPrefix(node.Type().String(), "ConvGeneral"):
				d := in[1].Shape().Dimensions
				flops += 2 * out * float64(in[1].Shape().Size()/d[3])
			case strings.HasPrefix(node.Type().String(), "DotGeneral"):
				batch := 1.0 // of attention: images and heads come first
				for _, d := range node.Shape().Dimensions[:node.Rank()-2] {
					batch *= float64(d)
				}
				flops += 2 * out * math.Sqrt(float64(in[0].Shape().Size())*float64(in[1].Shape().Size())/(out*batch))
			}
		}
		return nil
	})
	for v := range store.IterVariables() {
		if backbone.RoleOf(v.Path()) != backbone.Running {
			parameters += v.Shape().Size()
		}
	}
	return parameters, flops, err
}
