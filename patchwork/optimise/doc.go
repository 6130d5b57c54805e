// Package optimise makes training steps: how weights follow from gradients, and how the rate changes from step to step.
//
// An Optimiser adds one step to a GoMLX graph. It works on variables of a model.Store by their paths, and keeps what it remembers,
// moments and velocities, in that store too, so that a checkpoint of all variables goes on bit for bit. Rates are plain numbers
// of the host.
package optimise
