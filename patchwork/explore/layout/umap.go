package layout

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// UMAPOptions configures UMAP. The zero value is a good default.
type UMAPOptions struct {
	MinDist float64 // how near points may come, of about 10 across a cluster; 0 means 0.1; up to Spread
	Spread  float64 // scale of the distances that count as near; 0 means 1
	Rounds  int     // 0 means 500 for up to 10,000 points and 200 above; a third of it where Warm
	Warm    bool    // start is an earlier layout, to be changed little: its size is kept, and steps begin at a quarter
	Seed    uint64

	Progress func(done, total int) // called after each round, if it is there
}

func (o UMAPOptions) check() error {
	var errs []error
	if o.MinDist < 0 || o.Spread < 0 || math.IsNaN(o.MinDist+o.Spread) || o.MinDist > or(o.Spread, 1) {
		errs = append(errs, fmt.Errorf("layout.UMAPOptions: MinDist is %g and Spread %g; want 0 ≤ MinDist ≤ Spread", o.MinDist, o.Spread))
	}
	if o.Rounds < 0 {
		errs = append(errs, fmt.Errorf("layout.UMAPOptions: Rounds is %d; want 1 or more, or 0 for the default", o.Rounds))
	}
	return errors.Join(errs...)
}

// or is v, or d where v is zero.
func or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// UMAP moves points from where start puts them so that neighbours in g come near each other and others do not.
//
// Each pair of neighbours is visited in proportion to its weight (see fuzzy): it is pulled together, and one of the two is
// pushed away from 5 points drawn at random. Steps shrink from 1 to 0.
//
// Source: McInnes, Healy and Melville 2018, algorithm 5, in the form of umap-learn; docs/layout.md lists the differences.
// Time: rounds · Σ weights · 6 steps, on one core, because each step needs the one before.
//
// Errors: a graph that is none; start of another length or with a point that has no place; ctx is done.
func UMAP(ctx context.Context, g Graph, start []Point, o UMAPOptions) ([]Point, error) {
	points, err := begin(g, start, o.check())
	if err != nil || g.N < 2 {
		return points, err
	}
	size := float32(1)
	if !o.Warm {
		Fit(points)
		size = 5 // steps are made for a plane of about ten across
	}
	r := rand.New(rand.NewPCG(o.Seed, 0x756d6170))
	for i := range points {
		points[i].X = size*points[i].X + float32(1e-4*r.NormFloat64())
		points[i].Y = size*points[i].Y + float32(1e-4*r.NormFloat64())
	}
	rounds, rate := 200, 1.0
	if g.N <= 10_000 {
		rounds = 500
	}
	if o.Warm {
		rounds, rate = rounds/3, 0.25
	}
	rounds = or(o.Rounds, rounds)
	m := newMover(fuzzy(g), points, newCurve(or(o.MinDist, 0.1), or(o.Spread, 1)), rounds, r)
	for round := range rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.round(round, float32(rate*(1-float64(round)/float64(rounds))))
		if o.Progress != nil {
			o.Progress(round+1, rounds)
		}
	}
	return points, nil
}

// begin checks what a layout starts from and copies start.
func begin(g Graph, start []Point, options error) ([]Point, error) {
	if err := errors.Join(options, g.check()); err != nil {
		return nil, err
	}
	if len(start) != g.N {
		return nil, fmt.Errorf("layout: %d places to start from for %d points; want one each", len(start), g.N)
	}
	for i, p := range start {
		if !p.Placed() {
			return nil, fmt.Errorf("layout: point %d has no place to start from; Carry gives it one", i)
		}
	}
	return append([]Point(nil), start...), nil
}

// mover visits pairs of neighbours, each so often that the surest is visited in every round.
type mover struct {
	points   []Point
	curve    *curve
	from, to []int32
	every    []float32 // rounds from one visit to the next
	due      []float32 // round of the next visit
	dueOther []float32 // the same for the points drawn at random
	random   *rand.Rand
}

const others = 5 // points drawn at random for each visit

func newMover(w weights, points []Point, c *curve, rounds int, r *rand.Rand) *mover {
	largest := float32(0)
	for _, v := range w.w {
		largest = max(largest, v)
	}
	m := &mover{points: points, curve: c, random: r}
	for i := range points {
		for a := w.from[i]; a < w.from[i+1]; a++ {
			if w.w[a] < largest/float32(rounds) {
				continue // would never be due
			}
			every := largest / w.w[a]
			m.from, m.to = append(m.from, int32(i)), append(m.to, w.to[a])
			m.every, m.due, m.dueOther = append(m.every, every), append(m.due, every), append(m.dueOther, every/others)
		}
	}
	return m
}

func (m *mover) round(round int, rate float32) {
	now, n := float32(round), uint64(len(m.points))
	for e, due := range m.due {
		if due > now {
			continue
		}
		i, j := m.from[e], m.to[e]
		p, q := m.points[i], m.points[j]
		x, y := p.X-q.X, p.Y-q.Y
		pull := m.curve.pull(x*x + y*y)
		x, y = rate*clip(pull*x), rate*clip(pull*y)
		p = Point{p.X + x, p.Y + y}
		m.points[j] = Point{q.X - x, q.Y - y}
		m.due[e] += m.every[e]
		between := m.every[e] / others
		draws := int((now - m.dueOther[e]) / between)
		for range draws {
			k := int32((m.random.Uint64() >> 32) * n >> 32)
			if k == i {
				continue
			}
			o := m.points[k]
			x, y := p.X-o.X, p.Y-o.Y
			d2 := x*x + y*y
			if d2 <= 0 {
				continue
			}
			push := m.curve.push(d2)
			p = Point{p.X + rate*clip(push*x), p.Y + rate*clip(push*y)}
		}
		m.points[i] = p
		m.dueOther[e] += float32(draws) * between
	}
}

// clip keeps one step from throwing a point out of the picture.
func clip(v float32) float32 { return max(-4, min(4, v)) }
