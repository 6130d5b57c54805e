package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/evaluate/study"
)

// SearchOptions says which settings of the classifier to try. The zero value is a good default.
type SearchOptions struct {
	Trials int // 0 means 20

	// Space says, by the name of a setting, what to draw from: "0.001..0.1" a number between, by its logarithm where both ends
	// are above 0, or "class, instance" one of several values. Nil means the rate, the weight decay, the smoothing and the
	// sampling.
	Space map[string]string
	Base  classify.Options // what the other settings are, and the first trial; its seed is not read
	Folds int              // that each trial is measured on; 0 means 3
	Seed  uint64           // added to the project's seed
	Train bool             // train the best afterwards, as Train does
	Note  string           // of a person, for the record of each trial and of that training
}

// SearchTrial is one choice of settings and what it led to.
type SearchTrial struct {
	Run      string            `json:"run"`      // its record below runs/
	Settings map[string]string `json:"settings"` // those that are not the default
	AUC      evaluate.Interval `json:"auc"`      // mean of the classes and folds, out of fold, at 95 %
}

// SearchReport is the trials, the best first.
type SearchReport struct {
	Trials []SearchTrial    `json:"trials"`
	Best   classify.Options `json:"best"`
}

// Search tries settings of the classifier that are drawn at random, after those of o.Base, and measures each by
// cross-validation on the labelled images that are not held out, the same folds for all. The held-out images play no part, so
// they can judge what was found. The best of many looks better than it is: the interval is that of one trial on its own.
// Every trial is a run, on record from its beginning, with the mean curve of its trainings. A cancelled search returns ctx's error and what it has found.
//
// Errors: ErrNoFeatures; a setting that does not exist, or values that it does not take; too few labelled images; *RecordError beside the report.
//
// Source: Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization", JMLR 13:281-305.
func (p *Project) Search(ctx context.Context, o SearchOptions, progress Progress) (SearchReport, error) {
	if err := o.fill(); err != nil {
		return SearchReport{}, err
	}
	if err := checkWritable(p.dir); err != nil {
		return SearchReport{}, err
	}
	t, err := p.LabelsUnder("")
	if err != nil {
		return SearchReport{}, err
	}
	reads, err := p.reads(ctx, o.Base, progress)
	if err != nil {
		return SearchReport{}, err
	}
	defer reads.close()
	index := p.Images()
	seed := p.Settings().Seed + o.Seed
	s := &curveStudy{seed: seed, reading: reads,
		table: onlyRows{t, func(r int) bool { return !t.Excluded(r) && !t.Validation(r) && current(reads.store, index, r) }}}
	folds := study.FoldOptions{Folds: o.Folds, Seed: seed, Group: func(r int) string { return index.At(r).Hash }}
	fold, err := study.Folds(s.table, folds) // whether there can be any, before the work
	if err != nil {
		return SearchReport{}, err
	}
	var r SearchReport
	var unrecorded []error
	draws := rand.New(rand.NewPCG(seed, 0x736561726368)) // "search"
	for n := range o.Trials {
		s.options = o.Base
		if n > 0 {
			if err := o.draw(&s.options, draws); err != nil {
				return r, err
			}
		}
		if err := s.wants(ctx, s.options); err != nil {
			return r.sorted(), errors.Join(append(unrecorded, err)...)
		}
		s.options.Seed = seed
		t := p.beginTrial(s.options, o.Note)
		s.begun, s.onPoint = t.begunFold, t.hear
		points, err := study.LearningCurve(ctx, s.table, study.CurveOptions{Budgets: []int{len(fold)}, FoldOptions: folds}, func(ctx context.Context, learn, test []int) (float64, error) {
			figure, err := s.train(ctx, learn, test)
			if s.done++; progress != nil {
				progress("searching", s.done, o.Trials*o.Folds)
			}
			return figure, err
		})
		diverged := errors.Is(err, classify.ErrDiverged) // a trial that failed says something, too
		unrecorded = append(unrecorded, t.end(fmt.Sprintf("trial %d of %d", n+1, o.Trials), points, err))
		if err != nil && !diverged {
			return r.sorted(), errors.Join(append(unrecorded, err)...)
		}
		if len(r.Trials) == 0 || t.AUC.Value > r.best() {
			r.Best = s.options
		}
		r.Trials = append(r.Trials, t.SearchTrial)
	}
	r = r.sorted()
	err = errors.Join(unrecorded...)
	if o.Train {
		_, failed := p.Train(ctx, TrainOptions{Options: r.Best, Note: o.Note, Progress: progress}, nil)
		err = errors.Join(err, failed)
	}
	return r, err
}

// settingsOf are the settings that are not left at their defaults.
func settingsOf(o classify.Options) map[string]string {
	values := map[string]string{}
	for _, s := range classify.Settings() {
		if v := s.Get(o); v != "" {
			values[s.Name] = v
		}
	}
	return values
}

func (r SearchReport) best() evaluate.Number {
	best := evaluate.Number(math.Inf(-1))
	for _, t := range r.Trials {
		if t.AUC.Value.Known() {
			best = max(best, t.AUC.Value)
		}
	}
	return best
}

// sorted puts the best first; of equal ones the earlier.
func (r SearchReport) sorted() SearchReport {
	slices.SortStableFunc(r.Trials, func(a, b SearchTrial) int { return cmp.Compare(b.AUC.Value, a.AUC.Value) })
	return r
}

// String is a table of the trials; what all of them share stands below it.
func (r SearchReport) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "mean AUC\tsettings\trun")
	var shared []string
	for _, t := range r.Trials {
		var words []string
		shared = nil
		for _, s := range classify.Settings() {
			v := t.Settings[s.Name]
			text := strings.ReplaceAll(s.Name, "_", " ") + " " + v
			others := func(t SearchTrial) bool { return t.Settings[s.Name] != v }
			switch {
			case v == "":
			case len(r.Trials) > 1 && !slices.ContainsFunc(r.Trials, others):
				shared = append(shared, text)
			default:
				words = append(words, text)
			}
		}
		fmt.Fprintf(w, "%v\t%s\t%s\n", t.AUC, cmp.Or(strings.Join(words, ", "), "the defaults"), t.Run)
	}
	w.Flush()
	if len(shared) > 0 {
		fmt.Fprintf(&b, "all with %s\n", strings.Join(shared, ", "))
	}
	if len(r.Trials) > 0 && !slices.ContainsFunc(r.Trials, func(t SearchTrial) bool { return t.AUC.Value.Known() }) {
		b.WriteString(noFoldHasBoth)
	}
	return b.String()
}

// Search tries settings of the classifier and shows what each led to; every trial is kept as a run.
func (n *Notebook) Search(options ...SearchOptions) SearchReport {
	var o SearchOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	r, err := n.Project.Search(ctx, o, progress)
	done()
	if len(r.Trials) > 0 {
		fmt.Println(r)
	}
	checkTrained(err)
	return r
}
