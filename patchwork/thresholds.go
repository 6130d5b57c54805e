package patchwork

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/decide"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// ThresholdOptions says what the scores from which on a class counts as present are to reach. The zero value asks for the
// best F1.
type ThresholdOptions struct {
	Precision float64 // at least this share of what is said to be present is; 0 for no such goal
	Recall    float64 // at least this share of what is present is found; 0 for no such goal; not together with Precision
	Error     float64 // probability at most that new images fall short of the goal; 0 means 0.05
	Plain     bool    // take what the held-out images show for the truth

	// Wrong is the share at most of the images of each kind that are answered wrongly where a person is only asked when in
	// doubt; 0 means 0.1.
	Wrong float64
}

// ClassThreshold is what was chosen for one class, on the held-out images.
type ClassThreshold struct {
	Class     string           `json:"class"`
	Threshold decide.Threshold `json:"threshold"`
	Answers   decide.Conformal `json:"answers"` // present, absent, or ask
	Asked     evaluate.Number  `json:"asked"`   // share of the images with a score and without a label that a person would be asked about
}

// ClassThresholds are those of all classes.
type ClassThresholds []ClassThreshold

// Thresholds chooses for each class a score from which on it counts as present, and two scores between which to ask a
// person. The held-out images must be like those that the model is for; see package decide for what is promised.
//
// Errors: ErrNoModel; impossible options.
func (p *Project) Thresholds(o ThresholdOptions) (ClassThresholds, error) {
	if o.Precision != 0 && o.Recall != 0 {
		return nil, errors.New("patchwork.ThresholdOptions: Precision and Recall are both set; want one of them, or neither for the best F1")
	}
	d, err := p.evaluation()
	if err != nil {
		return nil, err
	}
	list := ClassThresholds{}
	for class, name := range d.Table.Classes() {
		t := ClassThreshold{Class: name}
		if err := t.choose(d, class, o); err != nil {
			return nil, fmt.Errorf("patchwork: class %s: %w", name, err)
		}
		list = append(list, t)
	}
	return list, nil
}

func (t *ClassThreshold) choose(d evaluate.Data, class int, o ThresholdOptions) (err error) {
	scores, truth := heldOut(d, class)
	goal := decide.Goal{Share: max(o.Precision, o.Recall), Error: o.Error, Plain: o.Plain}
	switch {
	case o.Precision != 0:
		t.Threshold, err = decide.ForPrecision(scores, truth, goal)
	case o.Recall != 0:
		t.Threshold, err = decide.ForRecall(scores, truth, goal)
	default:
		t.Threshold, err = decide.BestF1(scores, truth)
	}
	if errors.Is(err, evaluate.ErrNoLabels) {
		t.Threshold.Reason, err = "no held-out image with a score is labelled; label some, or hold some out and train again", nil
	}
	if err != nil {
		return err
	}
	if o.Wrong == 0 {
		o.Wrong = 0.1
	}
	if t.Answers, err = decide.NewConformal(scores, truth, o.Wrong); err != nil {
		return err
	}
	open, _ := column(d, class, func(row int) bool {
		s := d.Scores(row)
		return !d.Table.Excluded(row) && d.Table.Value(row, class) == labels.Unknown && s != nil && !math.IsNaN(float64(s[class]))
	})
	t.Asked = evaluate.Number(t.Answers.Asked(open))
	return nil
}

// String is a table: the thresholds, then where to ask.
func (list ClassThresholds) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "class\tpresent from\tprecision\trecall\tF1\tpromised")
	for _, t := range list {
		fmt.Fprintf(w, "%s\t%v\t%v\t%v\t%v\t%v\n", t.Class, t.Threshold.Score, t.Threshold.Precision, t.Threshold.Recall, t.Threshold.F1, t.Threshold.Promised)
	}
	w.Flush()
	for _, t := range list {
		if t.Threshold.Reason != "" {
			fmt.Fprintf(&b, "class %s: %s\n", t.Class, t.Threshold.Reason)
		}
	}
	if len(list) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "\nat most %g of the present and %g of the absent images wrong:\n", list[0].Answers.Error, list[0].Answers.Error)
	fmt.Fprintln(w, "class\tabsent below\tpresent above\tasked about")
	for _, t := range list {
		// A score that may be absent and present, or neither, is asked about.
		low, high := t.Answers.PresentFrom, t.Answers.AbsentTo
		if low > high {
			low, high = high, low
		}
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%v\n", t.Class, low, high, t.Asked)
	}
	w.Flush()
	return b.String()
}
