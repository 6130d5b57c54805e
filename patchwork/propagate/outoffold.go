package propagate

import (
	"context"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/explore"
)

// OutOfFold gives every labelled row the score that the labels of other folds spread to it, so that a label can be compared
// with what it would be without itself. fold is 0 or more by row, -1 for a row whose labels are not used at all; copies
// (Options.Same) are in the fold of the first of them that has one. Rows without a fold have NaN. Reached counts the rows
// with a score.
//
// Errors: those of Spread; fold has another length than the graph.
func OutOfFold(ctx context.Context, g *explore.Graph, classes int, value func(row, class int) float64, fold []int, o Options) (*Scores, error) {
	progress := o.Progress
	o.Progress = nil
	s, err := newSpreader(g, classes, o)
	if err != nil {
		return nil, err
	}
	if len(fold) != g.N {
		return nil, fmt.Errorf("propagate: folds of %d rows and a graph of %d; want as many", len(fold), g.N)
	}
	of, folds := make([]int, g.N), 0 // by first of the copies
	for i := range of {
		of[i] = -1
	}
	for row, f := range fold {
		if at := s.first(row); f >= 0 && of[at] < 0 {
			of[at] = f
		}
		folds = max(folds, f+1)
	}
	out := &Scores{Classes: classes, Values: make([]float32, g.N*classes), Reached: make([]int, classes)}
	for i := range out.Values {
		out.Values[i] = float32(math.NaN())
	}
	for f := range folds {
		if progress != nil {
			progress(f, folds)
		}
		part, err := s.spread(ctx, func(row, class int) float64 {
			if mine := of[s.first(row)]; mine < 0 || mine == f || fold[row] < 0 {
				return math.NaN()
			}
			return value(row, class)
		})
		if err != nil {
			return nil, err
		}
		out.Steps = max(out.Steps, part.Steps)
		for row := range fold {
			if fold[row] < 0 || of[s.first(row)] != f {
				continue
			}
			copy(out.Of(row), part.Of(row))
			for class, score := range part.Of(row) {
				if score == score {
					out.Reached[class]++
				}
			}
		}
	}
	if progress != nil {
		progress(folds, folds)
	}
	return out, nil
}
