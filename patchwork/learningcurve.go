package patchwork

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// LearningCurveOptions says what to try. The zero value is a good default.
type LearningCurveOptions struct {
	Budgets  []int            // numbers of labelled images to learn from, ascending; nil doubles from 10 to all but one fold
	Folds    int              // 0 means 5
	Repeats  int              // how often to divide the images anew; 0 means 1
	Seed     uint64           // added to the project's seed
	BySubset bool             // test on images of other subsets than those learned from; without it only equal files stay together
	Train    classify.Options // of each training
}

// LearningCurve is what so many labelled images lead to.
type LearningCurve []study.Point

// LearningCurve trains classifiers on more and more of the labelled images and measures each on images that it has not
// learned from; see study.LearningCurve. The figure is the mean AUC of the classes, where a class that a training had no
// labels of counts as chance, 0.5. All labelled images take part, those held out too. progress counts trainings; it may be
// nil. Nothing in the project changes.
//
// Errors: ErrNoFeatures; too few labelled images; impossible options; ctx's error.
func (p *Project) LearningCurve(ctx context.Context, o LearningCurveOptions, progress Progress) (LearningCurve, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return nil, err
	}
	reads, err := p.reads(ctx, o.Train, progress)
	if err != nil {
		return nil, err
	}
	defer reads.close()
	index := p.Images()
	s := &curveStudy{seed: p.Settings().Seed + o.Seed, reading: reads, options: o.Train,
		table: onlyRows{t, func(r int) bool { return !t.Excluded(r) && current(reads.store, index, r) }}}
	s.options.Seed += s.seed
	c := study.CurveOptions{Budgets: o.Budgets, Repeats: o.Repeats, FoldOptions: study.FoldOptions{Folds: o.Folds, Seed: s.seed}}
	c.Group = func(r int) string {
		if o.BySubset {
			return index.At(r).Subset
		}
		return index.At(r).Hash
	}
	fold, err := study.Folds(s.table, c.FoldOptions) // how many there are, before the work
	if err != nil {
		return nil, err
	}
	if c.Budgets == nil {
		c.Budgets = doubling(fold)
	}
	total := len(c.Budgets) * max(o.Repeats, 1) * (slices.Max(fold) + 1)
	points, err := study.LearningCurve(ctx, s.table, c, func(ctx context.Context, learn, test []int) (float64, error) {
		figure, err := s.train(ctx, learn, test)
		if s.done++; progress != nil {
			progress("training", s.done, total)
		}
		return figure, err
	})
	for i := range points { // an area has ends that the interval of a mean knows nothing of
		f := &points[i].Figure
		f.Low, f.High = max(f.Low, 0), min(f.High, 1)
	}
	return points, err
}

// doubling is 10, 20, 40 … and the number of rows outside the first fold.
func doubling(fold []int) (budgets []int) {
	rest := 0
	for _, f := range fold {
		if f > 0 {
			rest++
		}
	}
	for n := 10; n < rest; n *= 2 {
		budgets = append(budgets, n)
	}
	return append(budgets, rest)
}

// curveStudy is what all trainings have in common.
type curveStudy struct {
	*reading
	seed    uint64
	table   evaluate.Table
	options classify.Options
	done    int

	begun   func()               // hears that a training begins; may be nil
	onPoint func(classify.Point) // of its curve; may be nil
}

// train learns from some rows and returns the mean AUC of others.
func (s *curveStudy) train(ctx context.Context, learn, test []int) (float64, error) {
	classes := s.table.Classes()
	slices.Sort(learn)
	// Test images are excluded, not held out: held-out ones would choose the epoch.
	d := s.data(s.options)
	d.Classes = classes
	d.Table = noneHeldOut{onlyRows{s.table, func(r int) bool { _, ok := slices.BinarySearch(learn, r); return ok }}}
	if s.begun != nil {
		s.begun()
	}
	m, err := classify.Train(ctx, d, s.options, s.onPoint)
	if err != nil {
		return math.NaN(), err
	}
	learned, row := m.Info().Classes, s.of(m.Info().Options)
	values, err := m.Scores(ctx, len(test), func(i int) []float32 { return row(test[i]) })
	if err != nil {
		return math.NaN(), err
	}
	sum, n := 0.0, 0
	for class, name := range classes {
		column := slices.Index(learned, name)
		scores := make([]float32, len(test))
		truth := make([]labels.Tri, len(test))
		for i, r := range test {
			truth[i] = s.table.Value(r, class)
			if column >= 0 {
				scores[i] = values[i*len(learned)+column]
			}
		}
		if auc, err := evaluate.AUC(scores, truth); err == nil { // equal scores give 0.5
			sum, n = sum+float64(auc.Value), n+1
		}
	}
	return sum / float64(n), nil // NaN where no class has both sides
}

// noneHeldOut is a table of which no row is held out.
type noneHeldOut struct{ evaluate.Table }

func (noneHeldOut) Validation(int) bool { return false }

// String is a table: images learned from, and the mean AUC.
func (c LearningCurve) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "images\tlearned from\tmean AUC\ttrainings")
	for _, p := range c {
		fmt.Fprintf(w, "%d\t%.1f\t%v\t%d\n", p.Budget, p.Images, p.Figure, len(p.Values))
	}
	w.Flush()
	if len(c) > 0 && !slices.ContainsFunc(c, func(p study.Point) bool { return p.Figure.Value.Known() }) {
		b.WriteString(noFoldHasBoth)
	}
	return b.String()
}

// noFoldHasBoth says why no area could be measured.
const noFoldHasBoth = "note: no fold has both present and absent labels of a class, so there is no AUC; label some of both kinds\n"
