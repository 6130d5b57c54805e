package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/explore/quality"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/propagate"
	"github.com/gopatchwork/patchwork/patchwork/studio"
)

// SuspectOptions says which labels to judge, and how. The zero value is a good default.
type SuspectOptions struct {
	Class      string               // "" means every class
	N          int                  // how many to list, the most doubtful; 0 means all likely errors
	Reviewed   bool                 // also labels that somebody has confirmed
	Validate   CrossValidateOptions // of the models that judge; without a head the logistic one, which is there at once
	Propagate  bool                 // let the labels that other images spread (Propagate) judge too
	Neighbours int                  // looked at for 10 that know a class; 0 means 20
}

// SuspectLabel is a label that is probably an error.
type SuspectLabel struct {
	Row    int        `json:"row"`
	Image  string     `json:"image"`
	Class  string     `json:"class"`
	Given  labels.Tri `json:"given"`
	Score  float64    `json:"score"`  // 0 to 1, what speaks against the label
	Likely bool       `json:"likely"` // counted as an error by confident learning
	Reason string     `json:"reason"`
}

// SuspectClass says how many labels of a class are probably errors.
type SuspectClass struct {
	Class     string          `json:"class"`
	Judged    int             `json:"judged"`
	Likely    int             `json:"likely"`
	Expected  evaluate.Number `json:"expected"`  // errors among all, where what is confident stands for the rest; null without a model
	Confirmed int             `json:"confirmed"` // labels that somebody has looked at as suspects and left as they are
}

// SuspectReport is the labels to look at again, the most doubtful first, and how many errors there seem to be.
type SuspectReport struct {
	Suspects []SuspectLabel `json:"suspects"`
	Classes  []SuspectClass `json:"classes"`
}

// Suspects judges the labels, under the project's rule, by models that have not learned from them and by the images most like
// theirs; see quality.Suspects. Unknown labels are not judged, nor are excluded images. Labels that somebody has confirmed
// (ConfirmLabels) are left out. Nothing is changed.
//
// Errors: ErrNoFeatures; too few labelled images to divide; an unknown class; a negative N; ctx is done.
func (p *Project) Suspects(ctx context.Context, o SuspectOptions, progress Progress) (SuspectReport, error) {
	var report SuspectReport
	t, err := p.LabelsUnder("")
	if err != nil {
		return report, err
	}
	only := -1
	if o.Class != "" {
		var ok bool
		if only, ok = t.Class(o.Class); !ok {
			return report, fmt.Errorf("patchwork: %w %q; the classes are %q", labels.ErrUnknownClass, o.Class, t.Classes())
		}
	}
	if o.N < 0 {
		return report, fmt.Errorf("patchwork.SuspectOptions: N is %d; want 1 or more, or 0 for all likely errors", o.N)
	}
	o.Validate.Train.Head = cmp.Or(o.Validate.Train.Head, classify.LogisticHead)
	o.Validate.Train.Context = cmp.Or(o.Validate.Train.Context, p.modelContext())
	confirmed, err := p.confirmed(t)
	if err != nil {
		return report, err
	}
	found, counts, err := p.judge(ctx, t, o, progress)
	if err != nil {
		return report, err
	}
	classes, index := t.Classes(), p.Images()
	report.Suspects = []SuspectLabel{}
	standing := make([]int, len(classes)) // confirmed and not changed since
	for cell, value := range confirmed {
		if t.Value(cell.row, cell.class) == value {
			standing[cell.class]++
		}
	}
	for class, c := range counts {
		if only < 0 || class == only {
			report.Classes = append(report.Classes, SuspectClass{classes[class], c.Known, c.Likely, evaluate.Number(c.Expected), standing[class]})
		}
	}
	for _, s := range found {
		value, seen := confirmed[cellOf{s.Row, s.Class}]
		switch {
		case only >= 0 && s.Class != only, seen && value == s.Given && !o.Reviewed:
			continue
		case o.N == 0 && !s.Likely:
			continue
		case o.N > 0 && len(report.Suspects) == o.N:
			return report, nil
		}
		report.Suspects = append(report.Suspects, SuspectLabel{
			Row: s.Row, Image: index.At(s.Row).ID, Class: classes[s.Class], Given: s.Given, Score: s.Doubt, Likely: s.Likely, Reason: reasonFor(classes[s.Class], s),
		})
	}
	return report, nil
}

// judge finds likely errors twice: the second time by the mean of two models, the other of which has not learned from what
// the first found. A model that has learned from errors takes some of them for right.
func (p *Project) judge(ctx context.Context, t *labels.Table, o SuspectOptions, progress Progress) ([]quality.Suspect, []quality.ClassErrors, error) {
	var e quality.Evidence
	err := p.lookOnce(ctx, func(l *looks) (err error) {
		e.Graph, e.Same, err = l.graphOf(ctx, cmp.Or(o.Neighbours, 20), func(row int) bool { return !t.Excluded(row) && t.Status(row) != labels.Unlabelled },
			progress.step("finding neighbours"))
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	e.Table = t
	first, err := p.outOfFold(ctx, t, nil, o.Validate, progress)
	if err != nil {
		return nil, nil, err
	}
	e.Scores = first.Scores
	if o.Propagate {
		if e.Spread, err = p.spreadOutOfFold(ctx, t, first.Fold, progress); err != nil {
			return nil, nil, err
		}
	}
	found, _, err := quality.Suspects(ctx, e)
	if err != nil {
		return nil, nil, fmt.Errorf("patchwork: %w", err)
	}
	likely := map[cellOf]bool{}
	for _, s := range found {
		if s.Likely {
			likely[cellOf{s.Row, s.Class}] = true
		}
	}
	second, err := p.outOfFold(ctx, t, likely, o.Validate, progress)
	if err != nil {
		return nil, nil, err
	}
	first.average(second)
	found, counts, err := quality.Suspects(ctx, e)
	if err != nil {
		return nil, nil, fmt.Errorf("patchwork: %w", err)
	}
	return found, counts, nil
}

// spreadOutOfFold is what the labels of other folds spread to each labelled image.
func (p *Project) spreadOutOfFold(ctx context.Context, t *labels.Table, fold []int, progress Progress) (of func(row int) []float32, err error) {
	err = p.lookOnce(ctx, func(l *looks) error {
		g, same, err := l.graph(ctx, 0, progress.step("finding neighbours"))
		if err != nil {
			return err
		}
		value := func(row, class int) float64 {
			if v := t.Value(row, class); v != labels.Unknown && !t.Excluded(row) {
				return float64(v)
			}
			return math.NaN()
		}
		s, err := propagate.OutOfFold(ctx, g, len(t.Classes()), value, fold, propagate.Options{Same: same, Progress: progress.step("propagating folds")})
		if err != nil {
			return fmt.Errorf("patchwork: %w", err)
		}
		of = s.Of
		return nil
	})
	return of, err
}

// average makes scores the mean with those of other models; where these have none they stay.
func (o *OutOfFold) average(with *OutOfFold) {
	for i, v := range with.p {
		if v == v {
			o.p[i] = (o.p[i] + v) / 2
		}
	}
}

// reasonFor says in words what speaks against a label.
func reasonFor(class string, s quality.Suspect) string {
	var why []string
	if !math.IsNaN(s.Model) {
		p := s.Model
		if s.Given == labels.Present {
			p = 1 - p
		}
		why = append(why, fmt.Sprintf("a model that has not seen it says %.2f", p))
	}
	if !math.IsNaN(s.Spread) {
		why = append(why, fmt.Sprintf("propagation holds %.2f against it", s.Spread))
	}
	if s.Asked > 0 {
		why = append(why, fmt.Sprintf("%d of the %d most like it are %v", s.Against, s.Asked, 1-s.Given))
	}
	return fmt.Sprintf("labelled %s %v; %s", class, s.Given, strings.Join(why, ", "))
}

// Review is what the journal names the strategy of labels that were confirmed or changed as suspects.
const Review = studio.Review

// cellOf is a class of an image.
type cellOf struct{ row, class int }

// confirmed are the labels that were given in a review, by the value they were given last there.
func (p *Project) confirmed(t *labels.Table) (map[cellOf]labels.Tri, error) {
	p.mu.Lock()
	s, err := p.journal()
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	cells, index := map[cellOf]labels.Tri{}, p.Images()
	for e, err := range s.Events() {
		if err != nil {
			return nil, err
		}
		if e.Kind != labels.KindLabel || e.Shown == nil || e.Shown.Strategy != Review || !s.Live(e.ID) {
			continue
		}
		for _, c := range e.Set {
			for _, name := range append([]string{c.Class}, c.Classes...) {
				now, _ := t.Resolve(name)
				class, ok := t.Class(now)
				if !ok {
					continue
				}
				for _, ref := range c.Images {
					id, _, _ := strings.Cut(ref, "#")
					if row, ok := index.Row(id); ok {
						cells[cellOf{row, class}] = labels.Tri(c.Value)
					}
				}
			}
		}
	}
	return cells, nil
}

// ConfirmLabels says that suspects are right as they are: their labels are given once more, in one event that one undo takes
// back, and Suspects leaves them out from then on.
//
// Errors: an image or class that the project does not have; a label that is not known; as Apply.
func (p *Project) ConfirmLabels(ctx context.Context, list []SuspectLabel) error {
	t, err := p.Labels()
	if err != nil {
		return err
	}
	e := labels.Event{Kind: labels.KindLabel, Source: "api", Shown: &labels.Shown{Strategy: Review}}
	var errs []error
	for _, s := range list {
		row, known := p.Images().Row(s.Image)
		class, ok := t.Class(s.Class)
		if !known || !ok || t.Value(row, class) == labels.Unknown {
			errs = append(errs, fmt.Errorf("patchwork: %s of %s has no label to confirm", s.Class, s.Image))
			continue
		}
		e.Set = append(e.Set, labels.Change{Class: s.Class, Value: int8(t.Value(row, class)), Images: []string{labels.Ref(p.Images(), row)}})
	}
	if err := errors.Join(errs...); err != nil || e.Empty() {
		return err
	}
	return p.Apply(ctx, e)
}

// String is a table of the classes and a line for each suspect.
func (r SuspectReport) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  class\tlabels\tlikely errors\texpected\tconfirmed")
	for _, c := range r.Classes {
		fmt.Fprintf(w, "  %s\t%d\t%d\t%v\t%d\n", c.Class, c.Judged, c.Likely, c.Expected, c.Confirmed)
	}
	w.Flush()
	for _, s := range r.Suspects {
		fmt.Fprintf(&b, "%s\t%.2f\t%s\n", s.Image, s.Score, s.Reason)
	}
	return strings.TrimRight(b.String(), "\n")
}
