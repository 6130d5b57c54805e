package layout

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/compute/cpu/dots"
)

// TSNEOptions configures TSNE. The zero value is a good default.
type TSNEOptions struct {
	Perplexity float64 // about how many neighbours count; 0 means 30, at most a third of the graph's K
	Rate       float64 // 0 means n/48, at least 50 (Belkina et al. 2019 with the 4 that scikit-learn leaves out of its gradient)
	Theta      float64 // 0 means 0.5: how coarsely far points are summed up; below 1
	Rounds     int     // 0 means 1000; a quarter where Warm
	Warm       bool    // start is an earlier layout: its size is kept, and neighbours are not pulled together first

	Progress func(done, total int) // called after each round, if it is there
}

func (o TSNEOptions) check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("layout.TSNEOptions: "+format, args...))
		}
	}
	bad(o.Perplexity == 0 || o.Perplexity >= 1, "Perplexity is %g; want 1 or more, or 0 for the default", o.Perplexity)
	bad(o.Rate >= 0, "Rate is %g; want a positive number, or 0 for the default", o.Rate)
	bad(o.Theta >= 0 && o.Theta < 1, "Theta is %g; want 0 < Theta < 1, or 0 for the default", o.Theta)
	bad(o.Rounds >= 0, "Rounds is %d; want 1 or more, or 0 for the default", o.Rounds)
	return errors.Join(errs...)
}

const (
	gatherRounds = 250 // of them neighbours are pulled gatherFactor times as strongly
	gatherFactor = 12
)

// TSNE moves points from where start puts them so that their likenesses on the plane, 1/(1 + d²) divided by the sum over
// all pairs, come near those in g (see affinities), in Kullback and Leibler's divergence.
//
//	gradient_i = 4 Σ_j (p_ij - q_ij)·(y_i - y_j)/(1 + d_ij²)
//
// Source: van der Maaten and Hinton 2008, eq. 5; far points by squares within squares, van der Maaten 2014; rates as
// scikit-learn has them. start is scaled to a deviation of 1e-4 along x (Kobak and Berens 2019), but for Warm.
// Time: n·log n each round, on all cores.
//
// Errors: a graph that is none; start of another length or with a point that has no place; ctx is done.
func TSNE(ctx context.Context, g Graph, start []Point, o TSNEOptions) ([]Point, error) {
	points, err := begin(g, start, o.check())
	if err != nil || g.N < 2 {
		return points, err
	}
	rounds, gather := 1000, gatherRounds
	if o.Warm {
		rounds, gather = 250, 0
	}
	rounds = or(o.Rounds, rounds)
	if !o.Warm {
		shrink(points)
	}
	theta := float32(or(o.Theta, 0.5))
	d := descent{
		points: points, p: affinities(g, max(1, min(or(o.Perplexity, 30), float64(g.K)/3))), theta2: theta * theta,
		rate: or(o.Rate, max(50, float64(g.N)/48)), speed: make([]Point, g.N), gain: make([]Point, g.N), slope: make([]Point, g.N),
	}
	for i := range d.gain {
		d.gain[i] = Point{1, 1}
	}
	for round := range rounds {
		if err := d.gradient(ctx, factor(round < gather)); err != nil {
			return nil, err
		}
		d.step(round < gather)
		if o.Progress != nil {
			o.Progress(round+1, rounds)
		}
	}
	return points, nil
}

func factor(gathering bool) float64 {
	if gathering {
		return gatherFactor
	}
	return 1
}

// shrink brings points around 0 with a deviation of 1e-4 along x.
func shrink(points []Point) {
	var x, y, xx float64
	for _, p := range points {
		x, y = x+float64(p.X), y+float64(p.Y)
	}
	n := float64(len(points))
	x, y = x/n, y/n
	for _, p := range points {
		xx += (float64(p.X) - x) * (float64(p.X) - x)
	}
	scale := 1e-4
	if xx > 0 {
		scale /= math.Sqrt(xx / n)
	}
	for i, p := range points {
		points[i] = Point{float32((float64(p.X) - x) * scale), float32((float64(p.Y) - y) * scale)}
	}
}

// descent is gradient descent with momentum and a gain for each number, as in the authors' program.
type descent struct {
	points, speed, gain, slope []Point
	p                          weights
	theta2                     float32
	rate                       float64
	tree                       quadtree
	parts                      []float64 // of z, by block, so that the number of cores does not change their sum
	push                       [][2]float64
}

// gradient fills slope; the pull of neighbours is multiplied by factor.
func (d *descent) gradient(ctx context.Context, factor float64) error {
	n := len(d.points)
	d.tree.build(d.points)
	if d.push == nil {
		d.push, d.parts = make([][2]float64, n), make([]float64, (n+dots.Rows-1)/dots.Rows)
	}
	// In the order of the tree, so that one core's points walk the same squares.
	err := inBlocks(ctx, n, func(from, to int) {
		sum := 0.0
		for _, i := range d.tree.order[from:to] {
			x, y, z := d.tree.repulsion(d.points[i], d.theta2)
			d.push[i] = [2]float64{x, y}
			sum += z
		}
		d.parts[from/dots.Rows] = sum
	})
	if err != nil {
		return err
	}
	z := 0.0
	for _, part := range d.parts {
		z += part
	}
	return inBlocks(ctx, n, func(from, to int) {
		for i := from; i < to; i++ {
			p := d.points[i]
			var x, y float64
			for a := d.p.from[i]; a < d.p.from[i+1]; a++ {
				q := d.points[d.p.to[a]]
				dx, dy := p.X-q.X, p.Y-q.Y
				w := d.p.w[a] / (1 + dx*dx + dy*dy)
				x, y = x+float64(w*dx), y+float64(w*dy)
			}
			d.slope[i] = Point{float32(4 * (factor*x - d.push[i][0]/z)), float32(4 * (factor*y - d.push[i][1]/z))}
		}
	})
}

// step moves the points and puts their middle back to 0.
func (d *descent) step(gathering bool) {
	momentum := float32(0.8)
	if gathering {
		momentum = 0.5
	}
	rate := float32(d.rate)
	var x, y float64
	one := func(at, speed, gain *float32, slope float32) {
		if *speed*slope < 0 {
			*gain += 0.2
		} else {
			*gain = max(0.01, *gain*0.8)
		}
		*speed = momentum**speed - rate**gain*slope
		*at += *speed
	}
	for i := range d.points {
		p, v, g := &d.points[i], &d.speed[i], &d.gain[i]
		one(&p.X, &v.X, &g.X, d.slope[i].X)
		one(&p.Y, &v.Y, &g.Y, d.slope[i].Y)
		x, y = x+float64(p.X), y+float64(p.Y)
	}
	x, y = x/float64(len(d.points)), y/float64(len(d.points))
	for i := range d.points {
		d.points[i].X -= float32(x)
		d.points[i].Y -= float32(y)
	}
}
