package patchwork

import (
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
}

// Calibration says how far scores can be taken for probabilities, and how to make them so.
type Calibration struct {
	Method  string             `json:"method"`
	Pooled  calibrate.Map      `json:"pooled"` // fitted to all classes together
	Classes []ClassCalibration `json:"classes"`
}

// ClassCalibration is the calibration of one class.
type ClassCalibration struct {
	Class  string           `json:"class"`
	Labels int              `json:"labels"` // held-out ones with a score
	Map    calibrate.Map    `json:"map"`    // from a score to a probability
	Before CalibrationError `json:"before"` // of the scores as they are
	After  CalibrationError `json:"after"`  // of each image by maps that were fitted without its fold
}

// CalibrationError is how far scores are from probabilities. Lower is better.
type CalibrationError struct {
	ECE      evaluate.Number `json:"ece"`          // ten bins of equal width
	Expected evaluate.Number `json:"ece_expected"` // what calibrated scores would show
	LogLoss  evaluate.Number `json:"log_loss"`
	Brier    evaluate.Number `json:"brier"`
}

// Calibration fits maps from scores to probabilities on the held-out images, one a class, and measures them out of fold.
//
// Errors: ErrNoModel; an unknown method; impossible options; too few held-out images, or of one kind only.
func (p *Project) Calibration(o CalibrationOptions) (Calibration, error) {
	methods := []calibrate.Method{calibrate.Platt, calibrate.Temperature, calibrate.Beta}
	at := slices.IndexFunc(methods, func(m calibrate.Method) bool { return m.String() == o.Method || o.Method == "" })
	if at < 0 {
		return Calibration{}, fmt.Errorf("patchwork.CalibrationOptions: Method is %q; want one of %v", o.Method, methods)
	}
	method := methods[at]
	d, err := p.evaluation()
	if err != nil {
		return Calibration{}, err
	}
	fold, err := study.Folds(onlyRows{d.Table, func(row int) bool { return d.Table.Validation(row) && !d.Table.Excluded(row) && d.Scores(row) != nil }},
		study.FoldOptions{Folds: o.Folds, Seed: p.Settings().Seed + o.Seed})
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: held-out images: %w", err)
	}
	names := d.Table.Classes()
	samples := make([]calibrate.Sample, len(names))
	kept := slices.DeleteFunc(slices.Clone(fold), func(f int) bool { return f < 0 })
	for c := range names {
		samples[c].Scores, samples[c].Truth = column(d, c, func(row int) bool { return fold[row] >= 0 })
	}
	options := calibrate.Options{Strength: o.Strength}
	maps, pooled, err := calibrate.FitClasses(method, samples, options)
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: held-out images: %w", err)
	}
	after, err := calibrate.OutOfFold(method, samples, kept, options)
	if err != nil {
		return Calibration{}, fmt.Errorf("patchwork: held-out images: %w", err)
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
			return Calibration{}, fmt.Errorf("patchwork: class %s: %w", name, err)
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
	fmt.Fprintf(&b, "by %s, measured out of fold; expected is the error that calibrated scores would show on so few images\n", r.Method)
	return b.String()
}
