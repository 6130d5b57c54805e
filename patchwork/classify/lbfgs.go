package classify

import (
	"context"
	"math"
)

// How L-BFGS goes about it.
const (
	lbfgsMemory   = 10   // pairs of steps and changes of the gradient that stand for the curvature
	lbfgsMost     = 1000 // evaluations
	lbfgsClose    = 1e-8 // end when the next step promises to lower f by less than this share of it
	lbfgsRoughly  = 1e-5 // the same where several λ are tried
	lbfgsArmijo   = 1e-4 // share of the promise that a step must keep
	lbfgsNoise    = 1e-7 // share of f that float32 may add to it
	lbfgsShortest = 1e-8 // length of a step, in terms of the direction, below which nothing lowers f any more
)

// minimise moves the weights w [count, dim] to where f is least, from where they are, and returns f there. All problems step
// at the same time, each by its own L-BFGS with a line search that halves the step.
//
// Errors: ctx's, as it is; w then holds the best weights so far.
//
// Source: Nocedal and Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5.
func (q *problems) minimise(ctx context.Context, w []float32) ([]float64, error) {
	f, g := make([]float64, q.count), make([]float32, len(w))
	q.evaluate(w, f, g)
	runs := make([]descent, q.count)
	at := func(all []float32, p int) []float32 { return all[p*q.dim : (p+1)*q.dim] }
	trial, tried, slope := make([]float32, len(w)), make([]float64, q.count), make([]float32, len(w))
	open := 0
	for p := range runs {
		runs[p] = descent{close: q.close, w: at(w, p), g: at(g, p), trial: at(trial, p), f: f[p]}
		copy(runs[p].trial, runs[p].w)
		if runs[p].aim(); !runs[p].done {
			open++
		}
	}
	for range lbfgsMost {
		if open == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return q.least(runs, f), err
		}
		for p := range runs {
			runs[p].propose()
		}
		q.evaluate(trial, tried, slope)
		open = 0
		for p := range runs {
			if r := &runs[p]; !r.done {
				r.judge(tried[p], at(slope, p))
				if !r.done {
					open++
				}
			}
		}
	}
	return q.least(runs, f), nil
}

func (q *problems) least(runs []descent, f []float64) []float64 {
	for p := range runs {
		f[p] = runs[p].f
	}
	return f
}

// descent is the state of one problem.
type descent struct {
	close       float64
	w, g, trial []float32 // [dim] where it is, the gradient there, and where it looks
	f           float64
	way         []float32 // direction
	fall        float64   // gradient times direction, negative
	step        float64   // along the direction
	done        bool

	moves, turns [][]float32 // the last steps and changes of the gradient, the oldest first
	curve        []float64   // move times turn of each
}

// aim chooses the direction: the gradient, made longer or shorter along the axes by what the last steps have seen.
func (d *descent) aim() {
	if d.way == nil {
		d.way = make([]float32, len(d.w))
	}
	for i, v := range d.g {
		d.way[i] = -v
	}
	n := len(d.moves)
	share := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		share[i] = dot(d.moves[i], d.way) / d.curve[i]
		addTimes(d.way, -share[i], d.turns[i])
	}
	d.step = 1
	if n > 0 {
		by := float32(d.curve[n-1] / dot(d.turns[n-1], d.turns[n-1]))
		for i := range d.way {
			d.way[i] *= by
		}
	} else if length := math.Sqrt(dot(d.g, d.g)); length > 0 {
		d.step = min(1, 1/length)
	}
	for i := range n {
		addTimes(d.way, share[i]-dot(d.turns[i], d.way)/d.curve[i], d.moves[i])
	}
	d.fall = dot(d.g, d.way)
	// A quadratic falls by half of this; the first direction knows no curvature and promises nothing.
	d.done = !(d.fall < 0) || n > 0 && -d.fall/2 <= d.close*math.Abs(d.f)
}

// propose sets where to look next.
func (d *descent) propose() {
	if d.done {
		return
	}
	copy(d.trial, d.w)
	addTimes(d.trial, d.step, d.way)
}

// judge takes the step to trial, where f and the gradient are as given, or halves it.
func (d *descent) judge(f float64, g []float32) {
	if !(f <= d.f+lbfgsArmijo*d.step*d.fall+lbfgsNoise*math.Abs(d.f)) {
		if d.step /= 2; d.step < lbfgsShortest {
			d.done = true
		}
		return
	}
	move, turn := d.spare()
	for i := range move {
		move[i], turn[i] = d.trial[i]-d.w[i], g[i]-d.g[i]
	}
	if c := dot(move, turn); c > 1e-12*dot(turn, turn) {
		d.moves, d.turns, d.curve = append(d.moves, move), append(d.turns, turn), append(d.curve, c)
	} else if len(d.moves) > 0 {
		d.done = true // below the noise of float32
	}
	copy(d.w, d.trial)
	copy(d.g, g)
	if d.f = f; !d.done {
		d.aim()
	}
}

// spare is room for one more pair: that of the oldest when the memory is full.
func (d *descent) spare() (move, turn []float32) {
	if len(d.moves) < lbfgsMemory {
		return make([]float32, len(d.w)), make([]float32, len(d.w))
	}
	move, turn = d.moves[0], d.turns[0]
	d.moves, d.turns, d.curve = append(d.moves[:0], d.moves[1:]...), append(d.turns[:0], d.turns[1:]...), append(d.curve[:0], d.curve[1:]...)
	return move, turn
}
