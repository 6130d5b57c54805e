package classify

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/patchwork/optimise"
)

// Optimiser says how a step follows from a gradient, Schedule how the rate changes, both as in package optimise.
type (
	Optimiser = optimise.Optimiser
	Schedule  = optimise.Schedule
)

// The optimisers and schedules of a head. AdamW is none of them: its decay would be another than the heads'.
const (
	Adam     = optimise.Adam
	Momentum = optimise.Momentum
	LARS     = optimise.LARS

	Cosine      = optimise.Cosine
	Constant    = optimise.Constant
	Exponential = optimise.Exponential
	Staircase   = optimise.Staircase
	Restarts    = optimise.Restarts
	Warmup      = optimise.Warmup
)

// rate is that of step number done, counted from 0, of total.
func (o Options) rate(done, total int) float64 {
	return optimise.Rates{Rate: o.Rate, Schedule: o.Schedule, Period: o.Period, Warmup: o.Warmup}.At(done, total)
}

// update adds to the graph what one step does to the head's variables.
func (c *criterion) update(h *head, store *model.Store, aim, rate *Node) {
	var trained []optimise.Variable
	for _, p := range h.parts() {
		if p.trainable {
			trained = append(trained, optimise.Variable{Path: p.path, Kernel: len(p.dims) >= 2})
		}
	}
	c.o.Optimiser.Step(store, trained, optimise.Gradients(store, aim, trained), rate, 0)
}
