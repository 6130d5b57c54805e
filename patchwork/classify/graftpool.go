package classify

import "github.com/gopatchwork/patchwork/patchwork/classify/semi"

// Guessed are the rows whose unknown labels the model guesses, and the thresholds from which it does, which See moves; none without
// Options.Semi. The slice is shared.
func (g *Graft) Guessed() (rows []int, rule *semi.Rule) {
	if g.pool == nil || g.pool.rule == nil {
		return nil, nil
	}
	return g.pool.rows, g.pool.rule
}

// Unknown says whether the row at a position among those guessed has no label of a class.
func (g *Graft) Unknown(position, class int) bool { return g.pool.isUnknown(position, class) }

// UnknownCells writes 1 for each class that the row at a position among those guessed has no label of to dst, else 0.
func (g *Graft) UnknownCells(position int, dst []float32) { g.pool.cells(position, dst) }

// Domains are the rows of each subset to be made alike; none without Options.Confusion. The slices are shared.
func (g *Graft) Domains() [][]int {
	if g.pool == nil {
		return nil
	}
	return g.pool.domains
}

// Warn adds to what Info.Warnings will say.
func (g *Graft) Warn(text string) { g.t.warn(text) }
