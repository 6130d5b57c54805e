package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Train learns from the labels of some rows and returns a figure of the others, such as the mean AUC; NaN where these
// cannot give one. It must look at no label outside the two lists.
type Train func(ctx context.Context, learn, test []int) (figure float64, err error)

// CurveOptions says which studies to run. Budgets is required.
type CurveOptions struct {
	Budgets []int // numbers of images to learn from, ascending
	FoldOptions

	// Repeats is how often the images are divided anew; 0 means 1. There are Folds·Repeats trainings for each budget.
	Repeats int
}

// Point is what a number of labelled images leads to.
type Point struct {
	Budget int               `json:"budget" yaml:"budget"` // images asked for
	Images float64           `json:"images" yaml:"images"` // images learned from on average: whole groups, at most what a division leaves
	Figure evaluate.Interval `json:"figure" yaml:"figure"` // mean over trainings, at 95 %
	Values []evaluate.Number `json:"values" yaml:"values"` // of each training; missing where it gave none
}

// LearningCurve trains on more and more images and measures each model on images that none of those it compares has learned
// from: one fold is the test, and the budgets are taken from the others, each containing the one before, whole groups at a
// time in an order by lot. So no group is on both sides, and a longer curve differs from a shorter one by its new budgets only.
//
//	figure = mean over trainings ± t·√((1/J + 1/(Folds-1))·s²)        J trainings, t with J-1 degrees of freedom
//
// Trainings share images, so s²/J alone would promise too much; the second term, test images over the others, makes up for
// that. The interval is about a model trained on so many images, not about one of those trained here. It is missing with
// fewer than two figures, and where all are alike.
//
// Errors: those of Folds; budgets that are not ascending and above 0; Train is nil; what Train returns, with the budget.
//
// Source of the interval: Nadeau and Bengio 2003, "Inference for the Generalization Error", Machine Learning 52:239-281,
// section 3, the corrected resampled t test.
func LearningCurve(ctx context.Context, t evaluate.Table, o CurveOptions, train Train) ([]Point, error) {
	if err := o.check(train); err != nil {
		return nil, err
	}
	points := make([]Point, len(o.Budgets))
	var tests, others float64 // images, summed over trainings
	for i, budget := range o.Budgets {
		points[i].Budget = budget
	}
	trainings := 0
	for repeat := range max(o.Repeats, 1) {
		f := o.FoldOptions
		f.Seed = o.Seed + uint64(repeat)<<32
		fold, err := Folds(t, f)
		if err != nil {
			return nil, err
		}
		for held := range slices.Max(fold) + 1 {
			order, test := lots(t, fold, held, f)
			trainings++
			tests += float64(len(test))
			for _, g := range order {
				others += float64(len(g.rows))
			}
			for i, budget := range o.Budgets {
				learn := upTo(order, budget)
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				figure, err := train(ctx, slices.Clone(learn), slices.Clone(test))
				if err != nil {
					return nil, fmt.Errorf("study: training on %d images, fold %d: %w", len(learn), held, err)
				}
				points[i].Values = append(points[i].Values, evaluate.Number(figure))
				points[i].Images += float64(len(learn))
			}
		}
	}
	for i := range points {
		p := &points[i]
		p.Figure = corrected(p.Values, tests/others)
		p.Images /= float64(trainings)
	}
	return points, nil
}

func (o CurveOptions) check(train Train) error {
	if train == nil {
		return errors.New("study: Train is nil; want what to do with the images")
	}
	ok := len(o.Budgets) > 0 && o.Budgets[0] > 0 && slices.IsSorted(o.Budgets) && len(slices.Compact(slices.Clone(o.Budgets))) == len(o.Budgets)
	if !ok {
		return fmt.Errorf("study.CurveOptions: Budgets is %d; want numbers of images above 0, ascending, as 20, 50, 100", o.Budgets)
	}
	if o.Repeats < 0 {
		return fmt.Errorf("study.CurveOptions: Repeats is %d; want 1 or more, or 0 for 1", o.Repeats)
	}
	return nil
}

// lots are the groups outside a fold in an order by lot, and the rows of the fold.
func lots(t evaluate.Table, fold []int, held int, o FoldOptions) (order []group, test []int) {
	for _, g := range groupsOf(t, o.Group) {
		if fold[g.rows[0]] == held {
			test = append(test, g.rows...)
		} else {
			order = append(order, g)
		}
	}
	random := rand.New(rand.NewPCG(o.Seed, 0x6c6f7473<<8|uint64(held)))
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.Sort(test)
	return order, test
}

// upTo is the rows of the first groups that together have at most budget rows, and of the first in any case.
func upTo(order []group, budget int) (rows []int) {
	for i, g := range order {
		if i > 0 && len(rows)+len(g.rows) > budget {
			break
		}
		rows = append(rows, g.rows...)
	}
	return rows
}

// corrected is the mean of the figures that there are, with its interval; ratio is test images over the others.
func corrected(values []evaluate.Number, ratio float64) evaluate.Interval {
	var known []float64
	for _, v := range values {
		if v.Known() {
			known = append(known, float64(v))
		}
	}
	nan := evaluate.Number(math.NaN())
	n := float64(len(known))
	mean, variance := stat.Mean(known, nil), 0.0
	if n > 1 {
		variance = stat.Variance(known, nil)
	}
	if variance == 0 {
		return evaluate.Interval{Value: evaluate.Number(mean), Low: nan, High: nan}
	}
	t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975)
	half := evaluate.Number(t * math.Sqrt((1/n+ratio)*variance))
	return evaluate.Interval{Value: evaluate.Number(mean), Low: evaluate.Number(mean) - half, High: evaluate.Number(mean) + half}
}
