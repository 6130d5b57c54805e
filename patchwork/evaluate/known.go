package evaluate

import (
	"errors"
	"fmt"
	"math"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Threshold is the score from which on a class counts as present.
const Threshold = 0.5

var (
	// ErrOneSided means that the known labels are all present or all absent, so the figure does not exist.
	ErrOneSided = errors.New("evaluate: all known labels are on one side")

	// ErrNoLabels means that every label is unknown.
	ErrNoLabels = errors.New("evaluate: every label is unknown")
)

// known holds the cells of one class whose label is known.
type known struct {
	scores            []float32
	present           []bool  // same length
	rows              []int32 // same length: which image of the side a cell is of
	positives, absent int
	ranked            *ranking // once it is needed
}

// keep leaves out unknown labels.
//
// Errors: the lengths differ; the score of a known label is NaN.
func keep(scores []float32, truth []labels.Tri) (known, error) {
	var k known
	if len(scores) != len(truth) {
		return k, fmt.Errorf("evaluate: %d scores and %d labels; want one of each for every row", len(scores), len(truth))
	}
	for i, t := range truth {
		if t == labels.Unknown {
			continue
		}
		if math.IsNaN(float64(scores[i])) {
			return k, fmt.Errorf("evaluate: the score at position %d is NaN; leave such rows out", i)
		}
		k.add(i, scores[i], t == labels.Present)
	}
	return k, nil
}

// keepShares is keep for figures that take scores as probabilities.
//
// Errors: those of keep; a score is outside [0, 1]; no label is known (ErrNoLabels).
func keepShares(scores []float32, truth []labels.Tri) (known, error) {
	k, err := keep(scores, truth)
	if err != nil {
		return k, err
	}
	if len(k.scores) == 0 {
		return k, ErrNoLabels
	}
	for i, s := range k.scores {
		if s < 0 || s > 1 {
			return k, fmt.Errorf("evaluate: the score at position %d is %g; want a probability in [0, 1]", k.rows[i], s)
		}
	}
	return k, nil
}

func (k *known) add(row int, score float32, present bool) {
	k.scores, k.present, k.rows = append(k.scores, score), append(k.present, present), append(k.rows, int32(row))
	if present {
		k.positives++
	} else {
		k.absent++
	}
}
