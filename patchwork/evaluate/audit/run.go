package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// Least is how many audit images there must be for a figure.
const Least = 10

// Train learns from the labels of some rows and scores others: one slice for each row of ask, in the order of the classes of the
// table, NaN for a class that it has not learned, nil for a row of which it says nothing. It must look at no label outside learn. A
// nil result means that nothing can be learned yet, as from one side only.
type Train func(ctx context.Context, learn, ask []int) ([][]float32, error)

// Options says what to measure. Learn and Audit are required.
type Options struct {
	Learn []int // rows that a training learns from, in the order in which they were labelled
	Audit []int // labelled rows that a uniform draw showed; those that are held out are not in Learn

	// Weight is how many images of the collection a labelled row stands for: what random would have chosen is drawn from the
	// labelled rows by it. Nil means all alike.
	Weight func(row int) float64

	Group      func(row int) string // images that must not be parted, as in study.FoldOptions; nil means no groups
	Folds      int                  // 0 means 5
	Next       int                  // labels whose gain is expected; 0 means a quarter of those at hand, at least 50
	Replicates int                  // of the bootstrap; 0 means 1,000
	Seed       uint64

	Progress func(done, total int) // trainings; nil is fine
}

// Point is what a number of labelled images leads to.
type Point struct {
	Images int               `json:"images"` // labelled images, or further ones
	Figure evaluate.Interval `json:"figure"` // at 95 %
}

// Result is what the audit says. Accuracy is, where each audit image shows exactly one class, the share of images whose highest
// score is that class; otherwise the share of known labels that the threshold of one half gets right, mean over images.
type Result struct {
	Images   int               `json:"images"` // labelled images that a training learns from
	Audit    int               `json:"audit"`  // audit images that were scored
	Single   bool              `json:"single"` // each audit image shows exactly one class
	Accuracy evaluate.Interval `json:"accuracy"`
	Chosen   []Point           `json:"chosen"` // accuracy with the first labels, in the order in which they were given; all of them last
	Random   []Point           `json:"random"` // accuracy with as many that random would have chosen; estimated up to half, the last extrapolated
	Pays     Point             `json:"pays"`   // how much more the first half of the labels is worth than as many random ones
	Next     Point             `json:"next"`   // what so many further labels are expected to add, by a power law through Chosen

	// Classes are the figures of each class on the audit, Overall those of all.
	Classes []Class          `json:"classes"`
	Overall evaluate.Overall `json:"overall"`

	Wrong []Wrong `json:"wrong"` // the audit images that the model without them got wrong, the surest mistakes first
}

// Class is what the audit says of a class.
type Class struct {
	Class   string           `json:"class"`
	Figures evaluate.Metrics `json:"figures"`
}

// Wrong is a class of an audit image of which the model says something else than its label.
type Wrong struct {
	Row   int     `json:"row"`
	Class string  `json:"class"` // that is present and not said, or said and not present; where images show one class, the one it shows
	Said  string  `json:"said"`  // what is said instead: "present", "absent", or the class of the highest score
	Score float64 `json:"score"` // of what is said
}

// Run measures. The audit is divided into folds; each is scored by models that have learned from everything else, so that every
// audit image counts, for a prediction of a model that has not learned from it, and the labels of audit images are not lost
// for training. For the model with all labels, and for the first half, quarter and eighth of them, and for as many drawn from
// Learn without replacement with probabilities proportional to Weight: 7·Folds trainings.
//
//	accuracy    s/a with the middle 95 % of Beta(s + ½, a - s + ½)         s the sum over a audit images of the share that is right
//	Pays        difference on the same images, with the interval of Agresti and Min 2005 for matched shares
//	Random      its last point by err = b·n^-γ fitted to the others; percentiles of a bootstrap, no narrower than that of a measured share
//	Next        the same law fitted to Chosen; percentiles of a bootstrap over the audit images, which fits anew
//
// The same options and labels give the same result, whatever the processors. Errors: fewer than Least audit images, or than Folds groups; a
// row that is not in the table; Train is nil; what it returns; ctx is done.
//
// Sources: cross-validation on a uniform sample; Jeffreys' prior: Brown, Cai and DasGupta 2001, "Interval Estimation for a Binomial
// Proportion"; draws by weight: Efraimidis and Spirakis 2006; the power law: Hestness et al. 2017, arXiv:1712.00409.
func Run(ctx context.Context, t evaluate.Table, o Options, train Train) (*Result, error) {
	if err := o.check(t, train); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	fold, err := study.Folds(only(t, o.Audit), study.FoldOptions{Folds: o.Folds, Seed: o.Seed, Group: o.Group})
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	m := &measurement{Options: o, table: t, fold: fold, train: train}
	for row, f := range fold {
		if f >= 0 {
			m.rows = append(m.rows, row)
		}
	}
	m.single = single(t, m.rows)
	budgets := halves(len(o.Learn))
	m.total = (2*len(budgets) - 1) * o.Folds
	chosen, random := make([][]float64, len(budgets)), make([][]float64, len(budgets)-1)
	var scores [][]float32
	for i, n := range budgets {
		if scores, chosen[i], err = m.measure(ctx, n, m.first); err != nil {
			return nil, err
		}
		if i < len(random) {
			if _, random[i], err = m.measure(ctx, n, m.drawn); err != nil {
				return nil, err
			}
		}
	}
	r := &Result{Images: len(o.Learn), Audit: len(m.rows), Single: m.single, Wrong: m.wrong(scores)}
	m.sum(r, budgets, chosen, random)
	report, err := evaluate.Evaluate(evaluate.Data{
		Table: held{only(t, m.rows)}, Bootstrap: &evaluate.Bootstrap{Seed: o.Seed},
		Scores: func(row int) []float32 {
			at, ok := slices.BinarySearch(m.rows, row)
			if !ok {
				return nil
			}
			return scores[at]
		},
	})
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	r.Overall = report.Validation
	for _, c := range report.Classes {
		r.Classes = append(r.Classes, Class{c.Class, c.Validation})
	}
	return r, nil
}

func (o Options) check(t evaluate.Table, train Train) error {
	if t == nil || train == nil {
		return errors.New("audit: the table or Train is nil")
	}
	need := func(ok bool, format string, args ...any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("audit.Options: "+format, args...)
	}
	err := errors.Join(
		need(o.Folds == 0 || o.Folds > 1, "Folds is %d; want 2 or more, or 0 for the default", o.Folds),
		need(o.Next >= 0, "Next is %d; want 1 or more, or 0 for the default", o.Next),
		need(o.Replicates >= 0, "Replicates is %d; want 1 or more, or 0 for the default", o.Replicates),
		need(len(o.Learn) > 0, "Learn is empty; label some images first"),
	)
	for _, row := range slices.Concat(o.Learn, o.Audit) {
		if row < 0 || row >= t.Len() {
			return errors.Join(err, fmt.Errorf("audit: row %d is not in the table of %d", row, t.Len()))
		}
	}
	if len(o.Audit) < Least {
		err = errors.Join(err, &FewError{len(o.Audit)})
	}
	return err
}

// FewError says that there are too few audit images for any figure.
type FewError struct{ Images int }

func (e *FewError) Error() string {
	return fmt.Sprintf("audit: %d audit images are labelled; want %d or more. Label what auto suggests, of which 15 %% is drawn at random, or some that random does", e.Images, Least)
}

func (o Options) withDefaults() Options {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&o.Folds, 5)
	set(&o.Next, max(50, len(o.Learn)/4))
	set(&o.Replicates, 1000)
	if o.Weight == nil {
		o.Weight = func(int) float64 { return 1 }
	}
	return o
}

// halves are an eighth, a quarter, a half of n, and n; those below 5 are left out.
func halves(n int) []int {
	list := []int{n}
	for k := n / 2; k >= 5 && len(list) < 4; k /= 2 {
		list = append(list, k)
	}
	slices.Reverse(list)
	return list
}

// single says whether each row shows exactly one of several classes, all of them known.
func single(t evaluate.Table, rows []int) bool {
	for _, row := range rows {
		present := 0
		for c := range t.Classes() {
			switch t.Value(row, c) {
			case labels.Unknown:
				return false
			case labels.Present:
				present++
			}
		}
		if present != 1 {
			return false
		}
	}
	return len(t.Classes()) > 1
}

// only is a table of which all other rows are excluded.
func only(t evaluate.Table, rows []int) evaluate.Table {
	keep := make(map[int]bool, len(rows))
	for _, row := range rows {
		keep[row] = true
	}
	return some{t, keep}
}

type some struct {
	evaluate.Table
	keep map[int]bool
}

func (s some) Excluded(row int) bool { return !s.keep[row] || s.Table.Excluded(row) }

// held is a table of which all rows are held out.
type held struct{ evaluate.Table }

func (held) Validation(int) bool { return true }

// nan is a figure that is missing.
var nan = evaluate.Number(math.NaN())
