package see

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// DefaultSteps is what AttributionOptions.Steps 0 means.
const DefaultSteps = 50

// AttributionOptions says how integrals are computed. The zero value is a good default.
type AttributionOptions struct {
	Steps int  // of the integral; 0 means DefaultSteps
	Rule  Rule // "" means Gauss
}

// Attribution says how much each number of an image contributes to a score: integrated gradients,
//
//	value_i = (x_i - x'_i) · ∫₀¹ ∂F(x' + α·(x - x'))/∂x_i dα
//
// x being the image, x' the baseline, F the score. The values sum up to F(x) - F(x') ("completeness") but for Gap, the error of the integral.
//
// Source: Sundararajan, Taly and Yan 2017, arXiv:1703.01365, eq. 1 and proposition 1.
type Attribution struct {
	H, W, C  int
	Values   []float32 // [H, W, C]
	Score    float64   // F of the image
	Baseline float64   // F of the baseline
	Gap      float64   // sum of the values - (Score - Baseline)
}

// atOnce is how many points of the integral go through the network together.
const atOnce = 16

// Attributor attributes answers of a network to pixels. It is for one goroutine.
type Attributor struct {
	net        *Network
	at, weight []float64
	exec       *model.Exec
}

// Attributor makes one for the network: answers maps its features [n, Dim] to answers [n, m], which scores are weighted sums of; nil stands for the
// features themselves. The caller closes it.
//
// Errors: bad options.
func (n *Network) Attributor(answers func(features *graph.Node) *graph.Node, o AttributionOptions) (*Attributor, error) {
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	if answers == nil {
		answers = func(features *graph.Node) *graph.Node { return features }
	}
	a := &Attributor{net: n}
	var err error
	if a.at, a.weight, err = o.Rule.points(o.Steps); err != nil {
		return nil, err
	}
	backend, err := compute.Backend()
	if err != nil {
		return nil, err
	}
	a.exec, err = model.NewExec(backend, n.store, func(_ *model.Scope, in []*graph.Node) []*graph.Node {
		image, baseline, direction, at, weight := in[0], in[1], in[2], in[3], in[4]
		n.store.SetTraining(image.Graph(), false)
		along := graph.Reshape(at, atOnce, 1, 1, 1)
		x := graph.Add(baseline, graph.Mul(along, graph.Sub(image, baseline)))                                                  // [points, H, W, C]
		scores := graph.ReduceSum(graph.Mul(answers(n.graph(x)), graph.ExpandAxes(direction, 0)), 1)                            // [points]
		gradients := graph.Gradient(graph.ReduceAllSum(graph.Mul(scores, weight)), x)[0]                                        // [points, H, W, C]
		return []*graph.Node{scores, graph.Mul(graph.ReduceAndKeep(gradients, graph.ReduceSum, 0), graph.Sub(image, baseline))} // [points]; [1, H, W, C]
	})
	if err != nil {
		return nil, fmt.Errorf("see: %w", err)
	}
	return a, nil
}

// Close frees the graph.
func (a *Attributor) Close() { a.exec.Finalize() }

// Of attributes the score Σ direction·answers of an image to its pixels, seen from a baseline.
//
// Errors: an image of another size than the network's; an operator of the network that has no gradient, by name; a score that is no number; ctx is done.
func (a *Attributor) Of(ctx context.Context, image, baseline *augment.Image, direction []float32) (r Attribution, err error) {
	n := a.net
	if err := fits(image, n.W, n.H, n.Channels); err != nil {
		return r, fmt.Errorf("see: the image %w", err)
	}
	if err := fits(baseline, n.W, n.H, n.Channels); err != nil {
		return r, fmt.Errorf("see: the baseline %w", err)
	}
	r = Attribution{H: n.H, W: n.W, C: n.Channels, Values: make([]float32, len(image.Pix))}
	sums := make([]float64, len(image.Pix))
	x := tensors.FromFlatDataAndDimensions(image.Pix, 1, n.H, n.W, n.Channels)
	defer x.FinalizeAll()
	base := tensors.FromFlatDataAndDimensions(baseline.Pix, 1, n.H, n.W, n.Channels)
	defer base.FinalizeAll()
	for from := 0; from < len(a.at); from += atOnce {
		if err := ctx.Err(); err != nil {
			return r, fmt.Errorf("see: stopped at point %d of %d of an integral: %w", from, len(a.at), err)
		}
		at, weight := make([]float32, atOnce), make([]float32, atOnce) // a rest counts nothing
		for i := from; i < min(from+atOnce, len(a.at)); i++ {
			at[i-from], weight[i-from] = float32(a.at[i]), float32(a.weight[i])
		}
		scores, values, err := a.call(x, base, direction, at, weight)
		if err != nil {
			return r, err
		}
		for i, v := range values {
			sums[i] += float64(v)
		}
		for i := from; i < min(from+atOnce, len(a.at)); i++ {
			switch a.at[i] {
			case 0:
				r.Baseline = float64(scores[i-from])
			case 1:
				r.Score = float64(scores[i-from])
			}
		}
	}
	for i, v := range sums {
		r.Values[i] = float32(v)
		r.Gap += v
	}
	r.Gap -= r.Score - r.Baseline
	if math.IsNaN(r.Gap) || math.IsInf(r.Gap, 0) {
		return r, errors.New("see: the score of the image, or its gradient, is no finite number; is the network damaged?")
	}
	return r, nil
}

// call runs the graph.
func (a *Attributor) call(in ...any) (scores, values []float32, err error) {
	err = compute.Try("see: "+a.net.Name, func() error {
		out, err := a.exec.Exec(in...)
		if err != nil {
			return err
		}
		var err1, err2 error
		scores, err1 = tensors.CopyFlatData[float32](out[0])
		values, err2 = tensors.CopyFlatData[float32](out[1])
		for _, t := range out {
			t.MustFinalizeAll()
		}
		return errors.Join(err1, err2)
	})
	return scores, values, a.net.explain(err)
}

// PerPixel is the sum of the values of each pixel over its channels, [H·W].
func (a Attribution) PerPixel() []float32 {
	out := make([]float32, a.H*a.W)
	for i, v := range a.Values {
		out[i/a.C] += v
	}
	return out
}
