package patchwork

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// CrossValidateOptions says how to divide the labelled images and how to train. The zero value is a good default.
type CrossValidateOptions struct {
	Folds      int              // 0 means 5
	Seed       uint64           // added to the project's seed
	BySubset   bool             // keep the images of a subset together; without it only equal files stay together
	Train      classify.Options // of each training; its seed is not read
	Replicates int              // of the bootstrap behind the intervals; 0 means 200, fewer for many labels
}

// OutOfFold are the scores of labelled images by models that have not learned from them.
type OutOfFold struct {
	Classes []string
	Fold    []int     // by row; -1 for one that took no part: excluded, without labels or without features
	p       []float32 // [rows, len(Classes)]; NaN where there is none
	tuned   bool      // the network of the features has learned from labels
}

// Scores are those of a row in the order of Classes, NaN for a class that its model had no labels of; nil for a row that took
// no part.
func (o *OutOfFold) Scores(row int) []float32 {
	if row < 0 || row >= len(o.Fold) || o.Fold[row] < 0 {
		return nil
	}
	return o.p[row*len(o.Classes) : (row+1)*len(o.Classes)]
}

// OutOfFold divides the labelled images, those held out included, into folds that are alike, and scores each fold by a
// classifier that was trained on the others. Nothing in the project changes. progress counts trainings; it may be nil.
//
// Errors: ErrNoFeatures; too few labelled images; impossible options; ctx's error.
func (p *Project) OutOfFold(ctx context.Context, o CrossValidateOptions, progress Progress) (*OutOfFold, error) {
	t, err := p.LabelsUnder("")
	if err != nil {
		return nil, err
	}
	return p.outOfFold(ctx, t, nil, o, progress)
}

// outOfFold is OutOfFold of labels at hand, without learning from those of doubt, which may be nil.
func (p *Project) outOfFold(ctx context.Context, t *labels.Table, doubt map[cellOf]bool, o CrossValidateOptions, progress Progress) (*OutOfFold, error) {
	reads, err := p.reads(ctx, o.Train, progress)
	if err != nil {
		return nil, err
	}
	defer reads.close()
	index := p.Images()
	seed := p.Settings().Seed + o.Seed
	group := func(r int) string { return index.At(r).Hash }
	if o.BySubset {
		group = func(r int) string { return index.At(r).Subset }
	}
	table := onlyRows{t, func(r int) bool { return !t.Excluded(r) && current(reads.store, index, r) }}
	fold, err := study.Folds(table, study.FoldOptions{Folds: o.Folds, Seed: seed, Group: group})
	if err != nil {
		return nil, err
	}
	out := &OutOfFold{Classes: t.Classes(), Fold: fold}
	file := reads.store.Spec().File
	out.tuned = tunedName.MatchString(strings.TrimSuffix(file, filepath.Ext(file)))
	out.p = slices.Repeat([]float32{float32(math.NaN())}, len(fold)*len(out.Classes))
	o.Train.Seed = seed
	folds := slices.Max(fold) + 1
	for f := range folds {
		if progress != nil {
			progress("training", f, folds)
		}
		// The fold is left out and not held out: held-out images would choose the epoch.
		d := reads.data(o.Train)
		d.Classes, d.Groups = out.Classes, t.Groups()
		d.Table = noneHeldOut{without{onlyRows{table, func(r int) bool { return fold[r] >= 0 && fold[r] != f }}, doubt}}
		m, err := classify.Train(ctx, d, o.Train, nil)
		if err != nil {
			return nil, fmt.Errorf("patchwork: training without fold %d of %d: %w", f+1, folds, err)
		}
		var test []int
		for r, of := range fold {
			if of == f {
				test = append(test, r)
			}
		}
		learned, row := m.Info().Classes, reads.of(m.Info().Options)
		values, err := m.Scores(ctx, len(test), func(i int) []float32 { return row(test[i]) })
		if err != nil {
			return nil, err
		}
		for i, r := range test {
			for k, name := range learned {
				out.p[r*len(out.Classes)+slices.Index(out.Classes, name)] = values[i*len(learned)+k]
			}
		}
	}
	if progress != nil {
		progress("training", folds, folds)
	}
	return out, nil
}

// without is a table in which some labels are unknown.
type without struct {
	evaluate.Table
	cells map[cellOf]bool
}

func (t without) Value(row, class int) labels.Tri {
	if t.cells[cellOf{row, class}] {
		return labels.Unknown
	}
	return t.Table.Value(row, class)
}

// CrossValidate measures classifiers on all labelled images, each by one that has not learned from it: for when there are too
// few labels to hold some out. In the report they are the validation side. It judges the way of training and not the saved
// model, which learns from more images; without Train in the options the way is that of the saved model, if there is one.
//
// Errors: as OutOfFold.
func (p *Project) CrossValidate(ctx context.Context, o CrossValidateOptions, progress Progress) (evaluate.Report, error) {
	if o.Train == (classify.Options{}) {
		m, err := p.Model()
		if err != nil && !errors.Is(err, ErrNoModel) {
			return evaluate.Report{}, err
		}
		if err == nil {
			o.Train = m.Info().Options
		}
	}
	scores, err := p.OutOfFold(ctx, o, progress)
	if err != nil {
		return evaluate.Report{}, err
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return evaluate.Report{}, err
	}
	index := p.Images()
	report, err := evaluate.Evaluate(evaluate.Data{
		Table: allHeldOut{onlyRows{t, func(r int) bool { return scores.Scores(r) != nil }}}, Scores: scores.Scores,
		Subset:    func(r int) string { return index.At(r).Subset },
		Bootstrap: &evaluate.Bootstrap{Replicates: o.Replicates, Seed: p.Settings().Seed + o.Seed},
	})
	if err == nil && scores.tuned {
		report.Notes = append(report.Notes, "the network of these features was tuned on labels of a project: where these images taught it, the figures are too good, although no classifier here has learned from the images that it judges; trust those of images that were held out before")
	}
	return report, err
}

// allHeldOut is a table of which every row is held out.
type allHeldOut struct{ evaluate.Table }

func (allHeldOut) Validation(int) bool { return true }

// CrossValidate shows how well classifiers do on images that they have not learned from, for all labelled images.
func (n *Notebook) CrossValidate(options ...CrossValidateOptions) evaluate.Report {
	var o CrossValidateOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	r, err := n.Project.CrossValidate(ctx, o, progress)
	done()
	check(err)
	fmt.Print(r)
	return r
}
