package calibrate

import (
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// ErrOneSided means that the known labels are all present or all absent, or that there are none.
var ErrOneSided = errors.New("calibrate: the known labels are all present, or all absent; label some of the other kind")

// Sample is the scores and labels of one class: an entry for each image. Unknown labels are left out.
type Sample struct {
	Scores []float32 // probabilities in [0, 1]; NaN for no score, which is left out
	Truth  []labels.Tri
}

// Fit finds the map of a method that makes the labels most likely, by Newton's method.
//
//	maximise  Σ t·ln q + (1-t)·ln(1-q)        q = map of the score,
//	t = (P+1)/(P+2) for the P present images, 1/(N+2) for the N absent ones
//
// Platt's targets t, which all methods use here, keep the slopes finite also where the scores divide present from absent
// images perfectly. A slope that would be negative is 0, so that the map never turns the order of images over.
//
// Errors: the lengths differ; a score outside [0, 1]; no present or no absent image (ErrOneSided); an unknown method.
func Fit(method Method, s Sample) (Map, error) {
	o, err := prepare(method, s)
	if err != nil {
		return Identity, err
	}
	if o.present == 0 || o.absent == 0 {
		return Identity, ErrOneSided
	}
	return method.mapOf(o.minimise()), nil
}

// Options says how classes borrow from each other. The zero value is a good default.
type Options struct {
	// Strength is how many labels of a class the fit over all classes counts as much as; 0 means 20.
	Strength float64
}

// FitClasses fits a map for each class, drawn towards the map of all classes taken together where a class has few labels.
//
//	maximise  Σ_class t·ln q + (1-t)·ln(1-q)  -  Strength/2 · (θ-θ₀)ᵀ H (θ-θ₀)
//
// θ are the parameters of the class and θ₀ those of the pooled fit. H is what one label tells about them on average: the
// mean over all labels of q(1-q)·x·xᵀ at θ₀, where x are the terms that the parameters multiply. So a class with n labels
// moves about n/(n+Strength) of the way to its own fit, and one without labels, or with all on one side, has a map too. The
// targets t are those of the pooled fit: a class's own would draw it towards flat maps once more, which made the log loss
// of new images worse in simulations.
//
// Errors: those of Fit, with the position of the class; all labels of all classes on one side; Strength below 0.
func FitClasses(method Method, classes []Sample, o Options) (maps []Map, pooled Map, err error) {
	if !(o.Strength >= 0) || math.IsInf(o.Strength, 1) {
		return nil, Identity, fmt.Errorf("calibrate.Options: Strength is %g; want a number of labels, or 0 for 20", o.Strength)
	}
	if o.Strength == 0 {
		o.Strength = 20
	}
	each := make([]*objective, len(classes))
	var all Sample
	for i, s := range classes {
		if each[i], err = prepare(method, s); err != nil {
			return nil, Identity, fmt.Errorf("calibrate: class %d: %w", i, err)
		}
		all.Scores, all.Truth = append(all.Scores, s.Scores...), append(all.Truth, s.Truth...)
	}
	whole, err := prepare(method, all)
	if err != nil {
		return nil, Identity, err
	}
	if whole.present == 0 || whole.absent == 0 {
		return nil, Identity, ErrOneSided
	}
	centre := whole.minimise()
	information := whole.information(centre)
	maps = make([]Map, len(classes))
	for i, own := range each {
		own.soften(whole.present, whole.absent)
		own.centre, own.pull, own.strength = centre, information, o.Strength
		maps[i] = method.mapOf(own.minimise())
	}
	return maps, method.mapOf(centre), nil
}

// OutOfFold calibrates each score by maps that FitClasses fitted on the other folds, so that what the result shows of
// calibration is honest. All classes have the same images, and fold[i] is that of image i; one below 0 is calibrated by the
// maps of all folds. The result is by class. Scores of unknown labels are calibrated too; NaN stays NaN.
//
// Errors: those of FitClasses for the images outside a fold, with the fold; the lengths differ.
func OutOfFold(method Method, classes []Sample, fold []int, o Options) ([][]float32, error) {
	out := make([][]float32, len(classes))
	for c, s := range classes {
		if len(fold) != len(s.Scores) || len(s.Truth) != len(s.Scores) {
			return nil, fmt.Errorf("calibrate: class %d has %d scores and %d labels for %d images; want one of each for every image",
				c, len(s.Scores), len(s.Truth), len(fold))
		}
		out[c] = make([]float32, len(fold))
	}
	done := map[int]bool{}
	for _, f := range fold {
		if done[f] {
			continue
		}
		done[f] = true
		maps, _, err := FitClasses(method, without(classes, fold, f), o)
		if err != nil {
			return nil, fmt.Errorf("calibrate: outside fold %d: %w", f, err)
		}
		for i, g := range fold {
			for c := range classes {
				if g == f {
					out[c][i] = float32(maps[c].Apply(float64(classes[c].Scores[i])))
				}
			}
		}
	}
	return out, nil
}

// without are the samples of the images that are in a fold, and not in this.
func without(classes []Sample, fold []int, left int) []Sample {
	rest := make([]Sample, len(classes))
	for c, s := range classes {
		for i, f := range fold {
			if f != left && f >= 0 {
				rest[c].Scores, rest[c].Truth = append(rest[c].Scores, s.Scores[i]), append(rest[c].Truth, s.Truth[i])
			}
		}
	}
	return rest
}
