package decide

import (
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Answer is what can be said of an image without a person.
type Answer int

const (
	Neither Answer = iota // the score is unlike those of present and of absent images: ask
	Absent
	Present
	Either // both are possible: ask
)

func (a Answer) String() string {
	return map[Answer]string{Neither: "neither", Absent: "absent", Present: "present", Either: "either"}[a]
}

// Ask says that a person has to look.
func (a Answer) Ask() bool { return a == Neither || a == Either }

// Conformal answers so that of the images that show the class at most a share of Error is called absent or neither, and of
// the images without it at most that share is called present or neither. The promise is kept on average over labelled
// samples, for any model and any number of labels, and for each kind of image by itself, however rare it is.
type Conformal struct {
	PresentFrom float64 `json:"present_from" yaml:"present_from"` // a score of at least this may be present; 0: any
	AbsentTo    float64 `json:"absent_to" yaml:"absent_to"`       // a score of at most this may be absent; 1: any

	Error   float64 `json:"error" yaml:"error"`
	Present int     `json:"present" yaml:"present"` // labels it was made from
	Absent  int     `json:"absent" yaml:"absent"`
}

// NewConformal chooses the two scores from labelled images that the model has not learned from. Unknown labels, and NaN, are
// left out.
//
//	PresentFrom = the k-th highest score of the P present images,  k = ⌈(P+1)(1-alpha)⌉, 0 if k > P
//	AbsentTo    = the k-th lowest score of the N absent images,    k = ⌈(N+1)(1-alpha)⌉, 1 if k > N
//
// With fewer than 1/alpha - 1 labels of a kind, that kind is possible for every image: 19 are needed for 0.05.
//
// Errors: the lengths differ; a score outside [0, 1]; alpha is not in (0, 1).
//
// Source: Vovk 2012, "Conditional Validity of Inductive Conformal Predictors", section 4 (label-conditional, that is
// Mondrian by label), with 1 - probability of the label as the measure of strangeness.
func NewConformal(scores []float32, truth []labels.Tri, alpha float64) (Conformal, error) {
	c := Conformal{AbsentTo: 1, Error: alpha}
	if !(alpha > 0 && alpha < 1) {
		return c, fmt.Errorf("decide: an alpha of %g; want more than 0 and less than 1, as 0.1", alpha)
	}
	if len(scores) != len(truth) {
		return c, fmt.Errorf("decide: %d scores and %d labels; want one of each for every image", len(scores), len(truth))
	}
	var present, absent []float64
	for i, s := range scores {
		if s < 0 || s > 1 {
			return c, fmt.Errorf("decide: the score at position %d is %g; want a probability in [0, 1], or NaN for none", i, s)
		}
		switch {
		case math.IsNaN(float64(s)):
		case truth[i] == labels.Present:
			present = append(present, -float64(s))
		case truth[i] == labels.Absent:
			absent = append(absent, float64(s))
		}
	}
	c.Present, c.Absent = len(present), len(absent)
	if s, ok := smallest(present, alpha); ok {
		c.PresentFrom = -s
	}
	if s, ok := smallest(absent, alpha); ok {
		c.AbsentTo = s
	}
	return c, nil
}

// smallest is the ⌈(n+1)(1-alpha)⌉-th smallest of n values.
func smallest(values []float64, alpha float64) (float64, bool) {
	k := int(math.Ceil(float64(len(values)+1)*(1-alpha) - 1e-9)) // 20·0.95 is a little more than 19 in floating point
	if k > len(values) {
		return 0, false
	}
	slices.Sort(values)
	return values[max(k, 1)-1], true
}

// Of is the answer for a score; Either for NaN, of which nothing is known.
func (c Conformal) Of(score float32) Answer {
	s := float64(score)
	present, absent := !(s < c.PresentFrom), !(s > c.AbsentTo)
	switch {
	case present && absent:
		return Either
	case present:
		return Present
	case absent:
		return Absent
	}
	return Neither
}

// Asked is the share of scores that a person has to look at; NaN without any.
func (c Conformal) Asked(scores []float32) float64 {
	n := 0
	for _, s := range scores {
		if c.Of(s).Ask() {
			n++
		}
	}
	return float64(n) / float64(len(scores))
}
