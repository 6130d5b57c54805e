package patchwork

import (
	"context"
	"fmt"
)

// tell runs what a cell asks for, with progress, until it is done or the kernel is interrupted, and shows the result.
func tell[O any, R fmt.Stringer](options []O, run func(context.Context, O, Progress) (R, error)) R {
	var o O
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	r, err := run(ctx, o, progress)
	done()
	return shown(r, err)
}

// Propagate spreads the labels over all images, shows what was reached, and returns it.
func (n *Notebook) Propagate(options ...PropagateOptions) PropagateReport {
	return tell(options, n.Project.Propagate)
}

// Suspects shows which labels are probably errors, with the images, the most doubtful first, and returns them.
func (n *Notebook) Suspects(options ...SuspectOptions) SuspectReport {
	r := tell(options, n.Project.Suspects)
	var picks []Suggestion
	for _, s := range r.Suspects[:min(16, len(r.Suspects))] {
		picks = append(picks, Suggestion{Row: s.Row, Image: s.Image, Score: s.Score, Reason: s.Reason})
	}
	n.showPicks(picks)
	return r
}

// Doubles shows which images show the same, where they leak and where their labels differ, and returns that.
func (n *Notebook) Doubles(options ...DoubleOptions) DoublesReport {
	return tell(options, n.Project.Doubles)
}

// Outliers shows the images most unlike all others, and returns them.
func (n *Notebook) Outliers(count int) []Suggestion {
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	picks, err := n.Project.Outliers(ctx, count, progress)
	done()
	check(err)
	n.showPicks(picks)
	return picks
}
