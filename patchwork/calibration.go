package patchwork

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/calibrate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// CalibrationOptions says how to calibrate. The zero value is a good default.
type CalibrationOptions struct {
	Method   string  // "platt", "temperature" or "beta"; "" is platt
	Strength float64 // how many labels of a class the fit over all classes counts as much as; 0 means 20
	Folds    int     // that the errors after calibration are measured on; 0 means 5
	Seed     uint64  // of the folds, added to the project's seed

	// OutOfFold fits on all labelled images, each scored by a model trained without its fold in the way of the saved one: for
	// when few images are held out or none. Those models learn from fewer images than the saved one, and so are a little less
	// certain of what is right.
	OutOfFold bool
}

// Calibration says how far scores can be taken for probabilities, and how to make them so.
type Calibration struct {
	Method  string             `json:"method" yaml:"method"`
	From    string             `json:"from" yaml:"from"`     // "held-out images" or "scores out of fold"
	Pooled  calibrate.Map      `json:"pooled" yaml:"pooled"` // fitted to all classes together
	Classes []ClassCalibration `json:"classes" yaml:"classes"`
}

// ClassCalibration is the calibration of one class.
type ClassCalibration struct {
	Class  string           `json:"class" yaml:"class"`
	Labels int              `json:"labels" yaml:"labels"` // with a score, that the map was fitted on
	Map    calibrate.Map    `json:"map" yaml:"map"`       // from a score to a probability
	Before CalibrationError `json:"before" yaml:"before"` // of the scores as they are
	After  CalibrationError `json:"after" yaml:"after"`   // of each image by maps that were fitted without its fold
}

// CalibrationError is how far scores are from probabilities. Lower is better.
type CalibrationError struct {
	ECE      evaluate.Number `json:"ece" yaml:"ece"`                   // ten bins of equal width
	Expected evaluate.Number `json:"ece_expected" yaml:"ece_expected"` // what calibrated scores would show
	LogLoss  evaluate.Number `json:"log_loss" yaml:"log_loss"`
	Brier    evaluate.Number `json:"brier" yaml:"brier"`
}

// Calibration fits maps from scores to probabilities, one a class, on the held-out images or out of fold, and measures them
// out of fold. It changes nothing; Calibrate also keeps the maps. progress counts the trainings of OutOfFold and may be nil.
//
// Errors: ErrNoModel; an unknown method; impossible options; too few images to fit on, or of one kind only; ctx's error.
func (p *Project) Calibration(ctx context.Context, o CalibrationOptions, progress Progress) (Calibration, error) {
	methods := []calibrate.Method{calibrate.Platt, calibrate.Temperature, calibrate.Beta}
	at := slices.IndexFunc(methods, func(m calibrate.Method) bool { return m.String() == o.Method || o.Method == "" })
	if at < 0 {
		return Calibration{}, fmt.Errorf("patchwork.CalibrationOptions: Method is %q; want one of %v", o.Method, methods)
	}
	d, err := p.evaluation()
	if err != nil {
		return Calibration{}, err
	}
	from, fold, err := p.calibrationFolds(ctx, &d, o, progress)
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: %s: %w", from, err)
	}
	r, err := fitCalibration(methods[at], d, fold, calibrate.Options{Strength: o.Strength})
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: %s: %w", from, err)
	}
	r.From = from
	return r, nil
}

// calibrationFolds divides the images that maps are fitted on; those of fold -1 take no part. Out of fold it also puts the
// scores of other models into d.
func (p *Project) calibrationFolds(ctx context.Context, d *evaluate.Data, o CalibrationOptions, progress Progress) (from string, fold []int, err error) {
	if !o.OutOfFold {
		table, scores := d.Table, d.Scores
		held := onlyRows{table, func(row int) bool { return table.Validation(row) && !table.Excluded(row) && scores(row) != nil }}
		if !anyKnown(held) {
			return "held-out images", nil, errors.New("none with a score is labelled; hold some out, as with p.Split(0.2), and train again, or fit out of fold (--out-of-fold, OutOfFold)")
		}
		fold, err = study.Folds(held, study.FoldOptions{Folds: o.Folds, Seed: p.Settings().Seed + o.Seed})
		return "held-out images", fold, err
	}
	m, err := p.Model()
	if err != nil {
		return "scores out of fold", nil, err
	}
	other, err := p.OutOfFold(ctx, CrossValidateOptions{Folds: o.Folds, Seed: o.Seed, Train: m.Info().Options}, progress)
	if err != nil {
		return "scores out of fold", nil, err
	}
	d.Scores = other.Scores
	return "scores out of fold", other.Fold, nil
}

// anyKnown says whether a table has a label.
func anyKnown(t evaluate.Table) bool {
	for row := range t.Len() {
		for class := range t.Classes() {
			if !t.Excluded(row) && t.Value(row, class) != labels.Unknown {
				return true
			}
		}
	}
	return false
}

// fitCalibration fits and measures on the images of folds from 0 on.
func fitCalibration(method calibrate.Method, d evaluate.Data, fold []int, options calibrate.Options) (Calibration, error) {
	names := d.Table.Classes()
	samples := make([]calibrate.Sample, len(names))
	kept := slices.DeleteFunc(slices.Clone(fold), func(f int) bool { return f < 0 })
	for c := range names {
		samples[c].Scores, samples[c].Truth = column(d, c, func(row int) bool { return row < len(fold) && fold[row] >= 0 })
	}
	maps, pooled, err := calibrate.FitClasses(method, samples, options)
	if err != nil {
		return Calibration{}, err
	}
	after, err := calibrate.OutOfFold(method, samples, kept, options)
	if err != nil {
		return Calibration{}, err
	}
	r := Calibration{Method: method.String(), Pooled: pooled, Classes: []ClassCalibration{}}
	for c, name := range names {
		truth := scored(samples[c].Scores, samples[c].Truth)
		class := ClassCalibration{Class: name, Map: maps[c]}
		for _, t := range truth {
			if t != labels.Unknown {
				class.Labels++
			}
		}
		var errBefore, errAfter error
		class.Before, errBefore = calibrationError(samples[c].Scores, truth)
		class.After, errAfter = calibrationError(after[c], truth)
		if err := errors.Join(errBefore, errAfter); err != nil && class.Labels > 0 {
			return Calibration{}, fmt.Errorf("class %s: %w", name, err)
		}
		r.Classes = append(r.Classes, class)
	}
	return r, nil
}

// calibrationError measures; without a known label all is missing.
func calibrationError(scores []float32, truth []labels.Tri) (e CalibrationError, err error) {
	ece, expected, err1 := evaluate.ECE(scores, truth, evaluate.BinOptions{})
	brier, err2 := evaluate.BrierScore(scores, truth, evaluate.BinOptions{})
	loss, err3 := evaluate.LogLoss(scores, truth)
	if err := errors.Join(err1, err2, err3); err != nil {
		nan := evaluate.Number(math.NaN())
		return CalibrationError{nan, nan, nan, nan}, err
	}
	return CalibrationError{evaluate.Number(ece), evaluate.Number(expected), evaluate.Number(loss), evaluate.Number(brier.Score)}, nil
}

// String is a table: calibration error and log loss as they are and after calibration, and the map.
func (r Calibration) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "class\tlabels\tcalibration error\texpected\tafter\tlog loss\tafter\tmap")
	for _, c := range r.Classes {
		fmt.Fprintf(w, "%s\t%d\t%v\t%v\t%v\t%v\t%v\t%v\n", c.Class, c.Labels, c.Before.ECE, c.Before.Expected, c.After.ECE, c.Before.LogLoss, c.After.LogLoss, c.Map)
	}
	w.Flush()
	fmt.Fprintf(&b, "by %s on %s, measured out of fold; expected is the error that calibrated scores would show on so few images\n", r.Method, r.From)
	return b.String()
}
