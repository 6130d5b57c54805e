package patchwork

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/represent"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// alignedAt is the most images of which two views are compared.
const alignedAt = 500

// subject is features and what else tests of them need.
type subject struct {
	sight
	x     [][]float32 // of sight.at
	seed  uint64
	views func(ctx context.Context, places []int) (a, b [][]float32, err error)  // of two views of images at places in sight.at
	turns func(ctx context.Context, places, quarters []int) ([][]float32, error) // of these, each turned by its quarters
	blind string                                                                 // why there are no views and turns; "" where there are
}

// featureTest is a way of measuring features, whatever classifier reads them.
type featureTest struct {
	name    string // of the test and of the figure
	title   string // for people
	labels  bool   // it wants images of one class each
	network bool   // it wants features of other pictures than those that are there
	asked   bool   // only where it is asked for
	run     func(ctx context.Context, s *subject, r *ProbeReport) error
}

// featureTests are all there are.
var featureTests = []featureTest{
	{name: "rank", title: "effective rank", run: func(_ context.Context, s *subject, r *ProbeReport) error {
		return keep(&r.Rank)(represent.RankMe(pickRows(s.x, s.all)))
	}},
	{name: "uniformity", title: "uniformity", run: func(_ context.Context, s *subject, r *ProbeReport) error {
		return keep(&r.Uniformity)(represent.Uniformity(pickRows(s.x, s.all)))
	}},
	{name: "alignment", title: "alignment", network: true, run: func(ctx context.Context, s *subject, r *ProbeReport) error {
		a, b, err := s.views(ctx, evenly(s.all, alignedAt))
		if err != nil {
			return err
		}
		return keep(&r.Alignment)(represent.Alignment(a, b))
	}},
	{name: "linear", title: "linear probe", labels: true, run: func(_ context.Context, s *subject, r *ProbeReport) error {
		return keep(&r.Linear)(represent.Probe(pickRows(s.x, s.known), s.kinds, s.test))
	}},
	{name: "neighbours", title: "5 nearest neighbours", labels: true, run: func(ctx context.Context, s *subject, r *ProbeReport) error {
		return keep(&r.Neighbours)(s.neighbours(ctx))
	}},
	{name: "clusters", title: "NMI of clusters", labels: true, run: func(ctx context.Context, s *subject, r *ProbeReport) error {
		return keep(&r.Clusters)(represent.Clusters(ctx, pickRows(s.x, s.known), s.kinds, s.seed))
	}},
	{name: "rotation", title: "quarter turns", network: true, asked: true, run: func(ctx context.Context, s *subject, r *ProbeReport) error {
		quarters := represent.Turns(len(s.all), s.seed)
		x, err := s.turns(ctx, s.all, quarters)
		if err != nil {
			return err
		}
		return keep(&r.Rotation)(represent.Rotation(x, quarters, s.seed))
	}},
}

// keep puts a figure into a report.
func keep[T any](to **T) func(T, error) error {
	return func(v T, err error) error {
		if err == nil {
			*to = &v
		}
		return err
	}
}

// FeatureTests are the names that ProbeOptions.Tests and PretrainOptions.Tests take, beside "all".
func FeatureTests() (names []string) {
	for _, t := range featureTests {
		names = append(names, t.name)
	}
	return names
}

// chosenTests are those of the names, all but those that wait to be asked for where there are none.
//
// Errors: a name of no test, with those that there are.
func chosenTests(names []string) (chosen []featureTest, err error) {
	var unknown []error
	for _, name := range names {
		if name != "all" && !slices.Contains(FeatureTests(), name) {
			unknown = append(unknown, fmt.Errorf("patchwork: there is no test %q of features; the known ones are %s, and all", name, strings.Join(FeatureTests(), ", ")))
		}
	}
	for _, t := range featureTests {
		if names == nil && !t.asked || slices.Contains(names, t.name) || slices.Contains(names, "all") {
			chosen = append(chosen, t)
		}
	}
	return chosen, errors.Join(unknown...)
}

// measure runs tests. What cannot be measured on this subject is a note.
func (s *subject) measure(ctx context.Context, tests []featureTest) (r ProbeReport, err error) {
	r.Images = len(s.all)
	var unlabelled, blind []string
	for _, t := range tests {
		switch {
		case t.labels && s.test == nil:
			unlabelled = append(unlabelled, t.title)
		case t.network && s.blind != "":
			blind = append(blind, t.title)
		default:
			if err := t.run(ctx, s, &r); ctx.Err() != nil {
				return r, ctx.Err()
			} else if err != nil {
				r.Notes = append(r.Notes, t.title+": "+err.Error())
			}
		}
	}
	if unlabelled != nil {
		classes := map[int]bool{}
		for _, kind := range s.kinds {
			classes[kind] = true
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%d images, of %d classes, show one class alone; it takes %d, of two, to measure: %s", len(s.kinds), len(classes), probeLeast, strings.Join(unlabelled, ", ")))
	}
	if blind != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("%s; without it there is no measuring of: %s", s.blind, strings.Join(blind, ", ")))
	}
	return r, nil
}

// neighbours is the accuracy of the vote of the 5 nearest images, each image left out once.
func (s *subject) neighbours(ctx context.Context) (float64, error) {
	rows, most := make([]int, len(s.known)), 0
	for i, kind := range s.kinds {
		rows[i], most = i, max(most, kind)
	}
	answer := func(row, class int) int8 {
		if s.kinds[row] == class {
			return 1
		}
		return 0
	}
	nearest, err := features.LeaveOneOutKNN(ctx, func(row int) []float32 { return s.x[s.known[row]] }, rows, answer, most+1, 5)
	return nearest.Accuracy, err
}

// figure is one that a test came to.
type figure struct {
	name, title string
	value       evaluate.Interval // bounds are missing where the test knows none
}

// figures are those of a report, in the order of the tests; none of nil.
func (r *ProbeReport) figures() (list []figure) {
	if r == nil {
		return nil
	}
	single := map[string]*float64{"rank": r.Rank, "uniformity": r.Uniformity, "alignment": r.Alignment, "neighbours": r.Neighbours, "clusters": r.Clusters}
	probes := map[string]*represent.ProbeResult{"linear": r.Linear, "rotation": r.Rotation}
	for _, t := range featureTests {
		f := figure{name: t.name, title: t.title}
		if v := single[t.name]; v != nil {
			f.value = evaluate.Interval{Value: evaluate.Number(*v), Low: evaluate.Number(math.NaN()), High: evaluate.Number(math.NaN())}
		} else if p := probes[t.name]; p != nil {
			f.value = p.Accuracy
		} else {
			continue
		}
		list = append(list, f)
	}
	return list
}

// numbers are the figures by the names of their tests.
func (r *ProbeReport) numbers() map[string]float64 {
	all := map[string]float64{}
	for _, f := range r.figures() {
		all[f.name] = float64(f.value.Value)
	}
	return all
}

// String is the figure, with its interval where there is one.
func (f figure) String() string { return f.title + " " + f.number() }

func (f figure) number() string {
	if f.name == "rank" {
		return fmt.Sprintf("%.1f", float64(f.value.Value))
	}
	return f.value.String()
}
