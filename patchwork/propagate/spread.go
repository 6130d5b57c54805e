package propagate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// Scores are the answers of Spread.
type Scores struct {
	Classes int
	Values  []float32 // [rows, Classes], 0 to 1; NaN where no label is reached
	Reached []int     // by class: rows with a score, labelled ones included
	Steps   int       // of conjugate gradients, the most that a class took
}

// Of is the scores of a row. The result is only to be read.
func (s *Scores) Of(row int) []float32 { return s.Values[row*s.Classes : (row+1)*s.Classes] }

// Spread gives every row of the graph a score for each class. value says what is known of a row: 0 to 1, NaN for unknown; it
// may be called from several goroutines. A labelled row keeps its value, unless Options.Trust says otherwise. A row that no
// label of the class reaches has NaN, and so has a row without neighbours and label: raise the K of the graph to reach more.
//
// Classes are solved one by one on all cores; a step takes time in proportion to the edges of the graph. No number of cores
// changes a result.
//
// Errors: no graph; a wrong option; a value outside [0, 1]; Steps do not suffice; ctx is done.
func Spread(ctx context.Context, g *explore.Graph, classes int, value func(row, class int) float64, o Options) (*Scores, error) {
	s, err := newSpreader(g, classes, o)
	if err != nil {
		return nil, err
	}
	return s.spread(ctx, value)
}

// spreader is a graph that is ready for labels.
type spreader struct {
	g       *explore.Graph
	m       *weights
	classes int
	o       Options
}

func newSpreader(g *explore.Graph, classes int, o Options) (*spreader, error) {
	if g == nil {
		return nil, errors.New("propagate: there is no graph; make one with explore.Vectors.Graph")
	}
	o = o.withDefaults()
	if err := o.check(g); err != nil {
		return nil, err
	}
	return &spreader{g, newWeights(g, o.Temperature), classes, o}, nil
}

func (s *spreader) spread(ctx context.Context, value func(row, class int) float64) (*Scores, error) {
	out := &Scores{Classes: s.classes, Values: make([]float32, s.g.N*s.classes), Reached: make([]int, s.classes)}
	errs, queue := make([]error, s.classes), make(chan int)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	var mu sync.Mutex // guards Steps and done
	done := 0
	for range min(runtime.GOMAXPROCS(0), s.classes) {
		workers.Go(func() {
			for class := range queue {
				steps, err := s.class(ctx, class, value, out)
				if errs[class] = err; err != nil {
					cancel()
				}
				mu.Lock()
				out.Steps = max(out.Steps, steps)
				if done++; s.o.Progress != nil && err == nil {
					s.o.Progress(done, s.classes)
				}
				mu.Unlock()
			}
		})
	}
	for class := range s.classes {
		queue <- class
	}
	close(queue)
	workers.Wait()
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err // what made the others end
		}
	}
	return out, first
}

// class fills the scores of one class.
func (s *spreader) class(ctx context.Context, class int, value func(row, class int) float64, out *Scores) (steps int, err error) {
	n := s.g.N
	y, count := make([]float64, n), make([]int32, n) // by first of the copies: sum and number of values
	for row := range n {
		v := value(row, class)
		if math.IsNaN(v) {
			continue
		}
		if v < 0 || v > 1 {
			return 0, fmt.Errorf("propagate: row %d has the value %g for class %d; want 0 to 1, or NaN for unknown", row, v, class)
		}
		at := s.first(row)
		y[at] += v
		count[at]++
	}
	reached := make([]bool, s.m.parts)
	for i, k := range count {
		if k > 0 {
			y[i] /= float64(k)
			reached[s.m.part[i]] = true
		}
	}
	x, steps, err := s.solve(ctx, y, count, reached)
	if err != nil {
		return steps, err
	}
	for row := range n {
		at := s.first(row)
		score := x[at]
		if v := value(row, class); s.o.Trust == 0 && !math.IsNaN(v) {
			score = v
		}
		if out.Values[row*s.classes+class] = float32(score); !math.IsNaN(score) {
			out.Reached[class]++
		}
	}
	return steps, nil
}

func (s *spreader) first(row int) int {
	if s.o.Same == nil {
		return row
	}
	return int(s.o.Same[row])
}

// solve is the scores of the places of the graph, NaN where none is reached.
func (s *spreader) solve(ctx context.Context, y []float64, count []int32, reached []bool) (x []float64, steps int, err error) {
	n := len(y)
	sys := &system{m: s.m, diagonal: s.m.degree}
	held := func(i int) bool { return count[i] > 0 && s.o.Trust == 0 }
	x = make([]float64, n)
	var start pair // the means of the labels, to begin with
	sources := 0.0
	for i := range n {
		x[i] = math.NaN()
		d := s.m.degree[i]
		switch {
		case count[i] > 0 && (held(i) || d == 0):
			x[i] = y[i]
		case reached[s.m.part[i]] && d > 0:
			sys.free = append(sys.free, int32(i))
		}
		if count[i] > 0 && d > 0 {
			h := 1 / math.Sqrt(d)
			start[0], start[1], sources = start[0]+h*y[i], start[1]+h, sources+1
		}
	}
	if len(sys.free) == 0 {
		return x, 0, nil
	}
	b, p := make([]pair, n), make([]pair, n)
	if s.o.Trust > 0 {
		sys.diagonal = slices.Clone(s.m.degree)
	}
	for _, i := range sys.free {
		p[i] = pair{start[0] / sources, start[1] / sources}
		if count[i] > 0 { // soft: its label is one more neighbour
			d := s.m.degree[i]
			sys.diagonal[i] += s.o.Trust * d
			b[i] = pair{s.o.Trust * math.Sqrt(d) * y[i], s.o.Trust * math.Sqrt(d)}
		}
		for e := s.m.from[i]; e < s.m.from[i+1]; e++ {
			if j := s.m.to[e]; held(int(j)) {
				h := float64(s.m.w[e]) / math.Sqrt(s.m.degree[j])
				b[i][0] += h * y[j]
				b[i][1] += h
			}
		}
	}
	steps, err = sys.solve(ctx, b, p, s.o.Tolerance, s.o.Steps)
	for _, i := range sys.free {
		x[i] = max(0, min(1, p[i][0]/p[i][1]))
	}
	return x, steps, err
}
